#ifndef DETECT_INDICATOR_BUILD_H
#define DETECT_INDICATOR_BUILD_H

#include "detect/indicator_table.h"

/*
 * A table being made: entries are added, then all is written to a file.  Holds at most INDICATORS_MAX entries; for two
 * million it takes about 70 MB.
 */
struct indicator_build;

#define INDICATORS_MAX 8000000u
#define INDICATOR_NOTE_MAX 240u		/* bytes kept of a note or a feed's name */

/* NULL: out of memory. */
struct indicator_build *indicator_build_new(void);
void indicator_build_free(struct indicator_build *b);

/*
 * Add one entry.  about->mute is worked out here, from the warninglists.  Errors: HN_E_LIMIT (full, or key too long),
 * HN_E_NOMEM; HN_E_DENIED: too general to be an indicator ("jp", "co.jp", "0.0.0.0/0"), err->what says why.
 */
enum hn_rc indicator_build_add(struct indicator_build *b, const struct indicator *i, struct hn_err *err) HN_MUST_CHECK;

/* Add every entry of ${t} but those that expired before ${now_ms}, and those of feed ${but} (empty: none). */
enum hn_rc indicator_build_add_table(struct indicator_build *b, const struct indicator_table *t, int64_t now_ms,
    struct hn_view but, struct hn_err *err) HN_MUST_CHECK;

/* Entries added so far; the same one twice counts twice. */
uint64_t indicator_build_count(const struct indicator_build *b);

/*
 * Write the table to ${fd}, an empty file open for reading and writing, and give the entries' memory back.  ${now_ms} is
 * when it was made; ${seed}: random, keeps outsiders from choosing names that collide.  Errors: HN_E_IO (disk full:
 * nothing is half written), HN_E_NOMEM.
 */
enum hn_rc indicator_build_write(struct indicator_build *b, int fd, int64_t now_ms, uint64_t seed, struct hn_err *err)
    HN_MUST_CHECK;

/* Write to a new file beside ${path}, to disk, and put it in its place by rename: readers see the old or the new. */
enum hn_rc indicator_build_publish(struct indicator_build *b, const char *path, int64_t now_ms, uint64_t seed,
    struct hn_err *err) HN_MUST_CHECK;

/* Write to memory and open it: for a run without a store. */
enum hn_rc indicator_build_open(struct indicator_build *b, int64_t now_ms, uint64_t seed, struct indicator_table **out,
    struct hn_err *err) HN_MUST_CHECK;

#endif
