#include "unit/store/scratch.h"

#include "site/findings.h"

#define MANY 3000

struct place {
	char folder[SCRATCH_PATH];
	struct hn_db *db;
};

static void
place_open(struct place *p)
{
	char path[SCRATCH_PATH + 16];

	scratch_make(p->folder);
	(void)snprintf(path, sizeof(path), "%s/site.db", p->folder);
	assert_int_equal(hn_db_open(path, HN_DB_WRITE, &p->db, NULL), HN_OK);
}

static void
place_close(struct place *p)
{
	hn_db_close(p->db);
	scratch_remove(p->folder);
}

static struct finding
made(struct hn_view source, double weight, uint64_t count, int64_t at_ms)
{
	struct finding f = { .kind = FINDING_INDICATOR, .at_most = LEVEL_CRITICAL, .count = count, .first_ms = at_ms,
		.last_ms = at_ms, .rule = HN_LIT("evil.example"), .words = HN_LIT("indicator.domain"), .source = source,
		.destination = HN_LIT("evil.example"), .note = HN_LIT("list"), .n_techniques = 1, .n_parts = 1, .n_evidence = 1 };

	f.techniques[0] = HN_LIT("T1071");
	f.parts[0] = (struct finding_part){ HN_LIT("indicator.domain"), weight };
	f.evidence[0] = (struct finding_evidence){ 3, (uint64_t)at_ms, at_ms, HN_LIT("raw\0line") };
	finding_identify(&f);
	finding_weigh(&f);
	return f;
}

static void
a_finding_grows_with_each_commit_and_never_twice(void **state)
{
	struct place p;
	struct hn_arena arena = HN_ARENA(1 << 20);
	struct site_finding s;
	const struct finding early = made(HN_LIT("10.0.0.1"), 1, 2, 100), late = made(HN_LIT("10.0.0.1"), 3, 5, 900);
	uint64_t offset = 99;

	(void)state;
	place_open(&p);
	assert_int_equal(site_progress_get(p.db, &offset, NULL), HN_OK);
	assert_int_equal(offset, 0);
	assert_int_equal(site_findings_commit(p.db, &late, 1, 1000, 1, NULL), HN_OK);
	assert_int_equal(site_findings_commit(p.db, &early, 1, 2000, 2, NULL), HN_OK);
	assert_int_equal(site_findings_commit(p.db, &early, 1, 2000, 3, NULL), HN_OK);	/* replayed */
	assert_int_equal(site_progress_get(p.db, &offset, NULL), HN_OK);
	assert_int_equal(offset, 2000);
	assert_int_equal(site_finding_load(p.db, early.id, &arena, &s, NULL), HN_OK);
	assert_int_equal(s.f.count, 7);
	assert_int_equal(s.f.first_ms, 100);
	assert_int_equal(s.f.last_ms, 900);
	assert_int_equal(s.f.n_evidence, 2);
	assert_int_equal(s.f.evidence[0].raw.n, 8);
	assert_int_equal(s.f.evidence[1].line, 100);
	assert_int_equal(s.f.n_parts, 1);
	assert_true(s.f.parts[0].weight > 2.9);
	assert_true(s.f.score > 0.9);
	assert_int_equal(s.f.n_techniques, 1);
	assert_view_equal(s.f.note, "list");
	assert_view_equal(s.status, "new");
	assert_int_equal(s.changed_ms, 2);
	hn_arena_fini(&arena);
	place_close(&p);
}

static void
pages_hold_every_finding_once_most_urgent_first(void **state)
{
	static struct finding many[MANY];
	static char name[MANY][24];
	struct place p;
	struct hn_arena arena = HN_ARENA(1 << 20);
	struct site_finding rows[100], last = { 0 };
	struct site_findings_page page = { rows, 0, 100 };
	struct site_findings_filter filter = { 0 };
	size_t seen = 0;
	uint64_t n = 0, levels[LEVEL_COUNT];

	(void)state;
	place_open(&p);
	for (int i = 0; i < MANY; i++) {
		const int len = snprintf(name[i], sizeof(name[i]), "10.1.%d.%d", i / 250, i % 250);

		many[i] = made((struct hn_view){ name[i], (size_t)len }, i % 7 - 3, 1, i % 11);
	}
	assert_int_equal(site_findings_commit(p.db, many, MANY, 5, 1, NULL), HN_OK);
	do {
		assert_int_equal(site_findings_page(p.db, &filter, &arena, &page, NULL), HN_OK);
		for (size_t i = 0; i < page.n; i++) {
			if (seen++ > 0) {
				const struct finding *a = &last.f, *b = &rows[i].f;

				assert_true(finding_compare_urgency(&a, &b) < 0);
			}
			last = rows[i];
		}
		filter.behind = &last;
	} while (page.n == page.max);
	assert_int_equal(seen, MANY);
	filter = (struct site_findings_filter){ .text = HN_LIT("10.1.3."), .kind = HN_LIT("indicator") };
	assert_int_equal(site_findings_count(p.db, &filter, &n, NULL), HN_OK);
	assert_int_equal(n, 250);
	filter = (struct site_findings_filter){ .level = LEVEL_MEDIUM, .since_ms = 10 };
	assert_int_equal(site_findings_count(p.db, &filter, &n, NULL), HN_OK);
	assert_in_range(n, 100, 200);
	filter = (struct site_findings_filter){ .status = HN_LIT("closed") };
	assert_int_equal(site_findings_count(p.db, &filter, &n, NULL), HN_OK);
	assert_int_equal(n, 0);
	assert_int_equal(site_findings_levels(p.db, levels, NULL), HN_OK);
	assert_int_equal(levels[0] + levels[1] + levels[2] + levels[3] + levels[4], MANY);
	hn_arena_fini(&arena);
	place_close(&p);
}

static void
a_status_is_one_of_ours(void **state)
{
	struct place p;
	const struct finding f = made(HN_LIT("10.0.0.1"), 1, 1, 1), other = made(HN_LIT("10.0.0.2"), 1, 1, 1);

	(void)state;
	place_open(&p);
	assert_int_equal(site_findings_commit(p.db, &f, 1, 1, 1, NULL), HN_OK);
	assert_int_equal(hn_db_begin(p.db, NULL), HN_OK);
	assert_int_equal(site_finding_status_set(p.db, f.id, HN_LIT("seen"), 2, NULL), HN_OK);
	assert_int_equal(site_finding_status_set(p.db, f.id, HN_LIT("odd"), 2, NULL), HN_E_CONFLICT);
	assert_int_equal(site_finding_status_set(p.db, other.id, HN_LIT("seen"), 2, NULL), HN_E_NOTFOUND);
	hn_db_rollback(p.db);
	place_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_finding_grows_with_each_commit_and_never_twice),
		cmocka_unit_test(pages_hold_every_finding_once_most_urgent_first),
		cmocka_unit_test(a_status_is_one_of_ours),
	};

	return cmocka_run_group_tests_name("site/findings", tests, NULL, NULL);
}
