#include "unit/test.h"

#include "record/reader.h"

/* One line of each format as devices write it: exactly its reader knows it best. */
static const struct {
	const char *reader, *line;
} rows[] = {
	{ "zeek", "#separator \\x09" },
	{ "zeek", "#fields\tts\tuid\tid.orig_h" },
	{ "zeek", "#close\t2026-11-23-01-00-00" },
	{ "zeek-json", "{\"ts\":1795420800.1,\"uid\":\"C1\",\"id.orig_h\":\"10.0.0.1\",\"proto\":\"tcp\",\"conn_state\":\"SF\"}" },
	{ "zeek-json", "{\"_path\":\"dns\",\"_write_ts\":\"2026-11-23T00:00:01Z\",\"ts\":\"2026-11-23T00:00:00Z\",\"query\":\"a\"}" },
	{ "zeek-json", "{\"ts\":1.5,\"uid\":\"C1\",\"id\":{\"orig_h\":\"10.0.0.1\"},\"method\":\"GET\"}" },
	{ "zeek-summary", ">== Total === 2024-04-19-20-00-45 - 2024-04-19-20-52-09" },
	{ "suricata", "{\"timestamp\":\"2026-11-23T09:00:00.1+0900\",\"flow_id\":7,\"event_type\":\"dns\",\"src_ip\":\"10.0.0.1\"}" },
	{ "squid", "1286536308.779    180 192.168.0.224 TCP_MISS/200 411 GET http://example.jp/ - HIER_DIRECT/203.0.113.9 text/html" },
	{ "squid", "1795420800.123 -5 pc.hosp.local NONE_NONE/400 3700 - error:invalid-request - HIER_NONE/- text/html" },
	{ "combined", "10.0.0.1 - - [23/Nov/2026:17:00:00 +0900] \"GET /x HTTP/1.1\" 200 411 \"-\" \"curl/8\"" },
	{ "combined", "10.0.0.1 - sato [23/Nov/2026:17:00:00 +0900] \"CONNECT a.jp:443 HTTP/1.1\" 403 39 TCP_DENIED:HIER_NONE" },
	{ "fortigate", "date=2026-11-20 time=09:15:02 devname=F devid=X logid=0001000014 type=traffic srcip=192.0.2.1" },
	{ "syslog", "<13>Nov 23 10:00:00 host1 daemon: something happened" },
	{ "syslog", "<165>1 2026-11-23T10:00:00+09:00 host1 app 12 ID47 - hello" },
};

static void
knows_each_format_by_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct reader *const r = reader_recognise(hn_view_of(rows[i].line));

		assert_non_null(r);
		assert_string_equal(r->name, rows[i].reader);
	}
}

/* Readers may share a doubt, never a certainty. */
static void
nobody_else_is_as_sure(void **state)
{
	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct hn_view line = hn_view_of(rows[i].line);
		const unsigned sure = reader_find(hn_view_of(rows[i].reader))->recognise(line);

		for (size_t k = 0; readers[k] != NULL; k++)
			if (strcmp(readers[k]->name, rows[i].reader) != 0)
				assert_true(readers[k]->recognise(line) < sure);
	}
}

static void
nobody_knows_what_is_no_log(void **state)
{
	static const char *const lines[] = { "", "#", "{", "{}", "#comment", "hello world", "{\"a\":1}", "#fieldsx", "\xff\xfe" };

	(void)state;
	for (size_t i = 0; i < HN_COUNT(lines); i++)
		assert_null(reader_recognise(hn_view_of(lines[i])));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_each_format_by_its_line),
		cmocka_unit_test(nobody_else_is_as_sure),
		cmocka_unit_test(nobody_knows_what_is_no_log),
	};

	return cmocka_run_group_tests_name("record/recognise", tests, NULL, NULL);
}
