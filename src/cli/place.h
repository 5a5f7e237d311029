#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include "cli/command.h"
#include "site/config.h"

/* The configuration where none is given. */
#define PLACE_CONFIG "/etc/hinomi/hinomi.conf"
#define PLACE_DATA "/var/lib/hinomi"	/* data_dir where no site is set up yet */

/* The rows of every command that looks into a site's folders. */
#define PLACE_OPTIONS { OPTION_VALUE, "config", "FILE" }, { OPTION_VALUE, "data", "DIR" }

/*
 * Where ${place} of the site is: below --data, or below data_dir of --config (otherwise /etc/hinomi/hinomi.conf).
 * false: said what is wrong.
 */
bool place_path(const struct arguments *a, enum site_place place, char out[SITE_PATH_MAX]);

/* The rows of every command that works with a table that a site takes up. */
#define PLACE_TABLE_OPTIONS { OPTION_VALUE, "config", "FILE" }, { OPTION_VALUE, "store", "DIR" }

/*
 * Where the table is that ${find} (site_table_path, site_rules_path) knows under ${name}: below --store, else where the site
 * of --config takes it up (otherwise /etc/hinomi/hinomi.conf; where that is not there, the default site).  false: said what
 * is wrong.
 */
bool place_table(const struct arguments *a, bool (*find)(const struct site_config *c, char out[SITE_PATH_MAX]),
    const char *name, char out[SITE_PATH_MAX]);

/* The folder of the file ${path}, made where it is not there (and the one above it); false: said what is wrong. */
bool place_make_folder(const struct arguments *a, const char *path, char out[SITE_PATH_MAX]);

/* Read --config (otherwise /etc/hinomi/hinomi.conf) into ${c}, zeroed before.  false: said what is wrong. */
bool place_config(const struct arguments *a, struct site_config *c);

#endif
