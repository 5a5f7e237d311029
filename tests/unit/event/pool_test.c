#include "unit/test.h"

#include "event/pool.h"

#define JOBS 64u

struct square {
	struct hn_job job;
	unsigned in, out;
	bool is_done;
};

static void
work(struct hn_job *job)
{
	struct square *s = (struct square *)job;

	s->out = s->in * s->in;
}

static size_t n_done;

static void
done(struct hn_job *job)
{
	struct square *s = (struct square *)job;

	assert_false(s->is_done);
	s->is_done = true;
	n_done++;
}

static void
all_work_comes_back_once(void **state)
{
	struct square s[JOBS] = { 0 };
	struct hn_loop *loop;
	struct hn_pool *pool;

	(void)state;
	n_done = 0;
	assert_int_equal(hn_loop_new(&loop, NULL), HN_OK);
	assert_int_equal(hn_pool_new(loop, 3, JOBS, &pool, NULL), HN_OK);
	for (unsigned i = 0; i < JOBS; i++) {
		s[i] = (struct square){ .job = { .work = work, .done = done }, .in = i };
		assert_int_equal(hn_pool_submit(pool, &s[i].job), HN_OK);
	}
	while (n_done < JOBS)
		assert_int_equal(hn_loop_turn(loop, -1, NULL), HN_OK);
	for (unsigned i = 0; i < JOBS; i++)
		assert_int_equal(s[i].out, i * i);
	hn_pool_free(pool);
	hn_loop_free(loop);
}

/* The bound counts what has not come back, so it holds however fast the threads are. */
static void
is_bounded_and_ends_cleanly(void **state)
{
	struct square s[3] = { 0 };
	struct hn_loop *loop;
	struct hn_pool *pool;

	(void)state;
	n_done = 0;
	assert_int_equal(hn_loop_new(&loop, NULL), HN_OK);
	assert_int_equal(hn_pool_new(loop, 1, 2, &pool, NULL), HN_OK);
	for (unsigned i = 0; i < 3; i++) {
		s[i].job = (struct hn_job){ .work = work, .done = done };
		assert_int_equal(hn_pool_submit(pool, &s[i].job), i < 2 ? HN_OK : HN_E_AGAIN);
	}
	hn_pool_free(pool);
	assert_int_equal(n_done, 2);
	hn_loop_free(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_work_comes_back_once),
		cmocka_unit_test(is_bounded_and_ends_cleanly),
	};

	return cmocka_run_group_tests_name("event/pool", tests, NULL, NULL);
}
