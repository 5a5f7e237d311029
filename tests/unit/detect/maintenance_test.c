#include "detect/maintenance.h"

#include "base/clock.h"
#include "detect/house.h"
#include "unit/detect/play.h"

static struct house house;
static struct hn_cidr vendor, line;

static int
make_house(void **state)
{
	(void)state;
	hn_zone_fixed(&house.zone, 9 * 3600);
	assert_int_equal(hn_cidr_parse(HN_LIT("192.0.2.0/28"), &vendor), HN_OK);
	assert_int_equal(hn_cidr_parse(HN_LIT("10.200.0.0/24"), &line), HN_OK);
	house.maintenance[0] = (struct house_maintenance){ .name = HN_LIT("ehr"), .account = HN_LIT("ehr-hoshu"), .from = &vendor,
		.n_from = 1, .days = 0x1f, .from_min = 9 * 60, .to_min = 18 * 60 };
	house.maintenance[1] = (struct house_maintenance){ .name = HN_LIT("ct"), .account = HN_LIT(""), .from = &line, .n_from = 1,
		.days = 0x7f, .from_min = 22 * 60, .to_min = 5 * 60 };
	house.n_maintenances = 2;
	return 0;
}

/* Monday is 2 November 2026. */
static const struct hour_row {
	const char *at;
	size_t contract;
	bool is_agreed;
	unsigned away_min;
} hour_rows[] = {
	{ "2026-11-02T09:00:00+09:00", 0, true, 0 }, { "2026-11-06T17:59:00+09:00", 0, true, 0 },
	{ "2026-11-02T18:00:00+09:00", 0, false, 0 }, { "2026-11-02T08:30:00+09:00", 0, false, 30 },
	{ "2026-11-07T12:00:00+09:00", 0, false, 180 }, { "2026-11-02T02:00:00+09:00", 0, false, 420 },
	{ "2026-11-02T23:00:00+09:00", 1, true, 0 }, { "2026-11-02T04:59:00+09:00", 1, true, 0 },
	{ "2026-11-02T12:00:00+09:00", 1, false, 420 }, { "1969-12-29T10:00:00+09:00", 0, true, 0 },
};

static void
hours_are_those_of_the_contract(void **state)
{
	(void)state;
	for (size_t i = 0; i < HN_COUNT(hour_rows); i++) {
		const struct hour_row *const r = &hour_rows[i];
		unsigned away_min = 0;
		int64_t at_ms;

		assert_int_equal(hn_time_parse(hn_view_of(r->at), 0, &at_ms), HN_OK);
		if (house_is_agreed(&house, &house.maintenance[r->contract], at_ms, &away_min) != r->is_agreed ||
		    away_min != r->away_min)
			fail_msg("%s: %u", r->at, away_min);
	}
}

static const struct row {
	const char *what;
	unsigned day, hour;		/* of November 2026 */
	const char *who;
	enum finding_level level;
	const char *words;		/* NULL: nothing is told */
} rows[] = {
	{ "as agreed", 2, 10, "remip=192.0.2.3 user=\"ehr-hoshu\"", LEVEL_INFO, NULL },
	{ "an hour late", 2, 19, "remip=192.0.2.3 user=\"ehr-hoshu\"", LEVEL_MEDIUM, "policy-maintenance" },
	{ "at night", 3, 3, "remip=192.0.2.3 user=\"EHR-hoshu\"", LEVEL_MEDIUM, "policy-maintenance" },
	{ "on Saturday", 7, 10, "remip=192.0.2.3 user=\"ehr-hoshu\"", LEVEL_MEDIUM, "policy-maintenance" },
	{ "from elsewhere", 2, 10, "remip=198.51.100.3 user=\"ehr-hoshu\"", LEVEL_MEDIUM, "policy-maintenance-elsewhere" },
	{ "from elsewhere at night", 2, 2, "remip=198.51.100.3 user=\"ehr-hoshu\"", LEVEL_HIGH, "policy-maintenance-elsewhere" },
	{ "somebody else", 3, 3, "remip=192.0.2.3 user=\"sato\"", LEVEL_INFO, NULL },
};

static void
sign_in(struct play *p, unsigned day, unsigned hour, const char *who)
{
	char text[400];

	(void)snprintf(text, sizeof(text), "date=2026-11-%02u time=%02u:00:00 devname=\"FW\" tz=\"+0900\" logid=\"0101039947\" "
	    "type=\"event\" subtype=\"vpn\" level=\"information\" action=\"tunnel-up\" %s", day, hour, who);
	play_line(p, text);
}

static void
what_is_not_as_agreed_is_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct row *const r = &rows[i];
		const struct finding *f;

		play_open_house(&p, FINDING_POLICY, "fortigate", &house);
		sign_in(&p, r->day, r->hour, r->who);
		f = play_worst(&p);
		if ((f != NULL) != (r->words != NULL))
			fail_msg("%s: %s", r->what, f != NULL ? "told" : "not told");
		if (f != NULL) {
			if (f->level != r->level)
				fail_msg("%s: %s %.2f", r->what, finding_level_name(f->level), f->score);
			assert_view_equal(f->words, r->words);
			assert_view_equal(f->user, "ehr-hoshu");
		}
		play_close(&p);
	}
}

/* One who comes at night on many days has another contract than is written down. */
static void
a_habit_is_low(void **state)
{
	static struct play p;

	(void)state;
	play_open_house(&p, FINDING_POLICY, "fortigate", &house);
	for (unsigned day = 2; day < 8; day++)
		sign_in(&p, day, 2, "remip=192.0.2.3 user=\"ehr-hoshu\"");
	findings_reset(p.findings);
	sign_in(&p, 9, 2, "remip=192.0.2.3 user=\"ehr-hoshu\"");
	assert_int_equal(play_worst(&p)->level, LEVEL_LOW);
	play_close(&p);
}

/* A line without an account: every connection from it counts, each visit once. */
static void
a_line_is_known_by_its_network(void **state)
{
	static struct play p;
	static const char *const lines[] = {
		"#separator \\x09", "#path\tconn",
		"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\torig_bytes\tresp_bytes\tconn_state",
		"1793545200.0\tC1\t10.200.0.7\t50000\t10.0.0.5\t104\ttcp\t-\t10\t20\tSF",	/* Monday, 00:00 in Japan */
		"1793588400.0\tC2\t10.1.0.7\t50000\t10.0.0.5\t104\ttcp\t-\t10\t20\tSF",	/* noon, another */
		"1793588401.0\tC3\t10.200.0.7\t50001\t10.0.0.5\t104\ttcp\t-\t0\t0\tREJ",
	};

	(void)state;
	play_open_house(&p, FINDING_POLICY, "", &house);
	for (size_t i = 0; i < HN_COUNT(lines); i++)
		play_line(&p, lines[i]);
	assert_null(play_worst(&p));
	play_line(&p, "1793588402.0\tC4\t10.200.0.7\t50002\t10.0.0.5\t104\ttcp\t-\t10\t20\tSF");
	assert_non_null(play_worst(&p));
	assert_view_equal(play_worst(&p)->source, "10.200.0.7");
	play_line(&p, "1793588403.0\tC5\t10.200.0.7\t50003\t10.0.0.6\t104\ttcp\t-\t10\t20\tSF");
	assert_int_equal(findings_count(p.findings), 1);
	play_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hours_are_those_of_the_contract),
		cmocka_unit_test(what_is_not_as_agreed_is_told),
		cmocka_unit_test(a_habit_is_low),
		cmocka_unit_test(a_line_is_known_by_its_network),
	};

	return cmocka_run_group_tests(tests, make_house, NULL);
}
