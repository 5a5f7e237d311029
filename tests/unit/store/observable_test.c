#include "unit/store/scratch.h"

#include "store/observable.h"

#define ZONE 32400	/* Asia/Tokyo */
#define DAY INT64_C(86400000)
#define NOW (INT64_C(1780844400000) + 400 * DAY)	/* a midnight in Tokyo */
#define KEEP UINT64_MAX
#define HITS 64

struct hits {
	size_t n;
	struct {
		size_t value;
		char host[32], user[32];
		int64_t day_ms, first_ms, last_ms;
		uint64_t count;
	} at[HITS];
};

static enum hn_rc
take_hit(void *ctx, const struct hn_sighting *s)
{
	struct hits *h = ctx;

	assert_true(h->n < HITS);
	h->at[h->n].value = s->value;
	(void)snprintf(h->at[h->n].host, sizeof(h->at[h->n].host), "%.*s", (int)s->host.n, s->host.p);
	(void)snprintf(h->at[h->n].user, sizeof(h->at[h->n].user), "%.*s", (int)s->user.n, s->user.p);
	h->at[h->n].day_ms = s->day_ms;
	h->at[h->n].first_ms = s->first_ms;
	h->at[h->n].last_ms = s->last_ms;
	h->at[h->n++].count = s->count;
	return HN_OK;
}

static struct hits
hunt(const char *path, const struct hn_hunted *values, size_t n, struct hn_hunt_result *result)
{
	struct hits hits = { 0 };
	struct hn_hunt_result ignored;
	const struct hn_hunt h = { values, n, 0, NOW + 2 * DAY, ZONE, take_hit, &hits };

	assert_int_equal(hn_observables_hunt(path, &h, result != NULL ? result : &ignored, NULL), HN_OK);
	return hits;
}

static struct hn_observables *
opened(const char *path, uint64_t committed)
{
	struct hn_observables *s = NULL;

	assert_int_equal(hn_observables_open(path, ZONE, committed, &s, NULL), HN_OK);
	return s;
}

static struct hn_observation
met(struct hn_view value, struct hn_view host, int64_t first_ms, int64_t last_ms)
{
	return (struct hn_observation){ .kind = 1, .count = 1, .value = value, .host = host, .user = HN_LIT("yamada"),
		.first_ms = first_ms, .last_ms = last_ms };
}

static void
put(struct hn_observables *s, const struct hn_observation *o, size_t n, uint64_t offset)
{
	assert_int_equal(hn_observables_put(s, (struct hn_observations){ o, n, offset }, NOW + DAY / 2, NULL), HN_OK);
	assert_int_equal(hn_observables_sync(s, NULL), HN_OK);
}

static const struct hn_hunted evil[] = { { 1, HN_INIT("evil.example") } };

static void
finds_who_met_a_value_before_and_after_merging(void **state)
{
	const struct hn_observation first[] = {
		met(HN_LIT("evil.example"), HN_LIT("pc-1"), NOW + 5000, NOW + 9000),
		met(HN_LIT("good.example"), HN_LIT("pc-1"), NOW, NOW),
		met(HN_LIT("evil.example"), HN_LIT("pc-2"), NOW - 3 * DAY + 1000, NOW - 3 * DAY + 1000),
	};
	const struct hn_observation second[] = { met(HN_LIT("evil.example"), HN_LIT("pc-1"), NOW + 1000, NOW + 2000) };
	char path[SCRATCH_PATH];
	struct hn_observables *s;

	(void)state;
	scratch_make(path);
	s = opened(path, KEEP);
	put(s, first, 3, 100);
	for (int step = 0; step < 4; step++) {
		const struct hits h = hunt(path, evil, 1, NULL);

		assert_int_equal(h.n, 2);
		assert_string_equal(h.at[0].host, "pc-2");
		assert_int_equal(h.at[0].day_ms, NOW - 3 * DAY);
		assert_int_equal(h.at[0].first_ms, NOW - 3 * DAY + 1000);
		assert_string_equal(h.at[1].host, "pc-1");
		assert_string_equal(h.at[1].user, "yamada");
		assert_int_equal(h.at[1].count, step < 1 ? 1 : 2);
		assert_int_equal(h.at[1].first_ms, NOW + (step < 1 ? 5000 : 1000));
		assert_int_equal(h.at[1].last_ms, NOW + 9000);
		if (step == 0)
			put(s, second, 1, 200);
		else if (step < 3)
			assert_int_equal(hn_observables_merge(s, NOW + DAY / 2, true, NULL), HN_OK);
	}
	assert_int_equal(hn_observables_merge(s, NOW + DAY / 2, true, NULL), HN_E_AGAIN);
	assert_int_equal(scratch_count(path, ".obs", NULL, 0), 2);
	assert_int_equal(scratch_count(path, ".jnl", NULL, 0) + scratch_count(path, ".run", NULL, 0), 0);
	hn_observables_close(s);
	scratch_remove(path);
}

