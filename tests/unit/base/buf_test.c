#include "unit/test.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

static void
writes_json_strings(void **state)
{
	static const struct {
		struct hn_view in;
		const char *out;
	} rows[] = {
		{ HN_INIT(""), "\"\"" },
		{ HN_INIT("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"" },
		{ HN_INIT("\n\r\t\b\f\x01\x1f\x7f"), "\"\\n\\r\\t\\b\\f\\u0001\\u001f\\u007f\"" },
		{ HN_INIT("病院"), "\"病院\"" },
		{ HN_INIT("a\xffz"), "\"a\xef\xbf\xbdz\"" },
		{ HN_INIT("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ HN_INIT("x\0y"), "\"x\\u0000y\"" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_buf b = HN_BUF(256);

		hn_buf_json(&b, rows[i].in);
		assert_view_equal(hn_buf_view(&b), rows[i].out);
		hn_buf_fini(&b);
	}
}

static void
stops_at_its_cap_and_says_so(void **state)
{
	struct hn_buf b = HN_BUF(300);

	(void)state;
	for (int i = 0; i < 30; i++)
		hn_buf_put(&b, HN_LIT("0123456789"));
	assert_false(b.failed);
	assert_int_equal(b.n, 300);
	hn_buf_char(&b, 'x');
	assert_true(b.failed);
	assert_int_equal(b.n, 300);
	hn_buf_drop(&b, 295);
	assert_view_equal(hn_buf_view(&b), "56789");
	hn_buf_reset(&b);
	hn_buf_i64(&b, INT64_MIN);
	assert_view_equal(hn_buf_view(&b), "-9223372036854775808");
	assert_string_equal(hn_buf_cstr(&b), "-9223372036854775808");
	hn_buf_fini(&b);
}

static void
survives_no_memory(void **state)
{
	struct hn_buf b = HN_BUF(1000);

	(void)state;
	hn_mem_fail_at(1);
	hn_buf_printf(&b, "%s", "lost");
	assert_true(b.failed);
	assert_int_equal(b.n, 0);
	hn_buf_reset(&b);
	hn_buf_hex(&b, "\x0a\xff", 2);
	assert_view_equal(hn_buf_view(&b), "0aff");
	hn_buf_fini(&b);
}

static void
knows_utf8(void **state)
{
	static const struct {
		struct hn_view in;
		bool valid;
	} rows[] = {
		{ HN_INIT(""), true }, { HN_INIT("abc"), true }, { HN_INIT("\xe7\x97\x85"), true },
		{ HN_INIT("\xf0\xa0\xae\xb7"), true }, { HN_INIT("\xc0\x80"), false }, { HN_INIT("\xe0\x80\x80"), false },
		{ HN_INIT("\xf4\x90\x80\x80"), false }, { HN_INIT("\xe7\x97"), false }, { HN_INIT("\x95\x61"), false },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++)
		assert_int_equal(hn_utf8_is_valid(rows[i].in), rows[i].valid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_json_strings),
		cmocka_unit_test(stops_at_its_cap_and_says_so),
		cmocka_unit_test(survives_no_memory),
		cmocka_unit_test(knows_utf8),
	};

	return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
