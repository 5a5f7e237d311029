#include "unit/test.h"

#include "base/steady.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define T INT64_C(1790000000000)

/* Readings one after the other, of a process that began at wall T, monotonic HOUR. */
static void
follows_and_doubts(void **state)
{
	static const struct {
		int64_t wall, mono;	/* less T; less HOUR */
		int64_t believed;	/* less T */
		bool is_doubted;
	} rows[] = {
		{ 1000, 1000, 1000, false },
		{ 61000, 60000, 61000, false },			/* a small correction */
		{ 1000, 120000, 1000, false },			/* and one back */
		{ DAY + HOUR, HOUR, 1000 + HOUR - 120000, true },	/* a day forward: by the monotonic clock alone */
		{ 2 * HOUR, 2 * HOUR, 2 * HOUR, false },	/* set right */
		{ 3 * HOUR - DAY, 3 * HOUR, 3 * HOUR, true },	/* a day back */
		{ 4 * HOUR - 400 * DAY, 4 * HOUR, 4 * HOUR, true },	/* over the year */
		{ 3 * HOUR - 393 * DAY, 3 * HOUR + 7 * DAY, 3 * HOUR + 7 * DAY, true },	/* just not long enough */
		{ 5 * HOUR - 393 * DAY, 5 * HOUR + 7 * DAY, 5 * HOUR - 393 * DAY, false },	/* it has stood there: believed */
	};
	struct hn_steady s;

	(void)state;
	hn_steady_start(&s, NULL, T, HOUR);
	assert_true(s.now_ms == T && s.doubt_ms == 0);
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const int64_t now = hn_steady_step(&s, T + rows[i].wall, HOUR + rows[i].mono);

		if (now != T + rows[i].believed || (s.doubt_ms > 0) != rows[i].is_doubted)
			fail_msg("row %zu: %lld, doubt %lld", i, (long long)(now - T), (long long)s.doubt_ms);
	}
}

/* An earlier process's last reading was T at monotonic DAY. */
static void
begins_again(void **state)
{
	static const struct {
		int64_t wall, mono;
		int64_t believed;	/* less T */
		bool is_doubted;
	} rows[] = {
		{ HOUR, DAY + HOUR, HOUR, false },		/* the role was away for an hour */
		{ 2 * DAY, DAY + HOUR, HOUR, true },		/* and the clock jumped meanwhile */
		{ 30 * DAY, HOUR, 30 * DAY, false },		/* the machine was off */
		{ 40 * DAY, HOUR, 0, true },			/* for longer than is believed */
		{ -400 * DAY, HOUR, 0, true },			/* its battery is flat */
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct hn_steady saved = { .now_ms = T, .mono_ms = DAY };
		struct hn_steady s;

		hn_steady_start(&s, &saved, T + rows[i].wall, rows[i].mono);
		if (s.now_ms != T + rows[i].believed || (s.doubt_ms > 0) != rows[i].is_doubted)
			fail_msg("row %zu: %lld, doubt %lld", i, (long long)(s.now_ms - T), (long long)s.doubt_ms);
	}
}

static void
is_kept_as_text(void **state)
{
	static const struct {
		const char *text;
		bool is_read;
	} rows[] = {
		{ "1790000000000 3600000 1 -86400000\n", true }, { "0 0 0 0\n", true }, { "1 2 3 4", false }, { "1 2 3\n", false },
		{ "1 2 3 4\n5", false }, { "1 -2 3 4\n", false }, { "1 2 -3 4\n", false }, { "- 2 3 4\n", false }, { "", false },
		{ "99999999999999999999 2 3 4\n", false },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_buf b = HN_BUF(HN_STEADY_TEXT_MAX);
		struct hn_steady s;

		assert_int_equal(hn_steady_get(hn_view_of(rows[i].text), &s), rows[i].is_read);
		if (rows[i].is_read) {
			hn_steady_put(&b, &s);
			assert_view_equal(hn_buf_view(&b), rows[i].text);
		}
		hn_buf_fini(&b);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_and_doubts),
		cmocka_unit_test(begins_again),
		cmocka_unit_test(is_kept_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
