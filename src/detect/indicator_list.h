#ifndef DETECT_INDICATOR_LIST_H
#define DETECT_INDICATOR_LIST_H

#include "base/arena.h"
#include "detect/indicator_columns.h"
#include "detect/indicator_sink.h"

#define INDICATOR_LIST_TEXT_BYTES (1u << 20)	/* of a line that was not UTF-8 */

/*
 * A list of lines: one value a line ("#", "//" and ";" begin remarks; a hosts file's "0.0.0.0 name" too), or values between
 * commas, semicolons or tabs (RFC 4180, a record on one line) whose first line names the columns ("value", "type", "source",
 * "tlp", "expires", "valid_from", "confidence", "note", or what known feeds call them).  Text is UTF-8 or a Japanese encoding
 * (hn_text_init comes first).  Zero it; give it back with indicator_list_fini.
 */
struct indicator_list {
	bool has_header;
	struct indicator_columns columns;
	uint64_t line;			/* number of lines so far */
	char unquoted[8192];		/* fields whose quotes were doubled */
	struct hn_arena text;
};

/* Take one line, without its newline. */
void indicator_list_line(struct indicator_list *l, struct indicator_sink *s, struct hn_view line);
void indicator_list_fini(struct indicator_list *l);

#endif
