#ifndef DETECT_SIGMA_KIN_H
#define DETECT_SIGMA_KIN_H

#include "detect/sigma/set.h"
#include "detect/sigma/source.h"

#define SIGMA_KINS_MAX 512u	/* kinds of record that are remembered; past that all are forgotten and learnt anew */

/* Which field of the record goes to which slot. */
struct sigma_take {
	struct hn_view name;	/* in the source's own words; or ... */
	enum field field;	/* ... of the normal form; FIELD_COUNT: the name counts */
	uint32_t slot;
};

/* Records that are of the same log sources: what must be asked of them, worked out once. */
struct sigma_plan {
	uint64_t sources[SIGMA_SOURCE_ROWS_MAX / 64];
	bool wants_keywords;
	uint32_t keywords;		/* the slot of searches without field */
	size_t n_always;
	uint32_t *always;		/* rules without keys */
	size_t n_takes, n_fields;	/* all; of them those with a field of the normal form */
	struct sigma_take *takes;
	uint32_t *heads, *next;		/* of takes, +1 */
	uint32_t mask;
};

struct sigma_kins;

struct sigma_kins *sigma_kins_new(const struct sigma_set *set);
void sigma_kins_free(struct sigma_kins *k);

/* The plan for ${r}; NULL: no rule is about such records, or memory is out. */
const struct sigma_plan *sigma_kins_find(struct sigma_kins *k, const struct record *r);

static inline bool
sigma_plan_has(const struct sigma_plan *p, size_t source)
{
	return (p->sources[source / 64] >> (source % 64) & 1) != 0;
}

#endif
