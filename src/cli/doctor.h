#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/command.h"

/* `hinomi doctor`: what is wrong with a set-up, and how to mend it. */
extern const struct command doctor_command;

#endif