/* A batch offered again is taken once, whether it is still in the journal, merged, or was there before a restart. */
static void
a_batch_is_taken_once(void **state)
{
	const struct hn_observation o[] = { met(HN_LIT("evil.example"), HN_LIT("pc-1"), NOW, NOW) };
	char path[SCRATCH_PATH];
	struct hn_observables *s;

	(void)state;
	scratch_make(path);
	s = opened(path, KEEP);
	put(s, o, 1, 100);
	put(s, o, 1, 100);
	assert_int_equal(hunt(path, evil, 1, NULL).at[0].count, 1);
	hn_observables_close(s);
	s = opened(path, 100);
	put(s, o, 1, 100);
	assert_int_equal(hn_observables_merge(s, NOW, true, NULL), HN_OK);
	put(s, o, 1, 100);
	assert_int_equal(hunt(path, evil, 1, NULL).at[0].count, 1);
	put(s, o, 1, 150);
	put(s, o, 1, 180);
	hn_observables_close(s);
	/* 180 was never committed: it is taken back, and comes again as 190. */
	s = opened(path, 150);
	assert_int_equal(hunt(path, evil, 1, NULL).at[0].count, 2);
	put(s, o, 1, 190);
	assert_int_equal(hunt(path, evil, 1, NULL).at[0].count, 3);
	hn_observables_close(s);
	scratch_remove(path);
}

static void
days_that_nobody_believes_are_counted_only(void **state)
{
	const struct hn_observation o[] = {
		met(HN_LIT("evil.example"), HN_LIT("a"), NOW - 401 * DAY, NOW - 401 * DAY),
		met(HN_LIT("evil.example"), HN_LIT("b"), NOW + 3 * DAY, NOW + 3 * DAY),
		met(HN_LIT("evil.example"), HN_LIT("c"), NOW - 400 * DAY, NOW - 400 * DAY),
		met(HN_LIT("evil.example"), HN_LIT("d"), 0, NOW + 10),	/* begins on another day: cut at midnight */
	};
	char path[SCRATCH_PATH];
	struct hn_observables *s;
	struct hn_observables_state st;
	struct hits h;

	(void)state;
	scratch_make(path);
	s = opened(path, KEEP);
	put(s, o, HN_COUNT(o), 9);
	h = hunt(path, evil, 1, NULL);
	assert_int_equal(h.n, 2);
	assert_string_equal(h.at[0].host, "c");
	assert_int_equal(h.at[1].first_ms, NOW);
	assert_int_equal(hn_observables_state(s, &st, NULL), HN_OK);
	assert_int_equal(st.outside, 2);
	hn_observables_close(s);
	scratch_remove(path);
}

/* Fill ${days} days with ${n} values each and merge them. */
static void
fill(struct hn_observables *s, int days, int n)
{
	static char text[2000][32];
	static struct hn_observation o[2000];

	for (int d = 0; d < days; d++) {
		for (int i = 0; i < n; i++) {
			const int len = snprintf(text[i], sizeof(text[i]), "v%d.example", d * 7 + i);

			o[i] = met((struct hn_view){ text[i], (size_t)len }, HN_LIT("pc"), NOW - d * DAY, NOW - d * DAY + 1);
		}
		put(s, o, (size_t)n, (uint64_t)d + 1);
		assert_int_equal(hn_observables_merge(s, NOW, true, NULL), HN_OK);
	}
}

static void
many_values_at_once_find_the_same_as_one_by_one(void **state)
{
	static char text[100][32];
	struct hn_hunted values[100];
	char path[SCRATCH_PATH];
	struct hn_observables *s;

	(void)state;
	scratch_make(path);
	s = opened(path, KEEP);
	fill(s, 3, 2000);
	for (int i = 0; i < 100; i++) {
		const int len = snprintf(text[i], sizeof(text[i]), "v%d.example", i * 997 % 20000);

		values[i] = (struct hn_hunted){ 1, { text[i], (size_t)len } };
	}

	const struct hits all = hunt(path, values, 100, NULL);
	size_t sum = 0;

	assert_true(all.n > 10);
	for (size_t i = 0; i < 100; i++) {
		const struct hits one = hunt(path, &values[i], 1, NULL);
		size_t same = 0;

		for (size_t k = 0; k < all.n; k++)
			same += all.at[k].value == i;
		assert_int_equal(one.n, same);
		sum += same;
	}
	assert_int_equal(sum, all.n);
	/* Another kind is another thing. */
	values[0].kind = 2;
	assert_int_equal(hunt(path, values, 1, NULL).n, 0);
	hn_observables_close(s);
	scratch_remove(path);
}

