#include "unit/store/scratch.h"

#include <time.h>

#include "site/findings.h"
#include "site/triage.h"
#include "store/audit.h"

#define MANY 100000u
#define NOW_MS INT64_C(1780844400000)
#define DAY_MS INT64_C(86400000)

struct place {
	char folder[SCRATCH_PATH];
	struct hn_db *db;
	struct hn_arena arena;
};

static const struct site_actor admin = { HN_INIT("admin"), HN_INIT("admin"), HN_INIT(""), HN_INIT("asked the vendor"), NOW_MS };

static void
place_open(struct place *p)
{
	char path[SCRATCH_PATH + 16];

	p->arena = HN_ARENA(1u << 20);
	scratch_make(p->folder);
	(void)snprintf(path, sizeof(path), "%s/site.db", p->folder);
	assert_int_equal(hn_db_open(path, HN_DB_WRITE, &p->db, NULL), HN_OK);
	assert_int_equal(site_triage_attach(p->db, NULL), HN_OK);
}

static void
place_close(struct place *p)
{
	hn_db_close(p->db);
	hn_arena_fini(&p->arena);
	scratch_remove(p->folder);
}

static struct finding
made(const char *source, const char *peer, double weight)
{
	struct finding f = { .kind = FINDING_BEACON, .at_most = LEVEL_HIGH, .count = 1, .first_ms = NOW_MS, .last_ms = NOW_MS,
		.rule = HN_LIT("beacon"), .words = HN_LIT("beacon"), .source = hn_view_of(source), .destination = hn_view_of(peer),
		.user = HN_LIT(""), .note = HN_LIT("") };

	finding_part(&f, "beacon.prior", weight);
	finding_identify(&f);
	finding_weigh(&f);
	return f;
}

static void
store(struct place *p, const struct finding *f)
{
	assert_int_equal(hn_db_begin(p->db, NULL), HN_OK);
	assert_int_equal(site_finding_merge(p->db, f, NOW_MS, &p->arena, NULL), HN_OK);
	assert_int_equal(hn_db_commit(p->db, NULL), HN_OK);
	hn_arena_reset(&p->arena);
}

static struct site_finding
load(struct place *p, const struct finding *f)
{
	struct site_finding s;

	hn_arena_reset(&p->arena);
	assert_int_equal(site_finding_load(p->db, f->id, &p->arena, &s, NULL), HN_OK);
	return s;
}

/* Each verdict: what becomes of its finding, of one with the same peer, on the same machine, of the same rule, of another. */
static const struct {
	const char *verdict;
	enum finding_level own, peer, machine, rule;
} verdicts[] = {
	{ "false", LEVEL_INFO, LEVEL_LOW, LEVEL_LOW, LEVEL_MEDIUM },
	{ "expected", LEVEL_INFO, LEVEL_LOW, LEVEL_LOW, LEVEL_MEDIUM },
	{ "true", LEVEL_HIGH, LEVEL_MEDIUM, LEVEL_MEDIUM, LEVEL_MEDIUM },
	{ "none", LEVEL_MEDIUM, LEVEL_MEDIUM, LEVEL_MEDIUM, LEVEL_MEDIUM },
};

static void
a_verdict_teaches(void **state)
{
	const struct finding own = made("10.0.0.1", "a.example", 0.4), peer = made("10.0.0.2", "a.example", 0.4),
	    machine = made("10.0.0.1", "b.example", 0.4), rule = made("10.0.0.2", "b.example", 0.4),
	    later = made("10.0.0.3", "a.example", 0.4);
	struct place p;

	(void)state;
	place_open(&p);
	store(&p, &own);
	store(&p, &peer);
	store(&p, &machine);
	store(&p, &rule);
	for (size_t i = 0; i < HN_COUNT(verdicts); i++) {
		assert_int_equal(site_verdict_set(p.db, own.id, hn_view_of(verdicts[i].verdict), &admin, NULL), HN_OK);
		assert_int_equal(load(&p, &own).f.level, verdicts[i].own);
		assert_int_equal(load(&p, &peer).f.level, verdicts[i].peer);
		assert_int_equal(load(&p, &machine).f.level, verdicts[i].machine);
		assert_int_equal(load(&p, &rule).f.level, verdicts[i].rule);
		store(&p, &own);	/* it is seen again: the verdict stands */
		assert_int_equal(load(&p, &own).f.level, verdicts[i].own);
		if (i == 0) {
			store(&p, &later);	/* what comes later learns too */
			assert_int_equal(load(&p, &later).f.level, LEVEL_LOW);
		}
	}
	assert_true(load(&p, &own).shift == 0);
	place_close(&p);
}

