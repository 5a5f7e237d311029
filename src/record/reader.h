#ifndef RECORD_READER_H
#define RECORD_READER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"
#include "base/zone.h"
#include "record/record.h"

#define READER_STATE_MAX 65536u	/* bytes of any reader's state */

/* What a reader may know about the source whose lines it reads. */
struct reader_conf {
	const struct hn_zone *zone;	/* of times that carry no zone; NULL: UTC */
	struct hn_view logformat;	/* Squid's directive, for the reader "logformat"; else empty */
	int64_t now_ms;			/* received time, to infer RFC 3164's missing year; moved on by its holder */
	struct hn_arena *arena;		/* of the batch: for text that must be rewritten (escapes, encodings) */
};

enum reader_frame {
	READER_LINE,		/* one line is one record */
	READER_OBJECT,		/* one JSON object is one record, on one line or pretty-printed over many */
};

/*
 * A reader turns the lines of one format into records.  It is a row of a table: pure functions and a state of fixed
 * size that belongs to one source.  It opens nothing, keeps no pointer into a line past its return and never fails
 * for good: a line that it cannot read is an error about that line alone.
 */
struct reader {
	const char *name;		/* "squid": in the config, in findings and on the page */
	enum reader_frame frame;
	size_t state_size;		/* bytes, at most READER_STATE_MAX; zeroed before init */

	/* How sure, 0 (no) to 100, that ${line} (one line or object) is of this format.  Looks at little, fails never. */
	unsigned (*recognise)(struct hn_view line);

	/* Take the configuration in; NULL: nothing to take.  Keeps no pointer but conf itself, which outlives it. */
	enum hn_rc (*init)(void *state, const struct reader_conf *conf, struct hn_err *err);

	/*
	 * Read ${line} (no newline) into ${r}, already reset.  HN_OK: a record; HN_SKIP: fine, but none (a header, a
	 * comment, an action line).  Errors: HN_E_SYNTAX, HN_E_LIMIT, HN_E_UNSUPPORTED; ${err} names field and offset.
	 */
	enum hn_rc (*read)(void *state, const struct reader_conf *conf, struct hn_view line, struct record *r,
	    struct hn_err *err);

	/*
	 * Append the header lines, with their newlines, that a reader must see first to go on in the middle of this source;
	 * NULL: it needs none.
	 */
	void (*remember)(const void *state, struct hn_buf *b);
};

/* All readers, the most particular first; ends with a NULL. */
extern const struct reader *const readers[];

/* The reader of that name; NULL: none. */
const struct reader *reader_find(struct hn_view name);

/* The reader that is surest of ${line}; NULL: none knows it. */
const struct reader *reader_recognise(struct hn_view line);

#endif
