#include "unit/test.h"

#include "event/timer.h"

#define TIMERS 200u

static size_t fired_n;
static int64_t fired_at[TIMERS * 2];

static void
note(void *arg)
{
	const struct hn_timer *t = arg;

	assert_int_equal(t->slot, 0);
	fired_at[fired_n++] = t->at_ms;
}

static void
fires_in_the_order_of_time(void **state)
{
	struct hn_timers ts = { 0 };
	struct hn_timer t[TIMERS] = { 0 };
	int64_t at;

	(void)state;
	fired_n = 0;
	assert_false(hn_timers_next(&ts, &at));
	for (size_t i = 0; i < TIMERS; i++) {
		t[i].fire = note;
		t[i].arg = &t[i];
		assert_int_equal(hn_timers_set(&ts, &t[i], (int64_t)(i * 7919 % TIMERS)), HN_OK);
	}
	for (size_t i = 0; i < TIMERS; i += 3)
		hn_timers_unset(&ts, &t[i]);
	hn_timers_unset(&ts, &t[0]);	/* twice is once */
	assert_int_equal(hn_timers_set(&ts, &t[1], 1000), HN_OK);	/* moved */
	hn_timers_run(&ts, 500);
	assert_int_equal(fired_n, TIMERS - (TIMERS + 2) / 3 - 1);
	for (size_t i = 1; i < fired_n; i++)
		assert_true(fired_at[i - 1] <= fired_at[i]);
	assert_true(hn_timers_next(&ts, &at));
	assert_int_equal(at, 1000);
	hn_timers_fini(&ts);
	assert_int_equal(t[1].slot, 0);
}

static struct hn_timers again_timers;

static void
again(void *arg)
{
	struct hn_timer *t = arg;

	fired_n++;
	assert_int_equal(hn_timers_set(&again_timers, t, 0), HN_OK);
}

static void
a_timer_in_the_past_cannot_hold_the_loop(void **state)
{
	struct hn_timer t = { .fire = again, .arg = &t };

	(void)state;
	fired_n = 0;
	assert_int_equal(hn_timers_set(&again_timers, &t, 0), HN_OK);
	hn_timers_run(&again_timers, 10);
	assert_int_equal(fired_n, 1);
	hn_timers_fini(&again_timers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fires_in_the_order_of_time),
		cmocka_unit_test(a_timer_in_the_past_cannot_hold_the_loop),
	};

	return cmocka_run_group_tests_name("event/timer", tests, NULL, NULL);
}
