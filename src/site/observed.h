#ifndef SITE_OBSERVED_H
#define SITE_OBSERVED_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/wire.h"
#include "record/observable.h"

#define SITE_OBSERVED_MAX 16384u		/* different ones held at once */
#define SITE_OBSERVED_MESSAGE_MAX 131072u	/* bytes of one message */
#define SITE_OBSERVED_NAME_MAX 256u		/* bytes of a machine or account; longer ones are cut */

/* Who met which value, and when: what is remembered for 400 days. */
struct site_observed {
	enum observable_kind kind;
	struct hn_view value;		/* in normal form (record/observable.h) */
	struct hn_view machine;
	struct hn_view user;
	int64_t first_ms, last_ms;
	uint32_t count;
};

/* The observables of a batch, each (value, machine, user) once. */
struct site_observed_set;

struct site_observed_set *site_observed_new(void);	/* NULL: out of memory */
void site_observed_free(struct site_observed_set *s);

/* Take in the observables of ${r}.  false: full; empty it with site_observed_take and offer them again. */
bool site_observed_add(struct site_observed_set *s, const struct record *r, const struct observables *o);

/*
 * Append messages' worth of them to ${b}: u32 n, then each as u8 kind, i64 first_ms, i64 last_ms, u32 count, bytes value,
 * machine, user; at most SITE_OBSERVED_MESSAGE_MAX bytes.  false: there was nothing left.  Forgets what it gave.
 */
bool site_observed_take(struct site_observed_set *s, struct hn_buf *b);

/* Read one from a message: false and g->failed: not as promised. */
bool site_observed_get(struct hn_get *g, struct site_observed *out);

#endif
