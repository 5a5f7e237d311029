#ifndef SITE_CORE_MEMORY_H
#define SITE_CORE_MEMORY_H

#include "site/config.h"
#include "site/observed.h"

/* What core does with observables: they go to the store of the past (store/observable.h). */
struct core_memory;

enum hn_rc core_memory_open(const struct site_config *config, struct core_memory **out, struct hn_err *err)
    HN_MUST_CHECK;
void core_memory_close(struct core_memory *m);

/* Remember one; nothing is written before core_memory_flush. */
void core_memory_add(struct core_memory *m, const struct site_observed *seen);

/* Write what was added; twice the same does no harm.  Errors: as of the store. */
enum hn_rc core_memory_flush(struct core_memory *m, struct hn_err *err) HN_MUST_CHECK;

#endif
