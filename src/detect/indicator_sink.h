#ifndef DETECT_INDICATOR_SINK_H
#define DETECT_INDICATOR_SINK_H

#include "detect/indicator_build.h"

#define INDICATOR_FAULTS_MAX 20u
#define INDICATOR_FAULT_TEXT_MAX 80u

/* One entry that could not be taken. */
struct indicator_fault {
	uint64_t line;		/* of a document: number of the object, from 1 */
	const char *what;
	char text[INDICATOR_FAULT_TEXT_MAX];	/* the value, cut; NUL-terminated */
};

struct indicator_report {
	uint64_t read;		/* lines or objects */
	uint64_t added;
	uint64_t refused;	/* too general to be an indicator */
	uint64_t unread;	/* of no form that is known */
	uint64_t passed;	/* fine, but none: revoked, expired, not meant for detection */
	size_t n_faults;
	struct indicator_fault faults[INDICATOR_FAULTS_MAX];
};

/*
 * Where the entries of a list go: into a table being made, with a report on what was not taken.  `feed` and the rest of
 * `defaults` hold where the list itself says nothing.
 */
struct indicator_sink {
	struct indicator_build *build;
	struct indicator_about defaults;
	int64_t now_ms;
	enum hn_rc rc;			/* HN_OK, or why no more can be taken: full, out of memory */
	struct hn_err err;
	struct indicator_report report;
	struct indicator_scratch scratch;
};

/* ${text} of type ${type} ("" or a word as lists have it: "ja3", "domain", ...), said about by ${about}, stood at ${line}. */
void indicator_sink_take(struct indicator_sink *s, struct hn_view text, struct hn_view type,
    const struct indicator_about *about, uint64_t line);

/* Count something that is no entry of any known form, and remember it among the first. */
void indicator_sink_unread(struct indicator_sink *s, struct hn_view text, const char *what, uint64_t line);

#endif
