#ifndef RECORD_FOLD_H
#define RECORD_FOLD_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/view.h"

/* What a text has in it, from one pass over it. */
enum fold_flags {
	FOLD_UPPER = 1,		/* an ASCII capital */
	FOLD_HIGH = 2,		/* a byte over 127 */
	FOLD_BLANK = 4,		/* a blank or control character */
	FOLD_HASH = 8,		/* '#' */
	FOLD_SLASH = 16,	/* '/' */
};

/* The flags of ${v}; 16 bytes at a time, no locale. */
unsigned fold_scan(struct hn_view v);

/* ${v} with ASCII capitals made small, into ${to}, which has v.n bytes of room. */
void fold_lower(char *to, struct hn_view v);

/* The same into ${a}; ${v} itself where it is empty or there is no room. */
struct hn_view fold_copy(struct hn_view v, struct hn_arena *a);

#endif
