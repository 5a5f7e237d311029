#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "cli/command.h"

/* `hinomi watch`: read logs, show what is wrong in them. */
extern const struct command watch_command;

#endif
