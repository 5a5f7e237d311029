#ifndef CLI_EVIDENCE_H
#define CLI_EVIDENCE_H

#include "cli/command.h"

/* `hinomi evidence verify`: walk the chain of the site's sealed evidence and name the first broken link. */
extern const struct command evidence_verify_command;

#endif
