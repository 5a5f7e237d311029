#ifndef SITE_TABLE_H
#define SITE_TABLE_H

#include "site/config.h"

#define SITE_TABLE_NAME "indicators.table"
#define SITE_RULES_NAME "rules.table"

/*
 * Where the site's table of indicators is: [indicators] path when it is a file, else SITE_TABLE_NAME in that folder or,
 * without one, in the site's own.  false: the path is too long.
 */
bool site_table_path(const struct site_config *c, char out[SITE_PATH_MAX]);

/* The same of the compiled Sigma rules: [rules] path, SITE_RULES_NAME. */
bool site_rules_path(const struct site_config *c, char out[SITE_PATH_MAX]);

#endif
