#ifndef SITE_LEARNT_H
#define SITE_LEARNT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

/*
 * What the detectors remember (detect/engine.h), as a file that outlives the process that learnt it: a header and the engine's
 * bytes.  It stands for one offset of the evidence log: whoever reads it goes on with the record there.  sense makes and reads
 * it, core keeps it and reads only the header's numbers.
 */
#define SITE_LEARNT_NAME "learnt"
#define SITE_LEARNT_MAGIC HN_LIT("HNLEARN1")
#define SITE_LEARNT_HEADER (8u + 8u + 8u + HN_SHA256_BYTES)	/* magic, u64 offset, u64 bytes, SHA-256 of the bytes */
#define SITE_LEARNT_MAX (512u << 20)

struct site_learnt {
	uint64_t offset, bytes;
	uint8_t sha256[HN_SHA256_BYTES];
};

/* Append the header. */
void site_learnt_put(struct hn_buf *b, const struct site_learnt *l);

/* Read a header of SITE_LEARNT_HEADER bytes.  Errors: HN_E_SYNTAX: it is none; HN_E_LIMIT: more than SITE_LEARNT_MAX. */
enum hn_rc site_learnt_get(struct hn_view v, struct site_learnt *out) HN_MUST_CHECK;

/* Header and bytes into ${fd}, which stands at its beginning.  HN_E_IO. */
enum hn_rc site_learnt_write(int fd, uint64_t offset, struct hn_view bytes) HN_MUST_CHECK;

/*
 * Read the whole of ${fd} into ${b}, whose first SITE_LEARNT_HEADER bytes are the header.  Errors: HN_E_CORRUPT: it is not what
 * was written; HN_E_SYNTAX, HN_E_LIMIT as above; HN_E_NOMEM: ${b} has no room for it.
 */
enum hn_rc site_learnt_read(int fd, struct hn_buf *b, struct site_learnt *out) HN_MUST_CHECK;

#endif
