#ifndef HN_STORE_EVIDENCE_LOG_H
#define HN_STORE_EVIDENCE_LOG_H

#include <pthread.h>

#include "store/evidence.h"
#include "store/segment.h"

/* The writer's state; for evidence.c (append), evidence_open.c (recovery) and evidence_seal.c (sealing, retention). */

/* A sealed segment. */
struct hn_evidence_sealed {
	uint64_t base;
	uint64_t disk_bytes;
	int64_t last_ms;
	uint8_t hash[HN_EVIDENCE_HASH];
};

struct hn_evidence_full {
	uint64_t base, end;
};

struct hn_evidence {
	int dir;
	int fd;				/* the live tail */
	uint64_t base, end, synced;	/* of the live tail */
	int64_t tail_ms;		/* received_ms of its first record */
	struct hn_bookmarks bookmarks;	/* up to end */
	struct hn_buf batch;

	pthread_mutex_t lock;		/* of what follows: sealing shares it */
	struct hn_evidence_sealed *sealed;
	size_t n_sealed, size_sealed;
	struct hn_evidence_full *full;	/* tails that wait to be sealed, oldest first */
	size_t n_full, size_full;
	uint8_t head[HN_EVIDENCE_HASH];
	uint64_t deleted;		/* segments, ever */

	struct hn_bookmarks sealed_bookmarks;	/* up to the newest sealed segment; of the sealing thread */
};

/* Both make room; with the lock held or before any other thread exists. */
enum hn_rc hn_evidence_push_sealed(struct hn_evidence *e, const struct hn_evidence_sealed *s) HN_MUST_CHECK;
enum hn_rc hn_evidence_push_full(struct hn_evidence *e, struct hn_evidence_full f) HN_MUST_CHECK;

/* Make an empty tail that starts at ${base}; on failure the tail before stays in use. */
enum hn_rc hn_evidence_tail_new(struct hn_evidence *e, uint64_t base, struct hn_err *err) HN_MUST_CHECK;

/* All ${n} bytes of a tail's file, into an empty ${b}. */
enum hn_rc hn_evidence_tail_load(int dir, uint64_t base, struct hn_buf *b, struct hn_err *err) HN_MUST_CHECK;

#define HN_EVIDENCE_TAIL_MAX (2u * HN_EVIDENCE_TAIL_SIZE + HN_EVIDENCE_BATCH_MAX)

#endif
