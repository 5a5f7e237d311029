#include <stdlib.h>

#include "detect/sigma/condition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Its depth; every kid is there and every atom is one of the two that were given. */
static unsigned
depth_of(const struct sigma_expr *e)
{
	unsigned deepest = 0;

	if (e == NULL || (e->op == SIGMA_EXPR_ATOM && e->atom > 1) || (e->op == SIGMA_EXPR_AT_LEAST && e->need < 2))
		abort();
	for (uint32_t i = 0; i < e->n; i++) {
		const unsigned d = depth_of(e->kids[i]);

		deepest = d > deepest ? d : deepest;
	}
	return deepest + 1;
}

/* A condition over the searches "a" and "sel_b": what is taken is whole and not too deep; what is not has its place. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hn_view text = { (const char *)data, size };
	struct hn_arena arena = HN_ARENA(4u << 20);
	struct sigma_searches s = { .n = 2, .names = { HN_INIT("a"), HN_INIT("sel_b") } };
	const struct sigma_expr *e = NULL;
	struct hn_err err = { .what = NULL };

	for (uint32_t i = 0; i < 2; i++)
		if ((s.exprs[i] = sigma_expr_atom(&arena, i)) == NULL)
			abort();
	const enum hn_rc rc = sigma_condition_read(text, &s, &arena, &e, &err);

	if (rc != HN_OK && (err.what == NULL || err.at > size))
		abort();
	if (rc == HN_OK && depth_of(e) > 2 * SIGMA_EXPR_DEPTH_MAX)
		abort();
	hn_arena_fini(&arena);
	return 0;
}
