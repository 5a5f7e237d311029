#ifndef RECORD_STREAM_H
#define RECORD_STREAM_H

#include "base/buf.h"
#include "record/reader.h"

#define STREAM_FAULTS_MAX 5u	/* unread lines remembered with place and reason */

/*
 * The lines of one source, read by the reader that knows them: the one that was asked for, or the one that recognises them,
 * asked again when it fails (files mix formats).
 */
struct stream;

struct stream_fault {
	uint64_t line;
	struct hn_err why;
};

struct stream_counts {
	uint64_t records;
	uint64_t skipped;	/* fine, but no record: headers, comments */
	uint64_t unread;
	size_t n_faults;
	struct stream_fault faults[STREAM_FAULTS_MAX];
};

/*
 * ${format}: a reader's name, or empty or "auto"; then a logformat in ${conf} is tried first.
 * HN_E_NOTFOUND: no reader of that name; HN_E_NOMEM; or what init says.
 */
enum hn_rc stream_new(struct hn_view format, const struct reader_conf *conf, struct stream **out,
    struct hn_err *err) HN_MUST_CHECK;
void stream_free(struct stream *s);

/*
 * Read ${line} into ${r} (line and source of ${r} are the caller's and left alone).  HN_OK: a record; HN_SKIP: none, and none
 * was expected.  An unread line is counted and remembered, and its error returned; the next line is read as if nothing happened.
 */
enum hn_rc stream_line(struct stream *s, struct hn_view line, uint64_t number, struct record *r,
    struct hn_err *err) HN_MUST_CHECK;

/* Name of the reader that read the last line; "": none yet. */
const char *stream_format(const struct stream *s);

const struct stream_counts *stream_counts(const struct stream *s);

/* Count a line that never reached the reader (input.h's fault). */
void stream_fault(struct stream *s, uint64_t number, const struct hn_err *why);

/*
 * What a later stream must read first to go on in the middle of this source: the header lines it has seen (Zeek's "#fields"),
 * appended to ${b} with their newlines.  Read them with stream_line after stream_new.
 */
void stream_remember(const struct stream *s, struct hn_buf *b);

#endif
