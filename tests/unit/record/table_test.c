#include "unit/test.h"

#include "record/stream.h"
#include "record/table.h"

static struct record r;

static void
takes_values_apart(void **state)
{
	static const struct {
		table_special *special;
		enum field to;
		const char *in;
		enum field where;
		const char *out;
	} rows[] = {
		{ table_ms, FIELD_EVENT_DURATION_MS, "12.345678", FIELD_EVENT_DURATION_MS, "12345" },
		{ table_ms, FIELD_EVENT_DURATION_MS, "9.5e-05", FIELD_EVENT_DURATION_MS, "0" },
		{ table_ms, FIELD_EVENT_DURATION_MS, "soon", FIELD_EVENT_DURATION_MS, "" },
		{ table_lower, FIELD_NETWORK_TRANSPORT, "TCP", FIELD_NETWORK_TRANSPORT, "tcp" },
		{ table_lower, FIELD_NETWORK_TRANSPORT, "IPv6-ICMP", FIELD_NETWORK_TRANSPORT, "ipv6-icmp" },
		{ table_first, FIELD_FILE_NAME, "a,b", FIELD_FILE_NAME, "a" },
		{ table_success, FIELD_EVENT_OUTCOME, "T", FIELD_EVENT_OUTCOME, "success" },
		{ table_success, FIELD_EVENT_OUTCOME, "false", FIELD_EVENT_OUTCOME, "failure" },
		{ table_success, FIELD_EVENT_OUTCOME, "?", FIELD_EVENT_OUTCOME, "" },
		{ table_host, FIELD_URL_DOMAIN, "a.example:8080", FIELD_URL_DOMAIN, "a.example" },
		{ table_host, FIELD_URL_DOMAIN, "[2001:db8::1]:80", FIELD_URL_DOMAIN, "2001:db8::1" },
		{ table_host, FIELD_URL_DOMAIN, "2001:db8::1", FIELD_URL_DOMAIN, "2001:db8::1" },
		{ table_host, FIELD_URL_DOMAIN, "a/b", FIELD_URL_DOMAIN, "" },
		{ table_uri, FIELD_URL_PATH, "/a:b", FIELD_URL_PATH, "/a:b" },
		{ table_uri, FIELD_URL_PATH, "http://a.example/x", FIELD_URL_DOMAIN, "a.example" },
		{ table_uri, FIELD_URL_PATH, "a.example:443", FIELD_URL_ORIGINAL, "a.example:443" },
		{ table_uri, FIELD_URL_PATH, "*", FIELD_URL_PATH, "*" },
		{ table_principal, FIELD_USER_NAME, "yamada/HOSP.LOCAL", FIELD_USER_DOMAIN, "HOSP.LOCAL" },
		{ table_principal, FIELD_USER_NAME, "yamada@HOSP.LOCAL", FIELD_USER_NAME, "yamada" },
		{ table_forwarded, FIELD_CLIENT_IP, "198.51.100.7, 10.1.2.3, 203.0.113.1", FIELD_CLIENT_IP, "10.1.2.3" },
		{ table_forwarded, FIELD_CLIENT_IP, "198.51.100.7, 203.0.113.1", FIELD_CLIENT_IP, "198.51.100.7" },
		{ table_forwarded, FIELD_CLIENT_IP, "unknown, 192.168.1.9:4711", FIELD_CLIENT_IP, "192.168.1.9" },
		{ table_forwarded, FIELD_CLIENT_IP, "[fd00::1]:4711", FIELD_CLIENT_IP, "fd00::1" },
		{ table_forwarded, FIELD_CLIENT_IP, "[fd00::1]", FIELD_CLIENT_IP, "fd00::1" },
		{ table_forwarded, FIELD_CLIENT_IP, "X-FORWARDED-FOR -> 198.51.100.7", FIELD_CLIENT_IP, "198.51.100.7" },
		{ table_forwarded, FIELD_CLIENT_IP, "unknown", FIELD_CLIENT_IP, "" },
		{ table_forwarded, FIELD_CLIENT_IP, ",,", FIELD_CLIENT_IP, "" },
	};
	struct hn_arena a = HN_ARENA(4096);

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct table_call c = { .r = &r, .arena = &a, .to = rows[i].to };

		record_reset(&r);
		rows[i].special(&c, hn_view_of(rows[i].in));
		assert_view_equal(record_get(&r, rows[i].where), rows[i].out);
	}
	hn_arena_fini(&a);
}

static void
reads_times(void **state)
{
	static const struct {
		const char *in;
		bool bad;
		int64_t ms;
	} rows[] = {
		{ "1795420800.123456", false, INT64_C(1795420800123) },
		{ "1795420800123.4", false, INT64_C(1795420800123) },
		{ "22.335172", false, 22335 },
		{ "2026-11-23T08:00:00.123456Z", false, INT64_C(1795420800123) },
		{ "never", true, 0 },
		{ "", true, 0 },
		{ "-1.5", true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct table_call c = { .r = &r };

		record_reset(&r);
		table_time(&c, hn_view_of(rows[i].in));
		assert_int_equal(c.bad, rows[i].bad);
		assert_true(r.at_ms == rows[i].ms);
	}
}

/* What a stream remembers is enough to go on in the middle. */
static void
goes_on_in_the_middle(void **state)
{
	static const char *const header[] = { "#separator \\x7c", "#set_separator|;", "#unset_field|?", "#path|dns", "#fields|ts|id.orig_h|query" };
	static const char line[] = "1.5|10.0.0.1|a.example";
	struct hn_arena a = HN_ARENA(1 << 16);
	const struct reader_conf conf = { .arena = &a };
	struct hn_buf b = HN_BUF(4096);
	struct hn_view rest, one;
	struct stream *s;

	(void)state;
	assert_int_equal(stream_new(HN_LIT(""), &conf, &s, NULL), HN_OK);
	assert_int_equal(stream_line(s, HN_LIT("1.5|10.0.0.1|a.example"), 1, &r, NULL), HN_E_UNSUPPORTED);
	for (size_t i = 0; i < HN_COUNT(header); i++)
		assert_int_equal(stream_line(s, hn_view_of(header[i]), i, &r, NULL), HN_SKIP);
	stream_remember(s, &b);
	stream_free(s);
	assert_int_equal(stream_new(HN_LIT(""), &conf, &s, NULL), HN_OK);
	for (rest = hn_buf_view(&b); rest.n > 0;) {
		(void)hn_view_cut(&rest, '\n', &one);
		assert_int_equal(stream_line(s, one, 1, &r, NULL), HN_SKIP);
	}
	assert_int_equal(stream_line(s, hn_view_of(line), 1, &r, NULL), HN_OK);
	assert_view_equal(record_get(&r, FIELD_DNS_QUESTION_NAME), "a.example");
	assert_string_equal(r.dataset, "zeek.dns");
	stream_free(s);
	hn_buf_fini(&b);
	hn_arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_values_apart),
		cmocka_unit_test(reads_times),
		cmocka_unit_test(goes_on_in_the_middle),
	};

	return cmocka_run_group_tests_name("record/table", tests, NULL, NULL);
}
