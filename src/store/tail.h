#ifndef HN_STORE_TAIL_H
#define HN_STORE_TAIL_H

#include "base/buf.h"
#include "store/evidence.h"

/*
 * A record as it stands in a live tail: 24 bytes (check u32, raw length u32, received i64, source u32, flags u16,
 * bookmark length u8, mark u8), bookmark, raw.  The check is the low half of XXH3 over all that follows it, seeded
 * with the record's offset: bytes of another place or time do not pass.
 */

#define HN_TAIL_RECORD_MAX (HN_EVIDENCE_FRAME + HN_EVIDENCE_BOOKMARK_MAX + HN_EVIDENCE_RAW_MAX)

/* Append ${r}, which will stand at ${offset}, to ${b}. */
void hn_tail_put(struct hn_buf *b, const struct hn_evidence_record *r, uint64_t offset);

/*
 * The record at the start of ${v}, which stands at ${offset}.  Views point into ${v}.
 * HN_E_AGAIN: ${v} ends inside it (or is empty).  HN_E_CORRUPT: its check fails.
 */
enum hn_rc hn_tail_get(struct hn_view v, uint64_t offset, struct hn_evidence_record *out) HN_MUST_CHECK;

#endif
