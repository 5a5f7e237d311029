#include "detect/sigma/link.h"

#include "detect/sigma/correlation.h"

#define DEPTH_MAX 4u

/* The place of the rule of that id or name; ${n}: none. */
static size_t
find(const struct sigma_rule *rules, size_t n, struct hn_view name)
{
	size_t i = 0;

	while (i < n && !hn_view_eq(rules[i].id, name) && !hn_view_eq(rules[i].name, name))
		i++;
	return i;
}

/* Append ${more} to an array in the arena. */
static bool
append(const uint32_t **at, uint32_t *n, uint32_t more, struct hn_arena *arena)
{
	uint32_t *moved = hn_arena_get(arena, (*n + 1) * sizeof(uint32_t));

	if (moved == NULL)
		return false;
	if (*n > 0)
		memcpy(moved, *at, *n * sizeof(uint32_t));
	moved[(*n)++] = more;
	*at = moved;
	return true;
}

/* The rule and all below it must look at the field. */
static bool
ask_for(struct sigma_rule *rules, uint32_t rule, uint32_t slot, struct hn_arena *arena, unsigned depth)
{
	struct sigma_rule *r = &rules[rule];
	bool ok = true;

	if (slot == SIGMA_ATOM_NONE || depth == DEPTH_MAX)
		return true;
	if (r->correlation == NULL)
		return append(&r->slots, &r->n_slots, slot, arena);
	for (uint32_t i = 0; ok && i < r->correlation->n_refers; i++)
		ok = r->correlation->refers[i] == rule || ask_for(rules, r->correlation->refers[i], slot, arena, depth + 1);
	return ok;
}

static void
resolve(struct sigma_rule *rules, size_t n, struct sigma_rule *r)
{
	for (uint32_t i = 0; i < r->correlation->n_refers; i++) {
		const size_t at = find(rules, n, r->correlation->names[i]);

		if (at < n && &rules[at] != r && rules[at].why_not == NULL) {
			r->correlation->refers[i] = (uint32_t)at;
			continue;
		}
		r->where = r->correlation->names[i];
		r->why_not = "a rule that it refers to is not there, or cannot be used";
		return;
	}
}

static bool
link_one(struct sigma_rule *rules, uint32_t number, struct hn_arena *arena)
{
	const struct sigma_correlation *c = rules[number].correlation;
	bool ok = true;

	for (uint32_t i = 0; ok && i < c->n_refers; i++) {
		struct sigma_rule *r = &rules[c->refers[i]];

		r->is_silent |= !c->generates;
		if (r->n_parents == 0 || r->parents[r->n_parents - 1] != number)
			ok = append(&r->parents, &r->n_parents, number, arena);
		for (uint32_t g = 0; ok && g < c->n_groups; g++)
			ok = ask_for(rules, c->refers[i], c->groups[g][i], arena, 0);
		ok = ok && ask_for(rules, c->refers[i], c->value, arena, 0);
	}
	return ok;
}

bool
sigma_link(struct sigma_rule *rules, size_t n, struct hn_arena *arena)
{
	bool ok = true;

	/* Some refer to correlations that become unusable only now. */
	for (unsigned turn = 0; turn < DEPTH_MAX; turn++)
		for (size_t i = 0; i < n; i++)
			if (rules[i].correlation != NULL && rules[i].why_not == NULL)
				resolve(rules, n, &rules[i]);
	for (size_t i = 0; ok && i < n; i++)
		if (rules[i].correlation != NULL && rules[i].why_not == NULL)
			ok = link_one(rules, (uint32_t)i, arena);
	return ok;
}
