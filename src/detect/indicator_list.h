#ifndef DETECT_INDICATOR_LIST_H
#define DETECT_INDICATOR_LIST_H

#include "detect/indicator_sink.h"

#define INDICATOR_COLUMNS_MAX 32u

enum indicator_column {
	COLUMN_VALUE,
	COLUMN_TYPE,
	COLUMN_SOURCE,
	COLUMN_TLP,
	COLUMN_EXPIRES,
	COLUMN_CONFIDENCE,
	COLUMN_NOTE,
	COLUMN_KINDS
};

/*
 * A list of lines: one value a line ("#", "//" and ";" begin remarks; a hosts file's "0.0.0.0 name" too), or comma-separated
 * values (RFC 4180, a record on one line) whose first line names the columns ("value", "type", "source", "tlp", "expires",
 * "confidence", "note", or what known feeds call them).
 */
struct indicator_list {
	bool has_header;
	uint8_t column[COLUMN_KINDS];	/* which column it is, from 1; 0: none */
	uint64_t line;			/* number of lines so far */
	char unquoted[8192];		/* fields whose quotes were doubled */
	size_t unquoted_n;
};

/* Take one line, without its newline. */
void indicator_list_line(struct indicator_list *l, struct indicator_sink *s, struct hn_view line);

#endif
