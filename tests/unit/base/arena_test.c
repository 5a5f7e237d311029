#include "unit/test.h"

#include "base/arena.h"
#include "base/mem.h"

static void
hands_out_and_takes_back(void **state)
{
	struct hn_arena a = HN_ARENA(1u << 20);

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t n = 1; n < 300; n++) {
			char *p = hn_arena_get(&a, n);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % 16, 0);
			memset(p, 0xa5, n);
		}
		assert_non_null(hn_arena_get(&a, 200000));
		hn_arena_reset(&a);
		assert_int_equal(a.used, 0);
	}
	hn_arena_fini(&a);
}

static void
refuses_over_its_cap(void **state)
{
	struct hn_arena a = HN_ARENA(100);

	(void)state;
	assert_null(hn_arena_get(&a, 101));
	assert_non_null(hn_arena_get(&a, 60));
	assert_null(hn_arena_get(&a, 60));
	assert_non_null(hn_arena_get(&a, 16));
	hn_arena_fini(&a);
}

static void
copies_with_an_end(void **state)
{
	struct hn_arena a = HN_ARENA(1000);
	const struct hn_view v = hn_arena_copy(&a, HN_LIT("abc"));

	(void)state;
	assert_view_equal(v, "abc");
	assert_int_equal(v.p[3], '\0');
	hn_arena_fini(&a);
	hn_mem_fail_at(1);
	assert_null(hn_arena_copy(&a, HN_LIT("abc")).p);
	hn_arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_out_and_takes_back),
		cmocka_unit_test(refuses_over_its_cap),
		cmocka_unit_test(copies_with_an_end),
	};

	return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
