#ifndef DETECT_SIGMA_CONDITION_H
#define DETECT_SIGMA_CONDITION_H

#include "base/err.h"
#include "detect/sigma/expr.h"

#define SIGMA_CONDITION_MAX 16384u	/* bytes */
#define SIGMA_SEARCHES_MAX 256u		/* named searches of one rule */

/* The searches of one rule, which its condition joins. */
struct sigma_searches {
	size_t n;
	struct hn_view names[SIGMA_SEARCHES_MAX];
	const struct sigma_expr *exprs[SIGMA_SEARCHES_MAX];
};

/*
 * Read ${text}: and, or, not (not before and before or), parentheses, "1 of", "any of", "all of", "N of" a pattern with * or
 * "them" (all searches but those that begin with _).  Words are the same in capitals.
 * Errors: HN_E_SYNTAX, HN_E_NOTFOUND (a search that the rule lacks), HN_E_UNSUPPORTED (aggregation behind "|": Sigma 2.0 has
 * correlation rules instead), HN_E_LIMIT, HN_E_NOMEM; err->at: offset.
 * Source: Sigma Specification 2.0, Sigma Rules, section "Condition".
 */
enum hn_rc sigma_condition_read(struct hn_view text, const struct sigma_searches *s, struct hn_arena *arena,
    const struct sigma_expr **out, struct hn_err *err) HN_MUST_CHECK;

#endif
