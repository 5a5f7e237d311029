#ifndef SITE_PARENT_FOLDERS_H
#define SITE_PARENT_FOLDERS_H

#include "site/config.h"

/*
 * Make data_dir and the places below it, owned by the site's user when we are root.  ${bad}: the path at fault.
 * Errors: HN_E_NOTFOUND "user", HN_E_IO (errno), HN_E_LIMIT.
 */
enum hn_rc site_folders_make(const struct site_config *c, char bad[SITE_PATH_MAX], struct hn_err *err) HN_MUST_CHECK;

/*
 * The same for a site that starts: logs what is wrong, and data_dir is ours alone as long as *lock_fd is open, since two sites
 * on one folder, or a restore under a running one, would spoil it.  *lock_fd is the lock held so far (-1: none), which is
 * given up for the new one unless it is of the same folder.  Errors: also HN_E_CONFLICT (another has it).
 */
enum hn_rc site_folders_prepare(const struct site_config *c, int *lock_fd) HN_MUST_CHECK;

#endif
