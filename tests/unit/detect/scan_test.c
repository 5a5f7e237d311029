#include "detect/scan.h"

#include "unit/detect/play.h"

#define HEAD_SEPARATOR "#separator \\x09"
#define HEAD_FIELDS "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\torig_bytes\tresp_bytes\tconn_state"
#define BEGIN_S 1795420800.0

static const struct row {
	const char *what;
	const char *who;
	unsigned hosts, ports;		/* tried, each once per round */
	double every_s;
	const char *state;
	unsigned days;			/* on which it does so */
	enum finding_level least, most;
	const char *rule;
} rows[] = {
	{ "a worm within the house", "10.0.0.5", 200, 1, 0.1, "S0", 1, LEVEL_MEDIUM, LEVEL_HIGH, "scan.hosts" },
	{ "every port of one machine", "10.0.0.5", 1, 500, 0.1, "REJ", 1, LEVEL_MEDIUM, LEVEL_HIGH, "scan.ports" },
	{ "what answers is no scan", "10.0.0.5", 200, 1, 0.1, "SF", 1, LEVEL_INFO, LEVEL_INFO, NULL },
	{ "too slow to be one", "10.0.0.5", 100, 1, 60, "S0", 1, LEVEL_INFO, LEVEL_INFO, NULL },
	{ "a few dead printers", "10.0.0.5", 12, 1, 1, "S0", 1, LEVEL_INFO, LEVEL_INFO, NULL },
	{ "the weather outside", "198.51.100.9", 200, 1, 0.1, "S0", 1, LEVEL_INFO, LEVEL_LOW, "scan.hosts" },
};

static void
play_round(struct play *p, const struct row *row, double at_s)
{
	for (unsigned h = 0; h < row->hosts; h++)
		for (unsigned port = 0; port < row->ports; port++) {
			char line[256];

			(void)snprintf(line, sizeof(line), "%.3f\tC%u\t%s\t%u\t10.0.%u.%u\t%u\ttcp\t-\t0\t%s\t%s", at_s, h * 1000 + port,
			    row->who, 20000 + (h * row->ports + port) % 40000, 1 + h / 200, 1 + h % 200, 445 + port,
			    strcmp(row->state, "SF") == 0 ? "90" : "0", row->state);
			play_line(p, line);
			at_s += row->every_s;
		}
}

static void
trying_in_vain_is_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct finding *f;

		play_open(&p, FINDING_SCAN, "zeek");
		play_line(&p, HEAD_SEPARATOR);
		play_line(&p, "#path\tconn");
		play_line(&p, HEAD_FIELDS);
		for (unsigned day = 0; day < rows[i].days; day++)
			play_round(&p, &rows[i], BEGIN_S + day * 86400);
		f = play_worst(&p);
		if ((f != NULL) != (rows[i].rule != NULL))
			fail_msg("%s: %s", rows[i].what, f != NULL ? "told" : "not told");
		if (f == NULL) {
			play_close(&p);
			continue;
		}
		if (f->level < rows[i].least || f->level > rows[i].most)
			fail_msg("%s: %s", rows[i].what, finding_level_name(f->level));
		assert_view_equal(f->rule, rows[i].rule);
		assert_view_equal(f->source, rows[i].who);
		play_close(&p);
	}
}

/* The inventory's nightly round is told at first and then less and less. */
static void
what_comes_each_day_is_a_tool(void **state)
{
	static struct play p;
	struct row row = rows[0];

	(void)state;
	play_open(&p, FINDING_SCAN, "zeek");
	play_line(&p, HEAD_SEPARATOR);
	play_line(&p, "#path\tconn");
	play_line(&p, HEAD_FIELDS);
	for (unsigned day = 0; day < 6; day++)
		play_round(&p, &row, BEGIN_S + day * 86400);
	assert_true(play_worst(&p)->level <= LEVEL_LOW);
	play_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trying_in_vain_is_told),
		cmocka_unit_test(what_comes_each_day_is_a_tool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
