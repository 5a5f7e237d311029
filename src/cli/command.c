#include "cli/command.h"

#include <string.h>

#include "cli/help.h"

static const struct option_row help_option = { OPTION_FLAG, "help", NULL };
static const struct option_row lang_option = { OPTION_VALUE, "lang", "ja|en" };

/* What is wrong with a command line: a key of the catalogue and the word it is about. */
struct complaint {
	const char *key;
	const char *about;
};

static struct complaint
complain(const char *key, const char *about)
{
	return (struct complaint){ key, about };
}

bool
arguments_has(const struct arguments *a, const char *option)
{
	for (size_t i = 0; i < a->n_given; i++)
		if (strcmp(a->given[i].option->name, option) == 0)
			return true;
	return false;
}

const char *
arguments_value(const struct arguments *a, const char *option, const char *otherwise)
{
	for (size_t i = a->n_given; i > 0; i--)
		if (strcmp(a->given[i - 1].option->name, option) == 0)
			return a->given[i - 1].value;
	return otherwise;
}

const char *
arguments_nth(const struct arguments *a, const char *option, size_t nth)
{
	for (size_t i = 0; i < a->n_given; i++)
		if (strcmp(a->given[i].option->name, option) == 0 && nth-- == 0)
			return a->given[i].value;
	return NULL;
}

void
command_say(const struct arguments *a, const char *key, const char *p0, const char *p1, const char *p2)
{
	const struct hn_words_param params[] = {
		{ "0", hn_view_of(p0) }, { "1", hn_view_of(p1) }, { "2", hn_view_of(p2) },
	};
	struct hn_buf b = HN_BUF(65536);

	hn_words_put(&b, a->lang, key, params, HN_COUNT(params));
	hn_buf_char(&b, '\n');
	(void)fwrite(b.p, 1, b.n, a->say);
	hn_buf_fini(&b);
}

/* How many words of argv[1..] are the name of ${c}; 0: they are not. */
static int
words_of_name(const struct command *c, int argc, const char *const *argv)
{
	struct hn_view rest = hn_view_of(c->name), word;
	int n = 0;

	while (rest.n > 0) {
		(void)hn_view_cut(&rest, ' ', &word);
		if (1 + n >= argc || !hn_view_eq(word, hn_view_of(argv[1 + n])))
			return 0;
		n++;
	}
	return n;
}

static const struct command *
find_command(int argc, const char *const *argv, int *words)
{
	const struct command *best = NULL;

	*words = 0;
	for (size_t i = 0; commands[i] != NULL; i++) {
		const int n = words_of_name(commands[i], argc, argv);

		if (n > *words) {
			best = commands[i];
			*words = n;
		}
	}
	return best;
}

static const struct option_row *
find_option(const struct command *c, struct hn_view name)
{
	for (const struct option_row *o = c->options; o->kind != OPTION_END; o++)
		if (hn_view_eq(hn_view_of(o->name), name))
			return o;
	if (hn_view_eq(name, hn_view_of(lang_option.name)))
		return &lang_option;
	return hn_view_eq(name, hn_view_of(help_option.name)) ? &help_option : NULL;
}

/* Whether "a|b|c" has ${value}; a name in capitals ("FILE") takes anything. */
static bool
is_allowed(const char *choice, const char *value)
{
	struct hn_view rest = hn_view_of(choice), one;

	if (strchr(choice, '|') == NULL)
		return true;
	while (rest.n > 0) {
		(void)hn_view_cut(&rest, '|', &one);
		if (hn_view_eq(one, hn_view_of(value)))
			return true;
	}
	return false;
}

