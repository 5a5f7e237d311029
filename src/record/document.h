#ifndef RECORD_DOCUMENT_H
#define RECORD_DOCUMENT_H

#include "record/input.h"

/* A file format that can only be read whole: unfolded into lines, one JSON object each, that a reader knows. */
struct document {
	const char *name;
	struct hn_view magic;		/* its first bytes, at most DOCUMENT_MAGIC_MAX */

	/*
	 * Call ops->line for each record, numbered from 1, and ops->fault for each that is broken.  What is returned says
	 * that the document as a whole cannot be read (any further); it is told to ops->fault by the caller.
	 */
	enum hn_rc (*unfold)(struct hn_view bytes, const struct input_ops *ops, struct hn_err *err);
};

#define DOCUMENT_MAGIC_MAX 8u

/* All document formats; ends with a NULL. */
extern const struct document *const documents[];

/* The one whose magic ${head} begins with; NULL: none. */
const struct document *document_of(struct hn_view head);

#endif
