#ifndef HN_BASE_ARENA_H
#define HN_BASE_ARENA_H

#include <stddef.h>

#include "base/view.h"

struct hn_arena_block;

/*
 * Memory that is given back all at once: per request, per batch.  Never more than `max` bytes; what does not fit
 * is NULL.  Zero it with HN_ARENA(max); hn_arena_reset keeps the first block, hn_arena_fini gives all back.
 */
struct hn_arena {
	struct hn_arena_block *last;
	size_t used;		/* bytes handed out since the last reset */
	size_t max;
};

#define HN_ARENA(cap) ((struct hn_arena){ .max = (cap) })

/* ${n} bytes aligned for any type; NULL: over the cap or out of memory.  Not zeroed. */
void *hn_arena_get(struct hn_arena *a, size_t n);

/* A copy of ${v} in the arena, NUL behind it; p == NULL: no room. */
struct hn_view hn_arena_copy(struct hn_arena *a, struct hn_view v);

void hn_arena_reset(struct hn_arena *a);
void hn_arena_fini(struct hn_arena *a);

#endif