/* Read the option at argv[*i]; moves *i past its value. */
static struct complaint
take_option(struct arguments *a, int argc, const char *const *argv, int *i)
{
	const bool is_short = strcmp(argv[*i], "-h") == 0;
	struct hn_view rest = hn_view_of(is_short ? "help" : argv[*i]), name;
	const bool has_dashes = is_short || hn_view_starts(rest, HN_LIT("--"));

	if (!is_short && has_dashes)
		rest = hn_view_skip(rest, 2);
	const bool has_value = hn_view_cut(&rest, '=', &name);
	const struct option_row *o = has_dashes ? find_option(a->command, name) : NULL;
	const char *value = NULL;

	if (o == NULL)
		return complain("cli.error.option", argv[*i]);
	if (a->n_given == COMMAND_GIVEN_MAX)
		return complain("cli.error.too_many", argv[*i]);
	if (o->kind == OPTION_FLAG && has_value)
		return complain("cli.error.flag", argv[*i]);
	if (o->kind != OPTION_FLAG) {
		if (!has_value && *i + 1 >= argc)
			return complain("cli.error.value", argv[*i]);
		value = has_value ? rest.p : argv[++*i];
		if (!is_allowed(o->value, value))
			return complain("cli.error.choice", value);
	}
	a->given[a->n_given++] = (struct given){ o, value };
	return complain(NULL, NULL);
}

/* Sort argv[first..] into options and operands; "--" ends the options; "-" alone is an operand. */
static struct complaint
take_all(struct arguments *a, int argc, const char *const *argv, int first, const char **operands)
{
	bool more_options = true;

	a->operands = operands;
	for (int i = first; i < argc; i++) {
		if (more_options && strcmp(argv[i], "--") == 0) {
			more_options = false;
		} else if (more_options && argv[i][0] == '-' && argv[i][1] != '\0') {
			const struct complaint c = take_option(a, argc, argv, &i);

			if (c.key != NULL)
				return c;
		} else {
			operands[a->n_operands++] = argv[i];
		}
	}
	return complain(NULL, NULL);
}

static struct complaint
check_operands(const struct arguments *a)
{
	if (arguments_has(a, "help"))
		return complain(NULL, NULL);
	if (a->n_operands < a->command->operands_min)
		return complain("cli.error.operand", a->command->operands);
	if (a->n_operands > a->command->operands_max)
		return complain("cli.error.operands", a->operands[a->n_operands - 1]);
	return complain(NULL, NULL);
}

static enum exit_code
run_command(struct arguments *a, int argc, const char *const *argv, int words, const char **operands)
{
	struct complaint c = take_all(a, argc, argv, 1 + words, operands);

	if (c.key == NULL)
		c = check_operands(a);
	a->lang = hn_lang_of(arguments_value(a, "lang", NULL));
	if (c.key != NULL) {
		command_say(a, c.key, a->command->name, c.about, NULL);
		return EXIT_NOT_DONE;
	}
	if (arguments_has(a, "help")) {
		help_command(a->command, a->lang, a->out);
		return EXIT_DONE;
	}
	return a->command->run(a);
}

static bool
is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

/* What is said where no command has that name; "hinomi rules --help" is no mistake. */
static enum exit_code
say_unknown(const struct arguments *a, int argc, const char *const *argv)
{
	const bool is_asked = argc == 3 && is_help(argv[2]);

	if (argc < 2)
		help_all(a->lang, a->say);
	else if (!help_group(argv[1], a->lang, is_asked ? a->out : a->say))
		command_say(a, "cli.error.command", argv[1], NULL, NULL);
	else if (is_asked)
		return EXIT_DONE;
	return EXIT_NOT_DONE;
}

enum exit_code
command_run(int argc, const char *const *argv, FILE *out, FILE *say)
{
	static const char *operands[COMMAND_OPERANDS_MAX];
	static struct arguments a;
	int words;

	a = (struct arguments){ .out = out, .say = say, .lang = hn_lang_of(NULL) };
	if (argc > 1 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0)) {
		fprintf(out, "hinomi %s\n", HINOMI_VERSION);
		return EXIT_DONE;
	}
	if (argc > 1 && is_help(argv[1])) {
		help_all(a.lang, out);
		return EXIT_DONE;
	}
	a.command = find_command(argc, argv, &words);
	if (a.command != NULL && (size_t)argc <= COMMAND_OPERANDS_MAX)
		return run_command(&a, argc, argv, words, operands);
	if (a.command == NULL)
		return say_unknown(&a, argc, argv);
	command_say(&a, "cli.error.too_many", argv[1], NULL, NULL);
	return EXIT_NOT_DONE;
}
