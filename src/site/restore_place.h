#ifndef SITE_RESTORE_PLACE_H
#define SITE_RESTORE_PLACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "site/config.h"

/* What a restore does to folders.  Links are never followed.  errno says why HN_E_IO. */

/* Make the folders that the file ${path} lies in. */
enum hn_rc restore_make_parents(const char *path, mode_t mode, struct hn_err *err) HN_MUST_CHECK;

/* No file lies below ${path}: it is not there, or holds only folders. */
enum hn_rc restore_is_empty(const char *path, bool *out, struct hn_err *err) HN_MUST_CHECK;

/* Delete ${path} and all below it; it may be absent. */
enum hn_rc restore_remove(const char *path, struct hn_err *err) HN_MUST_CHECK;

/* Give all below ${path} to the system user ${user} when we are root; HN_E_NOTFOUND: there is no such user. */
enum hn_rc restore_own(const char *path, const char *user, struct hn_err *err) HN_MUST_CHECK;

/*
 * Put the folder ${from} in the place of ${to}; what was there is then ${aside}.  One step where the
 * disk can do it; killed behind it, what was there is still ${from}.
 * HN_E_UNSUPPORTED: ${to} is a mount point.
 */
enum hn_rc restore_exchange(const char *from, const char *to, const char *aside, struct hn_err *err) HN_MUST_CHECK;

#endif
