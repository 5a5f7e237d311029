#include "event/loop.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define EVENTS_MAX 64	/* taken from the kernel in one turn */

struct on_signal {
	void (*fn)(void *arg, int signo);
	void *arg;
};

struct hn_loop {
	int epoll_fd;
	int64_t now_ms;
	int64_t (*clock)(void);
	struct hn_timers timers;
	struct epoll_event events[EVENTS_MAX];
	int n_events;		/* of the turn being worked on */
	bool stopped;
	int code;
	sigset_t signals;
	struct hn_watch signal_watch;
	struct on_signal on_signal[NSIG];
};

enum hn_rc
hn_loop_new(struct hn_loop **out, struct hn_err *err)
{
	struct hn_loop *l = hn_alloc(1, sizeof(*l));

	if (l == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "loop");
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll_fd < 0) {
		hn_free(l);
		return HN_FAIL(err, HN_E_IO, 0, "epoll_create1");
	}
	l->clock = hn_clock_monotonic_ms;
	l->now_ms = l->clock();
	l->signal_watch.fd = -1;
	sigemptyset(&l->signals);
	*out = l;
	return HN_OK;
}

void
hn_loop_free(struct hn_loop *l)
{
	if (l == NULL)
		return;
	if (l->signal_watch.fd >= 0)
		close(l->signal_watch.fd);
	close(l->epoll_fd);
	hn_timers_fini(&l->timers);
	hn_free(l);
}

enum hn_rc
hn_loop_add(struct hn_loop *l, struct hn_watch *w, uint32_t events, struct hn_err *err)
{
	struct epoll_event e = { .events = events, .data.ptr = w };

	assert(w->ready != NULL);
	if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, w->fd, &e) != 0)
		return HN_FAIL(err, HN_E_IO, 0, "epoll_ctl");
	return HN_OK;
}

void
hn_loop_change(struct hn_loop *l, struct hn_watch *w, uint32_t events)
{
	/* A hang-up is told whatever is asked for, and again and again: where nothing is, once is enough. */
	struct epoll_event e = { .events = events != 0 ? events : EPOLLONESHOT, .data.ptr = w };
	const int rc = epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, w->fd, &e);

	assert(rc == 0);
	(void)rc;
}

void
hn_loop_remove(struct hn_loop *l, struct hn_watch *w)
{
	(void)epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
	for (int i = 0; i < l->n_events; i++)
		if (l->events[i].data.ptr == w)
			l->events[i].data.ptr = NULL;
}

enum hn_rc
hn_loop_after(struct hn_loop *l, struct hn_timer *t, int64_t in_ms)
{
	assert(in_ms >= 0);
	return hn_timers_set(&l->timers, t, l->clock() + in_ms);
}

void
hn_loop_cancel(struct hn_loop *l, struct hn_timer *t)
{
	hn_timers_unset(&l->timers, t);
}

int64_t
hn_loop_now_ms(const struct hn_loop *l)
{
	return l->now_ms;
}

static void
read_signals(void *arg, uint32_t events)
{
	struct hn_loop *l = arg;
	struct signalfd_siginfo info;

	(void)events;
	while (read(l->signal_watch.fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		const struct on_signal *on = &l->on_signal[info.ssi_signo];

		assert(info.ssi_signo < NSIG && on->fn != NULL);
		on->fn(on->arg, (int)info.ssi_signo);
	}
}

enum hn_rc
hn_loop_signal(struct hn_loop *l, int signo, void (*fn)(void *arg, int signo), void *arg, struct hn_err *err)
{
	const int old_fd = l->signal_watch.fd;
	int fd;

	assert(signo > 0 && signo < NSIG && fn != NULL);
	sigaddset(&l->signals, signo);
	if (pthread_sigmask(SIG_BLOCK, &l->signals, NULL) != 0)
		return HN_FAIL(err, HN_E_IO, 0, "pthread_sigmask");
	l->on_signal[signo] = (struct on_signal){ fn, arg };
	fd = signalfd(old_fd, &l->signals, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "signalfd");
	if (old_fd >= 0)
		return HN_OK;
	l->signal_watch = (struct hn_watch){ .ready = read_signals, .arg = l, .fd = fd };
	return hn_loop_add(l, &l->signal_watch, EPOLLIN, err);
}

/* How long epoll may sleep. */
static int
wait_ms(const struct hn_loop *l, int max_wait_ms)
{
	int64_t at_ms, left;

	if (!hn_timers_next(&l->timers, &at_ms))
		return max_wait_ms;
	left = at_ms - l->clock();
	if (left < 0)
		left = 0;
	if (left > INT32_MAX)
		left = INT32_MAX;
	return max_wait_ms < 0 || left < max_wait_ms ? (int)left : max_wait_ms;
}

enum hn_rc
hn_loop_turn(struct hn_loop *l, int max_wait_ms, struct hn_err *err)
{
	const int n = epoll_wait(l->epoll_fd, l->events, EVENTS_MAX, wait_ms(l, max_wait_ms));

	if (n < 0 && errno != EINTR)
		return HN_FAIL(err, HN_E_IO, 0, "epoll_wait");
	l->now_ms = l->clock();
	l->n_events = n > 0 ? n : 0;
	/* Who stops the loop has ended what the others would work on. */
	for (int i = 0; i < l->n_events && !l->stopped; i++) {
		struct hn_watch *w = l->events[i].data.ptr;

		if (w != NULL)
			w->ready(w->arg, l->events[i].events);
	}
	l->n_events = 0;
	if (!l->stopped)
		hn_timers_run(&l->timers, l->now_ms);
	return HN_OK;
}

enum hn_rc
hn_loop_run(struct hn_loop *l, int *code, struct hn_err *err)
{
	while (!l->stopped) {
		const enum hn_rc rc = hn_loop_turn(l, -1, err);

		if (rc != HN_OK)
			return rc;
	}
	*code = l->code;
	return HN_OK;
}

void
hn_loop_stop(struct hn_loop *l, int code)
{
	if (l->stopped)
		return;
	l->stopped = true;
	l->code = code;
}

void
hn_loop_set_clock(struct hn_loop *l, int64_t (*now_ms)(void))
{
	l->clock = now_ms;
	l->now_ms = now_ms();
}
