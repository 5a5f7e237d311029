#ifndef DETECT_SIGMA_RUN_H
#define DETECT_SIGMA_RUN_H

#include "detect/sigma/set.h"

#define SIGMA_SCRATCH_BYTES (1u << 20)	/* values of one record in lower case; what goes past is looked at as far as it fits */

/* One who asks the rules of a set of one record after the other; bounded, without memory of the records. */
struct sigma_run;

/* NULL: memory is out. */
struct sigma_run *sigma_run_new(const struct sigma_set *set);
void sigma_run_free(struct sigma_run *run);

/* Call ${hit} for each rule that ${r} meets, with the rule's place in the set. */
void sigma_run_see(struct sigma_run *run, const struct record *r, void (*hit)(void *ctx, uint32_t rule), void *ctx);

/* A field of the record just seen, by its slot; the empty view: it has none. */
struct hn_view sigma_run_value(const struct sigma_run *run, uint32_t slot);

#endif
