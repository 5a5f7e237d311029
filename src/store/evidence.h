#ifndef HN_STORE_EVIDENCE_H
#define HN_STORE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/view.h"

/*
 * The evidence log: every raw line a site received, in order, unaltered.  One process (intake) appends; any number
 * of processes read.  A record's offset is its logical byte position in the whole log: offsets grow, are never used
 * twice and stay valid when the log's old end is deleted.  A record appended at `offset` ends at `offset +
 * HN_EVIDENCE_FRAME + bookmark.n + raw.n`, where the next one starts.
 *
 * On disk: a folder of segments named by the offset they start at, 16 hexadecimal digits:
 *   X.open   live tail: records one after the other, each with a check of its bytes seeded with its offset
 *   X.seg    sealed: zstd frames with a SHA-256 each, an index of them, and a header that carries the hash of the
 *            segment before it (the chain); see store/segment.h
 *   anchor   where the remaining chain starts, once old segments have been deleted
 * A tail is cut when it is full or old, and sealed later by whoever calls hn_evidence_seal (a pool thread).
 */

#define HN_EVIDENCE_RAW_MAX (1u << 20)		/* bytes of one record; intake cuts longer input and flags it */
#define HN_EVIDENCE_BOOKMARK_MAX 64u		/* bytes */
#define HN_EVIDENCE_FRAME 24u			/* bytes a record takes besides bookmark and raw */
#define HN_EVIDENCE_TAIL_SIZE (8u << 20)	/* bytes at which a tail is cut */
#define HN_EVIDENCE_TAIL_AGE_MS INT64_C(3600000)
#define HN_EVIDENCE_BATCH_MAX (4u << 20)	/* bytes of one append */
#define HN_EVIDENCE_SOURCES_MAX 4096u		/* bookmarks kept; beyond, the one longest silent is forgotten */
#define HN_EVIDENCE_HASH 32u

enum hn_evidence_flag {
	HN_EVIDENCE_CUT = 1,		/* goes on in the next record of the same source */
	HN_EVIDENCE_NO_NEWLINE = 2,	/* the input ended without one */
	/* the other 14 bits belong to intake */
};

/* One line as received.  Views are the caller's when appending; when reading they live until the reader's next call. */
struct hn_evidence_record {
	uint64_t offset;		/* set when reading, ignored when appending */
	uint64_t next;			/* likewise: the offset behind it */
	int64_t received_ms;		/* ms since 1970 UTC, the site's own clock */
	uint32_t source;
	uint16_t flags;
	struct hn_view bookmark;	/* where intake resumes behind this record; empty in sealed segments */
	struct hn_view raw;
};

struct hn_evidence;

struct hn_evidence_state {
	uint64_t start;			/* offset of the oldest record kept */
	uint64_t end;			/* offset the next record gets */
	uint64_t synced;		/* all before it survives a power cut */
	uint64_t disk_bytes;
	uint32_t segments;		/* sealed */
	uint32_t unsealed;		/* full tails that wait for hn_evidence_seal */
	uint8_t head[HN_EVIDENCE_HASH];	/* of the newest sealed segment: what leaves the house; zero: none yet */
};

/*
 * Open the folder ${path} (made when absent) for appending and mend what a crash left: a torn last record is cut off,
 * temporary files are removed, a segment that was sealed but whose tail remained is kept once.  No acknowledged record
 * is lost.  The caller has the only writer (a lock on the folder: HN_E_CONFLICT).  Errors: HN_E_IO, HN_E_CORRUPT
 * (a record before others fails its check), HN_E_NOMEM.
 */
enum hn_rc hn_evidence_open(const char *path, struct hn_evidence **out, struct hn_err *err) HN_MUST_CHECK;

/* Sync and close; NULL is allowed.  Nothing acknowledged is lost without it. */
void hn_evidence_close(struct hn_evidence *e);

/*
 * Append ${n} records by one write; on HN_OK the first ${done} of them are acknowledged: they survive kill -9 of this
 * process.  ${done} < ${n}: the batch was over HN_EVIDENCE_BATCH_MAX or the disk took only these; offer the rest again.
 * On failure nothing was appended and the log is as before; HN_E_IO with errno ENOSPC goes away when there is room.
 * A tail that is full is cut first.  Errors: HN_E_IO, HN_E_LIMIT (raw or bookmark too long), HN_E_NOMEM.
 */
