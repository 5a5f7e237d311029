#ifndef SITE_TRIAGE_H
#define SITE_TRIAGE_H

#include "detect/finding.h"
#include "store/db.h"

/*
 * What people decide about findings: a verdict on one, and what is to be expected from now on and until when.  Each act is one
 * transaction with its row in the audit, re-scores what is in the database at once and what comes later as it comes, and can be
 * taken back.  Errors are those of store/db.h.
 *
 * A verdict of false or expected puts its finding to level info, one of true lifts it to medium at least; whatever the detector
 * insists on.  Beyond that verdicts are priors, in log-odds with limits, for findings of the same kind and rule: a little for all
 * of them (-1.5..1.5; what was expected counts there for nothing), more for the same peer (-3..2) and the same machine (-2..2).
 * A chain falls with the share of its members that were false or are expected, by 6 at most.
 */
#define SITE_REASON_MAX 1000u

/* Who does it, and why. */
struct site_actor {
	struct hn_view who, role, from;
	struct hn_view reason;		/* 1..SITE_REASON_MAX bytes */
	int64_t now_ms;
};

/* For a database that is written: it can tell then whether a row of the allow-list expects a finding. */
enum hn_rc site_triage_attach(struct hn_db *db, struct hn_err *err) HN_MUST_CHECK;

/* ${verdict}: "true", "false", "expected", or "none", which takes it back.  HN_E_NOTFOUND, HN_E_SYNTAX: no such verdict. */
enum hn_rc site_verdict_set(struct hn_db *db, const uint8_t id[FINDING_ID_BYTES], struct hn_view verdict,
    const struct site_actor *by, struct hn_err *err) HN_MUST_CHECK;

/*
 * From now until ${until_ms} expect what ${value} (detect/allow.h) names.  HN_E_SYNTAX: no value, no reason, or an end that is
 * not in the future.
 */
enum hn_rc site_allow_add(struct hn_db *db, struct hn_view value, int64_t until_ms, const struct site_actor *by, int64_t *id,
    struct hn_err *err) HN_MUST_CHECK;

/* Expect it no longer: what it hid is back as it was.  HN_E_NOTFOUND: there is none, or it has ended. */
enum hn_rc site_allow_end(struct hn_db *db, int64_t id, const struct site_actor *by, struct hn_err *err) HN_MUST_CHECK;

/* Rows past their day give back what they hid; *n: how many ended. */
enum hn_rc site_allow_expire(struct hn_db *db, int64_t now_ms, int64_t *n, struct hn_err *err) HN_MUST_CHECK;

struct site_allow {
	int64_t id, until_ms, made_ms, ended_ms;	/* ended_ms 0: holds */
	struct hn_view value, reason, who;
};

/* Each row, those that hold first, the newest of them first. */
struct site_allow_each {
	enum hn_rc (*row)(void *ctx, const struct site_allow *a);
	void *ctx;
};
enum hn_rc site_allow_all(struct hn_db *db, struct site_allow_each each, struct hn_err *err) HN_MUST_CHECK;

/* For site/findings.c: let what is known hold for one finding as it came or grew.  Inside its transaction. */
enum hn_rc site_triage_settle(struct hn_db *db, const uint8_t id[FINDING_ID_BYTES], struct hn_err *err) HN_MUST_CHECK;

#endif
