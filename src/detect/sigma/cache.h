#ifndef DETECT_SIGMA_CACHE_H
#define DETECT_SIGMA_CACHE_H

#include "detect/sigma/set.h"

#define SIGMA_CACHE_MAX (64u << 20)	/* bytes */

/*
 * Rules read once, kept for the next start: what `hinomi rules import` writes and a site takes up.  The documents as trees,
 * behind a version and a SHA-256 over all of them.  Nothing of it is taken before that has been verified, and each rule is
 * compiled from its tree by the same code as from YAML: the cache can hold no more than a file of rules can.
 */

/* Append the rules of ${set}, sealed or not, in this form. */
void sigma_cache_put(const struct sigma_set *set, struct hn_buf *out);

/* Whether ${bytes} begin like a cache. */
bool sigma_cache_is(struct hn_view bytes);

/*
 * Add the rules of a cache to ${set}.  Errors: HN_E_SYNTAX (no cache), HN_E_UNSUPPORTED (another program's version),
 * HN_E_CORRUPT (it does not verify), HN_E_LIMIT, HN_E_NOMEM.  After an error the set must not be used.
 */
enum hn_rc sigma_cache_read(struct sigma_set *set, struct hn_view bytes, struct hn_err *err) HN_MUST_CHECK;

/*
 * A sealed set of the cache that ${fd} is, which is read whole and not kept: what happens to the file later does not matter.
 * Errors: the same, and HN_E_IO.
 */
enum hn_rc sigma_cache_open(int fd, struct sigma_set **out, struct hn_err *err) HN_MUST_CHECK;

#endif
