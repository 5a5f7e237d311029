#ifndef DETECT_SIGMA_ATOM_H
#define DETECT_SIGMA_ATOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/view.h"

#define SIGMA_ATOM_NONE UINT32_MAX
#define SIGMA_ANY '\x01'	/* in a pattern: any run of bytes */
#define SIGMA_ONE '\x02'	/* in a pattern: any one byte */

enum sigma_op {
	SIGMA_EQUAL,
	SIGMA_PREFIX,
	SIGMA_SUFFIX,
	SIGMA_CONTAINS,
	SIGMA_LITERALS,			/* the ops before this one are found by the index */
	SIGMA_PATTERN = SIGMA_LITERALS,	/* with SIGMA_ANY and SIGMA_ONE in it */
	SIGMA_REGEX,
	SIGMA_CIDR,
	SIGMA_GT,
	SIGMA_GTE,
	SIGMA_LT,
	SIGMA_LTE,
	SIGMA_EXISTS,
	SIGMA_ABSENT,			/* null: the field is not there */
	SIGMA_FIELD_EQUAL,
	SIGMA_FIELD_PREFIX,
	SIGMA_FIELD_SUFFIX,
	SIGMA_FIELD_CONTAINS,
	SIGMA_MINUTE,
	SIGMA_HOUR,
	SIGMA_DAY,
	SIGMA_WEEK,
	SIGMA_MONTH,
	SIGMA_YEAR,
	SIGMA_OPS
};

enum sigma_regex_flag {
	SIGMA_RE_CASELESS = 1,
	SIGMA_RE_MULTILINE = 2,
	SIGMA_RE_DOTALL = 4,
};

/*
 * One comparison of one field with one value.  Texts are in lower case (ASCII) unless `cased`; what an atom costs too much
 * for is asked only where its gate, a literal atom that it cannot do without, holds.
 */
struct sigma_atom {
	enum sigma_op op;
	bool cased;
	uint8_t flags;			/* of a regex */
	uint32_t slot;			/* field, by its name's number */
	uint32_t other;			/* fieldref: the other field */
	uint32_t gate;			/* SIGMA_ATOM_NONE: none */
	struct hn_view text;
	double number;
	struct hn_cidr net;
	void *code;			/* of a regex, compiled */
};

/* A field's value: as it stands, and in lower case. */
struct sigma_value {
	struct hn_view raw, low;
};

/* Whether ${v} holds up against ${a}; not for EXISTS, ABSENT and fieldref, which are about the field. */
bool sigma_atom_match(const struct sigma_atom *a, const struct sigma_value *v);

/* The same of a fieldref, with the other field's value. */
bool sigma_atom_match_other(const struct sigma_atom *a, const struct sigma_value *v, const struct sigma_value *other);

/*
 * Compile a regex atom's text.  HN_E_SYNTAX: PCRE2 does not take it.  Matching is bounded by a match limit: past it the
 * answer is no.
 */
enum hn_rc sigma_regex_compile(struct sigma_atom *a, struct hn_err *err) HN_MUST_CHECK;
void sigma_regex_free(struct sigma_atom *a);

/*
 * The longest text, in lower case, that every match of the regex or pattern must have in it; the empty view: none was found.
 * In ${arena}.
 */
struct hn_view sigma_regex_literal(struct hn_view regex, struct hn_arena *arena);
struct hn_view sigma_pattern_literal(struct hn_view pattern);

/* ASCII lower case of ${v} in ${arena}; p == NULL: no room. */
struct hn_view sigma_lower(struct hn_view v, struct hn_arena *arena);

#endif
