#ifndef RECORD_INPUT_H
#define RECORD_INPUT_H

#include <stdint.h>

#include "base/err.h"
#include "base/view.h"

/*
 * From the bytes of one file or connection to its lines.  Bytes are pushed in, so that this runs where no file can be opened.
 * The container is known by its first bytes: gzip, zstd, a document that a function unfolds (EVTX), or plain text, also as
 * UTF-16 with its mark.
 */
struct input;

#define INPUT_LINE_MAX (1u << 20)	/* bytes; a longer line is passed over, counted and named */
#define INPUT_OBJECT_MAX (4u << 20)	/* bytes of one pretty-printed JSON object */
#define INPUT_DOCUMENT_MAX (512u << 20)	/* bytes of a document that must be held whole */

struct input_limits {
	uint64_t out_bytes_max;		/* unpacked; 0: INPUT_OUT_MAX */
	uint32_t line_max;		/* 0: INPUT_LINE_MAX */
};

#define INPUT_OUT_MAX (UINT64_C(1) << 40)

struct input_ops {
	/* One line, or one JSON object that spans lines, without its newline; ${number} counts from 1 (of its first line). */
	void (*line)(void *ctx, struct hn_view line, uint64_t number);

	/* Something that cannot be a line: over its limit, a broken container.  The input goes on where it can. */
	void (*fault)(void *ctx, uint64_t number, const struct hn_err *why);
	void *ctx;
};

/* HN_E_NOMEM. */
enum hn_rc input_new(struct input_limits limits, struct input_ops ops, struct input **out, struct hn_err *err) HN_MUST_CHECK;
void input_free(struct input *in);

/*
 * More bytes.  Calls ops->line for each line that is whole by now.  HN_E_LIMIT, HN_E_SYNTAX: the container cannot be read any
 * further (also told to ops->fault, once); further pushes do nothing.
 */
enum hn_rc input_push(struct input *in, struct hn_view bytes) HN_MUST_CHECK;

/* There are no more bytes: hand on a last line without a newline, unfold a document. */
enum hn_rc input_end(struct input *in) HN_MUST_CHECK;

#endif
