#ifndef DETECT_SIGMA_CORRELATION_H
#define DETECT_SIGMA_CORRELATION_H

#include "detect/sigma/item.h"
#include "detect/sigma/node.h"

#define SIGMA_REFERS_MAX 32u	/* rules of one correlation */
#define SIGMA_GROUPS_MAX 8u	/* fields that it groups by */
#define SIGMA_BOUNDS_MAX 4u	/* comparisons of its condition */
#define SIGMA_DISTINCT_MAX 128u	/* values that value_count can tell apart in one group */

enum sigma_correlation_type {
	SIGMA_EVENT_COUNT,
	SIGMA_VALUE_COUNT,
	SIGMA_TEMPORAL,
	SIGMA_TEMPORAL_ORDERED,
	SIGMA_CORRELATION_TYPES
};

struct sigma_bound {
	enum sigma_op op;	/* SIGMA_GT, SIGMA_GTE, SIGMA_LT, SIGMA_LTE, SIGMA_EQUAL */
	double number;
};

/* Hits of other rules that make one together. */
struct sigma_correlation {
	enum sigma_correlation_type type;
	bool generates;				/* the rules that it refers to give findings of their own too */
	uint32_t n_refers, n_groups, n_bounds;
	struct hn_view names[SIGMA_REFERS_MAX];	/* names or ids */
	uint32_t refers[SIGMA_REFERS_MAX];	/* the rules' places in the set */
	uint32_t groups[SIGMA_GROUPS_MAX][SIGMA_REFERS_MAX];	/* the field's slot, by rule: an alias means another in each */
	uint32_t value;				/* value_count: the slot whose values are counted */
	int64_t span_ms;
	struct sigma_bound bounds[SIGMA_BOUNDS_MAX];
};

/*
 * Read the "correlation" of ${document}; names are not resolved yet.  Errors: HN_E_SYNTAX, HN_E_UNSUPPORTED (a type, a unit or
 * a comparison that is none of Sigma's), HN_E_LIMIT.  Source: Sigma Specification 2.0, Sigma Correlation Rules.
 */
enum hn_rc sigma_correlation_read(const struct sigma_node *document, const struct sigma_store *store,
    struct sigma_correlation *out, struct hn_err *err) HN_MUST_CHECK;

/* Whether ${n} is what the condition asks for. */
bool sigma_correlation_holds(const struct sigma_correlation *c, double n);

#endif
