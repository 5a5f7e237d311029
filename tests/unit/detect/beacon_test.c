#include "detect/beacon.h"

#include <math.h>

#include "detect/engine.h"
#include "record/stream.h"
#include "unit/test.h"

#define BEGIN_S 1795420800.0	/* 2026-11-23 08:00 UTC */
#define CROWD 30u

/* One machine calls one name; how, and what must come of it. */
static const struct row {
	const char *what;
	double every_s, jitter;		/* uniform, +- share of it */
	unsigned calls;
	unsigned sleep_every;		/* after so many calls a pause of ten intervals; 0: none */
	unsigned machines;		/* that do the same */
	bool is_page;			/* other names are met at the same moment */
	bool is_human;			/* exponential intervals */
	enum finding_level least, most;
	const char *interval_ms;	/* NULL: not looked at */
} rows[] = {
	{ "every 5 minutes to the second", 300, 0, 300, 0, 1, false, false, LEVEL_HIGH, LEVEL_HIGH, "300000" },
	{ "every minute, half of it jitter", 60, 0.5, 1500, 0, 1, false, false, LEVEL_HIGH, LEVEL_HIGH, NULL },
	{ "every 6 hours", 21600, 0.1, 28, 0, 1, false, false, LEVEL_MEDIUM, LEVEL_HIGH, NULL },
	{ "with pauses", 600, 0.2, 200, 20, 1, false, false, LEVEL_MEDIUM, LEVEL_HIGH, NULL },
	{ "every 5 seconds", 5, 0.1, 3000, 0, 1, false, false, LEVEL_MEDIUM, LEVEL_HIGH, NULL },
	{ "what ten machines do", 300, 0, 300, 0, 10, false, false, LEVEL_INFO, LEVEL_LOW, NULL },
	{ "a page that reloads", 60, 0.01, 480, 0, 1, true, false, LEVEL_INFO, LEVEL_LOW, NULL },
	{ "a person", 300, 0, 500, 0, 1, false, true, LEVEL_INFO, LEVEL_LOW, NULL },
};

struct bench {
	struct engine *engine;
	struct findings *findings;
	struct stream *stream;
	struct record record;
	struct hn_arena arena;
	uint64_t lines, random;
};

static double
chance(struct bench *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return (double)(b->random >> 11) / 9007199254740992.0;
}

static void
call(struct bench *b, double at_s, const char *machine, const char *name)
{
	char line[256];
	const int n = snprintf(line, sizeof(line), "%.3f 20 %s TCP_TUNNEL/200 4821 CONNECT %s:443 - HIER_DIRECT/203.0.113.9 -", at_s,
	    machine, name);

	assert_int_equal(stream_line(b->stream, (struct hn_view){ line, (size_t)n }, ++b->lines, &b->record, NULL), HN_OK);
	engine_see(b->engine, &b->record, b->findings);
}

/* Others are there too, each with a site of its own: without a house nothing is rare. */
static void
crowd(struct bench *b, double at_s)
{
	for (unsigned i = 0; i < CROWD; i++) {
		char machine[32], name[64];

		(void)snprintf(machine, sizeof(machine), "10.1.0.%u", i + 1);
		(void)snprintf(name, sizeof(name), "www.site%u.example.com", i);
		call(b, at_s, machine, name);
	}
}

static void
play(struct bench *b, const struct row *row)
{
	double at_s = BEGIN_S;

	crowd(b, at_s - 10);
	for (unsigned i = 0; i < row->calls; i++) {
		for (unsigned m = 0; m < row->machines; m++) {
			char machine[32];

			(void)snprintf(machine, sizeof(machine), "10.0.0.%u", m + 1);
			call(b, at_s + m * 0.01, machine, "a.planted.example.net");
			if (row->is_page)
				call(b, at_s + 0.3, machine, "cdn.other.example.org");
		}
		at_s += row->is_human ? -log(1 - chance(b)) * row->every_s : row->every_s * (1 + row->jitter * (2 * chance(b) - 1));
		if (row->sleep_every > 0 && (i + 1) % row->sleep_every == 0)
			at_s += 10 * row->every_s;
	}
}

static void
open_bench(struct bench *b, const struct detect_conf *conf, const struct reader_conf *reader)
{
	*b = (struct bench){ .random = 88172645463325252u, .arena = HN_ARENA(1u << 20) };
	b->findings = findings_new(1000, 16u << 20);
	assert_non_null(b->findings);
	assert_int_equal(engine_open(conf, 1u << FINDING_BEACON, (struct engine_memory){ 0 }, &b->engine, NULL), HN_OK);
	assert_int_equal(stream_new(HN_LIT("squid"), reader, &b->stream, NULL), HN_OK);
}

static void
close_bench(struct bench *b)
{
	engine_close(b->engine);
	findings_free(b->findings);
	stream_free(b->stream);
	hn_arena_fini(&b->arena);
}

static void
timers_are_told_from_people(void **state)
{
	static struct bench b;
	const struct scope scope = { 0 };
	const struct detect_conf conf = { .scope = &scope };

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct reader_conf reader = { .arena = &b.arena };
		enum finding_level level = LEVEL_INFO;
		const struct finding *const *all;
		size_t n;

		open_bench(&b, &conf, &reader);
		play(&b, &rows[i]);
		all = findings_sorted(b.findings, &n);
		if (n > 0)
			level = all[0]->level;
		if (level < rows[i].least || level > rows[i].most)
			fail_msg("%s: %s", rows[i].what, finding_level_name(level));
		if (rows[i].interval_ms != NULL) {
			assert_view_equal(all[0]->destination, "a.planted.example.net");
			assert_view_equal(all[0]->source, "10.0.0.1");
			assert_view_equal(all[0]->facts[1].name, "interval_ms");
			assert_view_equal(all[0]->facts[1].value, rows[i].interval_ms);
		}
		close_bench(&b);
	}
}

/* Stopped in the middle and gone on from what was saved: the same in the end. */
static void
a_restart_changes_nothing(void **state)
{
	static struct bench b, c;
	const struct scope scope = { 0 };
	const struct detect_conf conf = { .scope = &scope };
	const struct reader_conf reader_b = { .arena = &b.arena }, reader_c = { .arena = &c.arena };
	struct hn_buf saved = HN_BUF(64u << 20);
	size_t n_b, n_c;

	(void)state;
	open_bench(&b, &conf, &reader_b);
	open_bench(&c, &conf, &reader_c);
	for (unsigned i = 0; i < 200; i++) {
		if (i == 97) {
			engine_save(b.engine, &saved);
			assert_false(saved.failed);
			engine_close(b.engine);
			assert_int_equal(engine_open(&conf, 1u << FINDING_BEACON, (struct engine_memory){ 0 }, &b.engine, NULL), HN_OK);
			assert_int_equal(engine_load(b.engine, hn_buf_view(&saved), NULL), HN_OK);
		}
		call(&b, BEGIN_S + i * 300, "10.0.0.1", "a.planted.example.net");
		call(&c, BEGIN_S + i * 300, "10.0.0.1", "a.planted.example.net");
	}
	const struct finding *x = findings_sorted(b.findings, &n_b)[0], *y = findings_sorted(c.findings, &n_c)[0];

	assert_int_equal(n_b, n_c);
	assert_int_equal(x->count, y->count);
	assert_true(x->score == y->score);
	assert_int_equal(engine_load(c.engine, (struct hn_view){ saved.p, saved.n / 2 }, NULL), HN_E_SYNTAX);
	hn_buf_fini(&saved);
	close_bench(&b);
	close_bench(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_are_told_from_people),
		cmocka_unit_test(a_restart_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