static void
old_days_go(void **state)
{
	char path[SCRATCH_PATH];
	struct hn_observables *s;
	struct hn_observables_state st;
	uint32_t deleted = 0;

	(void)state;
	scratch_make(path);
	s = opened(path, KEEP);
	fill(s, 6, 50);
	assert_int_equal(hn_observables_retain(s, NOW - 3 * DAY, 0, &deleted, NULL), HN_OK);
	assert_int_equal(deleted, 2);
	assert_int_equal(hn_observables_state(s, &st, NULL), HN_OK);
	assert_int_equal(st.days, 4);
	assert_int_equal(st.rows, 200);
	assert_int_equal(hn_observables_retain(s, 0, st.disk_bytes - 1, &deleted, NULL), HN_OK);
	assert_int_equal(deleted, 1);
	hn_observables_close(s);
	scratch_remove(path);
}

/* Whatever byte of a day's file is changed or cut: no crash, other days are still searched, and merging finds it. */
static void
a_broken_day_never_stops_the_hunt(void **state)
{
	static const struct hn_hunted value[] = { { 1, HN_INIT("v7.example") } };	/* on all three days */
	char path[SCRATCH_PATH], file[2 * SCRATCH_PATH];
	struct hn_observables *s;
	struct hn_hunt_result r;
	size_t size, noticed = 0;

	(void)state;
	scratch_make(path);
	s = opened(path, KEEP);
	fill(s, 3, 15);
	hn_observables_close(s);
	assert_int_equal(hunt(path, value, 1, &r).n, 2);
	assert_int_equal(scratch_count(path, ".obs", file, sizeof(file)), 3);
	size = scratch_size(file);
	for (size_t at = 0; at < size; at++) {
		scratch_flip(file, at);
		assert_true(hunt(path, value, 1, &r).n <= 3);
		assert_int_equal(r.days + r.broken, 3);
		noticed += r.broken;
		scratch_flip(file, at);
	}
	assert_true(noticed >= 72);	/* the header at least */
	for (size_t cut = size; cut > 0; cut--) {
		assert_int_equal(truncate(file, (off_t)(cut - 1)), 0);
		(void)hunt(path, value, 1, &r);
		assert_int_equal(r.broken, 1);
		assert_int_equal(r.days, 2);
	}
	scratch_remove(path);
}

/* A journal cut at any length loses only what was not whole. */
static void
a_torn_journal_is_cut_back(void **state)
{
	const struct hn_observation o[] = { met(HN_LIT("evil.example"), HN_LIT("pc-1"), NOW, NOW) };
	char path[SCRATCH_PATH], other[SCRATCH_PATH], file[2 * SCRATCH_PATH];
	struct hn_observables *s;
	size_t size;

	(void)state;
	scratch_make(path);
	scratch_make(other);
	s = opened(path, KEEP);
	for (uint64_t i = 1; i <= 3; i++)
		put(s, o, 1, i);
	hn_observables_close(s);
	assert_int_equal(scratch_count(path, ".jnl", file, sizeof(file)), 1);
	size = scratch_size(file);
	for (size_t cut = size; cut > 0; cut--) {
		const uint64_t whole = (cut - 1) / (size / 3);

		scratch_copy(path, other);
		assert_int_equal(scratch_count(other, ".jnl", file, sizeof(file)), 1);
		assert_int_equal(truncate(file, (off_t)(cut - 1)), 0);
		s = opened(other, KEEP);
		assert_int_equal(hunt(other, evil, 1, NULL).n > 0 ? hunt(other, evil, 1, NULL).at[0].count : 0, whole);
		put(s, o, 1, 3);
		assert_int_equal(hunt(other, evil, 1, NULL).at[0].count, whole + 1);
		hn_observables_close(s);
		scratch_empty(other);
	}
	scratch_remove(path);
	scratch_remove(other);
}

static void
days_without_their_secret_are_not_taken_over(void **state)
{
	char path[SCRATCH_PATH], file[2 * SCRATCH_PATH];
	struct hn_observables *s;

	(void)state;
	scratch_make(path);
	s = opened(path, KEEP);
	assert_int_equal(hn_observables_open(path, ZONE, KEEP, &s, NULL), HN_E_CONFLICT);
	fill(s, 1, 5);
	hn_observables_close(s);
	assert_int_equal(scratch_count(path, "secret", file, sizeof(file)), 1);
	scratch_flip(file, 3);
	assert_int_equal(hn_observables_open(path, ZONE, KEEP, &s, NULL), HN_E_CORRUPT);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(hn_observables_open(path, ZONE, KEEP, &s, NULL), HN_E_CORRUPT);
	scratch_remove(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_who_met_a_value_before_and_after_merging),
		cmocka_unit_test(a_batch_is_taken_once),
		cmocka_unit_test(days_that_nobody_believes_are_counted_only),
		cmocka_unit_test(many_values_at_once_find_the_same_as_one_by_one),
		cmocka_unit_test(old_days_go),
		cmocka_unit_test(a_broken_day_never_stops_the_hunt),
		cmocka_unit_test(a_torn_journal_is_cut_back),
		cmocka_unit_test(days_without_their_secret_are_not_taken_over),
	};

	return cmocka_run_group_tests_name("store/observable", tests, NULL, NULL);
}
