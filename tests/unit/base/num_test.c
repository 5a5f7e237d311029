#include "unit/test.h"

#include "base/num.h"

static void
reads_decimal(void **state)
{
	static const struct {
		struct hn_view in;
		uint64_t max;
		enum hn_rc rc;
		uint64_t out;
	} rows[] = {
		{ HN_INIT("0"), 9, HN_OK, 0 },
		{ HN_INIT("18446744073709551615"), UINT64_MAX, HN_OK, UINT64_MAX },
		{ HN_INIT("18446744073709551616"), UINT64_MAX, HN_E_LIMIT, 7 },
		{ HN_INIT("65535"), 65535, HN_OK, 65535 },
		{ HN_INIT("65536"), 65535, HN_E_LIMIT, 7 },
		{ HN_INIT("9"), 5, HN_E_LIMIT, 7 },
		{ HN_INIT(""), 9, HN_E_SYNTAX, 7 },
		{ HN_INIT("-1"), 9, HN_E_SYNTAX, 7 },
		{ HN_INIT("1 "), 99, HN_E_SYNTAX, 7 },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		uint64_t out = 7;

		assert_int_equal(hn_num_u64(rows[i].in, rows[i].max, &out), rows[i].rc);
		assert_true(out == rows[i].out);
	}
}

static void
reads_signed_hex_and_bytes(void **state)
{
	int64_t i;
	uint64_t h;
	uint8_t b[2];

	(void)state;
	assert_int_equal(hn_num_i64(HN_LIT("-9223372036854775808"), &i), HN_OK);
	assert_true(i == INT64_MIN);
	assert_int_equal(hn_num_i64(HN_LIT("9223372036854775808"), &i), HN_E_LIMIT);
	assert_int_equal(hn_num_i64(HN_LIT("-"), &i), HN_E_SYNTAX);
	assert_int_equal(hn_num_hex(HN_LIT("0x3E7"), &h), HN_OK);
	assert_int_equal(h, 999);
	assert_int_equal(hn_num_hex(HN_LIT("12345678901234567"), &h), HN_E_LIMIT);
	assert_int_equal(hn_num_hex(HN_LIT("0x"), &h), HN_E_SYNTAX);
	assert_int_equal(hn_num_bytes(HN_LIT("aF01"), b, 2), HN_OK);
	assert_int_equal(b[0], 0xaf);
	assert_int_equal(hn_num_bytes(HN_LIT("aF0"), b, 2), HN_E_SYNTAX);
	assert_int_equal(hn_num_bytes(HN_LIT("aF0g"), b, 2), HN_E_SYNTAX);
}

static void
reads_seconds(void **state)
{
	static const struct {
		struct hn_view in;
		enum hn_rc rc;
		int64_t ms;
	} rows[] = {
		{ HN_INIT("1286536308.779"), HN_OK, INT64_C(1286536308779) },
		{ HN_INIT("1286536308"), HN_OK, INT64_C(1286536308000) },
		{ HN_INIT("1.5"), HN_OK, 1500 },
		{ HN_INIT("1.0019999"), HN_OK, 1001 },
		{ HN_INIT("1."), HN_E_SYNTAX, 0 },
		{ HN_INIT(".5"), HN_E_SYNTAX, 0 },
		{ HN_INIT("1.5x"), HN_E_SYNTAX, 0 },
		{ HN_INIT("253402300800"), HN_E_LIMIT, 0 },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		int64_t ms = 0;

		assert_int_equal(hn_num_seconds_ms(rows[i].in, &ms), rows[i].rc);
		assert_true(ms == rows[i].ms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_decimal),
		cmocka_unit_test(reads_signed_hex_and_bytes),
		cmocka_unit_test(reads_seconds),
	};

	return cmocka_run_group_tests_name("base/num", tests, NULL, NULL);
}
