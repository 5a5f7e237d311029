#include "detect/sigma/run.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "detect/sigma/item.h"
#include "detect/sigma/kin.h"

#define VALUES_MAX 1024u	/* of one record, a field of two names counted twice */
#define NONE UINT32_MAX

struct value {
	struct sigma_value is;
	uint32_t next;		/* of the same slot; NONE: no more */
};

struct sigma_run {
	const struct sigma_set *set;
	struct sigma_kins *kins;
	uint32_t epoch;			/* of the record; what bears another one is unknown */
	uint32_t *truths;		/* of atoms: epoch << 1 | whether it holds */
	uint32_t *slot_epochs, *firsts;	/* of slots: their first value */
	uint32_t *filled;		/* slots that have one */
	size_t n_filled, n_values;
	struct value values[VALUES_MAX];
	uint32_t *rule_epochs, *candidates;
	size_t n_candidates;
	char *scratch;
	size_t scratch_n;
};

struct sigma_run *
sigma_run_new(const struct sigma_set *set)
{
	struct sigma_run *r = hn_alloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->set = set;
	r->kins = sigma_kins_new(set);
	r->truths = hn_alloc(sigma_set_atoms(set) + 1, sizeof(uint32_t));
	r->slot_epochs = hn_alloc(sigma_set_slots(set) + 1, sizeof(uint32_t));
	r->firsts = hn_alloc(sigma_set_slots(set) + 1, sizeof(uint32_t));
	r->filled = hn_alloc(sigma_set_slots(set) + 1, sizeof(uint32_t));
	r->rule_epochs = hn_alloc(sigma_set_count(set) + 1, sizeof(uint32_t));
	r->candidates = hn_alloc(sigma_set_count(set) + 1, sizeof(uint32_t));
	r->scratch = hn_alloc(SIGMA_SCRATCH_BYTES, 1);
	if (r->kins != NULL && r->truths != NULL && r->slot_epochs != NULL && r->firsts != NULL && r->filled != NULL &&
	    r->rule_epochs != NULL && r->candidates != NULL && r->scratch != NULL)
		return r;
	sigma_run_free(r);
	return NULL;
}

void
sigma_run_free(struct sigma_run *r)
{
	if (r == NULL)
		return;
	sigma_kins_free(r->kins);
	hn_free(r->truths);
	hn_free(r->slot_epochs);
	hn_free(r->firsts);
	hn_free(r->filled);
	hn_free(r->rule_epochs);
	hn_free(r->candidates);
	hn_free(r->scratch);
	hn_free(r);
}

/* A new record: everything is unknown again. */
static void
begin(struct sigma_run *r)
{
	r->n_filled = r->n_values = r->n_candidates = r->scratch_n = 0;
	if (++r->epoch < UINT32_C(1) << 31)
		return;
	memset(r->truths, 0, (sigma_set_atoms(r->set) + 1) * sizeof(uint32_t));
	memset(r->slot_epochs, 0, (sigma_set_slots(r->set) + 1) * sizeof(uint32_t));
	memset(r->rule_epochs, 0, (sigma_set_count(r->set) + 1) * sizeof(uint32_t));
	r->epoch = 1;
}

static struct hn_view
lower(struct sigma_run *r, struct hn_view v)
{
	const size_t room = SIGMA_SCRATCH_BYTES - r->scratch_n;
	char *to = r->scratch + r->scratch_n;
	const size_t n = v.n < room ? v.n : room;

	for (size_t i = 0; i < n; i++)
		to[i] = hn_lower(v.p[i]);
	r->scratch_n += n;
	return (struct hn_view){ to, n };
}

static void
put_value(struct sigma_run *r, uint32_t slot, struct hn_view raw, struct hn_view low)
{
	struct value *v;

	if (r->n_values == VALUES_MAX)
		return;
	if (r->slot_epochs[slot] != r->epoch) {
		r->slot_epochs[slot] = r->epoch;
		r->firsts[slot] = NONE;
		r->filled[r->n_filled++] = slot;
	}
	v = &r->values[r->n_values++];
	*v = (struct value){ { raw, low }, r->firsts[slot] };
	r->firsts[slot] = (uint32_t)r->n_values - 1;
}

static void
put_keyword(struct sigma_run *r, const struct sigma_plan *p, struct hn_view raw)
{
	if (p->wants_keywords && raw.n > 0)
		put_value(r, p->keywords, raw, lower(r, raw));
}

/* The record's fields to their slots. */
static void
resolve(struct sigma_run *r, const struct sigma_plan *p, const struct record *rec)
{
	for (size_t i = 0; i < rec->n_extra; i++) {
		const struct record_pair *x = &rec->extra[i];
		struct hn_view low = { NULL, 0 };

		for (uint32_t t = p->heads[hn_hash64(x->name, 0) & p->mask]; t != 0; t = p->next[t - 1])
			if (hn_view_eq(p->takes[t - 1].name, x->name)) {
				if (low.p == NULL)
					low = lower(r, x->value);
				put_value(r, p->takes[t - 1].slot, x->value, low);
			}
		put_keyword(r, p, x->value);
	}
	for (size_t t = 0; p->n_fields > 0 && t < p->n_takes; t++) {
		const struct sigma_take *take = &p->takes[t];

		if (take->field != FIELD_COUNT && record_has(rec, take->field))
			put_value(r, take->slot, rec->value[take->field], lower(r, rec->value[take->field]));
	}
	if (p->wants_keywords && hn_view_starts(hn_view_of(rec->dataset), HN_LIT("windows.")))
		put_keyword(r, p, record_get(rec, FIELD_MESSAGE));
	else
		put_keyword(r, p, rec->raw);
}

