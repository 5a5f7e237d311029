#ifndef DETECT_SIGMA_INDEX_H
#define DETECT_SIGMA_INDEX_H

#include "detect/sigma/atom.h"

/*
 * All literals of one field at once.  Whole values are looked up by a hash.  Of every other literal two or four of its bytes,
 * the ones that fewest others have, are looked up at each place of the value; only where they stand is the literal compared.
 * Linear in the value but for values that are made to repeat such bytes.  Why not Vectorscan: this has no compile time, which
 * the whole tree's 25,000 literals would cost at every start, and the JSON ahead of it is slower than it (docs/benchmarks.md).
 */
struct sigma_index;

/* Of the ${n} literal atoms numbered ${of}, of one field.  Atoms of fewer than two bytes are left out: see sigma_index_takes.
 * ${atoms} must outlive it.  NULL: memory is out. */
struct sigma_index *sigma_index_new(const struct sigma_atom *atoms, const uint32_t *of, size_t n);
void sigma_index_free(struct sigma_index *x);

/* Whether the index finds an atom of this kind. */
bool sigma_index_takes(const struct sigma_atom *a);

/* Call ${hit} for every atom that ${v} holds up against; for some more than once. */
void sigma_index_find(const struct sigma_index *x, struct hn_view low, void (*hit)(void *ctx, uint32_t atom), void *ctx);

#endif
