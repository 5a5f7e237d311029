#ifndef HN_STORE_OBSERVABLE_JOURNAL_H
#define HN_STORE_OBSERVABLE_JOURNAL_H

#include "store/observable_day.h"

/*
 * What came since a day was merged: frames of one batch each (check u32, length u32, offset in the evidence log u64,
 * rows).  A row is key u64, first and last second u32, count u32, length of host and user u16, their bytes.  The check is
 * the low half of XXH3 over what follows it, seeded with the frame's place in the file.
 */

#define HN_JOURNAL_FRAME 16u
#define HN_JOURNAL_MAX (64u << 20)	/* bytes; a journal that cannot be merged stops growing here */
#define HN_JOURNAL_FRAME_MAX (16u << 20)

/* Begin a frame in the empty ${b}, add rows, end it for its place ${at} in the file. */
void hn_journal_begin(struct hn_buf *b, uint64_t offset);
void hn_journal_row(struct hn_buf *b, const struct hn_day_row *row, struct hn_view host, struct hn_view user);
void hn_journal_end(struct hn_buf *b, uint64_t at);

/* Called for each row of a journal; row->host and row->user are not set. */
struct hn_journal_walk {
	uint64_t offset;	/* frames up to here are passed over; then that of the last frame */
	uint64_t until;		/* the first frame beyond it ends the walk */
	uint64_t whole;		/* bytes of the frames walked */
	enum hn_rc (*row)(void *ctx, const struct hn_day_row *row, struct hn_view host, struct hn_view user);
	void *ctx;
};

/* Walk the journal ${bytes}; it ends at the first frame that is not whole.  Returns what `row` returned. */
enum hn_rc hn_journal_walk(struct hn_view bytes, struct hn_journal_walk *w) HN_MUST_CHECK;

/* All bytes of the open journal ${fd} into the empty ${b}. */
enum hn_rc hn_journal_load(int fd, struct hn_buf *b) HN_MUST_CHECK;

/* Add the rows of the journal ${fd} that are behind r->offset to ${r}. */
enum hn_rc hn_journal_into(int fd, struct hn_day_rows *r) HN_MUST_CHECK;

#endif