static void
add_candidate(struct sigma_run *r, uint32_t rule)
{
	if (r->rule_epochs[rule] == r->epoch)
		return;
	r->rule_epochs[rule] = r->epoch;
	r->candidates[r->n_candidates++] = rule;
}

static void
on_literal(void *ctx, uint32_t atom)
{
	struct sigma_run *r = ctx;
	const uint32_t holds = r->epoch << 1 | 1;
	struct sigma_watch w;

	if (r->truths[atom] == holds)
		return;
	r->truths[atom] = holds;
	w = sigma_set_watch(r->set, atom);
	for (uint32_t i = 0; i < w.n; i++)
		add_candidate(r, w.rules[i]);
}

static const struct value *
first_value(const struct sigma_run *r, uint32_t slot)
{
	return r->slot_epochs[slot] == r->epoch ? &r->values[r->firsts[slot]] : NULL;
}

static const struct value *
next_value(const struct sigma_run *r, const struct value *v)
{
	return v->next != NONE ? &r->values[v->next] : NULL;
}

static bool
is_empty(const struct sigma_run *r, uint32_t slot)
{
	for (const struct value *v = first_value(r, slot); v != NULL; v = next_value(r, v))
		if (v->is.raw.n > 0)
			return false;
	return true;
}

static bool
ask_values(const struct sigma_run *r, const struct sigma_atom *a)
{
	const bool is_ref = a->op >= SIGMA_FIELD_EQUAL && a->op <= SIGMA_FIELD_CONTAINS;

	if (a->op == SIGMA_EXISTS)
		return (first_value(r, a->slot) != NULL) == (a->number > 0);
	if (a->op == SIGMA_ABSENT)
		return is_empty(r, a->slot);
	for (const struct value *v = first_value(r, a->slot); v != NULL; v = next_value(r, v)) {
		if (!is_ref && sigma_atom_match(a, &v->is))
			return true;
		for (const struct value *o = is_ref ? first_value(r, a->other) : NULL; o != NULL; o = next_value(r, o))
			if (sigma_atom_match_other(a, &v->is, &o->is))
				return true;
	}
	return false;
}

static bool
holds(struct sigma_run *r, uint32_t atom)
{
	const struct sigma_atom *a = sigma_set_atom(r->set, atom);
	bool is;

	if (r->truths[atom] >> 1 == r->epoch)
		return (r->truths[atom] & 1) != 0;
	if (sigma_index_takes(a))
		return false;		/* the index has found all that hold */
	is = (a->gate == SIGMA_ATOM_NONE || holds(r, a->gate)) && ask_values(r, a);
	r->truths[atom] = r->epoch << 1 | is;
	return is;
}

static bool
is_met(struct sigma_run *r, const struct sigma_expr *e)
{
	uint32_t n = 0;

	if (e->op == SIGMA_EXPR_ATOM)
		return holds(r, e->atom);
	if (e->op == SIGMA_EXPR_NOT)
		return !is_met(r, e->kids[0]);
	for (uint32_t i = 0; i < e->n; i++) {
		const bool is = is_met(r, e->kids[i]);

		if (is != (e->op == SIGMA_EXPR_AND) && e->op != SIGMA_EXPR_AT_LEAST)
			return is;
		n += is;
	}
	return e->op == SIGMA_EXPR_AND || (e->op == SIGMA_EXPR_AT_LEAST && n >= e->need);
}

static bool
is_of(const struct sigma_rule *rule, const struct sigma_plan *p)
{
	for (uint32_t i = 0; i < rule->n_sources; i++)
		if (sigma_plan_has(p, rule->sources[i]))
			return true;
	return false;
}

static int
compare(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void
sigma_run_see(struct sigma_run *r, const struct record *rec, void (*hit)(void *ctx, uint32_t rule), void *ctx)
{
	const struct sigma_plan *p = sigma_kins_find(r->kins, rec);

	begin(r);
	if (p == NULL)
		return;
	resolve(r, p, rec);
	for (size_t i = 0; i < r->n_filled; i++)
		for (const struct value *v = first_value(r, r->filled[i]); v != NULL; v = next_value(r, v))
			sigma_index_find(sigma_set_index(r->set, r->filled[i]), v->is.low, on_literal, r);
	for (size_t i = 0; i < p->n_always; i++)
		add_candidate(r, p->always[i]);
	qsort(r->candidates, r->n_candidates, sizeof(uint32_t), compare);
	for (size_t i = 0; i < r->n_candidates; i++) {
		const struct sigma_rule *rule = sigma_set_rule(r->set, r->candidates[i]);

		if (rule->expr != NULL && is_of(rule, p) && is_met(r, rule->expr))
			hit(ctx, r->candidates[i]);
	}
}

struct hn_view
sigma_run_value(const struct sigma_run *r, uint32_t slot)
{
	const struct value *v = first_value(r, slot);

	return v != NULL ? v->is.raw : (struct hn_view){ "", 0 };
}
