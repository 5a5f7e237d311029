#include "detect/sigma/expr.h"

#include "base/err.h"

struct sigma_expr *
sigma_expr_new(struct hn_arena *arena, enum sigma_expr_op op, uint32_t n)
{
	struct sigma_expr *e = hn_arena_get(arena, sizeof(*e));
	const struct sigma_expr **kids = n > 0 ? hn_arena_get(arena, n * sizeof(struct sigma_expr *)) : NULL;

	if (e == NULL || (n > 0 && kids == NULL))
		return NULL;
	*e = (struct sigma_expr){ .op = op, .n = n, .kids = kids };
	for (uint32_t i = 0; i < n; i++)
		kids[i] = NULL;
	return e;
}

struct sigma_expr *
sigma_expr_atom(struct hn_arena *arena, uint32_t atom)
{
	struct sigma_expr *e = sigma_expr_new(arena, SIGMA_EXPR_ATOM, 0);

	if (e != NULL)
		e->atom = atom;
	return e;
}

struct sigma_expr *
sigma_expr_not(struct hn_arena *arena, const struct sigma_expr *of)
{
	struct sigma_expr *e = of != NULL ? sigma_expr_new(arena, SIGMA_EXPR_NOT, 1) : NULL;

	if (e != NULL)
		e->kids[0] = of;
	return e;
}
