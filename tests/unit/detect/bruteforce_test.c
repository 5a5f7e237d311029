#include "detect/bruteforce.h"

#include "unit/detect/play.h"

/* sshd's lines: who fails how often, and whether it gets in. */
static const struct row {
	const char *what, *source;
	unsigned failures, accounts;
	unsigned every_s;
	bool gets_in;
	enum finding_level least, most;
	const char *rule;		/* NULL: nothing is told */
} rows[] = {
	{ "guessing within the house", "10.0.0.5", 60, 1, 2, false, LEVEL_MEDIUM, LEVEL_HIGH, "bruteforce.guessing" },
	{ "guessing that succeeds", "10.0.0.5", 60, 1, 2, true, LEVEL_HIGH, LEVEL_CRITICAL, "bruteforce.guessing" },
	{ "spraying", "10.0.0.5", 40, 40, 20, false, LEVEL_MEDIUM, LEVEL_HIGH, "bruteforce.spraying" },
	{ "typing errors", "10.0.0.5", 5, 1, 5, true, LEVEL_INFO, LEVEL_INFO, NULL },
	{ "the weather outside", "198.51.100.7", 900, 60, 3, false, LEVEL_INFO, LEVEL_LOW, "bruteforce.spraying" },
	{ "from outside, and in", "198.51.100.7", 300, 1, 3, true, LEVEL_HIGH, LEVEL_CRITICAL, "bruteforce.guessing" },
	{ "an old password in a program", "10.0.0.5", 700, 1, 60, false, LEVEL_INFO, LEVEL_LOW, "bruteforce.guessing" },
};

static void
say(struct play *p, unsigned at_s, const char *what, unsigned account, const char *source)
{
	char line[256];

	(void)snprintf(line, sizeof(line), "<38>2026-11-%02uT%02u:%02u:%02uZ srv sshd[77]: %s password for user%u from %s port 5118 ssh2",
	    10 + at_s / 86400, at_s / 3600 % 24, at_s / 60 % 60, at_s % 60, what, account, source);
	play_line(p, line);
}

static void
guessing_is_told_from_forgetting(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct finding *f;
		unsigned at_s = 3600;

		play_open(&p, FINDING_BRUTEFORCE, "syslog");
		for (unsigned n = 0; n < rows[i].failures; n++, at_s += rows[i].every_s)
			say(&p, at_s, "Failed", n % rows[i].accounts, rows[i].source);
		if (rows[i].gets_in)
			say(&p, at_s, "Accepted", 0, rows[i].source);
		f = play_worst(&p);
		if ((f != NULL) != (rows[i].rule != NULL))
			fail_msg("%s: %s", rows[i].what, f != NULL ? "told" : "not told");
		if (f != NULL) {
			if (f->level < rows[i].least || f->level > rows[i].most)
				fail_msg("%s: %s", rows[i].what, finding_level_name(f->level));
			assert_view_equal(f->rule, rows[i].rule);
			assert_view_equal(f->source, rows[i].source);
			assert_view_equal(f->destination, "srv");
		}
		play_close(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guessing_is_told_from_forgetting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
