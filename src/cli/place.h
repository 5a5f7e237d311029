#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include "cli/command.h"
#include "site/config.h"

/* The configuration where none is given. */
#define PLACE_CONFIG "/etc/hinomi/hinomi.conf"

/* The rows of every command that looks into a site's folders. */
#define PLACE_OPTIONS { OPTION_VALUE, "config", "FILE" }, { OPTION_VALUE, "data", "DIR" }

/*
 * Where ${place} of the site is: below --data, or below data_dir of --config (otherwise /etc/hinomi/hinomi.conf).
 * false: said what is wrong.
 */
bool place_path(const struct arguments *a, enum site_place place, char out[SITE_PATH_MAX]);

/* Read --config (otherwise /etc/hinomi/hinomi.conf) into ${c}, zeroed before.  false: said what is wrong. */
bool place_config(const struct arguments *a, struct site_config *c);

#endif
