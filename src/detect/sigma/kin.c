#include "detect/sigma/kin.h"

#include "base/hash.h"
#include "base/mem.h"

#define SLOTS (2 * SIGMA_KINS_MAX)

struct kin {
	bool is_used;
	uint64_t hash;
	struct sigma_plan *plan;	/* NULL: nothing is asked of such records */
};

struct sigma_kins {
	const struct sigma_set *set;
	size_t n;
	struct kin at[SLOTS];
};

static void
free_plan(struct sigma_plan *p)
{
	if (p == NULL)
		return;
	hn_free(p->always);
	hn_free(p->takes);
	hn_free(p->heads);
	hn_free(p->next);
	hn_free(p);
}

static void
forget(struct sigma_kins *k)
{
	for (size_t i = 0; i < SLOTS; i++)
		free_plan(k->at[i].plan);
	memset(k->at, 0, sizeof(k->at));
	k->n = 0;
}

struct sigma_kins *
sigma_kins_new(const struct sigma_set *set)
{
	struct sigma_kins *k = hn_alloc(1, sizeof(*k));

	if (k != NULL)
		k->set = set;
	return k;
}

void
sigma_kins_free(struct sigma_kins *k)
{
	if (k == NULL)
		return;
	forget(k);
	hn_free(k);
}

/* How the log source's own table calls the field; itself where it does not. */
static struct hn_view
real_name(const struct sigma_plan *p, const struct sigma_kin *kin, struct hn_view name)
{
	for (size_t s = 0; s < sigma_sources_n; s++) {
		const struct sigma_when *w = sigma_plan_has(p, s) ? sigma_source_when(&sigma_sources[s], kin) : NULL;

		for (size_t i = 0; w != NULL && i < w->n_fields; i++)
			if (hn_view_eq(w->fields[i].name, name))
				return w->fields[i].to;
	}
	return name;
}

static void
add_take(struct sigma_plan *p, struct hn_view real, uint32_t slot)
{
	struct sigma_take *t = &p->takes[p->n_takes++];
	const enum field field = field_find(real.n > 0 && real.p[0] == '@' ? hn_view_skip(real, 1) : real);

	*t = (struct sigma_take){ real, field, slot };
	p->n_fields += field != FIELD_COUNT;
	if (field != FIELD_COUNT)
		return;
	uint32_t *head = &p->heads[hn_hash64(real, 0) & p->mask];

	p->next[p->n_takes - 1] = *head;
	*head = (uint32_t)p->n_takes;
}

static bool
is_of(const struct sigma_rule *r, const struct sigma_plan *p)
{
	for (uint32_t i = 0; r->expr != NULL && i < r->n_sources; i++)
		if (sigma_plan_has(p, r->sources[i]))
			return true;
	return false;
}

/* Mark the fields that its rules look at; how many rules there are. */
static size_t
mark_slots(const struct sigma_set *set, struct sigma_plan *p, bool *wanted)
{
	size_t n = 0;

	for (size_t i = 0; i < sigma_set_count(set); i++) {
		const struct sigma_rule *r = sigma_set_rule(set, i);

		if (!is_of(r, p))
			continue;
		n++;
		for (uint32_t k = 0; k < r->n_slots; k++)
			wanted[r->slots[k]] = true;
		if (r->n_keys == 0)
			p->always[p->n_always++] = (uint32_t)i;
	}
	return n;
}

static bool
make_room(struct sigma_plan *p, const struct sigma_set *set)
{
	const size_t n = sigma_set_slots(set);

	p->mask = 15;
	while (p->mask < 2 * n)
		p->mask = 2 * p->mask + 1;
	p->always = hn_alloc(sigma_set_count(set) + 1, sizeof(uint32_t));
	p->takes = hn_alloc(n + 1, sizeof(*p->takes));
	p->next = hn_alloc(n + 1, sizeof(uint32_t));
	p->heads = hn_alloc(p->mask + 1u, sizeof(uint32_t));
	return p->always != NULL && p->takes != NULL && p->next != NULL && p->heads != NULL;
}

/* What is asked of records like ${kin}; NULL: nothing. */
static struct sigma_plan *
make_plan(const struct sigma_set *set, const struct sigma_kin *kin)
{
	struct sigma_plan *p = hn_alloc(1, sizeof(*p));
	bool *wanted = hn_alloc(sigma_set_slots(set) + 1, sizeof(*wanted));
	size_t n = 0;

	if (p != NULL && wanted != NULL && make_room(p, set)) {
		for (size_t s = 0; s < sigma_sources_n; s++)
			if (sigma_source_when(&sigma_sources[s], kin) != NULL)
				p->sources[s / 64] |= UINT64_C(1) << (s % 64);
		n = mark_slots(set, p, wanted);
		for (uint32_t i = 0; i < sigma_set_slots(set); i++) {
			const struct hn_view name = sigma_set_slot_name(set, i);

			if (wanted[i] && name.n > 0)
				add_take(p, real_name(p, kin, name), i);
			if (wanted[i] && name.n == 0) {
				p->wants_keywords = true;
				p->keywords = i;
			}
		}
	}
	hn_free(wanted);
	if (n > 0)
		return p;
	free_plan(p);
	return NULL;
}

const struct sigma_plan *
sigma_kins_find(struct sigma_kins *k, const struct record *r)
{
	const struct sigma_kin kin = sigma_kin_of(r);
	const uint64_t h = hn_hash64(kin.event, hn_hash64(kin.channel, hn_hash64(kin.program,
	    hn_hash64(hn_view_of(kin.dataset), (uint64_t)kin.kind))));
	size_t i = h & (SLOTS - 1);

	while (k->at[i].is_used && k->at[i].hash != h)
		i = (i + 1) & (SLOTS - 1);
	if (k->at[i].is_used)
		return k->at[i].plan;
	if (k->n == SIGMA_KINS_MAX) {
		forget(k);
		i = h & (SLOTS - 1);
	}
	k->n++;
	k->at[i] = (struct kin){ true, h, make_plan(k->set, &kin) };
	return k->at[i].plan;
}
