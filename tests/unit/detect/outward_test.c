#include "detect/outward.h"

#include <inttypes.h>

#include "detect/house.h"
#include "unit/detect/play.h"

#define HEAD_SEPARATOR "#separator \\x09"
#define HEAD_FIELDS "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\torig_bytes\tresp_bytes\tconn_state"
#define BEGIN_S 1795420800.0
#define DAY_S 86400.0

static void
conn(struct play *p, double at_s, const char *who, const char *whom, unsigned port)
{
	char line[256];

	(void)snprintf(line, sizeof(line), "%.3f\tC%" PRIu64 "\t%s\t%u\t%s\t%u\ttcp\t-\t900\t900\tSF", at_s, p->lines, who,
	    20000 + (unsigned)(p->lines % 40000), whom, port);
	play_line(p, line);
}

/* A house in which machine 10.0.0.5 works for ${days}, used by ${clients} others; then it speaks to the outside. */
static const struct row {
	const char *what;
	unsigned days, clients;
	unsigned sites;			/* outside, to which it speaks every day */
	unsigned contacts;
	double every_s;
	unsigned port;
	enum finding_level least, most;
	const char *words;		/* NULL: nothing is told */
} rows[] = {
	{ "a server after two weeks", 14, 12, 0, 15, 240, 443, LEVEL_MEDIUM, LEVEL_HIGH, "policy-server-internet" },
	{ "a machine after a month", 30, 1, 0, 15, 240, 443, LEVEL_MEDIUM, LEVEL_HIGH, "policy-internet" },
	{ "a machine after two weeks, for seconds", 14, 1, 0, 5, 2, 443, LEVEL_INFO, LEVEL_LOW, "policy-internet" },
	{ "a server that speaks to anybody", 14, 12, 5, 15, 240, 443, LEVEL_INFO, LEVEL_INFO, NULL },
	{ "a machine that speaks to its maker alone", 14, 1, 1, 15, 240, 443, LEVEL_LOW, LEVEL_MEDIUM, "policy-new-peer" },
	{ "not known for long", 3, 12, 0, 15, 240, 443, LEVEL_INFO, LEVEL_INFO, NULL },
	{ "once", 14, 12, 0, 1, 240, 443, LEVEL_INFO, LEVEL_INFO, NULL },
	{ "the time", 14, 12, 0, 15, 240, 123, LEVEL_INFO, LEVEL_INFO, NULL },
};

static void
play_house(struct play *p, const struct row *r)
{
	char who[24];

	for (unsigned day = 0; day < r->days; day++) {
		for (unsigned n = 0; n < r->clients; n++) {
			(void)snprintf(who, sizeof(who), "10.0.1.%u", n + 1);
			conn(p, BEGIN_S + day * DAY_S + n, who, "10.0.0.5", 1433);
			conn(p, BEGIN_S + day * DAY_S + n + 0.5, who, "198.51.100.80", 443);
		}
		for (unsigned n = 0; n < r->sites; n++) {
			(void)snprintf(who, sizeof(who), "198.51.100.%u", 1 + n);
			conn(p, BEGIN_S + day * DAY_S + 100 + n, "10.0.0.5", who, 443);
		}
	}
}

static void
a_quiet_machine_that_speaks_to_the_outside_is_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct row *const r = &rows[i];
		const struct finding *f;

		play_open(&p, FINDING_POLICY, "");
		play_line(&p, HEAD_SEPARATOR);
		play_line(&p, "#path\tconn");
		play_line(&p, HEAD_FIELDS);
		play_house(&p, r);
		assert_null(play_worst(&p));
		for (unsigned n = 0; n < r->contacts; n++)
			conn(&p, BEGIN_S + r->days * DAY_S + 3600 + n * r->every_s, "10.0.0.5", "203.0.113.9", r->port);
		f = play_worst(&p);
		if ((f != NULL) != (r->words != NULL))
			fail_msg("%s: %s", r->what, f != NULL ? "told" : "not told");
		if (f != NULL) {
			if (f->level < r->least || f->level > r->most)
				fail_msg("%s: %s %.2f", r->what, finding_level_name(f->level), f->score);
			assert_view_equal(f->words, r->words);
			assert_view_equal(f->source, "10.0.0.5");
		}
		play_close(&p);
	}
}

/* What the house has declared needs no past. */
static void
a_declared_server_needs_no_past(void **state)
{
	static struct play p;
	static struct house house;
	struct hn_cidr quiet, loud;

	(void)state;
	assert_int_equal(hn_cidr_parse(HN_LIT("10.0.0.5"), &quiet), HN_OK);
	assert_int_equal(hn_cidr_parse(HN_LIT("10.0.0.6/31"), &loud), HN_OK);
	house.server[0] = (struct house_server){ .name = HN_LIT("lis"), .address = &quiet, .n_address = 1 };
	house.server[1] = (struct house_server){ .name = HN_LIT("gw"), .address = &loud, .n_address = 1, .may_speak = true };
	house.n_servers = 2;
	play_open_house(&p, FINDING_POLICY, "", &house);
	play_line(&p, HEAD_SEPARATOR);
	play_line(&p, "#path\tconn");
	play_line(&p, HEAD_FIELDS);
	conn(&p, BEGIN_S, "10.0.0.7", "203.0.113.9", 443);
	assert_null(play_worst(&p));
	conn(&p, BEGIN_S, "10.0.0.5", "10.0.0.9", 443);
	assert_null(play_worst(&p));
	conn(&p, BEGIN_S, "10.0.0.5", "203.0.113.9", 443);
	assert_view_equal(play_worst(&p)->words, "policy-declared");
	assert_true(play_worst(&p)->level >= LEVEL_LOW);
	conn(&p, BEGIN_S + 700, "10.0.0.5", "203.0.113.9", 443);
	assert_int_equal(play_worst(&p)->level, LEVEL_MEDIUM);
	play_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quiet_machine_that_speaks_to_the_outside_is_told),
		cmocka_unit_test(a_declared_server_needs_no_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
