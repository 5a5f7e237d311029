#include "unit/test.h"

#include <signal.h>
#include <unistd.h>

#include "event/loop.h"

static int64_t virtual_ms;
static struct hn_loop *loop;

static int64_t
clock_of_test(void)
{
	return virtual_ms;
}

static int
make_loop(void **state)
{
	(void)state;
	virtual_ms = 1000;
	return hn_loop_new(&loop, NULL) == HN_OK ? 0 : -1;
}

static int
free_loop(void **state)
{
	(void)state;
	hn_loop_free(loop);
	return 0;
}

static void
count(void *arg)
{
	(*(int *)arg)++;
}

static void
deadlines_follow_the_given_clock(void **state)
{
	int n = 0;
	struct hn_timer t = { .fire = count, .arg = &n };

	(void)state;
	hn_loop_set_clock(loop, clock_of_test);
	assert_int_equal(hn_loop_after(loop, &t, 60000), HN_OK);
	virtual_ms += 59999;
	assert_int_equal(hn_loop_turn(loop, 0, NULL), HN_OK);
	assert_int_equal(n, 0);
	virtual_ms += 1;
	assert_int_equal(hn_loop_turn(loop, 0, NULL), HN_OK);
	assert_int_equal(n, 1);
	assert_int_equal(hn_loop_now_ms(loop), 61000);
	assert_int_equal(hn_loop_after(loop, &t, 5), HN_OK);
	hn_loop_cancel(loop, &t);
	virtual_ms += 10;
	assert_int_equal(hn_loop_turn(loop, 0, NULL), HN_OK);
	assert_int_equal(n, 1);
}

struct pair {
	struct hn_watch a, b;
	int calls;
};

/* Whoever comes first removes the other, whose event is already here. */
static void
remove_other(void *arg, uint32_t events)
{
	struct pair *p = arg;

	assert_true((events & EPOLLIN) != 0);
	p->calls++;
	hn_loop_remove(loop, &p->a);
	hn_loop_remove(loop, &p->b);
}

static void
a_removed_watch_is_not_called(void **state)
{
	int one[2], two[2];
	struct pair p = { .a = { remove_other, &p, -1 }, .b = { remove_other, &p, -1 } };

	(void)state;
	assert_int_equal(pipe(one), 0);
	assert_int_equal(pipe(two), 0);
	p.a.fd = one[0];
	p.b.fd = two[0];
	assert_int_equal(hn_loop_add(loop, &p.a, EPOLLIN, NULL), HN_OK);
	assert_int_equal(hn_loop_add(loop, &p.b, EPOLLIN, NULL), HN_OK);
	assert_int_equal(write(one[1], "x", 1), 1);
	assert_int_equal(write(two[1], "x", 1), 1);
	assert_int_equal(hn_loop_turn(loop, 0, NULL), HN_OK);
	assert_int_equal(p.calls, 1);
	assert_int_equal(hn_loop_turn(loop, 0, NULL), HN_OK);
	assert_int_equal(p.calls, 1);
	for (int i = 0; i < 2; i++) {
		close(one[i]);
		close(two[i]);
	}
}

static void
stop_with_signal(void *arg, int signo)
{
	(void)arg;
	hn_loop_stop(loop, signo);
	hn_loop_stop(loop, 1);	/* the first code stands */
}

static void
signals_come_through_the_loop(void **state)
{
	int code = 0;

	(void)state;
	assert_int_equal(hn_loop_signal(loop, SIGUSR1, stop_with_signal, NULL, NULL), HN_OK);
	assert_int_equal(hn_loop_signal(loop, SIGUSR2, stop_with_signal, NULL, NULL), HN_OK);
	raise(SIGUSR2);
	assert_int_equal(hn_loop_run(loop, &code, NULL), HN_OK);
	assert_int_equal(code, SIGUSR2);
}

static void
a_regular_file_is_refused(void **state)
{
	struct hn_watch w = { .ready = remove_other, .fd = -1 };
	struct hn_err e = { 0 };

	(void)state;
	assert_int_equal(hn_loop_add(loop, &w, EPOLLIN, &e), HN_E_IO);
	assert_string_equal(e.what, "epoll_ctl");
}

static void
stop_it(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
	hn_loop_stop(loop, 7);
}

/* A role that has ended has closed what its timers would use. */
static void
nothing_runs_behind_a_stop(void **state)
{
	static struct hn_watch w = { .ready = stop_it };	/* the loop still has both when it is freed */
	static int fired;
	static struct hn_timer t = { .fire = count, .arg = &fired };
	int ends[2], code = 0;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	w.fd = ends[0];
	assert_int_equal(hn_loop_add(loop, &w, EPOLLIN, NULL), HN_OK);
	assert_int_equal(hn_loop_after(loop, &t, 0), HN_OK);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_int_equal(hn_loop_run(loop, &code, NULL), HN_OK);
	assert_int_equal(code, 7);
	assert_int_equal(fired, 0);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(deadlines_follow_the_given_clock, make_loop, free_loop),
		cmocka_unit_test_setup_teardown(a_removed_watch_is_not_called, make_loop, free_loop),
		cmocka_unit_test_setup_teardown(signals_come_through_the_loop, make_loop, free_loop),
		cmocka_unit_test_setup_teardown(nothing_runs_behind_a_stop, make_loop, free_loop),
		cmocka_unit_test_setup_teardown(a_regular_file_is_refused, make_loop, free_loop),
	};

	return cmocka_run_group_tests_name("event/loop", tests, NULL, NULL);
}
