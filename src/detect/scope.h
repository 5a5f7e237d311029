#ifndef DETECT_SCOPE_H
#define DETECT_SCOPE_H

#include "base/addr.h"

#define SCOPE_NETS_MAX 256u

/* Which addresses are the site's own. */
struct scope {
	size_t n;	/* 0: the private ranges of RFC 1918 and its like */
	struct hn_cidr nets[SCOPE_NETS_MAX];
};

/* Add a network; HN_E_SYNTAX: not a CIDR, HN_E_LIMIT: SCOPE_NETS_MAX are there already. */
enum hn_rc scope_add(struct scope *s, struct hn_view cidr, struct hn_err *err) HN_MUST_CHECK;

bool scope_is_internal(const struct scope *s, struct hn_addr a);

/* The same for an address as text; what is no address is not internal. */
bool scope_is_internal_text(const struct scope *s, struct hn_view text);

#endif
