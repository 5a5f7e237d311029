#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include "cli/command.h"

/* What a site has found, and what people decide about it (site/triage.h); beside a running site, too. */
extern const struct command findings_list_command, findings_show_command, findings_verdict_command;
extern const struct command findings_allow_command, findings_allowed_command, findings_unallow_command;

#endif