enum hn_rc hn_evidence_append(struct hn_evidence *e, const struct hn_evidence_record *r, size_t n, size_t *done,
    struct hn_err *err) HN_MUST_CHECK;

/* Put what was appended on disk: call at most one second after an append.  HN_E_IO: still only in memory. */
enum hn_rc hn_evidence_sync(struct hn_evidence *e, struct hn_err *err) HN_MUST_CHECK;

/* Cut the tail if it is older than HN_EVIDENCE_TAIL_AGE_MS at ${now_ms} (timer), or always (${force}). */
enum hn_rc hn_evidence_cut(struct hn_evidence *e, int64_t now_ms, bool force, struct hn_err *err) HN_MUST_CHECK;

/*
 * Seal the oldest full tail.  May run in another thread beside append, sync and cut; one at a time.
 * HN_E_AGAIN: none waits.  On another failure the tail stays and the next call tries again.
 */
enum hn_rc hn_evidence_seal(struct hn_evidence *e, struct hn_err *err) HN_MUST_CHECK;

/*
 * Delete sealed segments, oldest first, whose last record came before ${before_ms} or as long as the log takes more
 * than ${max_bytes} on disk (0: no limit).  ${deleted}: how many.  Not beside hn_evidence_seal.
 */
enum hn_rc hn_evidence_retain(struct hn_evidence *e, int64_t before_ms, uint64_t max_bytes, uint32_t *deleted,
    struct hn_err *err) HN_MUST_CHECK;

void hn_evidence_state(struct hn_evidence *e, struct hn_evidence_state *out);

/* The bookmark of the last record of ${source}, valid until the next append; empty: none is known. */
struct hn_view hn_evidence_bookmark(const struct hn_evidence *e, uint32_t source);

/* Reading, in any process, also beside the writer. */
struct hn_evidence_reader;

/* HN_E_IO: the folder cannot be read.  An empty or absent log is an empty log. */
enum hn_rc hn_evidence_reader_open(const char *path, struct hn_evidence_reader **out, struct hn_err *err)
    HN_MUST_CHECK;
void hn_evidence_reader_close(struct hn_evidence_reader *r);

/*
 * The record at exactly ${offset} (as given by a record's own offset).  HN_E_NOTFOUND: nothing starts there, or it
 * has been deleted.  HN_E_CORRUPT: a check failed; err->at is the offset of the frame or record.
 */
enum hn_rc hn_evidence_read(struct hn_evidence_reader *r, uint64_t offset, struct hn_evidence_record *out,
    struct hn_err *err) HN_MUST_CHECK;

/*
 * The first record at or behind ${from}: iterate with from = 0 or a committed offset, then from = out->next.
 * An offset inside a record finds the next one.  HN_E_AGAIN: at the end for now.  HN_E_CORRUPT as above; go on from
 * hn_evidence_skip.
 */
enum hn_rc hn_evidence_next(struct hn_evidence_reader *r, uint64_t from, struct hn_evidence_record *out,
    struct hn_err *err) HN_MUST_CHECK;

/* The offset behind the frame or segment that holds ${offset}: where reading goes on behind damage. */
uint64_t hn_evidence_skip(struct hn_evidence_reader *r, uint64_t offset);

/* What hn_evidence_verify found. */
struct hn_evidence_verdict {
	uint64_t segments, records, bytes;	/* proven before the break, or all */
	bool is_whole;
	uint64_t segment;			/* the first broken one: its offset */
	uint64_t frame;				/* its frame, counted from 0; UINT64_MAX: header or index */
	uint64_t offset;			/* of the first record in doubt */
	const char *what;			/* "prev_hash", "header", "index", "frame", "tail record", "gap", ... */
	uint8_t head[HN_EVIDENCE_HASH];		/* newest hash proven: compare with what left the house */
};

/* Walk the whole chain in the folder ${path}, checking every byte.  HN_OK also when something is broken: see out. */
enum hn_rc hn_evidence_verify(const char *path, struct hn_evidence_verdict *out, struct hn_err *err) HN_MUST_CHECK;

#endif