static void
an_act_needs_its_reason(void **state)
{
	const struct finding f = made("10.0.0.1", "a.example", 0.4), unknown = made("10.9.9.9", "a.example", 0.4);
	struct site_actor by = admin;
	struct hn_audit_head before, after;
	struct place p;
	int64_t id = 0;

	(void)state;
	place_open(&p);
	store(&p, &f);
	assert_int_equal(hn_audit_head(p.db, &before, NULL), HN_OK);
	assert_int_equal(site_verdict_set(p.db, unknown.id, HN_LIT("false"), &by, NULL), HN_E_NOTFOUND);
	assert_int_equal(site_verdict_set(p.db, f.id, HN_LIT("perhaps"), &by, NULL), HN_E_SYNTAX);
	assert_int_equal(site_allow_add(p.db, HN_LIT("a,b"), NOW_MS + 1, &by, &id, NULL), HN_E_SYNTAX);
	assert_int_equal(site_allow_add(p.db, HN_LIT("a"), NOW_MS, &by, &id, NULL), HN_E_SYNTAX);
	assert_int_equal(site_allow_end(p.db, 1, &by, NULL), HN_E_NOTFOUND);
	by.reason = HN_LIT("");
	assert_int_equal(site_verdict_set(p.db, f.id, HN_LIT("false"), &by, NULL), HN_E_SYNTAX);
	assert_int_equal(site_allow_add(p.db, HN_LIT("a"), NOW_MS + 1, &by, &id, NULL), HN_E_SYNTAX);
	assert_int_equal(hn_audit_head(p.db, &after, NULL), HN_OK);
	assert_int_equal(after.seq, before.seq);
	assert_int_equal(site_verdict_set(p.db, f.id, HN_LIT("false"), &admin, NULL), HN_OK);
	assert_int_equal(hn_audit_head(p.db, &after, NULL), HN_OK);
	assert_int_equal(after.seq, before.seq + 1);
	assert_true(!hn_db_in_transaction(p.db));
	place_close(&p);
}

static const struct {
	const char *value;
	bool expects;
} values[] = {
	{ "10.0.0.0/24", true }, { "10.0.0.1", true }, { "example", true }, { "a.example", true }, { "rule:beacon", true },
	{ "10.0.1.0/24", false }, { "b.example", false }, { "rule:scan", false }, { "user:tanaka", false },
};

static void
what_is_expected_sinks_until_its_day(void **state)
{
	const struct finding f = made("10.0.0.1", "a.example", 3);
	struct place p;
	int64_t id, n;

	(void)state;
	place_open(&p);
	store(&p, &f);
	for (size_t i = 0; i < HN_COUNT(values); i++) {
		const enum finding_level then = values[i].expects ? LEVEL_INFO : LEVEL_HIGH;

		assert_int_equal(site_allow_add(p.db, hn_view_of(values[i].value), NOW_MS + DAY_MS, &admin, &id, NULL), HN_OK);
		assert_int_equal(load(&p, &f).f.level, then);
		store(&p, &f);
		assert_int_equal(load(&p, &f).f.level, then);
		if (i % 2 == 0) {
			assert_int_equal(site_allow_end(p.db, id, &admin, NULL), HN_OK);
			assert_int_equal(site_allow_end(p.db, id, &admin, NULL), HN_E_NOTFOUND);
		} else {
			assert_int_equal(site_allow_expire(p.db, NOW_MS + DAY_MS - 1, &n, NULL), HN_OK);
			assert_int_equal(n, 0);
			assert_int_equal(site_allow_expire(p.db, NOW_MS + DAY_MS, &n, NULL), HN_OK);
			assert_int_equal(n, 1);
		}
		assert_int_equal(load(&p, &f).f.level, LEVEL_HIGH);
	}
	place_close(&p);
}

/* Two rows expect the same thing: taking one back gives nothing back yet. */
static void
another_row_still_expects(void **state)
{
	const struct finding f = made("10.0.0.1", "a.example", 3);
	struct place p;
	int64_t first, second;

	(void)state;
	place_open(&p);
	assert_int_equal(site_allow_add(p.db, HN_LIT("a.example"), NOW_MS + DAY_MS, &admin, &first, NULL), HN_OK);
	assert_int_equal(site_allow_add(p.db, HN_LIT("10.0.0.1"), NOW_MS + DAY_MS, &admin, &second, NULL), HN_OK);
	store(&p, &f);
	assert_int_equal(load(&p, &f).f.level, LEVEL_INFO);
	assert_int_equal(site_allow_end(p.db, first, &admin, NULL), HN_OK);
	assert_int_equal(load(&p, &f).f.level, LEVEL_INFO);
	assert_int_equal(site_allow_end(p.db, second, &admin, NULL), HN_OK);
	assert_int_equal(load(&p, &f).f.level, LEVEL_HIGH);
	place_close(&p);
}

