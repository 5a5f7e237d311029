#ifndef DETECT_SIGMA_CORRELATE_H
#define DETECT_SIGMA_CORRELATE_H

#include "detect/keyed.h"
#include "detect/sigma/run.h"

#define SIGMA_MEMORIES_MAX 8192u	/* groups of all correlations together; past it the one untouched longest is forgotten */

/*
 * The memory of correlations, by the records' own time: of each group the newest hits.  Of an event_count the times stand in
 * 64 steps of the timespan at most, so that a count may be late by a 64th of it; of a value_count the newest
 * SIGMA_DISTINCT_MAX different values.  NULL: memory is out.
 */
struct keyed *sigma_correlate_new(void);

/* One hit of a rule. */
struct sigma_hit {
	const struct sigma_set *set;
	const struct sigma_run *run;	/* knows the fields of the record */
	uint32_t rule;
	int64_t at_ms;
};

/* Count ${h} with every correlation that refers to its rule; ${tell} each that is then met, which counts with others itself. */
void sigma_correlate(struct keyed *memory, const struct sigma_hit *h, void (*tell)(void *ctx, uint32_t rule), void *ctx);

#endif
