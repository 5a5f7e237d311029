#ifndef HN_STORE_EVIDENCE_DIR_H
#define HN_STORE_EVIDENCE_DIR_H

#include "store/evidence.h"

/* What lies in an evidence folder; shared by the log, its reader and its check only. */

struct hn_evidence_entry {
	uint64_t base;
	bool has_seg, has_open;
};

struct hn_evidence_dir {
	struct hn_evidence_entry *entry;	/* in order of base */
	size_t n, size;
	bool has_temp;		/* files that a crash left behind */
};

/* List the folder ${fd}.  HN_E_IO, HN_E_NOMEM. */
enum hn_rc hn_evidence_dir_list(int fd, struct hn_evidence_dir *out, struct hn_err *err) HN_MUST_CHECK;
void hn_evidence_dir_fini(struct hn_evidence_dir *d);

/* Note the entry ${e} behind all others. */
enum hn_rc hn_evidence_dir_add(struct hn_evidence_dir *d, struct hn_evidence_entry e) HN_MUST_CHECK;

/* Index of the last entry whose base is at most ${offset}; d->n: none. */
size_t hn_evidence_dir_find(const struct hn_evidence_dir *d, uint64_t offset);

/* Remove what ends in ".tmp". */
void hn_evidence_dir_sweep(int fd);

/* Where the chain starts once its old end has been deleted. */
struct hn_evidence_anchor {
	uint64_t base;				/* offset of the first segment kept */
	uint8_t prev[HN_EVIDENCE_HASH];		/* of the last one deleted: what the first one kept carries */
	uint64_t deleted;			/* segments, ever */
};

/* HN_E_NOTFOUND: nothing was ever deleted.  HN_E_CORRUPT. */
enum hn_rc hn_evidence_anchor_read(int fd, struct hn_evidence_anchor *out) HN_MUST_CHECK;
enum hn_rc hn_evidence_anchor_write(int fd, const struct hn_evidence_anchor *a, struct hn_err *err) HN_MUST_CHECK;

#endif
