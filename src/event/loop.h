#ifndef HN_EVENT_LOOP_H
#define HN_EVENT_LOOP_H

#include <stdint.h>
#include <sys/epoll.h>

#include "base/err.h"
#include "event/timer.h"

/*
 * The one loop of a process: descriptors (epoll), deadlines on the monotonic clock, signals (signalfd).
 * Not for several threads; heavy work goes to event/pool.h.
 */
struct hn_loop;

/* A descriptor of interest, in its owner's storage; it stays put while it is added. */
struct hn_watch {
	void (*ready)(void *arg, uint32_t events);	/* EPOLLIN, EPOLLOUT, EPOLLHUP ... */
	void *arg;
	int fd;
};

enum hn_rc hn_loop_new(struct hn_loop **out, struct hn_err *err) HN_MUST_CHECK;
void hn_loop_free(struct hn_loop *l);

/* Errors: HN_E_IO (errno; EPERM: a regular file cannot be waited for). */
enum hn_rc hn_loop_add(struct hn_loop *l, struct hn_watch *w, uint32_t events, struct hn_err *err) HN_MUST_CHECK;

/* Wait for other events on an added descriptor; 0: none but errors. */
void hn_loop_change(struct hn_loop *l, struct hn_watch *w, uint32_t events);

/* Forget ${w}; it is not called again, not even for an event that is already here.  Do this before closing the fd. */
void hn_loop_remove(struct hn_loop *l, struct hn_watch *w);

/* Fire ${t} once, ${in_ms} from now (0: after the events at hand).  Errors: HN_E_LIMIT, HN_E_NOMEM. */
enum hn_rc hn_loop_after(struct hn_loop *l, struct hn_timer *t, int64_t in_ms) HN_MUST_CHECK;
void hn_loop_cancel(struct hn_loop *l, struct hn_timer *t);

/* Milliseconds of the monotonic clock, read once per turn. */
int64_t hn_loop_now_ms(const struct hn_loop *l);

/*
 * Call ${fn} in the loop when the signal arrives; the signal is blocked from now on.  To be called before threads start.
 * Errors: HN_E_IO.
 */
enum hn_rc hn_loop_signal(struct hn_loop *l, int signo, void (*fn)(void *arg, int signo), void *arg,
    struct hn_err *err) HN_MUST_CHECK;

/* Run until hn_loop_stop, whose code is in *code. */
enum hn_rc hn_loop_run(struct hn_loop *l, int *code, struct hn_err *err) HN_MUST_CHECK;

/* One turn: wait at most ${max_wait_ms} (-1: until something happens), call what is ready, fire what is due. */
enum hn_rc hn_loop_turn(struct hn_loop *l, int max_wait_ms, struct hn_err *err) HN_MUST_CHECK;

void hn_loop_stop(struct hn_loop *l, int code);

/* Tests only: a clock of their own instead of the monotonic one. */
void hn_loop_set_clock(struct hn_loop *l, int64_t (*now_ms)(void));

#endif
