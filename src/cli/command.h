#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/view.h"
#include "base/words.h"

#define COMMAND_OPTIONS_MAX 24u
#define COMMAND_GIVEN_MAX 512u	/* options on one command line */
#define COMMAND_OPERANDS_MAX 65536u

/* Exit codes of every command. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_PARTLY = 1,	/* done, but some input was unreadable, or something was found amiss */
	EXIT_NOT_DONE = 2,
};

enum option_kind {
	OPTION_END = 0,		/* ends a command's rows */
	OPTION_FLAG,
	OPTION_VALUE,		/* given once at most; the last one counts */
	OPTION_MANY,		/* may be given again */
};

/* One option.  What it does is in the catalogue under "cli.COMMAND.OPTION". */
struct option_row {
	enum option_kind kind;
	const char *name;	/* without its dashes */
	const char *value;	/* what stands for the value in the help: "FILE"; "a|b" is a closed choice; NULL: a flag */
};

struct given {
	const struct option_row *option;
	const char *value;	/* NULL for a flag */
};

struct arguments;

/*
 * One command of `hinomi`: parser, help, man page and completion are made from these rows.  What it is for is in the
 * catalogue under "cli.COMMAND" (blanks in the name become dots).
 */
struct command {
	const char *name;		/* "watch", "indicators import" */
	const char *operands;		/* "PATH...", or "" */
	size_t operands_min;
	size_t operands_max;
	struct option_row options[COMMAND_OPTIONS_MAX];
	enum exit_code (*run)(const struct arguments *a);
};

struct arguments {
	const struct command *command;
	enum hn_lang lang;
	size_t n_given;
	struct given given[COMMAND_GIVEN_MAX];
	size_t n_operands;
	const char *const *operands;
	FILE *out;		/* results */
	FILE *say;		/* progress, summaries and errors, for people */
};

/* All commands; ends with a NULL. */
extern const struct command *const commands[];

/* Run what the command line asks for; prints help or what is wrong with it.  argv[0] is the program. */
enum exit_code command_run(int argc, const char *const *argv, FILE *out, FILE *say);

bool arguments_has(const struct arguments *a, const char *option);

/* The value of ${option}; ${otherwise} where it was not given. */
const char *arguments_value(const struct arguments *a, const char *option, const char *otherwise);

/* The ${nth} (from 0) value of an option that may be given again; NULL: no more. */
const char *arguments_nth(const struct arguments *a, const char *option, size_t nth);

/* Say the catalogue's ${key} on a->say, with a newline; up to three {0} {1} {2} from ${p0}..${p2} (NULL: none). */
void command_say(const struct arguments *a, const char *key, const char *p0, const char *p1, const char *p2);

#endif
