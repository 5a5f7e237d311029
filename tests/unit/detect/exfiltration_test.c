#include "detect/exfiltration.h"

#include "detect/long_connection.h"
#include "unit/detect/play.h"

#define BEGIN_S 1795420800.0
#define DAY_S 86400.0

/*
 * Ten machines browse for days; then 10.0.0.5 sends.  `each`: bytes of one connection, `times` a day, on the last `days` of
 * `past` + `days` days; `usual`: bytes that it sends on every day before.
 */
static const struct row {
	const char *what;
	double each, back, usual;
	unsigned times, past, days;
	enum finding_level least, most;
} rows[] = {
	{ "twenty gigabytes by night", 250e6, 5e5, 1e5, 80, 10, 1, LEVEL_HIGH, LEVEL_HIGH },
	{ "twenty gigabytes on the first day", 250e6, 5e5, 0, 80, 0, 1, LEVEL_LOW, LEVEL_MEDIUM },
	{ "a gigabyte to a stranger", 100e6, 5e5, 1e5, 10, 10, 1, LEVEL_MEDIUM, LEVEL_HIGH },
	{ "slides for a congress", 50e6, 5e5, 1e5, 1, 10, 1, LEVEL_INFO, LEVEL_INFO },
	{ "as much as on other days", 100e6, 5e5, 2e9, 10, 10, 1, LEVEL_INFO, LEVEL_LOW },
	{ "more comes back than goes out", 100e6, 900e6, 1e5, 10, 10, 1, LEVEL_INFO, LEVEL_LOW },
};

static void
play_head(struct play *p, enum finding_kind kind)
{
	play_open(p, kind, "zeek");
	play_line(p, "#separator \\x09");
	play_line(p, "#path\tconn");
	play_line(p, "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes"
	    "\tconn_state");
}

static void
play_flow(struct play *p, double at_s, const char *who, const char *whom, double lasts_s, double sent, double got)
{
	static unsigned n;
	char line[256];

	n++;
	(void)snprintf(line, sizeof(line), "%.3f\tC%u\t%s\t%u\t%s\t443\ttcp\tssl\t%.3f\t%.0f\t%.0f\tSF", at_s, n, who, 1024 + n % 60000, whom,
	    lasts_s, sent, got);
	play_line(p, line);
}

/* A day of all: each machine opens a few pages. */
static void
play_house(struct play *p, double at_s)
{
	for (unsigned m = 10; m < 20; m++) {
		char who[32];

		(void)snprintf(who, sizeof(who), "10.0.0.%u", m);
		play_flow(p, at_s + m, who, "198.51.100.7", 2, 3000, 90000);
	}
}

static void
much_that_leaves_is_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct row *r = &rows[i];
		const struct finding *f;
		enum finding_level level;

		play_head(&p, FINDING_EXFILTRATION);
		for (unsigned day = 0; day < r->past + r->days; day++) {
			const double at_s = BEGIN_S + day * DAY_S;

			play_house(&p, at_s);
			if (r->usual > 0)
				play_flow(&p, at_s + 100, "10.0.0.5", "198.51.100.8", 5, r->usual, 1e6);
			for (unsigned t = 0; day >= r->past && t < r->times; t++)
				play_flow(&p, at_s + 3600 + t * 60, "10.0.0.5", "203.0.113.9", 50, r->each, r->back);
		}
		f = play_worst(&p);
		level = f != NULL ? f->level : LEVEL_INFO;
		if (level < r->least || level > r->most)
			fail_msg("%s: %s %.2f", r->what, finding_level_name(level), f != NULL ? f->score : 0);
		play_close(&p);
	}
}

/* A backup that runs every night is asked about at most while it is new; after a week of it nobody is. */
static void
a_nightly_backup_becomes_custom(void **state)
{
	static struct play p;
	const struct finding *f;

	(void)state;
	play_head(&p, FINDING_EXFILTRATION);
	for (unsigned day = 0; day < 20; day++) {
		play_house(&p, BEGIN_S + day * DAY_S);
		play_flow(&p, BEGIN_S + day * DAY_S + 7200, "10.0.0.5", "203.0.113.9", 50, 1e9, 1e6);
	}
	f = play_worst(&p);
	assert_non_null(f);
	assert_true(f->level <= LEVEL_LOW);
	play_close(&p);
}

static void
what_stays_open_is_told(void **state)
{
	static const struct {
		const char *what;
		double hours;
		unsigned past, days, machines;
		enum finding_level least, most;
	} longs[] = {
		{ "a day and a night", 26, 10, 1, 1, LEVEL_MEDIUM, LEVEL_MEDIUM },
		{ "an afternoon", 4, 10, 1, 1, LEVEL_INFO, LEVEL_LOW },
		{ "every day the same", 13, 0, 14, 1, LEVEL_INFO, LEVEL_LOW },
		{ "what all have open", 26, 10, 1, 9, LEVEL_INFO, LEVEL_LOW },
		{ "half an hour", 0.5, 10, 1, 1, LEVEL_INFO, LEVEL_INFO },
	};
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(longs); i++) {
		const struct finding *const *all;
		enum finding_level level = LEVEL_INFO;
		size_t n;

		play_head(&p, FINDING_LONG_CONNECTION);
		for (unsigned day = 0; day < longs[i].past + longs[i].days; day++) {
			play_house(&p, BEGIN_S + day * DAY_S);
			for (unsigned m = 0; day >= longs[i].past && m < longs[i].machines; m++) {
				char who[32];

				(void)snprintf(who, sizeof(who), "10.0.0.%u", 10 + m);
				play_flow(&p, BEGIN_S + day * DAY_S + 60 + m, who, "203.0.113.50", longs[i].hours * 3600, 9e5, 9e5);
			}
		}
		all = findings_sorted(p.findings, &n);
		if (n > 0)	/* of the machine that came last: what all do is known by then */
			level = all[n - 1]->level;
		if (level < longs[i].least || level > longs[i].most)
			fail_msg("%s: %s", longs[i].what, finding_level_name(level));
		play_close(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(much_that_leaves_is_told),
		cmocka_unit_test(a_nightly_backup_becomes_custom),
		cmocka_unit_test(what_stays_open_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
