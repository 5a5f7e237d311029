#ifndef HN_STORE_AUDIT_H
#define HN_STORE_AUDIT_H

#include "store/db.h"

/*
 * Who did what when: an append-only table, each row with the SHA-256 of the row before and of itself, written in the
 * same transaction as the act.  Whoever changes, removes or inserts a row breaks the chain from there on; its head leaves
 * the house, so that cutting off the end is seen too.
 */

#define HN_AUDIT_HASH 32u

struct hn_audit_act {
	int64_t at_ms;
	struct hn_view who;		/* "system" when nobody did it */
	struct hn_view role;
	struct hn_view from;		/* address or empty */
	struct hn_view act;		/* "finding.status", "indicator.import", ... */
	struct hn_view object;		/* what it was done to */
	struct hn_view before, after;	/* as text or JSON; empty: none */
};

struct hn_audit_head {
	int64_t seq;			/* 0: nothing yet */
	uint8_t hash[HN_AUDIT_HASH];
};

/* Append ${act}; a transaction must be open (asserted), so that act and row stand or fall together. */
enum hn_rc hn_audit_add(struct hn_db *db, const struct hn_audit_act *act, struct hn_err *err) HN_MUST_CHECK;

enum hn_rc hn_audit_head(struct hn_db *db, struct hn_audit_head *out, struct hn_err *err) HN_MUST_CHECK;

struct hn_audit_verdict {
	struct hn_audit_head head;	/* newest row proven */
	bool is_whole;
	int64_t seq;			/* the first broken row */
	const char *what;		/* "seq" (missing before it), "prev_hash", "hash", "head" (rows missing at the end) */
};

/*
 * Check every row.  ${known}, if not NULL, is a head that had left the house: the row must still be there as it was.
 * HN_OK also when something is broken: see ${out}.
 */
enum hn_rc hn_audit_verify(struct hn_db *db, const struct hn_audit_head *known, struct hn_audit_verdict *out,
    struct hn_err *err) HN_MUST_CHECK;

#endif
