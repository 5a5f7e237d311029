#ifndef CLI_SITE_H
#define CLI_SITE_H

#include "cli/command.h"

/* `hinomi site`: the parent of a site's processes, in the foreground. */
extern const struct command site_command;

/* `hinomi site backup` and `hinomi site restore`: the site itself in one file, and back. */
extern const struct command site_backup_command;
extern const struct command site_restore_command;

#endif
