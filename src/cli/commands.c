#include "cli/command.h"
#include "cli/watch.h"

const struct command *const commands[] = {
	&watch_command,
	NULL,
};
