#ifndef SITE_PARENT_FOLDERS_H
#define SITE_PARENT_FOLDERS_H

#include "site/config.h"

/*
 * Make data_dir and the places below it, owned by the site's user when we are root.  ${bad}: the path at fault.
 * Errors: HN_E_NOTFOUND "user", HN_E_IO (errno), HN_E_LIMIT.
 */
enum hn_rc site_folders_make(const struct site_config *c, char bad[SITE_PATH_MAX], struct hn_err *err) HN_MUST_CHECK;

#endif
