#include "detect/prevalence.h"

#include "base/mem.h"
#include "detect/few.h"

#define MACHINES_MAX 20000u
#define WHOLE UINT64_C(0)	/* key of the row of all sites */

struct row {
	int64_t first_ms;
	struct few machines;
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

static void
count_in(struct row *row, bool is_new, const struct contact *c)
{
	if (is_new || c->at_ms < row->first_ms)
		row->first_ms = c->at_ms;
	(void)few_add(&row->machines, c->who_key);
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
	return (struct prevalence){ few_count(&site->machines), keyed_count(p->machines), site->first_ms, *began_ms };
}
