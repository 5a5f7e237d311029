#include "detect/sigma/keys.h"

#include <stdlib.h>

#include "base/mem.h"
#include "detect/sigma/index.h"

#define COST_NONE 1e30

/* How often, roughly, a literal of that length holds. */
static double
cost_of(const struct sigma_atom *a)
{
	static const double by_length[] = { 1000, 500, 200, 100, 50, 30, 20, 12, 8, 6, 4 };
	const double cost = a->text.n < HN_COUNT(by_length) ? by_length[a->text.n] : 3;

	return a->op == SIGMA_EQUAL ? cost / 4 : cost;
}

/* The literal atom that ${a} cannot hold without; SIGMA_ATOM_NONE: none. */
static uint32_t
literal_of(const struct sigma_atom *atoms, uint32_t a)
{
	return sigma_index_takes(&atoms[a]) ? a : atoms[a].gate;
}

/* The cost of the expression's best set of keys; COST_NONE: it has none. */
static double
weigh(const struct sigma_expr *e, const struct sigma_atom *atoms)
{
	double best = COST_NONE, sum = 0;

	if (e->op == SIGMA_EXPR_ATOM) {
		const uint32_t a = literal_of(atoms, e->atom);

		return a != SIGMA_ATOM_NONE ? cost_of(&atoms[a]) : COST_NONE;
	}
	if (e->op == SIGMA_EXPR_NOT)
		return COST_NONE;
	for (uint32_t i = 0; i < e->n; i++) {
		const double cost = weigh(e->kids[i], atoms);

		best = cost < best ? cost : best;
		sum += cost;
	}
	if (e->op == SIGMA_EXPR_AND)
		return best;
	return sum < COST_NONE ? sum : COST_NONE;
}

struct keys {
	const struct sigma_atom *atoms;
	uint32_t *at;
	size_t n, size;
	bool failed;
};

static void
put(struct keys *k, uint32_t atom)
{
	if (k->n == k->size) {
		const size_t more = k->size == 0 ? 64 : 2 * k->size;
		uint32_t *moved = hn_realloc(k->at, more, sizeof(uint32_t));

		if (moved == NULL) {
			k->failed = true;
			return;
		}
		k->at = moved;
		k->size = more;
	}
	k->at[k->n++] = atom;
}

static void
collect(const struct sigma_expr *e, struct keys *k)
{
	const struct sigma_expr *best = NULL;
	double least = COST_NONE;

	if (e->op == SIGMA_EXPR_ATOM) {
		put(k, literal_of(k->atoms, e->atom));
		return;
	}
	for (uint32_t i = 0; i < e->n; i++) {
		const double cost = weigh(e->kids[i], k->atoms);

		if (e->op != SIGMA_EXPR_AND)
			collect(e->kids[i], k);
		else if (cost < least) {
			least = cost;
			best = e->kids[i];
		}
	}
	if (best != NULL)
		collect(best, k);
}

static int
compare(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static size_t
unique(uint32_t *at, size_t n)
{
	size_t kept = 0;

	if (n > 0)
		qsort(at, n, sizeof(*at), compare);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || at[kept - 1] != at[i])
			at[kept++] = at[i];
	return kept;
}

static void
put_slots(const struct sigma_expr *e, struct keys *k)
{
	if (e->op == SIGMA_EXPR_ATOM) {
		const struct sigma_atom *a = &k->atoms[e->atom];

		if (k->n == 0 || k->at[k->n - 1] != a->slot)
			put(k, a->slot);
		if (a->op >= SIGMA_FIELD_EQUAL && a->op <= SIGMA_FIELD_CONTAINS)
			put(k, a->other);
		return;
	}
	for (uint32_t i = 0; i < e->n; i++)
		put_slots(e->kids[i], k);
}

static const uint32_t *
keep(struct keys *k, struct hn_arena *arena, uint32_t *n)
{
	uint32_t *kept;

	k->n = unique(k->at, k->n);
	*n = (uint32_t)k->n;
	kept = k->failed ? NULL : hn_arena_get(arena, (k->n + 1) * sizeof(uint32_t));
	if (kept != NULL && k->n > 0)
		memcpy(kept, k->at, k->n * sizeof(uint32_t));
	k->n = 0;
	return kept;
}

bool
sigma_keys_find(struct sigma_rule *r, const struct sigma_atom *atoms, struct hn_arena *arena)
{
	struct keys k = { .atoms = atoms };

	if (weigh(r->expr, atoms) < COST_NONE)
		collect(r->expr, &k);
	r->keys = keep(&k, arena, &r->n_keys);
	put_slots(r->expr, &k);
	r->slots = keep(&k, arena, &r->n_slots);
	hn_free(k.at);
	return r->keys != NULL && r->slots != NULL;
}
