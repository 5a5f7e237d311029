#ifndef DETECT_SIGMA_LOAD_H
#define DETECT_SIGMA_LOAD_H

#include "detect/sigma/set.h"

#define SIGMA_ARCHIVE_MAX (64u << 20)	/* bytes of an archive, unpacked */

/* Told of each file that is no rules, with the reason. */
struct sigma_unread {
	void (*tell)(void *ctx, struct hn_view file, const char *why);
	void *ctx;
};

/*
 * Add what ${bytes} are: a file of YAML, or a tar archive of them, packed with gzip or zstd or not (members not named
 * *.yml or *.yaml are passed over), or compiled rules (detect/sigma/cache.h).  A file that is no rules is told and passed over.
 * Errors: HN_E_SYNTAX (the archive is broken), HN_E_LIMIT, HN_E_NOMEM.  Source: POSIX.1-2017, ustar.
 */
enum hn_rc sigma_load(struct sigma_set *set, struct hn_view name, struct hn_view bytes, struct sigma_unread unread,
    struct hn_err *err) HN_MUST_CHECK;

#endif
