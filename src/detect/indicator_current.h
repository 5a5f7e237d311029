#ifndef DETECT_INDICATOR_CURRENT_H
#define DETECT_INDICATOR_CURRENT_H

#include "detect/indicator_table.h"

/*
 * The table in force, for threads that look things up while another puts a new one in its place.  A reader takes it for a
 * batch and gives it back; a table that was replaced is closed when the last reader has given it back.
 */
struct indicator_current;

/* NULL: out of memory. */
struct indicator_current *indicator_current_new(void);

/* No reader may hold a table any more. */
void indicator_current_free(struct indicator_current *c);

/* The table in force; NULL: none.  Give it back with indicator_current_put. */
const struct indicator_table *indicator_current_get(struct indicator_current *c);
void indicator_current_put(struct indicator_current *c, const struct indicator_table *t);

/* Put ${t} in force; it is owned from here on.  HN_E_AGAIN: readers still hold too many old ones; ${t} is the caller's. */
enum hn_rc indicator_current_set(struct indicator_current *c, struct indicator_table *t) HN_MUST_CHECK;

#endif
