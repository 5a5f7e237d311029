#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "cli/command.h"

/*
 * `hinomi manual [PAGE]`: the pages of the manual and the completion, from the tables that parse: commands (section 1) and
 * the keys of the configuration (hinomi.conf, section 5).  The package's build calls it.
 */
extern const struct command manual_command;

#endif
