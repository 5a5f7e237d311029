#ifndef RECORD_JOIN_H
#define RECORD_JOIN_H

#include <stdint.h>

#include "base/buf.h"
#include "base/view.h"

/*
 * A JSON object that was written over several lines, put together again.  Zero it with JOIN(max bytes); give back with
 * join_fini.
 */
struct join {
	struct hn_buf text;	/* the lines so far, each with its newline */
	uint64_t first;		/* number of the first line; 0: nothing is being joined */
	size_t indent;
	size_t depth;
};

#define JOIN(cap) ((struct join){ .text = HN_BUF(cap) })

enum join_state {
	JOIN_MORE,
	JOIN_DONE,	/* join_text is the object */
	JOIN_BROKEN,	/* ${line} is no part of it, or there is no room: join_text is lines that make no object */
};

/* Whether ${line} looks like the first of an object on several lines: an opening brace, an end that cannot be the end. */
bool join_begins(struct hn_view line);

static inline bool
join_is_open(const struct join *j)
{
	return j->first != 0;
}

/* Begin with such a line.  JOIN_MORE, or JOIN_BROKEN: no room, or a string that does not end. */
enum join_state join_start(struct join *j, struct hn_view line, uint64_t number);

/* The next line.  A new object at no deeper indent, or a string that a line's end cuts, breaks it. */
enum join_state join_add(struct join *j, struct hn_view line);

/* What was joined; valid until join_close. */
static inline struct hn_view
join_text(const struct join *j)
{
	return hn_buf_view(&j->text);
}

void join_close(struct join *j);
void join_fini(struct join *j);

#endif
