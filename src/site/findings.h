#ifndef SITE_FINDINGS_H
#define SITE_FINDINGS_H

#include "detect/finding.h"
#include "store/db.h"

/* Findings in the database: what core writes and view reads.  Errors are those of store/db.h. */

#define SITE_FINDINGS_PAGE_MAX 500u

struct site_finding {
	struct finding f;
	struct hn_view status;		/* "new", "seen", "closed", "allowed" */
	struct hn_view verdict;		/* "true", "false", "expected"; empty: nobody said anything */
	double shift;			/* log-odds of what verdicts on others of its rule say (site/triage.h) */
	int64_t allow_id;		/* the row that expects it; 0: none */
	int64_t changed_ms;		/* when the row was last written; for what is new since */
};

/*
 * Let ${f}, as it came out of a detector, grow the stored finding of the same id, or store it.  Inside a transaction
 * (asserted).  ${arena} is for what is read; the caller resets it.
 */
enum hn_rc site_finding_merge(struct hn_db *db, const struct finding *f, int64_t now_ms, struct hn_arena *arena,
    struct hn_err *err) HN_MUST_CHECK;

/* How far the evidence log is in the database: 0 when nothing is.  Set inside the findings' transaction. */
enum hn_rc site_progress_get(struct hn_db *db, uint64_t *out, struct hn_err *err) HN_MUST_CHECK;
enum hn_rc site_progress_set(struct hn_db *db, uint64_t offset, int64_t now_ms, struct hn_err *err) HN_MUST_CHECK;

/*
 * One transaction: ${n} findings that the evidence log up to ${offset} gave, and the offset.  An offset that is not
 * beyond the stored one has been committed before: nothing is counted twice, HN_OK.
 */
enum hn_rc site_findings_commit(struct hn_db *db, const struct finding *f, size_t n, uint64_t offset, int64_t now_ms,
    struct hn_err *err) HN_MUST_CHECK;

/* One whole finding; its texts live in ${arena}.  HN_E_NOTFOUND. */
enum hn_rc site_finding_load(struct hn_db *db, const uint8_t id[FINDING_ID_BYTES], struct hn_arena *arena,
    struct site_finding *out, struct hn_err *err) HN_MUST_CHECK;

struct site_findings_filter {
	enum finding_level level;	/* this or more urgent */
	struct hn_view kind;		/* name; empty: any */
	struct hn_view status;		/* empty: any */
	struct hn_view text;		/* within source, destination, user or rule, letters as they are; empty: any */
	struct hn_view verdict;		/* a verdict; "none": not judged yet; "allowed"; empty: any */
	struct hn_view machine;		/* its source or destination, in full; empty: any */
	int64_t since_ms;		/* last seen then or later */
	const struct site_finding *behind;	/* the last one of the page before; NULL: the first page */
};

/*
 * Up to ${max} findings (SITE_FINDINGS_PAGE_MAX), most urgent first, without techniques, parts and evidence.  Texts live
 * in ${arena}.
 */
struct site_findings_page {
	struct site_finding *rows;
	size_t n, max;
};
enum hn_rc site_findings_page(struct hn_db *db, const struct site_findings_filter *filter, struct hn_arena *arena,
    struct site_findings_page *page, struct hn_err *err) HN_MUST_CHECK;

enum hn_rc site_findings_count(struct hn_db *db, const struct site_findings_filter *filter, uint64_t *out,
    struct hn_err *err) HN_MUST_CHECK;

/* How many findings, new or seen, there are of each level. */
enum hn_rc site_findings_levels(struct hn_db *db, uint64_t out[LEVEL_COUNT], struct hn_err *err) HN_MUST_CHECK;

/* The status a person gave it; inside a transaction, beside its audit row.  HN_E_NOTFOUND, HN_E_CONFLICT: no such status. */
enum hn_rc site_finding_status_set(struct hn_db *db, const uint8_t id[FINDING_ID_BYTES], struct hn_view status,
    int64_t now_ms, struct hn_err *err) HN_MUST_CHECK;

#endif
