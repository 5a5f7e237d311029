#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"

/* What people read about the commands, made from their rows and the catalogue. */
void help_all(enum hn_lang lang, FILE *to);

/* The commands whose names begin with the word ${group} ("rules"); false: there are none. */
bool help_group(const char *group, enum hn_lang lang, FILE *to);
void help_command(const struct command *c, enum hn_lang lang, FILE *to);

#define HELP_PAGE_MAX 64u

/* The page's name: "hinomi-indicators-import"; ${c} NULL: "hinomi". */
void help_page(const struct command *c, char out[HELP_PAGE_MAX]);

/* A page of the manual in roff, section 1; ${c} NULL: hinomi(1) itself. */
void help_man(const struct command *c, enum hn_lang lang, FILE *to);

/* A line of text in roff, with a newline. */
void help_roff(FILE *to, struct hn_view v);

/* What ${c} is for, or one of its ${option} (NULL: the command itself).  ${c} NULL: an option of every command. */
struct hn_view help_text(const struct command *c, const char *option, enum hn_lang lang);

#endif
