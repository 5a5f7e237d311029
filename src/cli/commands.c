#include "cli/command.h"
#include "cli/manual.h"
#include "cli/site.h"
#include "cli/watch.h"

const struct command *const commands[] = {
	&watch_command,
	&manual_command,
	&site_command,
	NULL,
};
