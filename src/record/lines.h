#ifndef RECORD_LINES_H
#define RECORD_LINES_H

#include "record/input.h"
#include "record/join.h"

/* Bytes of text, as they come, cut into lines and objects.  Empty it with lines_init; give back with lines_fini. */
struct lines {
	struct input_ops ops;
	size_t line_max;
	uint64_t number;	/* lines that ended so far */
	struct hn_buf part;	/* a line whose end has not come */
	bool dropping;		/* the line is over its limit: passed over up to its end */
	struct join join;
};

void lines_init(struct lines *l, size_t line_max, struct input_ops ops);
void lines_fini(struct lines *l);

/*
 * More text.  A line loses its newline, a CR before that and zero bytes at its start (what a crash leaves in a file).
 * A blank line is counted, but not handed on, and so is a line of nothing but a bracket or a comma, which is what stands
 * between the objects of a JSON array.  Lines that begin a JSON object without ending it are joined into one; if that
 * fails they are handed on as lines.
 */
void lines_push(struct lines *l, struct hn_view bytes);

/* The text ended: its last line needs no newline. */
void lines_end(struct lines *l);

#endif
