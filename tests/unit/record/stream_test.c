#include "unit/test.h"

#include "record/stream.h"

#define SQUID "1286536308.779 180 192.168.0.224 TCP_MISS/200 411 GET http://example.jp/ - HIER_DIRECT/203.0.113.9 text/html"
#define SYSLOG "<13>Nov 23 10:00:00 host1 daemon: something happened"
#define FORTIGATE "date=2026-11-20 time=09:15:02 devname=F devid=X logid=0001000014 type=traffic subtype=local " \
	"level=notice srcip=192.0.2.211 srcport=40000 dstip=192.0.2.10 dstport=3389 proto=6 action=deny service=RDP"

static struct record r;

static void
finds_the_reader_again_when_lines_change(void **state)
{
	static const struct {
		const char *line;
		enum hn_rc rc;
		const char *format;
	} rows[] = {
		{ "who knows", HN_E_UNSUPPORTED, "" },
		{ SQUID, HN_OK, "squid" },
		{ "nobody knows", HN_E_SYNTAX, "squid" },
		{ FORTIGATE, HN_OK, "fortigate" },
		{ SYSLOG, HN_OK, "syslog" },
		{ SQUID, HN_OK, "squid" },
		{ SQUID, HN_OK, "squid" },
	};
	struct hn_arena a = HN_ARENA(1 << 16);
	const struct reader_conf conf = { .now_ms = INT64_C(1795424400000), .arena = &a };
	struct stream *s;

	(void)state;
	assert_int_equal(stream_new(HN_LIT("auto"), &conf, &s, NULL), HN_OK);
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		r.line = i + 1;
		assert_int_equal(stream_line(s, hn_view_of(rows[i].line), i + 1, &r, NULL), rows[i].rc);
		assert_string_equal(stream_format(s), rows[i].format);
		assert_int_equal(r.line, i + 1);
		if (rows[i].rc == HN_OK)
			assert_view_equal(r.raw, rows[i].line);
	}
	const struct stream_counts *c = stream_counts(s);

	assert_int_equal(c->records, 5);
	assert_int_equal(c->unread, 2);
	assert_int_equal(c->n_faults, 2);
	assert_int_equal(c->faults[0].line, 1);
	assert_string_equal(c->faults[0].why.what, "format");
	assert_int_equal(c->faults[1].line, 3);
	stream_free(s);
	hn_arena_fini(&a);
}

static void
keeps_the_reader_it_was_told(void **state)
{
	const struct reader_conf conf = { .now_ms = 0 };
	struct hn_err e = { 0 };
	struct stream *s;

	(void)state;
	assert_int_equal(stream_new(HN_LIT("no such"), &conf, &s, NULL), HN_E_NOTFOUND);
	assert_int_equal(stream_new(HN_LIT("squid"), &conf, &s, NULL), HN_OK);
	assert_string_equal(stream_format(s), "squid");
	assert_int_equal(stream_line(s, HN_LIT(FORTIGATE), 1, &r, &e), HN_E_SYNTAX);
	assert_string_equal(stream_format(s), "squid");
	for (uint64_t i = 2; i < 12; i++)
		stream_fault(s, i, &e);
	assert_int_equal(stream_counts(s)->unread, 11);
	assert_int_equal(stream_counts(s)->n_faults, STREAM_FAULTS_MAX);
	assert_int_equal(stream_counts(s)->faults[STREAM_FAULTS_MAX - 1].line, STREAM_FAULTS_MAX);
	stream_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_reader_again_when_lines_change),
		cmocka_unit_test(keeps_the_reader_it_was_told),
	};

	return cmocka_run_group_tests_name("record/stream", tests, NULL, NULL);
}
