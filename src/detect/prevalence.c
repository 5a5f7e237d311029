#include "detect/prevalence.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

#define SKETCH_BITS 512u	/* linear counting: exact enough up to some 2,000 machines, "many" above */
#define EXACT 24u
#define MACHINES_MAX 20000u
#define WHOLE UINT64_C(0)	/* key of the row of all sites */

/*
 * Which machines: the first ones by their keys; of more a sketch (K.-Y. Whang et al., A linear-time probabilistic counting
 * algorithm, ACM TODS 15(2), 1990).
 */
struct row {
	int64_t first_ms;
	uint64_t bits[SKETCH_BITS / 64];
	uint32_t ones;
	uint32_t n;		/* of known; EXACT + 1: there are more */
	uint32_t known[EXACT];
};

struct prevalences {
	struct keyed *sites;
	struct keyed *whole;	/* one int64: when we began to watch */
	struct keyed *machines;
	struct keyed *tables[3];
};

struct prevalences *
prevalences_new(void)
{
	struct prevalences *p = hn_alloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->tables[0] = p->sites = keyed_new(sizeof(struct row), PREVALENCE_SITES_MAX);
	p->tables[1] = p->whole = keyed_new(sizeof(int64_t), 1);
	p->tables[2] = p->machines = keyed_new(sizeof(uint64_t), MACHINES_MAX);
	if (p->sites == NULL || p->whole == NULL || p->machines == NULL) {
		prevalences_free(p);
		return NULL;
	}
	return p;
}

void
prevalences_free(struct prevalences *p)
{
	if (p == NULL)
		return;
	keyed_free(p->sites);
	keyed_free(p->whole);
	keyed_free(p->machines);
	hn_free(p);
}

struct keyed *const *
prevalences_tables(struct prevalences *p, size_t *n)
{
	*n = HN_COUNT(p->tables);
	return p->tables;
}

/* ${machine} is, or now becomes, one of the exact ones, as long as there is room. */
static void
know(struct row *row, uint32_t machine)
{
	for (uint32_t i = 0; i < row->n && i < EXACT; i++)
		if (row->known[i] == machine)
			return;
	if (row->n < EXACT)
		row->known[row->n] = machine;
	if (row->n <= EXACT)
		row->n++;
}

/* Machine keys are hashes: any of their bits will do. */
static void
count_in(struct row *row, bool is_new, const struct contact *c)
{
	const uint32_t bit = (uint32_t)(c->who_key >> 17) % SKETCH_BITS;
	const uint64_t mask = UINT64_C(1) << (bit % 64);

	if (is_new || c->at_ms < row->first_ms)
		row->first_ms = c->at_ms;
	if ((row->bits[bit / 64] & mask) == 0) {
		row->bits[bit / 64] |= mask;
		row->ones++;
	}
	know(row, (uint32_t)(c->who_key >> 32));
}

static uint32_t
estimate(const struct row *row)
{
	const double zeros = row->ones < SKETCH_BITS ? SKETCH_BITS - row->ones : 0.5;

	if (row->n <= EXACT)
		return row->n;
	return (uint32_t)fmax(EXACT + 1, -(double)SKETCH_BITS * log(zeros / SKETCH_BITS));
}

struct prevalence
prevalence_see(struct prevalences *p, const struct contact *c)
{
	struct row *site;
	int64_t *began_ms;
	bool is_new;

	if (c->way != CONTACT_OUT)
		return (struct prevalence){ 0 };
	began_ms = keyed_get(p->whole, WHOLE, &is_new);
	if (began_ms == NULL || (!c->is_by_relay && keyed_get(p->machines, c->who_key, NULL) == NULL))
		return (struct prevalence){ 0 };
	if (is_new || c->at_ms < *began_ms)
		*began_ms = c->at_ms;
	site = keyed_get(p->sites, c->site_key, &is_new);
	if (site == NULL)
		return (struct prevalence){ 0 };
	if (!c->is_by_relay || is_new)
		count_in(site, is_new, c);
	return (struct prevalence){ estimate(site), keyed_count(p->machines), site->first_ms, *began_ms };
}
