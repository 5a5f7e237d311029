#include "unit/test.h"

#include <zlib.h>

#include "site/bulk.h"

static void
takes_events_apart(void **state)
{
	static const struct {
		const char *body;
		const char *events;	/* "action:event|" */
		bool is_broken;
	} rows[] = {
		{ "{\"create\":{\"_index\":\"w\"}}\n{\"a\":1}\n{ \"index\" : {}}\r\n{\"b\":2}\r\n", "create:{\"a\":1}|index:{\"b\":2}|", false },
		{ "{\"index\":{}}\n{\"no newline\":1}", "index:{\"no newline\":1}|", false },
		{ "", "", false },
		{ "\n\n", "", false },
		{ "{\"create\":{}}\n", "", true },
		{ "{\"delete\":{\"_id\":\"1\"}}\n", "", true },
		{ "{\"create\":{}}\n{}\nnonsense\n", "create:{}|", true },
		{ "{\"create\":{}}\n[1]\n", "", true },
		{ "{\"create", "", true },
		{ "{", "", true },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct site_bulk b = SITE_BULK(hn_view_of(rows[i].body));
		struct hn_buf out = HN_BUF(1024);
		bool is_broken;

		while (site_bulk_next(&b, &is_broken)) {
			hn_buf_put(&out, b.action);
			hn_buf_char(&out, ':');
			hn_buf_put(&out, b.event);
			hn_buf_char(&out, '|');
		}
		assert_view_equal(hn_buf_view(&out), rows[i].events);
		assert_int_equal(is_broken, rows[i].is_broken);
		assert_int_equal(site_bulk_check(hn_view_of(rows[i].body)), is_broken ? HN_E_SYNTAX : HN_OK);
		hn_buf_fini(&out);
	}
}

static void
answers_each_event(void **state)
{
	struct hn_buf b = HN_BUF(1024);

	(void)state;
	site_bulk_reply_begin(&b, true);
	site_bulk_reply_item(&b, true, HN_LIT("create"), true);
	site_bulk_reply_item(&b, false, HN_LIT("index"), false);
	site_bulk_reply_end(&b);
	assert_view_equal(hn_buf_view(&b), "{\"took\":1,\"errors\":true,\"items\":[{\"create\":{\"status\":201}},{\"index\":{\"status\":429,"
	    "\"error\":{\"type\":\"es_rejected_execution_exception\",\"reason\":\"no room\"}}}]}");
	hn_buf_fini(&b);
}

static void
greets_as_a_beat_expects(void **state)
{
	static const struct {
		const char *method, *path, *agent;
		unsigned status;
		const char *has;
	} rows[] = {
		{ "GET", "/", "Elastic-winlogbeat/7.17.5 (windows; amd64)", 200, "\"number\":\"7.17.5\"" },
		{ "GET", "/", "Elastic-winlogbeat/8.19.2 (windows; amd64)", 200, "\"number\":\"8.19.2\"" },
		{ "HEAD", "/", "curl", 200, "\"number\":\"8.17.0\"" },
		{ "GET", "/", "x/1\".\".2", 200, "\"number\":\"8.17.0\"" },
		{ "GET", "/", "x/1.2.", 200, "\"number\":\"8.17.0\"" },
		{ "GET", "/_license", "", 200, "\"type\":\"basic\"" },
		{ "GET", "/_xpack", "", 200, "\"ilm\"" },
		{ "GET", "/_alias/winlogbeat-7.17.5", "", 200, "\"winlogbeat-7.17.5\":{\"is_write_index\":true}" },
		{ "GET", "/_alias/a\"b", "", 200, "\"a\\\"b\":{" },
		{ "HEAD", "/_index_template/winlogbeat-8.19.2", "", 200, "" },
		{ "PUT", "/_ilm/policy/winlogbeat", "", 200, "\"acknowledged\":true" },
		{ "PUT", "/<winlogbeat-7.17.5-{now/d}-000001>", "", 200, "\"acknowledged\":true" },
		{ "DELETE", "/_template/x", "", 405, "" },
		{ "GET", "/_search", "", 404, "not found" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_buf b = HN_BUF(4096);

		assert_int_equal(site_bulk_greet(hn_view_of(rows[i].method), hn_view_of(rows[i].path),
		    hn_view_of(rows[i].agent), &b), rows[i].status);
		assert_true(b.n == 0 || hn_view_search(hn_buf_view(&b), hn_view_of(rows[i].has)) < b.n || rows[i].has[0] == '\0');
		assert_int_equal(b.n == 0, rows[i].status == 405);
		hn_buf_fini(&b);
	}
}

static void
unpacks_gzip_within_bounds(void **state)
{
	static unsigned char zeros[1 << 20], packed[1 << 16];
	z_stream z = { 0 };
	struct hn_buf out = HN_BUF(2 << 20), small = HN_BUF(1000);
	struct hn_view v;

	(void)state;
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = zeros;
	z.avail_in = sizeof(zeros);
	z.next_out = packed;
	z.avail_out = sizeof(packed);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	v = (struct hn_view){ (char *)packed, z.total_out };
	assert_int_equal(deflateEnd(&z), Z_OK);
	assert_int_equal(site_bulk_gunzip(v, &out), HN_OK);
	assert_int_equal(out.n, sizeof(zeros));
	assert_int_equal(site_bulk_gunzip(v, &small), HN_E_LIMIT);	/* a bomb */
	hn_buf_reset(&out);
	assert_int_equal(site_bulk_gunzip((struct hn_view){ v.p, v.n - 1 }, &out), HN_E_SYNTAX);
	hn_buf_reset(&out);
	assert_int_equal(site_bulk_gunzip(HN_LIT("no gzip"), &out), HN_E_SYNTAX);
	hn_buf_fini(&out);
	hn_buf_fini(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_events_apart),
		cmocka_unit_test(answers_each_event),
		cmocka_unit_test(greets_as_a_beat_expects),
		cmocka_unit_test(unpacks_gzip_within_bounds),
	};

	return cmocka_run_group_tests_name("site/bulk", tests, NULL, NULL);
}
