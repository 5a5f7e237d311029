#ifndef DETECT_ALLOW_H
#define DETECT_ALLOW_H

#include "base/addr.h"
#include "base/arena.h"
#include "detect/finding.h"

#define ALLOW_ROWS_MAX 10000u
#define ALLOW_LINE_MAX 4096u

/*
 * What somebody decided to expect: one row a line, "value[,until[,reason]]".  A value is an address, a network (CIDR), a
 * domain (with all below it), a rule as "rule:ID" or an account as "user:NAME"; `until` is a date (YYYY-MM-DD, the last
 * day on which it holds) or empty; lines that begin with # are remarks.
 */
struct allow_row {
	struct hn_view value;
	struct hn_view reason;
	struct hn_cidr net;	/* where is_net */
	bool is_net;
	int64_t until_ms;	/* holds before this instant; INT64_MAX: no end */
};

struct allow {
	size_t n;
	struct allow_row *rows;
};

/*
 * Read ${text} into ${out}; texts are copied into ${arena}.  ${zone_s}: seconds east of UTC in which `until` ends.
 * Errors: HN_E_SYNTAX, HN_E_LIMIT; err->at is the line number (from 1).
 */
enum hn_rc allow_read(struct hn_view text, int zone_s, struct hn_arena *arena, struct allow *out,
    struct hn_err *err) HN_MUST_CHECK;

/* Whether the one value ${value}, as in a row, expects a finding of these texts. */
bool allow_expects(struct hn_view value, struct hn_view source, struct hn_view destination, struct hn_view user,
    struct hn_view rule);

/* The row that expects ${f} at ${now_ms}: its source, destination, user or rule; NULL: none does. */
const struct allow_row *allow_match(const struct allow *a, const struct finding *f, int64_t now_ms);

#endif
