#ifndef CLI_RULES_H
#define CLI_RULES_H

#include "cli/command.h"

/* `hinomi rules list|check|import|show`: what Sigma rules there are, which can be used, and why others cannot. */
extern const struct command rules_list_command;
extern const struct command rules_check_command;
extern const struct command rules_show_command;
extern const struct command rules_import_command;	/* compiled, for a site or for --rules */

#endif
