#ifndef CLI_EXPECTED_H
#define CLI_EXPECTED_H

#include "cli/command.h"

/* The expected peers: all of them, and whether a value is one. */
extern const struct command expected_list_command;
extern const struct command expected_check_command;

#endif
