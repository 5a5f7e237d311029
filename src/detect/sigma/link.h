#ifndef DETECT_SIGMA_LINK_H
#define DETECT_SIGMA_LINK_H

#include "detect/sigma/rule.h"

/*
 * Resolve what the correlations among the ${n} rules refer to, by id or name: the rules get their parents and the fields that
 * these group by; those that only serve a correlation fall silent, unless it generates.  A correlation that refers to what is
 * not there or cannot be used gets its reason.  false: no room.
 */
bool sigma_link(struct sigma_rule *rules, size_t n, struct hn_arena *arena);

#endif
