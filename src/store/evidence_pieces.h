#ifndef HN_STORE_EVIDENCE_PIECES_H
#define HN_STORE_EVIDENCE_PIECES_H

#include "store/evidence.h"
#include "store/evidence_dir.h"

/*
 * The files of an evidence log as a backup takes them, beside the writer: sealed segments, then tails, in order.  Put into
 * an empty folder together with the anchor they are a log again: as if what is older had been deleted.
 */

struct hn_evidence_piece {
	uint64_t base;
	bool is_sealed;
	int fd;				/* open for reading */
	uint64_t size_bytes;		/* of the piece; the file may grow behind it */
};

struct hn_evidence_pieces {
	/* Called for each piece, in order; another value than HN_OK ends the walk and is what it returns. */
	enum hn_rc (*take)(void *ctx, const struct hn_evidence_piece *p, struct hn_err *err);
	void *ctx;
	uint64_t from;			/* with what holds this offset, and with a sealed segment before it for its bookmarks */
	bool wants_all;			/* from the oldest instead */
	struct hn_evidence_anchor anchor;	/* set: of the first piece; base 0: none is needed */
	uint8_t head[HN_EVIDENCE_HASH];	/* set: of the newest sealed piece; that of the anchor when there is none */
};

/* Errors: HN_E_NOTFOUND (no such folder), HN_E_IO, HN_E_CORRUPT (a header), HN_E_NOMEM, HN_E_LIMIT (too many tails). */
enum hn_rc hn_evidence_pieces_walk(const char *path, struct hn_evidence_pieces *p, struct hn_err *err) HN_MUST_CHECK;

/* The name of a piece in its folder. */
#define HN_EVIDENCE_PIECE_NAME 24u
void hn_evidence_piece_name(char out[HN_EVIDENCE_PIECE_NAME], uint64_t base, bool is_sealed);

#endif
