#ifndef HN_BASE_ERR_H
#define HN_BASE_ERR_H

#include <stddef.h>

#define HN_MUST_CHECK __attribute__((warn_unused_result))

/* What went wrong, for the code that decides; the text is for the operator. */
enum hn_rc {
	HN_SKIP = 1,		/* fine, but there is nothing to hand on */
	HN_OK = 0,
	HN_E_SYNTAX = -1,	/* the input is not of the promised form */
	HN_E_LIMIT = -2,	/* well formed, but over a stated limit */
	HN_E_NOMEM = -3,
	HN_E_IO = -4,		/* errno says which */
	HN_E_NOTFOUND = -5,	/* what was asked for is not there */
	HN_E_CORRUPT = -6,	/* our own stored state fails its check */
	HN_E_AGAIN = -7,	/* cannot now; the caller may try later */
	HN_E_UNSUPPORTED = -8,	/* understood, but not something we read or do */
	HN_E_DENIED = -9,	/* the caller lacks the right */
	HN_E_CONFLICT = -10,	/* the state has changed or exists already */
};

/* Filled on failure only.  `what` is a string literal: nothing to free. */
struct hn_err {
	enum hn_rc rc;
	size_t at;		/* byte offset into the input, or row */
	const char *what;	/* the field or step, e.g. "status" */
	const char *file;	/* where in our source it was found */
	int line;
};

static inline enum hn_rc
hn_fail(struct hn_err *err, struct hn_err e)
{
	if (err != NULL)
		*err = e;
	return e.rc;
}

#define HN_FAIL(err, rc, at, what) \
	hn_fail((err), (struct hn_err){ (rc), (at), (what), __FILE__, __LINE__ })

/* Rows of a static table. */
#define HN_COUNT(a) (sizeof(a) / sizeof((a)[0]))

#endif
