#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include <stdio.h>

#include "cli/command.h"

#define COMPLETION_SHELLS "bash|zsh|fish"

/*
 * What ${shell} (one of COMPLETION_SHELLS) reads to complete commands, their options and the options' values, made from
 * the rows of the commands; the shells that show what an option does say it in ${lang}.
 */
void completion_put(const char *shell, enum hn_lang lang, FILE *to);

#endif
