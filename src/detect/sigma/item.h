#ifndef DETECT_SIGMA_ITEM_H
#define DETECT_SIGMA_ITEM_H

#include "detect/sigma/atom.h"
#include "detect/sigma/expr.h"
#include "detect/sigma/node.h"

/* Who keeps atoms and fields, each once. */
struct sigma_store {
	void *ctx;
	/* Number of a field's name; of the same name the same.  SIGMA_ATOM_NONE: no room. */
	uint32_t (*slot)(void *ctx, struct hn_view name);
	/* Number of the atom; of an equal one the same.  SIGMA_ATOM_NONE: no room. */
	uint32_t (*atom)(void *ctx, const struct sigma_atom *a);
	/* The values of a placeholder (expand), a NULL behind them; NULL: there is no such placeholder. */
	const char *const *(*placeholder)(void *ctx, struct hn_view name);
	struct hn_arena *arena;
};

#define SIGMA_KEYWORDS ""	/* the field's name of a search without field: any value of the record */

/*
 * One named search of a rule as an expression: a map (all of its items), a list of maps (any of them), a list of texts
 * (keywords, any of them; "|all": all of them).  An item is a field with modifiers and one value or several.
 * Errors: HN_E_UNSUPPORTED (a modifier that Sigma 2.0 does not have, or not in this combination), HN_E_SYNTAX,
 * HN_E_NOTFOUND (a placeholder without values), HN_E_LIMIT, HN_E_NOMEM; err->what is the reason.
 * Source: Sigma Specification 2.0, Sigma Rules, "Detection" and appendix "Modifiers".
 */
enum hn_rc sigma_search_read(const struct sigma_node *search, const struct sigma_store *store, const struct sigma_expr **out,
    struct hn_err *err) HN_MUST_CHECK;

#endif
