#ifndef CLI_SITE_H
#define CLI_SITE_H

#include "cli/command.h"

/* `hinomi site`: the parent of a site's processes, in the foreground. */
extern const struct command site_command;

#endif
