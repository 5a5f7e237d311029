#ifndef CLI_HUNT_H
#define CLI_HUNT_H

#include "cli/command.h"

/* `hinomi hunt VALUE...`: who met one of these values in the days that are remembered. */
extern const struct command hunt_command;

#endif
