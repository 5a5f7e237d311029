#include "detect/contact.h"

#include "record/stream.h"
#include "unit/test.h"

#define CONN "#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\torig_bytes\tresp_bytes\tconn_state\n"
#define SSL "#separator \\x09\n#path\tssl\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tserver_name\n"
#define DNS "#separator \\x09\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tquery\tanswers\n"
#define HTTP "#separator \\x09\n#path\thttp\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tmethod\thost\turi\n"

/* One log, and what its last record's contact is; the rows of a case are read one after another with one memory. */
static const struct row {
	const char *log;
	bool is_contact, is_again, is_proxied;
	enum contact_way way;
	const char *who, *whom, *site;
} rows[] = {
	{ CONN "1.0\tC1\t10.0.0.5\t50000\t203.0.113.9\t443\ttcp\tssl\t10\t20\tSF", true, false, false, CONTACT_OUT,
	    "10.0.0.5", "203.0.113.9", "203.0.113.9" },
	{ SSL "1.1\tC1\t10.0.0.5\t50000\t203.0.113.9\t443\tA.B.Example.co.jp", true, false, false, CONTACT_OUT,
	    "10.0.0.5", "a.b.example.co.jp", "example.co.jp" },
	{ CONN "61.0\tC2\t10.0.0.5\t50001\t203.0.113.9\t443\ttcp\tssl\t10\t20\tSF", true, true, false, CONTACT_OUT,
	    "10.0.0.5", "a.b.example.co.jp", "example.co.jp" },
	{ CONN "62.0\tC3\t10.0.0.6\t50001\t203.0.113.9\t443\ttcp\tssl\t10\t20\tSF", true, false, false, CONTACT_OUT,
	    "10.0.0.6", "203.0.113.9", "203.0.113.9" },
	{ DNS "63.0\tC4\t10.0.0.7\t50001\t10.0.0.2\t53\tWWW.example.net.\talias.example.net,198.51.100.7", false, false, false,
	    CONTACT_OUT, NULL, NULL, NULL },
	{ CONN "64.0\tC5\t10.0.0.7\t50002\t198.51.100.7\t80\ttcp\thttp\t10\t20\tSF", true, false, false, CONTACT_OUT,
	    "10.0.0.7", "www.example.net", "example.net" },
	{ CONN "65.0\tC6\t198.51.100.20\t50002\t10.0.0.9\t22\ttcp\tssh\t10\t20\tSF", true, false, false, CONTACT_IN,
	    "198.51.100.20", "10.0.0.9", "10.0.0.9" },
	{ CONN "66.0\tC7\t10.0.0.7\t50003\t10.0.0.9\t445\ttcp\tsmb\t10\t20\tSF", true, false, false, CONTACT_INSIDE,
	    "10.0.0.7", "10.0.0.9", "10.0.0.9" },
	{ HTTP "67.0\tC8\t10.0.0.7\t50004\t10.0.0.3\t3128\tCONNECT\tc2.example.org:443\tc2.example.org:443", true, false, true,
	    CONTACT_OUT, "10.0.0.7", "c2.example.org", "example.org" },
	{ "1795420800.123  60012 10.20.10.31 TCP_TUNNEL/200 4821 CONNECT bad.example.com:443 sato HIER_DIRECT/203.0.113.9 -", true,
	    false, true, CONTACT_OUT, "10.20.10.31", "bad.example.com", "example.com" },
	{ "1795420800.123  60012 10.20.10.31 TCP_TUNNEL/200 4821 CONNECT 203.0.113.77:443 sato HIER_DIRECT/203.0.113.77 -", true,
	    false, true, CONTACT_OUT, "10.20.10.31", "203.0.113.77", "203.0.113.77" },
};

static bool
read_last(struct contacts *c, const char *log, struct record *r, struct contact *out)
{
	struct hn_arena arena = HN_ARENA(1u << 20);
	const struct reader_conf conf = { .arena = &arena };
	struct hn_view rest = hn_view_of(log), line;
	struct stream *s;
	uint64_t n = 0;
	bool is_contact = false;

	assert_int_equal(stream_new(HN_LIT(""), &conf, &s, NULL), HN_OK);
	while (rest.n > 0) {
		(void)hn_view_cut(&rest, '\n', &line);
		if (stream_line(s, line, ++n, r, NULL) == HN_OK)
			is_contact = contact_of(c, r, out);
	}
	stream_free(s);
	hn_arena_fini(&arena);
	return is_contact;
}

static void
logs_give_the_contacts_that_people_see(void **state)
{
	const struct scope scope = { 0 };
	struct contacts *c = contacts_new(7, &scope);
	struct record *r = calloc(1, sizeof(*r));
	struct contact o = { 0 };

	(void)state;
	assert_non_null(c);
	assert_non_null(r);
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		assert_int_equal(read_last(c, rows[i].log, r, &o), rows[i].is_contact);
		if (!rows[i].is_contact)
			continue;
		assert_view_equal(o.who, rows[i].who);
		assert_view_equal(o.whom, rows[i].whom);
		assert_view_equal(o.site, rows[i].site);
		assert_int_equal(o.way, rows[i].way);
		assert_int_equal(o.is_again, rows[i].is_again);
		assert_int_equal(o.is_proxied, rows[i].is_proxied);
	}
	contacts_free(c);
	free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logs_give_the_contacts_that_people_see),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
