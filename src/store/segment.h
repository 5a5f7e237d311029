#ifndef HN_STORE_SEGMENT_H
#define HN_STORE_SEGMENT_H

#include "base/buf.h"
#include "base/hash.h"
#include "store/evidence.h"
#include "store/frame.h"

/*
 * A sealed segment, immutable:
 *   header   168 bytes: what is in it, the hash of the segment before, the SHA-256 of the index, and last the SHA-256
 *            of the header up to there, which is the segment's hash and what the next one carries
 *   frames   zstd (RFC 8878), each the plain form of store/frame.h
 *   index    one 64-byte row per frame with its SHA-256, then the last bookmark of each source up to here
 * So the hash of one header fixes every byte of the segment and of all before it.
 */

#define HN_SEGMENT_HEADER 168u
#define HN_SEGMENT_FRAMES_MAX 4096u
#define HN_SEGMENT_INDEX_MAX (1u << 20)

struct hn_segment_head {
	uint32_t frames;
	uint64_t base, end;		/* offsets: first record, behind the last one */
	int64_t first_ms, last_ms;	/* earliest and latest received_ms */
	uint64_t records;
	uint64_t index_at;		/* in the file */
	uint32_t index_n;
	uint8_t prev[HN_EVIDENCE_HASH];	/* zero: the log's first segment */
	uint8_t index_hash[HN_EVIDENCE_HASH];
	uint8_t hash[HN_EVIDENCE_HASH];
};

struct hn_segment_row {
	uint64_t at;		/* in the file */
	uint32_t packed_n, plain_n;
	uint64_t first, end;	/* offsets; end is the next row's first or the segment's end */
	uint32_t records;
	uint8_t hash[HN_EVIDENCE_HASH];
};

/* The last bookmark of each source: at most HN_EVIDENCE_SOURCES_MAX, the longest silent goes first. */
struct hn_bookmark {
	uint32_t source;
	uint8_t n;
	uint64_t offset;	/* of the record it came with */
	char bytes[HN_EVIDENCE_BOOKMARK_MAX];
};

struct hn_bookmarks {
	struct hn_bookmark *row;	/* in order of source */
	size_t n, size;
};

enum hn_rc hn_bookmarks_set(struct hn_bookmarks *b, const struct hn_evidence_record *r) HN_MUST_CHECK;
const struct hn_bookmark *hn_bookmarks_get(const struct hn_bookmarks *b, uint32_t source);
enum hn_rc hn_bookmarks_copy(struct hn_bookmarks *to, const struct hn_bookmarks *from) HN_MUST_CHECK;
void hn_bookmarks_fini(struct hn_bookmarks *b);

/* Names in the folder. */
#define HN_SEGMENT_NAME 24u
void hn_segment_name(char out[HN_SEGMENT_NAME], uint64_t base, const char *suffix);

/* Offset and suffix of ${name}; false: it is no segment's or tail's name. */
bool hn_segment_name_read(const char *name, uint64_t *base, const char **suffix);

/*
 * Write the records of ${tail} (whole, checked here) that start at ${head}->base into the new file ${name} of ${dir} and
 * sync it.  ${head}: base and prev are given, the rest is set.  ${bookmarks}: those before it go in, those of its records
 * are added.  HN_E_CORRUPT: err->at is the place in the tail.
 */
enum hn_rc hn_segment_write(int dir, const char *name, struct hn_view tail, struct hn_segment_head *head,
    struct hn_bookmarks *bookmarks, struct hn_err *err) HN_MUST_CHECK;

/* An open segment: its head and index are checked, its frames when they are read. */
struct hn_segment {
	int fd;
	struct hn_segment_head head;
	struct hn_segment_row *row;	/* head.frames of them */
	struct hn_buf index;
	size_t bookmarks_at;		/* in index */
};

/* HN_E_IO, HN_E_NOTFOUND, HN_E_CORRUPT (err->what: "header", "index"), HN_E_UNSUPPORTED (a later version). */
enum hn_rc hn_segment_open(int dir, uint64_t base, struct hn_segment *out, struct hn_err *err) HN_MUST_CHECK;
void hn_segment_close(struct hn_segment *s);

/* Frame number ${i}, checked against its hash, unpacked into ${plain} (emptied first).  HN_E_CORRUPT: what is "frame". */
enum hn_rc hn_segment_frame(const struct hn_segment *s, uint32_t i, struct hn_buf *plain, struct hn_err *err)
    HN_MUST_CHECK;

/* The frame that holds ${offset}, which is in [head.base, head.end). */
uint32_t hn_segment_find(const struct hn_segment *s, uint64_t offset);

/* Add the segment's bookmarks to ${b}. */
enum hn_rc hn_segment_bookmarks(const struct hn_segment *s, struct hn_bookmarks *b) HN_MUST_CHECK;

#endif
