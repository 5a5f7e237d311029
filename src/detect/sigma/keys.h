#ifndef DETECT_SIGMA_KEYS_H
#define DETECT_SIGMA_KEYS_H

#include "detect/sigma/atom.h"
#include "detect/sigma/rule.h"

/*
 * Set the rule's keys - literal atoms of which at least one holds wherever its expression does, the rarest such set that is
 * found; none where it can hold without any - and the fields that it looks at.  false: no room.
 */
bool sigma_keys_find(struct sigma_rule *r, const struct sigma_atom *atoms, struct hn_arena *arena);

#endif