static int64_t
cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
fill(struct place *p)
{
	char source[32], peer[32];

	assert_int_equal(hn_db_begin(p->db, NULL), HN_OK);
	for (unsigned i = 0; i < MANY; i++) {
		(void)snprintf(source, sizeof(source), "10.0.%u.%u", i / 250 % 250, i % 250);
		(void)snprintf(peer, sizeof(peer), "p%u.a.example", i / 100);

		const struct finding f = made(source, peer, 0.2);

		assert_int_equal(site_finding_merge(p->db, &f, NOW_MS, &p->arena, NULL), HN_OK);
		hn_arena_reset(&p->arena);
	}
	assert_int_equal(hn_db_commit(p->db, NULL), HN_OK);
}

/* Whole sets are re-scored at once; how long it takes is told, and stands in docs/benchmarks.md. */
static void
the_past_is_rescored(void **state)
{
	const struct finding first = made("10.0.0.0", "p0.a.example", 0.2);
	uint64_t levels[LEVEL_COUNT];
	struct place p;
	int64_t id, t[4];

	(void)state;
	place_open(&p);
	fill(&p);
	t[0] = cpu_ms();
	assert_int_equal(site_verdict_set(p.db, first.id, HN_LIT("false"), &admin, NULL), HN_OK);
	t[1] = cpu_ms();
	assert_int_equal(site_allow_add(p.db, HN_LIT("a.example"), NOW_MS + DAY_MS, &admin, &id, NULL), HN_OK);
	t[2] = cpu_ms();
	assert_int_equal(site_findings_levels(p.db, levels, NULL), HN_OK);
	assert_int_equal(levels[LEVEL_INFO], MANY);
	assert_int_equal(site_allow_end(p.db, id, &admin, NULL), HN_OK);
	t[3] = cpu_ms();
	assert_int_equal(site_findings_levels(p.db, levels, NULL), HN_OK);
	assert_int_equal(levels[LEVEL_INFO], 1);
	assert_int_equal(levels[LEVEL_LOW], MANY - 1);
	print_message("%u findings: verdict %d ms, allow %d ms, back %d ms\n", MANY, (int)(t[1] - t[0]), (int)(t[2] - t[1]),
	    (int)(t[3] - t[2]));
	place_close(&p);
}

/* A member names its chain, a chain its members; what joined another chain names that one. */
static void
members_are_kept(void **state)
{
	const struct finding member = made("10.0.0.1", "a.example", 1);
	struct finding chain = { .kind = FINDING_CHAIN, .at_most = LEVEL_HIGH, .count = 1, .first_ms = NOW_MS, .last_ms = NOW_MS,
		.rule = HN_LIT("chain"), .words = HN_LIT("chain"), .source = HN_LIT("10.0.0.1"), .destination = HN_LIT(""),
		.user = HN_LIT(""), .note = HN_LIT(""), .members = { (const char *)member.id, FINDING_ID_BYTES } };
	struct place p;

	(void)state;
	finding_identify(&chain);
	finding_part(&chain, "chain.prior", 3);
	finding_weigh(&chain);
	place_open(&p);
	store(&p, &chain);
	store(&p, &member);
	assert_int_equal(load(&p, &member).f.chain.n, FINDING_ID_BYTES);
	assert_memory_equal(load(&p, &member).f.chain.p, chain.id, FINDING_ID_BYTES);
	assert_int_equal(load(&p, &chain).f.members.n, FINDING_ID_BYTES);
	assert_int_equal(load(&p, &chain).f.chain.n, 0);
	assert_int_equal(site_verdict_set(p.db, member.id, HN_LIT("expected"), &admin, NULL), HN_OK);
	assert_int_equal(load(&p, &chain).f.level, LEVEL_INFO);
	assert_int_equal(site_verdict_set(p.db, member.id, HN_LIT("none"), &admin, NULL), HN_OK);
	assert_int_equal(load(&p, &chain).f.level, LEVEL_HIGH);
	chain.members = HN_LIT("");
	chain.at_most = LEVEL_INFO;
	store(&p, &chain);
	assert_int_equal(load(&p, &member).f.chain.n, 0);
	place_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verdict_teaches),
		cmocka_unit_test(an_act_needs_its_reason),
		cmocka_unit_test(what_is_expected_sinks_until_its_day),
		cmocka_unit_test(another_row_still_expects),
		cmocka_unit_test(the_past_is_rescored),
		cmocka_unit_test(members_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
