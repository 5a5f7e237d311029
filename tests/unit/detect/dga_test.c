#include "detect/dga.h"

#include "detect/made_up.h"
#include "unit/detect/play.h"

#define BEGIN_S 1795420800.0

/* Form of a name: L letters drawn evenly, W two words joined, R a few names again and again. */
static const struct row {
	const char *what;
	char form;
	const char *code;
	double every_s;
	unsigned machines, questions, others, days;	/* others: look-ups that succeed, for each that does not */
	const char *type;
	enum finding_level least, most;
} rows[] = {
	{ "letters, a dozen", 'L', "NXDOMAIN", 2, 1, 12, 0, 1, "A", LEVEL_MEDIUM, LEVEL_HIGH },
	{ "letters, hundreds", 'L', "NXDOMAIN", 0.5, 1, 300, 1, 1, "A", LEVEL_MEDIUM, LEVEL_HIGH },
	{ "words joined", 'W', "NXDOMAIN", 1, 1, 60, 1, 1, "A", LEVEL_MEDIUM, LEVEL_HIGH },
	{ "a few typing errors", 'W', "NXDOMAIN", 20, 1, 9, 3, 1, "A", LEVEL_INFO, LEVEL_INFO },
	{ "some dead links", 'W', "NXDOMAIN", 10, 1, 15, 3, 1, "A", LEVEL_INFO, LEVEL_LOW },
	{ "the same dead names all day", 'R', "NXDOMAIN", 1, 1, 3000, 0, 1, "A", LEVEL_INFO, LEVEL_INFO },
	{ "names that exist", 'L', "NOERROR", 1, 1, 300, 0, 1, "A", LEVEL_INFO, LEVEL_INFO },
	{ "a resolver that fails", 'W', "SERVFAIL", 1, 1, 300, 0, 1, "A", LEVEL_INFO, LEVEL_INFO },
	{ "a list that blocks, for all machines", 'R', "NXDOMAIN", 1, 20, 100, 1, 1, "A", LEVEL_INFO, LEVEL_INFO },
	{ "a mail server and false senders", 'W', "NXDOMAIN", 2, 1, 60, 1, 5, "MX", LEVEL_INFO, LEVEL_LOW },
	{ "so slow that it is not looked for", 'L', "NXDOMAIN", 120, 1, 100, 0, 1, "A", LEVEL_INFO, LEVEL_INFO },
};

static void
put_name(struct play *p, char *to, size_t size, const struct row *row, unsigned n)
{
	static const char *const words[] = { "silver", "garden", "winter", "bridge", "market", "yellow", "castle", "window", "mirror",
		"forest", "doctor", "ticket", "orange", "needle", "planet", "summer", "bottle", "circle", "letter", "dinner" };
	char drawn[16] = "";

	for (unsigned i = 0; i < 14; i++)
		drawn[i] = (char)('a' + (int)(play_chance(p) * 26));
	if (row->form == 'L')
		(void)snprintf(to, size, "%s.example", drawn);
	else
		(void)snprintf(to, size, "%s%s.example", words[n % (row->form == 'R' ? 4 : 20)],
		    words[row->form == 'R' ? 3 : n / 20 % 20]);
}

static void
play_question(struct play *p, double at_s, unsigned machine, const char *name, const char *type, const char *code)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "%.3f\tC1\t10.0.1.%u\t40000\t10.0.0.53\t53\tudp\t%s\t%s\t%s\t-", at_s, machine, name, type,
	    code);
	play_line(p, line);
}

static void
play_row(struct play *p, const struct row *row)
{
	char name[64];

	play_open(p, FINDING_DGA, "zeek");
	play_line(p, "#separator \\x09");
	play_line(p, "#path\tdns");
	play_line(p, "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tquery\tqtype_name\trcode_name\tanswers");
	for (unsigned day = 0; day < row->days; day++)
		for (unsigned i = 0; i < row->questions; i++)
			for (unsigned m = 0; m < row->machines; m++) {
				const double at_s = BEGIN_S + day * 86400 + i * row->every_s;

				put_name(p, name, sizeof(name), row, i);
				play_question(p, at_s, 1 + m, name, row->type, row->code);
				for (unsigned o = 0; o < row->others; o++)
					play_question(p, at_s, 1 + m, "www.example.org", "A", "NOERROR");
			}
}

static void
bursts_of_missing_names_are_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct finding *f;
		enum finding_level level;

		play_row(&p, &rows[i]);
		f = play_worst(&p);
		level = f != NULL ? f->level : LEVEL_INFO;
		if (level < rows[i].least || level > rows[i].most)
			fail_msg("%s: %s", rows[i].what, finding_level_name(level));
		play_close(&p);
	}
}

static void
names_of_people_and_of_programs(void **state)
{
	static const struct {
		const char *label;
		bool is_unlikely;
	} labels[] = {
		{ "qxkvzjwpfhtn", true }, { "a8f3e91c07bd42e6", true }, { "k3x9q7z2m5v8w4", true },
		{ "hospital", false }, { "yokohama-kango", false }, { "weathersync", false }, { "shinjukubyoin", false },
		{ "microsoft", false }, { "office365", false }, { "photo2026", false }, { "xn--n8jxljak4t7b", false }, { "qq", false },
		{ "2o7", false }, { "", false },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(labels); i++)
		if ((made_up_score(hn_view_of(labels[i].label)) >= MADE_UP_UNLIKELY) != labels[i].is_unlikely)
			fail_msg("%s: %.2f", labels[i].label, made_up_score(hn_view_of(labels[i].label)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bursts_of_missing_names_are_told),
		cmocka_unit_test(names_of_people_and_of_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
