#ifndef SITE_TAIL_MARK_H
#define SITE_TAIL_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

#define TAIL_FINGERPRINT_MAX 256u	/* first bytes of a file by which it is known again */
#define TAIL_MARK_BYTES 42u

/* Where to go on in a file: the bookmark of a tailed or dropped file, kept in the header of its last evidence record. */
struct tail_mark {
	uint64_t dev, ino;
	uint64_t offset;		/* of the first byte that is not in the evidence log */
	uint64_t head_bytes;		/* how many of the first bytes the hash is of */
	uint64_t head_hash;
	bool is_in_cut_line;		/* the rest of a line that was cut is still to be dropped */
	bool is_in_document;		/* further pieces of the document must follow, or its end be told */
};

void tail_mark_put(const struct tail_mark *m, char out[TAIL_MARK_BYTES]);

/* False: not a mark of a file. */
bool tail_mark_get(struct hn_view v, struct tail_mark *out);

/* 64 bits of a file's beginning (FNV-1a): a file is ours or its own owner's, nobody gains by a collision. */
uint64_t tail_fingerprint(struct hn_view head);

#endif
