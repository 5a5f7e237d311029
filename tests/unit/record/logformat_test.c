#include "unit/test.h"

#include "record/logformat.h"
#include "record/stream.h"

static struct record r;
static struct logformat format;

#define SQUID "%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt"
#define LONG "%tl %>a:%>p %>A %<A %<a:%<p %>st %<st \"%rm %ru HTTP/%rv\" %03>Hs %un \"%{Referer}>h\" \"%#{User-Agent}>h\" " \
	"[%{X-Forwarded-For}>h] %ssl::>sni %ssl::bump_mode %Ss:%Sh 100%%"
#define LONG_LINE "23/Nov/2026:17:00:00 +0900 10.20.10.31:51234 pc1 www.bad.example 203.0.113.9:443 900 4000 " \
	"\"GET https://bad.example/a b HTTP/1.1\" 200 sato \"http://r/\" \"Mozilla \\\"x\\\" 5\" [198.51.100.7, 10.1.1.1] " \
	"bad.example bump TCP_MISS:HIER_DIRECT 100%"

static void
reads_lines_by_the_directive(void **state)
{
	static const struct {
		const char *directive, *line;
		enum field field;
		const char *value;
	} rows[] = {
		{ SQUID, "1795420800.123     60 10.20.10.31 TCP_DENIED/403 4821 CONNECT bad.example:443 sato HIER_DIRECT/203.0.113.9 -",
		    FIELD_URL_DOMAIN, "bad.example" },
		{ "logformat mine " SQUID, "1795420800.123 60 pc1 TCP_DENIED/403 4821 GET http://bad.example/x sato HIER_NONE/- text/html",
		    FIELD_EVENT_OUTCOME, "failure" },
		{ SQUID, "1795420800.123 60 pc1 TCP_HIT/200 4821 GET http://bad.example/x sato HIER_NONE/- text/html",
		    FIELD_SOURCE_DOMAIN, "pc1" },
		{ SQUID, "1795420800.123 60 pc1 TCP_HIT/200 4821 GET http://bad.example/x sato HIER_NONE/- text/html",
		    FIELD_HTTP_MIME_TYPE, "text/html" },
		{ LONG, LONG_LINE, FIELD_SOURCE_IP, "10.20.10.31" },
		{ LONG, LONG_LINE, FIELD_SOURCE_PORT, "51234" },
		{ LONG, LONG_LINE, FIELD_DESTINATION_PORT, "443" },
		{ LONG, LONG_LINE, FIELD_SOURCE_BYTES, "900" },
		{ LONG, LONG_LINE, FIELD_URL_PATH, "/a b" },
		{ LONG, LONG_LINE, FIELD_HTTP_REFERRER, "http://r/" },
		{ LONG, LONG_LINE, FIELD_USER_AGENT, "Mozilla \\\"x\\\" 5" },
		{ LONG, LONG_LINE, FIELD_CLIENT_IP, "10.1.1.1" },
		{ LONG, LONG_LINE, FIELD_TLS_SERVER_NAME, "bad.example" },
		{ LONG, LONG_LINE, FIELD_EVENT_ACTION, "TCP_MISS" },
		{ "%ts %>a %>h{User-Agent}", "1795420800 10.0.0.1 curl/8 (x)", FIELD_USER_AGENT, "curl/8 (x)" },
		{ "%ts %>a %ru", "1795420800 10.0.0.1 /x", FIELD_URL_PATH, "/x" },
	};
	struct hn_arena a = HN_ARENA(4096);
	const struct reader_conf conf = { .arena = &a };

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_err e = { 0 };

		record_reset(&r);
		assert_int_equal(logformat_compile(hn_view_of(rows[i].directive), &format, &e), HN_OK);
		if (logformat_apply(&format, &conf, hn_view_of(rows[i].line), &r, &e) != HN_OK)
			fail_msg("row %zu: %s at %zu", i, e.what, e.at);
		assert_view_equal(record_get(&r, rows[i].field), rows[i].value);
		assert_true(r.at_ms / 1000 == INT64_C(1795420800));
	}
	assert_int_equal(hn_arena_get(&a, 1) != NULL, 1);
	hn_arena_fini(&a);
}

static void
refuses_what_it_cannot_read(void **state)
{
	static const struct {
		const char *directive;
		enum hn_rc rc;
		size_t at;
	} rows[] = {
		{ "", HN_E_SYNTAX, 0 },
		{ "no code", HN_E_SYNTAX, 0 },
		{ "%>a %", HN_E_SYNTAX, 4 },
		{ "%>a%ru", HN_E_SYNTAX, 0 },
		{ "%>a %9", HN_E_SYNTAX, 4 },
	};
	static const struct {
		const char *line;
		size_t at;
	} lines[] = {
		{ "x", 0 }, { "1795420800.12x 60 a", 11 }, { "1795420800.123 60 10.0.0.1", 18 }, { "", 0 },
	};
	const struct reader_conf conf = { .arena = NULL };
	struct hn_err e = { 0 };

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		assert_int_equal(logformat_compile(hn_view_of(rows[i].directive), &format, &e), rows[i].rc);
		assert_int_equal(e.at, rows[i].at);
	}
	assert_int_equal(logformat_compile(HN_LIT(SQUID), &format, &e), HN_OK);
	for (size_t i = 0; i < HN_COUNT(lines); i++) {
		assert_int_equal(logformat_apply(&format, &conf, hn_view_of(lines[i].line), &r, &e), HN_E_SYNTAX);
		assert_int_equal(e.at, lines[i].at);
	}
}

static void
is_tried_first_where_the_configuration_has_one(void **state)
{
	const struct reader_conf conf = { .logformat = HN_LIT("%ts %>a %ru") }, broken = { .logformat = HN_LIT("%") };
	struct hn_err e = { 0 };
	struct stream *s;

	(void)state;
	assert_int_equal(stream_new(HN_LIT("auto"), &conf, &s, &e), HN_OK);
	assert_int_equal(stream_line(s, HN_LIT("1795420800 10.0.0.1 http://a.example/"), 1, &r, &e), HN_OK);
	assert_string_equal(stream_format(s), "logformat");
	stream_free(s);
	assert_int_equal(stream_new(HN_LIT(""), &broken, &s, &e), HN_E_SYNTAX);
	assert_string_equal(e.what, "logformat code");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lines_by_the_directive),
		cmocka_unit_test(refuses_what_it_cannot_read),
		cmocka_unit_test(is_tried_first_where_the_configuration_has_one),
	};

	return cmocka_run_group_tests_name("record/logformat", tests, NULL, NULL);
}
