#ifndef DETECT_INDICATOR_COLUMNS_H
#define DETECT_INDICATOR_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

#define INDICATOR_COLUMNS_MAX 32u
#define INDICATOR_VALUES_MAX 6u		/* columns of one row that are values */

enum indicator_column {
	COLUMN_TYPE,
	COLUMN_SOURCE,
	COLUMN_TLP,
	COLUMN_EXPIRES,
	COLUMN_FROM,
	COLUMN_CONFIDENCE,
	COLUMN_NOTE,
	COLUMN_MEANT,		/* "0": not meant for detection */
	COLUMN_KINDS
};

/* Which columns of a list are what, by their number from 1; 0: it has none of that. */
struct indicator_columns {
	char between;		/* ',', ';' or a tab; '\0': one column */
	uint8_t of[COLUMN_KINDS];
	size_t n_values;
	struct {
		uint8_t number;
		struct hn_view type;	/* "ja3" where the column's name says what the value's form does not; else "" */
	} value[INDICATOR_VALUES_MAX];
};

/* The next field of ${rest} and whether another follows (*more); one that needed rewriting stands in ${room}. */
struct indicator_fields {
	struct hn_view rest;
	char between;
	bool more;
	char *room;
	size_t room_n, room_max;
};
bool indicator_fields_next(struct indicator_fields *f, struct hn_view *out);

/* Whether ${line} names columns, one of them a value's; blanks, '-' and '_' in names are the same. */
bool indicator_columns_of(struct hn_view line, struct indicator_columns *out);

/* "85", "85%", "0.85", "high": 0..100.  Words: STIX 2.1, appendix A (low 15, medium 50, high 85).  false: none of these. */
bool indicator_confidence_of(struct hn_view v, uint8_t *out);

#endif
