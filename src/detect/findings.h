#ifndef DETECT_FINDINGS_H
#define DETECT_FINDINGS_H

#include "detect/finding.h"

struct findings;

/*
 * The findings of a run or of a batch, one per id.  Holds at most ${max} of them in at most ${max_bytes}; past that,
 * new ones are counted as left out, known ones still grow.  NULL: out of memory.
 */
struct findings *findings_new(size_t max, size_t max_bytes);
void findings_free(struct findings *s);

/* Forget all, keep the memory. */
void findings_reset(struct findings *s);

/*
 * A detector says: ${hit} (kind, rule, words, source, destination, user, techniques, parts, at_least, at_most set; the rest
 * is filled here) because of ${r}.  Grows the finding of that id or makes it.  Copies what it keeps.  hit->count: records that
 * speak for it since the detector last said so, 0: ${r} alone; hit->first_ms: since when, 0: since ${r}.
 */
void findings_hit(struct findings *s, const struct finding *hit, const struct record *r);

/*
 * Who is told of each hit as it comes: the hit by itself, weighed, with its id.  ${r} and ${hit} hold until it returns; it may
 * add findings.  Stays until another one is set; NULL hear: nobody.
 */
struct findings_ear {
	void (*hear)(void *ctx, const struct finding *hit, const struct record *r, struct findings *s);
	void *ctx;
};
void findings_listen(struct findings *s, struct findings_ear ear);

/* Let every finding that is a member of a chain in ${s} name it. */
void findings_link(struct findings *s);

/* Merge a whole finding (from another batch). */
void findings_add(struct findings *s, const struct finding *f);

size_t findings_count(const struct findings *s);
uint64_t findings_left_out(const struct findings *s);

/* All of them, most urgent first, until the next change; *n is their number.  NULL: none or out of memory. */
const struct finding *const *findings_sorted(struct findings *s, size_t *n);

#endif
