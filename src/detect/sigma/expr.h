#ifndef DETECT_SIGMA_EXPR_H
#define DETECT_SIGMA_EXPR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/view.h"

#define SIGMA_EXPR_DEPTH_MAX 64u

enum sigma_expr_op {
	SIGMA_EXPR_ATOM,
	SIGMA_EXPR_AND,		/* of nothing: true */
	SIGMA_EXPR_OR,		/* of nothing: false */
	SIGMA_EXPR_NOT,
	SIGMA_EXPR_AT_LEAST,	/* `need` of the kids */
};

/* What a rule asks of a record, over atoms: comparisons of one field with one value. */
struct sigma_expr {
	enum sigma_expr_op op;
	uint32_t atom;
	uint32_t need;
	uint32_t n;
	const struct sigma_expr **kids;
};

/* One in ${arena} with room for ${n} kids, none of them set; NULL: no room. */
struct sigma_expr *sigma_expr_new(struct hn_arena *arena, enum sigma_expr_op op, uint32_t n);
struct sigma_expr *sigma_expr_atom(struct hn_arena *arena, uint32_t atom);

/* The opposite of ${of}; NULL: no room, or ${of} is NULL. */
struct sigma_expr *sigma_expr_not(struct hn_arena *arena, const struct sigma_expr *of);

#endif
