#ifndef DETECT_SIGMA_RULE_H
#define DETECT_SIGMA_RULE_H

#include "detect/finding.h"
#include "detect/sigma/expr.h"
#include "detect/sigma/node.h"

struct sigma_correlation;

#define SIGMA_SOURCES_MAX 16u	/* rows of the log-source table that one rule reads */

enum sigma_status {
	SIGMA_STABLE,
	SIGMA_TEST,
	SIGMA_EXPERIMENTAL,
	SIGMA_DEPRECATED,
	SIGMA_UNSUPPORTED,
	SIGMA_STATUSES
};

/* One rule as its author wrote it, and what was made of it.  Texts live as long as the set. */
struct sigma_rule {
	struct hn_view id, title, name, description, author, reference, licence, file;
	struct hn_view product, category, service;
	struct hn_view note;			/* author, link and licence: what a finding tells of where it comes from */
	enum sigma_status status;
	enum finding_level level;
	bool is_hunting;			/* meant for hunts by an analyst: noisy by design */
	size_t n_techniques;
	struct hn_view techniques[FINDING_TECHNIQUES_MAX];
	const struct sigma_node *document;
	const struct sigma_expr *expr;		/* NULL: it cannot be used, or is a correlation */
	struct sigma_correlation *correlation;	/* NULL: it is no correlation */
	bool is_silent;				/* serves a correlation and gives no finding of its own */
	uint32_t n_parents;
	const uint32_t *parents;		/* the correlations that refer to it, by their place in the set */
	const char *why_not;			/* NULL: it can be used */
	struct hn_view where;			/* in the rule: the modifier, the search, the condition that is the reason */
	uint32_t n_sources;
	uint16_t sources[SIGMA_SOURCES_MAX];
	uint32_t n_keys;
	const uint32_t *keys;			/* atoms of which one holds wherever the rule does; none: always asked */
	uint32_t n_slots;
	const uint32_t *slots;			/* fields that it looks at */
};

/*
 * The metadata of ${document}: title, id, name, status, level, author, references, licence, tags, log source.  What a rule
 * leaves out is empty; its level is then medium, its status test.  HN_E_SYNTAX: no title, or no detection.
 * Source: Sigma Specification 2.0, Sigma Rules.
 */
enum hn_rc sigma_rule_read(const struct sigma_node *document, struct hn_arena *arena, struct sigma_rule *out,
    struct hn_err *err) HN_MUST_CHECK;

const char *sigma_status_name(enum sigma_status s);

#endif
