#include "unit/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "detect/indicator_build.h"
#include "detect/indicator_current.h"

#define SWAPS 60u
#define READERS 3u

/* A table that always has "always.example" and, besides, one name of its own. */
static struct indicator_table *
table_of(unsigned number)
{
	struct indicator_build *b = indicator_build_new();
	struct indicator_table *t = NULL;
	struct hn_err err;
	char own[64];
	const char *const names[] = { "always.example", own };

	snprintf(own, sizeof(own), "own%u.example", number);
	for (size_t i = 0; i < 2; i++) {
		const struct indicator one = { .key = { INDICATOR_DOMAIN, hn_view_of(names[i]) },
			.about = { .feed = HN_LIT("t"), .note = HN_LIT("") } };

		assert_int_equal(indicator_build_add(b, &one, &err), HN_OK);
	}
	assert_int_equal(indicator_build_open(b, number, number, &t, &err), HN_OK);
	indicator_build_free(b);
	return t;
}

struct shared {
	struct indicator_current *current;
	atomic_bool over;
	atomic_ulong batches, missed;
};

static void *
read_batches(void *arg)
{
	static const struct observable o = { .kind = OBSERVABLE_DOMAIN, .value = HN_INIT("www.always.example") };
	struct shared *s = arg;

	while (!atomic_load(&s->over)) {
		const struct indicator_table *t = indicator_current_get(s->current);

		for (int i = 0; i < 50; i++) {
			struct indicator found;

			if (t == NULL || !indicator_table_find(t, &o, 0, &found) || found.key.bytes.n != 14)
				atomic_fetch_add(&s->missed, 1);
		}
		indicator_current_put(s->current, t);
		atomic_fetch_add(&s->batches, 1);
	}
	return NULL;
}

/* Readers in other threads miss nothing while tables are swapped under them. */
static void
swaps_under_load(void **state)
{
	struct shared s = { .current = indicator_current_new() };
	pthread_t readers[READERS];
	struct indicator_table *t;
	unsigned done = 0;

	(void)state;
	assert_null(indicator_current_get(s.current));
	assert_int_equal(indicator_current_set(s.current, table_of(0)), HN_OK);
	for (size_t i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, read_batches, &s), 0);
	while (done < SWAPS || atomic_load(&s.batches) < SWAPS) {
		t = table_of(done + 1);
		if (indicator_current_set(s.current, t) == HN_OK)
			done++;
		else
			indicator_table_close(t);
	}
	atomic_store(&s.over, true);
	for (size_t i = 0; i < READERS; i++)
		assert_int_equal(pthread_join(readers[i], NULL), 0);
	assert_int_equal(atomic_load(&s.missed), 0);
	indicator_current_free(s.current);
}

/* An old table stays while it is held, and no more than a few stay. */
static void
keeps_what_is_held(void **state)
{
	struct indicator_current *c = indicator_current_new();
	const struct indicator_table *held[4];
	struct indicator_table *t;
	size_t n = 0;

	(void)state;
	for (; n < 4; n++) {
		assert_int_equal(indicator_current_set(c, table_of((unsigned)n)), HN_OK);
		held[n] = indicator_current_get(c);
	}
	t = table_of(9);
	assert_int_equal(indicator_current_set(c, t), HN_E_AGAIN);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(indicator_table_made_ms(held[i]), (int64_t)i);
		indicator_current_put(c, held[i]);
	}
	assert_int_equal(indicator_current_set(c, t), HN_OK);
	indicator_current_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(swaps_under_load),
		cmocka_unit_test(keeps_what_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
