#ifndef HN_EVENT_TIMER_H
#define HN_EVENT_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define HN_TIMERS_MAX 65536u	/* timers set at once in one process */

/* One deadline.  Lives in its owner's storage, zeroed; `fire` is called once per hn_timers_set, after it was unset. */
struct hn_timer {
	void (*fire)(void *arg);
	void *arg;
	int64_t at_ms;		/* of the clock that hn_timers_run is given */
	size_t slot;		/* place in the heap, from 1; 0: not set */
};

/* Deadlines by time: a binary heap.  Zero it; give back with hn_timers_fini.  Knows no clock: the time is a parameter. */
struct hn_timers {
	struct hn_timer **heap;
	size_t n;
	size_t size;
};

void hn_timers_fini(struct hn_timers *ts);

/* Set ${t} to ${at_ms}, or move it there.  Errors: HN_E_LIMIT, HN_E_NOMEM; then it is not set. */
enum hn_rc hn_timers_set(struct hn_timers *ts, struct hn_timer *t, int64_t at_ms) HN_MUST_CHECK;

/* Unset ${t}; nothing happens when it is not set. */
void hn_timers_unset(struct hn_timers *ts, struct hn_timer *t);

/* Whether a timer is set; the earliest deadline is then in *at_ms. */
bool hn_timers_next(const struct hn_timers *ts, int64_t *at_ms);

/* Fire what is due at ${now_ms}, earliest first.  What a callback sets to ${now_ms} or earlier fires in the next run. */
void hn_timers_run(struct hn_timers *ts, int64_t now_ms);

#endif
