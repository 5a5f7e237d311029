#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"

/* What people read about the commands, made from their rows and the catalogue. */
void help_all(enum hn_lang lang, FILE *to);
void help_command(const struct command *c, enum hn_lang lang, FILE *to);

/* A page of the manual in roff, section 1; ${c} NULL: hinomi(1) itself. */
void help_man(const struct command *c, enum hn_lang lang, FILE *to);

/* A line of text in roff, with a newline. */
void help_roff(FILE *to, struct hn_view v);

/* Completion for bash. */
void help_completion(FILE *to);

#endif
