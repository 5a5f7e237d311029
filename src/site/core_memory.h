#ifndef SITE_CORE_MEMORY_H
#define SITE_CORE_MEMORY_H

#include "event/pool.h"
#include "site/config.h"
#include "site/observed.h"

/* What core does with observables: they go to the store of the past (store/observable.h). */
struct core_memory;

/* ${committed}: offset of the evidence log that the database holds; errors as of hn_observables_open. */
enum hn_rc core_memory_open(const struct site_config *config, uint64_t committed, struct core_memory **out,
    struct hn_err *err) HN_MUST_CHECK;

/* No merge may be at work: free the pool first. */
void core_memory_close(struct core_memory *m);

/* Begin a batch: forget what was added and not written. */
void core_memory_reset(struct core_memory *m);

/* Add one to the batch, and what it lies beneath (record/beneath.h); past its limit it is counted and left out. */
void core_memory_add(struct core_memory *m, const struct site_observed *seen);

/*
 * Write the batch, which ends at ${offset}, and put it on disk: before the same offset is committed.  Offered twice it
 * counts once.
 */
enum hn_rc core_memory_flush(struct core_memory *m, uint64_t offset, int64_t now_ms, struct hn_err *err) HN_MUST_CHECK;

/*
 * Once in a while, when all is committed: begin to merge a full journal and delete what is too old, in ${pool}.  Days from
 * before ${least_ms} less what the configuration keeps go.  Does nothing while the last merge is at work.
 */
void core_memory_merge(struct core_memory *m, struct hn_pool *pool, int64_t now_ms, int64_t least_ms);

#endif
