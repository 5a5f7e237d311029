#ifndef HN_STORE_OBSERVABLE_H
#define HN_STORE_OBSERVABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/view.h"

/*
 * Who met which value on which day, for 400 days: so that an indicator that comes today is checked against the past.
 *
 * Values are kept as a 64-bit hash under a secret of the site, not as text: a hunt brings its values along, and files
 * that are stolen do not tell who visited what.  (10,000 values against 100 million rows meet by chance once in 20
 * million hunts.)  Machines and accounts are kept as text, once a day each.
 *
 * In the folder: D.obs, immutable and sorted, one a day (store/observable_day.h); D.jnl, what came since; D.run, a
 * journal that is being merged into D.obs; `secret`.  D is the date in the site's zone, YYYYMMDD.  A batch carries the
 * offset of the evidence log that it ends at: what a day has had up to that offset it does not take again, so a batch
 * may be offered twice after a crash.
 */

#define HN_OBSERVABLE_VALUE_MAX 2048u	/* bytes */
#define HN_OBSERVABLE_NAME_MAX 256u	/* bytes of a machine or an account; longer ones are cut */
#define HN_OBSERVABLE_DAYS 400
#define HN_OBSERVABLE_ZONE_S 32400	/* seconds east of UTC: where a site's day begins unless it says otherwise (Asia/Tokyo) */
#define HN_OBSERVABLE_DAY_ROWS_MAX (8u << 20)	/* of one day; more are counted and left out */
#define HN_OBSERVABLE_JOURNAL_BYTES (16u << 20)	/* at which a journal wants to be merged */

struct hn_observation {
	uint8_t kind;			/* the caller's kinds; same value, other kind: another thing */
	uint32_t count;
	struct hn_view value;		/* in normal form */
	struct hn_view host, user;
	int64_t first_ms, last_ms;	/* of one day, or the day of last_ms counts */
};

struct hn_observables;

struct hn_observables_state {
	uint64_t rows, disk_bytes;	/* of merged days */
	uint64_t journal_bytes;
	uint32_t days;
	uint64_t outside;		/* observations older than HN_OBSERVABLE_DAYS or more than a day ahead: not kept */
};

/*
 * Open the folder for writing (made when absent; one writer: HN_E_CONFLICT); a torn end of a journal is cut off.
 * ${zone_s}: the site's zone, seconds east of UTC.  ${committed}: batches beyond this offset of the evidence log will come
 * again, cut in other places perhaps, and are taken back.  Errors: HN_E_IO, HN_E_NOMEM, HN_E_CORRUPT (the secret).
 */
enum hn_rc hn_observables_open(const char *path, int zone_s, uint64_t committed, struct hn_observables **out,
    struct hn_err *err) HN_MUST_CHECK;
void hn_observables_close(struct hn_observables *s);

/*
 * Take in the batch that ends at batch.offset (over 0) of the evidence log, all of it in one call; ${now_ms} bounds which
 * days are believed.  On failure some days may have it and others not: offer it again as it was.
 * Errors: HN_E_IO, HN_E_NOMEM, HN_E_AGAIN (the journal is at HN_JOURNAL_MAX since it could not be merged).
 */
struct hn_observations {
	const struct hn_observation *at;
	size_t n;
	uint64_t offset;
};
enum hn_rc hn_observables_put(struct hn_observables *s, struct hn_observations batch, int64_t now_ms, struct hn_err *err)
    HN_MUST_CHECK;

/* Put what was taken in on disk: before the same offset is committed elsewhere. */
enum hn_rc hn_observables_sync(struct hn_observables *s, struct hn_err *err) HN_MUST_CHECK;

/*
 * Merge one journal that is full, or of a day before that of ${now_ms}, or any (${force}).  HN_E_AGAIN: none wants to be.
 * May run in another thread beside put and sync; one at a time; begin it when all that was put has been committed, since
 * what is merged is not taken back.  On failure the journal stays and nothing is lost.
 */
enum hn_rc hn_observables_merge(struct hn_observables *s, int64_t now_ms, bool force, struct hn_err *err) HN_MUST_CHECK;

/*
 * The same in two steps: choose and set aside the journal (quick; HN_E_AGAIN: none), where no put can come in between, and then
 * merge what was set aside, in another thread.
 */
enum hn_rc hn_observables_freeze(struct hn_observables *s, int64_t now_ms, bool force, int32_t *day, struct hn_err *err)
    HN_MUST_CHECK;
enum hn_rc hn_observables_merge_frozen(struct hn_observables *s, int32_t day, struct hn_err *err) HN_MUST_CHECK;

/* Delete days before the one of ${before_ms}, then the oldest while there are more than ${max_bytes} (0: no limit). */
enum hn_rc hn_observables_retain(struct hn_observables *s, int64_t before_ms, uint64_t max_bytes, uint32_t *deleted,
    struct hn_err *err) HN_MUST_CHECK;

enum hn_rc hn_observables_state(struct hn_observables *s, struct hn_observables_state *out, struct hn_err *err)
    HN_MUST_CHECK;

struct hn_hunted {
	uint8_t kind;
	struct hn_view value;
};

/* One machine that met one of the values on one day.  Views live until the callback returns. */
struct hn_sighting {
	size_t value;			/* index into the values */
	struct hn_view host, user;
	int64_t day_ms;			/* its midnight in the site's zone */
	int64_t first_ms, last_ms;
	uint64_t count;
};

struct hn_hunt {
	const struct hn_hunted *values;
	size_t n;
	int64_t from_ms, to_ms;		/* whole days that these touch */
	int zone_s;
	enum hn_rc (*found)(void *ctx, const struct hn_sighting *s);	/* another value than HN_OK ends the hunt */
	void *ctx;
};

struct hn_hunt_result {
	uint32_t days;			/* looked through */
	uint32_t broken;		/* days whose file fails its checks: not looked through */
	uint64_t rows;			/* in them */
	char first_broken[16];		/* its name */
};

/*
 * Look for all values in all days, oldest first, beside the writer.  A broken file is counted and named, and the hunt
 * goes on.  Errors: HN_E_NOTFOUND (no such folder), HN_E_IO, HN_E_NOMEM, or what `found` returned.
 */
enum hn_rc hn_observables_hunt(const char *path, const struct hn_hunt *h, struct hn_hunt_result *out,
    struct hn_err *err) HN_MUST_CHECK;

#endif
