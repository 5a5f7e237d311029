#ifndef CLI_TOKEN_H
#define CLI_TOKEN_H

#include "cli/command.h"

/* `hinomi token`: the one-time token of the console, for whoever may read the site's own folder. */
extern const struct command token_command;

#endif
