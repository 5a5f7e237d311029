#ifndef DETECT_STIX_PATTERN_H
#define DETECT_STIX_PATTERN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/view.h"

#define STIX_PATTERN_MAX 65536u	/* bytes */
#define STIX_TERMS_MAX 1024u	/* alternatives of one pattern */
#define STIX_DEPTH_MAX 16u	/* parentheses */

/* One value that the pattern is about. */
struct stix_term {
	struct hn_view value;
	unsigned rank;		/* how much it says by itself: a hash more than an address */
	struct hn_view port;	/* of an address, where the pattern asks for one */
};

struct stix_terms {
	size_t n;
	struct stix_term at[STIX_TERMS_MAX];
};

/*
 * The values of which any one seen means that ${pattern} is met.  Of conditions joined by AND the one that says most is
 * taken; an address and a destination port go together.  Comparisons other than =, IN and ISSUBSET, properties that no log
 * of ours has, and several observations joined by AND or FOLLOWEDBY are understood but give nothing.
 * Errors: HN_E_SYNTAX (err->at: offset), HN_E_LIMIT, HN_E_UNSUPPORTED: sound, but nothing that can be looked up.
 * Source: STIX 2.1, section 9.
 */
enum hn_rc stix_pattern_terms(struct hn_view pattern, struct hn_arena *arena, struct stix_terms *out,
    struct hn_err *err) HN_MUST_CHECK;

#endif
