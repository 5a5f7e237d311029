#include "detect/silence.h"

#include <inttypes.h>

#include "unit/detect/play.h"

#define BEGIN_S 1795392000u		/* a slot's beginning */
#define DAY_S 86400u
#define MACHINES 40u

static void
speak(struct play *p, unsigned at_s, unsigned machine)
{
	char line[256];

	(void)snprintf(line, sizeof(line), "%u.%03u\tC%" PRIu64 "\t10.0.0.%u\t%u\t10.0.1.1\t445\ttcp\t-\t9\t9\tSF", at_s, machine,
	    p->lines, machine + 1, 20000 + (unsigned)(p->lines % 40000));
	play_line(p, line);
}

/* ${days} in which every machine speaks all the time, then some fall silent. */
static const struct row {
	const char *what;
	unsigned days, fallen;
	bool was_ever_off;		/* they are silent at this hour every day */
	bool all_stop;			/* the log itself stops */
	enum finding_level least, most;
} rows[] = {
	{ "thirty of forty", 9, 30, false, false, LEVEL_MEDIUM, LEVEL_HIGH },
	{ "fourteen of forty", 9, 14, false, false, LEVEL_LOW, LEVEL_MEDIUM },
	{ "five of forty", 9, 5, false, false, LEVEL_INFO, LEVEL_INFO },
	{ "not known for a week", 5, 30, false, false, LEVEL_INFO, LEVEL_INFO },
	{ "the end of every day", 9, 30, true, false, LEVEL_INFO, LEVEL_INFO },
	{ "the log stops", 9, 30, false, true, LEVEL_INFO, LEVEL_INFO },
};

static bool
is_silent(const struct row *r, unsigned at_s, unsigned machine)
{
	const unsigned day = at_s / DAY_S, hour = at_s % DAY_S / 3600;

	if (day == r->days && hour >= 10 && r->all_stop)
		return true;
	return machine < r->fallen && hour >= 10 && hour < 14 && (day == r->days || r->was_ever_off);
}

static void
many_that_fall_silent_at_once_are_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct row *const r = &rows[i];
		const struct finding *f;
		enum finding_level level;

		play_open(&p, FINDING_SILENCE, "");
		play_line(&p, "#separator \\x09");
		play_line(&p, "#path\tconn");
		play_line(&p, "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\torig_bytes\tresp_bytes\tconn_state");
		for (unsigned at_s = 0; at_s < r->days * DAY_S + 12 * 3600; at_s += 600)
			for (unsigned m = 0; m < MACHINES; m++)
				if (!is_silent(r, at_s, m))
					speak(&p, BEGIN_S + at_s, m);
		f = play_worst(&p);
		level = f != NULL ? f->level : LEVEL_INFO;
		if (level < r->least || level > r->most || (r->most == LEVEL_INFO && f != NULL))
			fail_msg("%s: %s", r->what, f != NULL ? finding_level_name(level) : "not told");
		if (f != NULL)
			assert_int_equal(f->count, r->fallen);
		play_close(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_that_fall_silent_at_once_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
