#ifndef DETECT_PREVALENCE_H
#define DETECT_PREVALENCE_H

#include "detect/contact.h"

/*
 * How common a peer outside is among our machines, and since when it is known: what one machine alone speaks to, and since
 * yesterday, is worth a look; what half the house speaks to is the house's daily business.
 */
struct prevalence {
	uint32_t machines;	/* of ours that spoke to this site: exact up to 24, beyond about */
	uint32_t active;	/* machines of ours that speak to the outside at all */
	int64_t site_first_ms;	/* when somebody first spoke to it */
	int64_t began_ms;	/* when we began to watch: nothing can be known to be older */
};

#define PREVALENCE_SITES_MAX 80000u	/* 17 MB; the one that nobody spoke to for longest is forgotten */

struct prevalences;

struct prevalences *prevalences_new(void);
void prevalences_free(struct prevalences *p);

/* Count ${c} in, if it goes out and is news, and say how things stand with its site; all zero: it does not go out. */
struct prevalence prevalence_see(struct prevalences *p, const struct contact *c);

struct keyed *const *prevalences_tables(struct prevalences *p, size_t *n);

#endif
