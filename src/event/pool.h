#ifndef HN_EVENT_POOL_H
#define HN_EVENT_POOL_H

#include <stddef.h>

#include "base/err.h"
#include "event/loop.h"

#define HN_POOL_THREADS_MAX 16u

/*
 * A few threads for pure heavy work (hash, match, compress): it comes in over a bounded queue and goes back to the loop
 * over a completion queue, in the order in which it is finished.
 */
struct hn_pool;

/* One piece of work, in its owner's storage; it belongs to the pool from submit until `done`. */
struct hn_job {
	void (*work)(struct hn_job *job);	/* in a thread of the pool; touches nothing but the job */
	void (*done)(struct hn_job *job);	/* in the loop */
	struct hn_job *next;			/* the pool's */
};

/* ${threads}: 1 to HN_POOL_THREADS_MAX; at most ${jobs_max} jobs are in the pool at once. */
enum hn_rc hn_pool_new(struct hn_loop *l, size_t threads, size_t jobs_max, struct hn_pool **out,
    struct hn_err *err) HN_MUST_CHECK;

/* Waits until the work at hand is finished; jobs that have not started are given to `done` without having run. */
void hn_pool_free(struct hn_pool *p);

/* Errors: HN_E_AGAIN (jobs_max are in the pool). */
enum hn_rc hn_pool_submit(struct hn_pool *p, struct hn_job *job) HN_MUST_CHECK;

#endif
