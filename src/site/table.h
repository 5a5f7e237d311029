#ifndef SITE_TABLE_H
#define SITE_TABLE_H

#include "site/config.h"

#define SITE_TABLE_NAME "indicators.table"

/*
 * Where the site's table of indicators is: [indicators] path when it is a file, else SITE_TABLE_NAME in that folder or,
 * without one, in the site's own.  false: the path is too long.
 */
bool site_table_path(const struct site_config *c, char out[SITE_PATH_MAX]);

#endif
