#ifndef SITE_BATCH_H
#define SITE_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"
#include "base/wire.h"
#include "event/msg.h"
#include "store/evidence.h"

/* A batch ends when it has this many bytes: small enough to be swift, big enough that messages cost nothing. */
#define SITE_BATCH_BYTES 65536u
/* Bytes of a batch with one greatest line in it. */
#define SITE_BATCH_MAX (HN_EVIDENCE_RAW_MAX + SITE_BATCH_BYTES + 256u)

/* Flags of an evidence record beside the log's own (enum hn_evidence_flag); the low two bits are the log's. */
enum site_line_flag {
	SITE_LINE_CUT = 4,		/* the line was longer than max_line_bytes: its rest is gone */
	/*
	 * A piece of a file that is not lines (EVTX, gz, zip); HN_EVIDENCE_CUT: more follows.  Without bytes: a piece is missing,
	 * the document cannot be read any further.
	 */
	SITE_LINE_DOCUMENT = 8,
};

/* One line as it goes from intake to sense.  Views point into the message. */
struct site_line {
	uint64_t offset;	/* in the evidence log */
	int64_t received_ms;
	uint32_t source;	/* site_source_id */
	uint16_t flags;
	struct hn_view raw;
};

/*
 * Message LINES: u64 begin, u64 next (offset behind the last line), u32 lines, u32 zero; then each line: u64 offset,
 * i64 received_ms, u32 source, u16 flags, bytes raw.  Message LINES_FD: the same bytes in a sealed memory file whose
 * descriptor comes with it.
 */
struct site_batch {
	uint64_t begin, next;
	uint32_t lines;
	struct hn_get rest;
	void *map;		/* of a memory file */
	size_t map_bytes;
};

/* Begin and end a batch in ${b}; the count of lines and `next` are filled in by the end. */
void site_batch_begin(struct hn_buf *b, uint64_t begin);
void site_batch_line(struct hn_buf *b, const struct site_line *l);
void site_batch_end(struct hn_buf *b, uint64_t next, uint32_t lines);

/* Open a received LINES or LINES_FD; give back with site_batch_close.  Errors: HN_E_SYNTAX, HN_E_LIMIT, HN_E_IO. */
enum hn_rc site_batch_open(const struct hn_msg *m, struct site_batch *out) HN_MUST_CHECK;

/* The next line; false: no more.  Then site_batch_is_whole says whether every byte was as promised. */
bool site_batch_next(struct site_batch *b, struct site_line *out);
bool site_batch_is_whole(const struct site_batch *b);
void site_batch_close(struct site_batch *b);

/* What a source did since the last message SOURCE_COUNTS (u32 n, then n of these). */
enum site_source_state { SITE_SOURCE_OK, SITE_SOURCE_MISSING, SITE_SOURCE_HELD, SITE_SOURCE_BROKEN };

struct site_counts {
	uint32_t source;	/* site_source_id */
	uint8_t state;		/* enum site_source_state */
	uint64_t lines, bytes;	/* appended to the evidence log */
	uint64_t cut;		/* lines whose rest was dropped */
	uint64_t dropped;	/* datagrams the kernel or we had no room for */
	int64_t last_at_ms;	/* of the last line; 0: none since this process started */
};

void site_counts_put(struct hn_buf *b, const struct site_counts *c);
void site_counts_get(struct hn_get *g, struct site_counts *out);

/* Message BATCH_QUARANTINED: a batch on which sense died twice; its lines are in quarantine/OFFSET.lines. */
struct site_quarantined {
	uint64_t begin, next;
	uint32_t lines;
	uint32_t source;	/* of its first line */
	int32_t wait_status;	/* how sense died the last time */
	struct hn_view head;	/* the first bytes of its first line, at most 1024 */
};

void site_quarantined_put(struct hn_buf *b, const struct site_quarantined *q);
enum hn_rc site_quarantined_get(struct hn_view body, struct site_quarantined *out) HN_MUST_CHECK;

#endif
