#ifndef HN_STORE_FRAME_H
#define HN_STORE_FRAME_H

#include "base/buf.h"
#include "store/evidence.h"

/*
 * The plain form of a sealed frame: a count, then one column each for sources, flags, times, raw lengths and bookmark
 * lengths (varints, times as differences), then the text with a newline behind each record.  So the text compresses as
 * the log it came from, and columns that hardly change cost nothing.
 *
 * A source is written as its place, from 1, in a table that both sides fill as they go; 0 is a new one, whose number is in
 * a column of its own; a table that is full is begun anew.  A record without newline in it has raw length 0 in its column
 * (look for the newline), another 1 + its length.  Bookmarks themselves are not kept: a segment's index has the last one
 * of each source, which is all that a restart needs.
 */

#define HN_FRAME_BYTES (4u << 20)	/* bytes of the tail at which a frame ends; see bench/ for the choice */
#define HN_FRAME_PLAIN_MAX (2u * (HN_FRAME_BYTES + (1u << 20) + 4096u))

enum hn_frame_column {
	HN_COLUMN_SOURCE, HN_COLUMN_FLAGS, HN_COLUMN_TIME, HN_COLUMN_RAW, HN_COLUMN_BOOKMARK,
	HN_COLUMNS_EACH,	/* those above have a number for each record */
	HN_COLUMN_NEW_SOURCE = HN_COLUMNS_EACH,
	HN_COLUMNS
};

#define HN_FRAME_SOURCES 256u

struct hn_frame_sources {
	uint32_t id[HN_FRAME_SOURCES];
	uint32_t n;
};

struct hn_frame_writer {
	struct hn_buf column[HN_COLUMNS];
	struct hn_buf text;
	uint32_t records;
	uint32_t bytes;		/* of the tail */
	struct hn_frame_sources sources;
	int64_t ms;
};

void hn_frame_writer_init(struct hn_frame_writer *w);
void hn_frame_writer_fini(struct hn_frame_writer *w);
void hn_frame_add(struct hn_frame_writer *w, const struct hn_evidence_record *r);

/* Put the plain form behind what is in ${out} and empty the writer.  HN_E_NOMEM. */
enum hn_rc hn_frame_finish(struct hn_frame_writer *w, struct hn_buf *out) HN_MUST_CHECK;

struct hn_frame_reader {
	struct hn_view column[HN_COLUMNS];
	struct hn_view text;
	uint32_t left;		/* records not yet taken */
	uint64_t offset;	/* of the next one */
	struct hn_frame_sources sources;
	int64_t ms;
};

/* Read ${plain}, whose first record stands at ${offset}.  HN_E_CORRUPT. */
enum hn_rc hn_frame_open(struct hn_frame_reader *f, struct hn_view plain, uint64_t offset) HN_MUST_CHECK;

/* The next record; views point into the plain form.  HN_E_NOTFOUND: that was the last.  HN_E_CORRUPT. */
enum hn_rc hn_frame_next(struct hn_frame_reader *f, struct hn_evidence_record *out) HN_MUST_CHECK;

#endif
