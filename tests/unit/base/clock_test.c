#include "unit/test.h"

#include "base/clock.h"

#define JST 32400

static void
reads_rfc3339(void **state)
{
	static const struct {
		struct hn_view in;
		int zone_s;
		enum hn_rc rc;
		const char *out;
	} rows[] = {
		{ HN_INIT("2026-11-23T06:30:00Z"), JST, HN_OK, "2026-11-23T06:30:00.000Z" },
		{ HN_INIT("2026-11-23T15:30:00+09:00"), 0, HN_OK, "2026-11-23T06:30:00.000Z" },
		{ HN_INIT("2021-06-06T15:59:46.457984+0200"), 0, HN_OK, "2021-06-06T13:59:46.457Z" },
		{ HN_INIT("2026-11-23 15:30:00"), JST, HN_OK, "2026-11-23T06:30:00.000Z" },
		{ HN_INIT("2026/11/23 15:30:00,5"), JST, HN_OK, "2026-11-23T06:30:00.500Z" },
		{ HN_INIT("2024-02-29"), 0, HN_OK, "2024-02-29T00:00:00.000Z" },
		{ HN_INIT("1969-12-31T23:59:59.999Z"), 0, HN_OK, "1969-12-31T23:59:59.999Z" },
		{ HN_INIT("0000-03-01T00:00:00Z"), 0, HN_OK, "0000-03-01T00:00:00.000Z" },
		{ HN_INIT("2016-12-31T23:59:60Z"), 0, HN_OK, "2017-01-01T00:00:00.000Z" },
		{ HN_INIT("2023-02-29"), 0, HN_E_SYNTAX, NULL },
		{ HN_INIT("2026-13-01"), 0, HN_E_SYNTAX, NULL },
		{ HN_INIT("2026-11-23T24:00:00Z"), 0, HN_E_SYNTAX, NULL },
		{ HN_INIT("2026-11-23T06:30:00+9"), 0, HN_E_SYNTAX, NULL },
		{ HN_INIT("2026-11-23T06:30:00Zx"), 0, HN_E_SYNTAX, NULL },
		{ HN_INIT("2026-11-23T06:30:00."), 0, HN_E_SYNTAX, NULL },
		{ HN_INIT(""), 0, HN_E_SYNTAX, NULL },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_buf b = HN_BUF(64);
		int64_t ms;

		assert_int_equal(hn_time_parse(rows[i].in, rows[i].zone_s, &ms), rows[i].rc);
		if (rows[i].rc == HN_OK) {
			hn_time_put(&b, ms);
			assert_view_equal(hn_buf_view(&b), rows[i].out);
		}
		hn_buf_fini(&b);
	}
}

/* Every day of 800 years, both ways. */
static void
calendar_goes_round(void **state)
{
	const int64_t first = hn_civil_ms((struct hn_civil){ .year = 1600, .month = 1, .day = 1 });

	(void)state;
	for (int64_t day = 0; day < 292194; day++) {
		const int64_t ms = first + day * 86400000 + 12345678;
		const struct hn_civil c = hn_civil_of(ms);

		assert_true(hn_civil_is_valid(c));
		assert_true(hn_civil_ms(c) == ms);
	}
}

static void
times_as_people_type_them(void **state)
{
	static const struct {
		struct hn_view in;
		enum hn_rc rc;
		int64_t ms;
	} rows[] = {
		{ HN_INIT("2026-06-09T10:13:20Z"), HN_OK, INT64_C(1781000000000) },
		{ HN_INIT("2026-06-09T10:13Z"), HN_OK, INT64_C(1780999980000) },
		{ HN_INIT("2026-06-09 19:13"), HN_OK, INT64_C(1780999980000) },
		{ HN_INIT("2026-06-09T10:13+00:00"), HN_OK, INT64_C(1780999980000) },
		{ HN_INIT("2026-06-09"), HN_OK, INT64_C(1780930800000) },
		{ HN_INIT("1781000000"), HN_OK, INT64_C(1781000000000) },
		{ HN_INIT("1781000000.5"), HN_OK, INT64_C(1781000000500) },
		{ HN_INIT("20260609"), HN_E_SYNTAX, 0 },
		{ HN_INIT("2026-06-09T10"), HN_E_SYNTAX, 0 },
		{ HN_INIT("2026-06-09T25:00"), HN_E_SYNTAX, 0 },
		{ HN_INIT("2026-06-09T10:13:"), HN_E_SYNTAX, 0 },
		{ HN_INIT("-1781000000"), HN_E_SYNTAX, 0 },
		{ HN_INIT("yesterday"), HN_E_SYNTAX, 0 },
		{ HN_INIT(""), HN_E_SYNTAX, 0 },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		int64_t ms = 0;

		assert_int_equal(hn_time_typed(rows[i].in, 32400, &ms), rows[i].rc);
		assert_int_equal(ms, rows[i].ms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rfc3339),
		cmocka_unit_test(calendar_goes_round),
		cmocka_unit_test(times_as_people_type_them),
	};

	return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
