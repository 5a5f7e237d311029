#ifndef RECORD_MEMBERS_H
#define RECORD_MEMBERS_H

#include "base/json.h"
#include "record/table.h"

#define MEMBERS_MAX 256u	/* values of one object; further ones are left in the raw line only */
#define MEMBERS_TEXT 8192u	/* bytes of the dotted names of nested values */

/* All values of one JSON object, read to its end before any of them is acted upon.  Not zeroed: it is large. */
struct members {
	size_t n;
	size_t text_n;
	struct hn_json_item at[MEMBERS_MAX];
	char text[MEMBERS_TEXT];
};

/* Views point into ${line} and ${out}.  Errors: as hn_json_next. */
enum hn_rc members_read(struct hn_view line, struct members *out, struct hn_err *err) HN_MUST_CHECK;

/* The value of that name as it stands in the line; the empty view: none. */
struct hn_view members_get(const struct members *m, struct hn_view name);

/*
 * Hand each value to its row of ${t}: escapes undone, the elements of an array as one list between commas, null as nothing.
 * A name that has no row and is no view into the line is copied to the arena.
 */
void members_apply(struct members *m, const struct table *t, struct table_call *c);

#endif
