#include "detect/restart.h"

#include "unit/detect/play.h"

/* So many machines are told to restart by a program, a few seconds apart, on some days. */
static const struct {
	const char *program;
	unsigned machines, gap_s, days;
	enum finding_level least, most;
} rows[] = {
	{ "C:\\\\Windows\\\\System32\\\\wininit.exe (PC1)", 30, 5, 1, LEVEL_MEDIUM, LEVEL_HIGH },
	{ "C:\\\\Windows\\\\System32\\\\shutdown.exe (PC1)", 10, 5, 1, LEVEL_MEDIUM, LEVEL_MEDIUM },
	{ "C:\\\\Windows\\\\System32\\\\wininit.exe", 70, 2, 1, LEVEL_HIGH, LEVEL_HIGH },
	{ "C:\\\\Windows\\\\System32\\\\wininit.exe (PC1)", 7, 5, 1, LEVEL_INFO, LEVEL_INFO },
	{ "C:\\\\Windows\\\\System32\\\\wininit.exe (PC1)", 30, 60, 1, LEVEL_INFO, LEVEL_INFO },
	{ "C:\\\\Windows\\\\system32\\\\svchost.exe (PC1)", 70, 2, 1, LEVEL_INFO, LEVEL_INFO },
	{ "C:\\\\Windows\\\\System32\\\\RuntimeBroker.exe (PC1)", 70, 2, 1, LEVEL_INFO, LEVEL_INFO },
};

static void
restart(struct play *p, const char *program, unsigned day, unsigned s, unsigned machine)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "{\"@timestamp\":\"2026-11-2%uT18:%02u:%02u.000Z\",\"event\":{\"code\":\"1074\"},\"winlog\":{"
	    "\"channel\":\"System\",\"computer_name\":\"pc%02u\",\"event_id\":1074,\"provider_name\":\"User32\",\"event_data\":{"
	    "\"param1\":\"%s\",\"param2\":\"PC1\",\"param5\":\"restart\"}},\"host\":{\"name\":\"pc%02u\"}}", day, s / 60, s % 60, machine,
	    program, machine);
	play_line(p, text);
}

static void
many_ordered_restarts_are_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct finding *f;
		enum finding_level level;

		play_open(&p, FINDING_RANSOMWARE, "winevent");
		for (unsigned m = 0; m < rows[i].machines; m++)
			restart(&p, rows[i].program, 1, m * rows[i].gap_s, m);
		f = play_worst(&p);
		level = f != NULL ? f->level : LEVEL_INFO;
		if (level < rows[i].least || level > rows[i].most)
			fail_msg("%s, %u: %s", rows[i].program, rows[i].machines, finding_level_name(level));
		if (level > LEVEL_INFO)
			assert_view_equal(f->source, "pc00");
		play_close(&p);
	}
}

/* What the house did on a day before is its own work: not so much as what was seen on the first day is said of the third. */
static void
a_house_that_does_so_is_known(void **state)
{
	static struct play p;
	size_t n, before;

	(void)state;
	play_open(&p, FINDING_RANSOMWARE, "winevent");
	for (unsigned day = 1; day <= 3; day++) {
		findings_reset(p.findings);
		for (unsigned m = 0; m < 30; m++)
			restart(&p, "C:\\\\Windows\\\\System32\\\\wininit.exe (PC1)", day, m * 5, m);
		(void)findings_sorted(p.findings, &n);
		assert_int_equal(n, 1);
		before = (size_t)play_worst(&p)->level;
		assert_true(day == 1 ? before >= LEVEL_MEDIUM : before <= LEVEL_LOW);
	}
	play_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_ordered_restarts_are_told),
		cmocka_unit_test(a_house_that_does_so_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
