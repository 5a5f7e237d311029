#include "cli/completion.h"

#include <assert.h>
#include <string.h>

#include "cli/help.h"

static const struct option_row everywhere[] = {
	{ OPTION_FLAG, "help", NULL },
	{ OPTION_VALUE, "lang", "ja|en" },
	{ OPTION_END, NULL, NULL },
};

/* Whether what stands for a value or an operand in the help is a file's or folder's name. */
static bool
is_file(const char *placeholder)
{
	static const char *const words[] = { "FILE", "PATH", "DIR" };

	for (size_t i = 0; i < HN_COUNT(words); i++)
		if (strstr(placeholder, words[i]) != NULL)
			return true;
	return false;
}

static struct hn_view
first_word(const char *name)
{
	struct hn_view rest = hn_view_of(name), word;

	(void)hn_view_cut(&rest, ' ', &word);
	return word;
}

/* What stands behind the first word: "import"; empty: nothing. */
static struct hn_view
other_words(const char *name)
{
	const struct hn_view first = first_word(name), all = hn_view_of(name);

	return all.n > first.n ? hn_view_skip(all, first.n + 1) : HN_LIT("");
}

/* Whether no earlier command begins with the same word. */
static bool
is_first_of_word(size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (hn_view_eq(first_word(commands[i]->name), first_word(commands[at]->name)))
			return false;
	return true;
}

static bool
is_group(struct hn_view word)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (hn_view_eq(first_word(commands[i]->name), word) && other_words(commands[i]->name).n > 0)
			return true;
	return false;
}

static void
put_view(FILE *to, struct hn_view v)
{
	(void)fwrite(v.p, 1, v.n, to);
}

/* "a|b|c" with blanks for its bars. */
static void
put_choices(FILE *to, const char *choices)
{
	for (; *choices != '\0'; choices++)
		fputc(*choices == '|' ? ' ' : *choices, to);
}

static void
put_first_words(FILE *to)
{
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (!is_first_of_word(i))
			continue;
		fputc(' ', to);
		put_view(to, first_word(commands[i]->name));
	}
}

static void
put_sub_commands(FILE *to, struct hn_view word)
{
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (!hn_view_eq(first_word(commands[i]->name), word) || other_words(commands[i]->name).n == 0)
			continue;
		fputc(' ', to);
		put_view(to, other_words(commands[i]->name));
	}
}

/* ---- bash */

static void
bash_values(FILE *to, const char *name, const struct option_row *o)
{
	for (; o->kind != OPTION_END; o++) {
		if (o->kind == OPTION_FLAG)
			continue;
		fprintf(to, "\t'%s --%s') ", name, o->name);
		if (strchr(o->value, '|') != NULL) {
			fputs("words='", to);
			put_choices(to, o->value);
			fputs("' ;;\n", to);
		} else {
			fputs(is_file(o->value) ? "files=1 ;;\n" : "return ;;\n", to);
		}
	}
}

static void
bash_command(FILE *to, const struct command *c)
{
	fprintf(to, "\t'%s') options='", c->name);
	for (const struct option_row *o = c->options; o->kind != OPTION_END; o++)
		fprintf(to, "--%s ", o->name);
	fputs("--help --lang'", to);
	if (is_group(hn_view_of(c->name))) {
		fputs(" words='", to);
		put_sub_commands(to, hn_view_of(c->name));
		fputs("'", to);
	}
	fprintf(to, "%s ;;\n", is_file(c->operands) ? " files=1" : "");
}

static void
bash_groups(FILE *to)
{
	for (size_t i = 0; commands[i] != NULL; i++) {
		const struct hn_view word = first_word(commands[i]->name);

		if (!is_first_of_word(i) || !is_group(word))
			continue;
		fprintf(to, "\t'%.*s') options=--help words='", (int)word.n, word.p);
		put_sub_commands(to, word);
		fputs("' ;;\n", to);
	}
}

/* The longest name of a command at the line's beginning, in $command; $COMP_WORDS parts "--a=b" into three words. */
static void
bash_begin(FILE *to)
{
	fputs("# bash completion for hinomi, made from its table of commands\n"
	    "_hinomi() {\n"
	    "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
	    "\tlocal command= options= words= files= i\n"
	    "\tCOMPREPLY=()\n"
	    "\t[[ $word != = ]] || word=\n"
	    "\t[[ $before != = ]] || before=${COMP_WORDS[COMP_CWORD - 2]}\n"
	    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	    "\t\tcase \"${command:+$command }${COMP_WORDS[i]}\" in\n\t\t", to);
	for (size_t i = 0; commands[i] != NULL; i++) {
		const struct hn_view word = first_word(commands[i]->name);

		fprintf(to, "'%s' | ", commands[i]->name);
		if (is_first_of_word(i) && word.n < strlen(commands[i]->name))
			fprintf(to, "'%.*s' | ", (int)word.n, word.p);
	}
	fputs("'') command=${command:+$command }${COMP_WORDS[i]} ;;\n"
	    "\t\t*) break ;;\n\t\tesac\n\tdone\n", to);
}

static void
put_bash(FILE *to, enum hn_lang lang)
{
	(void)lang;	/* bash shows names only */
	bash_begin(to);
	fputs("\tcase \"$command $before\" in\n", to);
	for (size_t i = 0; commands[i] != NULL; i++)
		bash_values(to, commands[i]->name, commands[i]->options);
	fputs("\t*' --lang') words='ja en' ;;\n\t*)\n\tcase $command in\n\t'') options='--help --version' words='", to);
	put_first_words(to);
	fputs("' ;;\n", to);
	for (size_t i = 0; commands[i] != NULL; i++)
		bash_command(to, commands[i]);
	bash_groups(to);
	fputs("\tesac ;;\n\tesac\n"
	    "\t[[ $word != -* && -n $words$files ]] || words+=\" $options\"\n"
	    "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
	    "\t[[ -z $files || $word == -* ]] || {\n"
	    "\t\tcompopt -o filenames\n"
	    "\t\tmapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$word\")\n"
	    "\t}\n}\ncomplete -F _hinomi hinomi\n", to);
}

/* ---- zsh and fish */

/* Text inside single quotes; what else means something in zsh's and fish's descriptions is left out. */
static void
put_text(FILE *to, struct hn_view v)
{
	for (size_t i = 0; i < v.n; i++)
		fputc(strchr("'[]:\\", v.p[i]) != NULL ? ' ' : v.p[i], to);
}

/* ${c} NULL: options of every command. */
static void
zsh_options(FILE *to, const struct command *c, const struct option_row *o, enum hn_lang lang)
{
	for (; o->kind != OPTION_END; o++) {
		fprintf(to, " '%s--%s[", o->kind == OPTION_MANY ? "*" : "", o->name);
		put_text(to, help_text(c, o->name, lang));
		fputc(']', to);
		if (o->kind != OPTION_FLAG && strchr(o->value, '|') != NULL) {
			fputs(":value:(", to);
			put_choices(to, o->value);
			fputc(')', to);
		} else if (o->kind != OPTION_FLAG) {
			fprintf(to, ":%s:%s", o->value, is_file(o->value) ? "_files" : " ");
		}
		fputc('\'', to);
	}
}

static void
zsh_command(FILE *to, const struct command *c, enum hn_lang lang)
{
	const bool has_two = other_words(c->name).n > 0;

	fprintf(to, "'%s'%s) shift %u words; (( CURRENT -= %u )); _arguments", c->name, has_two ? "" : "*",
	    has_two ? 2u : 1u, has_two ? 2u : 1u);
	zsh_options(to, c, c->options, lang);
	zsh_options(to, NULL, everywhere, lang);
	fprintf(to, "%s ;;\n", is_file(c->operands) ? " '*:file:_files'" : "");
}

/* The commands of two words first: the pattern of a group that is itself a command would take theirs. */
static void
put_zsh(FILE *to, enum hn_lang lang)
{
	fputs("#compdef hinomi\n# zsh completion for hinomi, made from its table of commands\n"
	    "if (( CURRENT == 2 )); then compadd -- --help --version", to);
	put_first_words(to);
	fputs("; return; fi\n", to);
	for (size_t i = 0; commands[i] != NULL; i++) {
		const struct hn_view word = first_word(commands[i]->name);

		if (!is_first_of_word(i) || !is_group(word))
			continue;
		fprintf(to, "if (( CURRENT == 3 )) && [[ $words[2] == '%.*s' ]]; then compadd --", (int)word.n, word.p);
		put_sub_commands(to, word);
		fputs("; fi\n", to);
	}
	fputs("case \"$words[2] $words[3]\" in\n", to);
	for (unsigned pass = 0; pass < 2; pass++)
		for (size_t i = 0; commands[i] != NULL; i++)
			if ((other_words(commands[i]->name).n > 0) == (pass == 0))
				zsh_command(to, commands[i], lang);
	fputs("esac\n", to);
}

static void
fish_options(FILE *to, const struct command *c, const struct option_row *o, enum hn_lang lang)
{
	for (; o->kind != OPTION_END; o++) {
		fputs("complete -c hinomi", to);
		if (c != NULL)
			fprintf(to, " -n '__hinomi_is %s'", c->name);
		fprintf(to, " -l %s -d '", o->name);
		put_text(to, help_text(c, o->name, lang));
		fputc('\'', to);
		if (o->kind != OPTION_FLAG)
			fputs(is_file(o->value) ? " -r -F" : " -x", to);
		if (o->kind != OPTION_FLAG && strchr(o->value, '|') != NULL) {
			fputs(" -a '", to);
			put_choices(to, o->value);
			fputc('\'', to);
		}
		fputc('\n', to);
	}
}

static void
fish_word(FILE *to, size_t at, enum hn_lang lang)
{
	const struct command *const c = commands[at];
	const struct hn_view first = first_word(c->name), rest = other_words(c->name);

	if (is_first_of_word(at) && rest.n > 0)
		fprintf(to, "complete -c hinomi -n '__hinomi_words 1' -a '%.*s'\n", (int)first.n, first.p);
	if (rest.n > 0)
		fprintf(to, "complete -c hinomi -n '__hinomi_is %.*s; and __hinomi_words 2' -a '%.*s' -d '", (int)first.n,
		    first.p, (int)rest.n, rest.p);
	else
		fprintf(to, "complete -c hinomi -n '__hinomi_words 1' -a '%s' -d '", c->name);
	put_text(to, help_text(c, NULL, lang));
	fputs("'\n", to);
	if (is_file(c->operands))
		fprintf(to, "complete -c hinomi -n '__hinomi_is %s' -F\n", c->name);
}

/* __hinomi_is NAME: whether the longest name of a command at the line's beginning is this. */
static void
fish_begin(FILE *to)
{
	fputs("# fish completion for hinomi, made from its table of commands\n"
	    "function __hinomi_words\n\ttest (count (commandline -opc)) -eq $argv[1]\nend\n"
	    "function __hinomi_is\n\tset -l line (commandline -opc)\n\tset -l name \"$line[2]\"\n"
	    "\tswitch \"$line[2..3]\"\n\t\tcase", to);
	for (size_t i = 0; commands[i] != NULL; i++)
		if (other_words(commands[i]->name).n > 0)
			fprintf(to, " '%s'", commands[i]->name);
	fputs("\n\t\t\tset name \"$line[2..3]\"\n\tend\n\ttest \"$name\" = \"$argv\"\nend\n"
	    "complete -c hinomi -f\ncomplete -c hinomi -n '__hinomi_words 1' -l version\n", to);
}

static void
put_fish(FILE *to, enum hn_lang lang)
{
	fish_begin(to);
	for (size_t i = 0; commands[i] != NULL; i++) {
		fish_word(to, i, lang);
		fish_options(to, commands[i], commands[i]->options, lang);
	}
	fish_options(to, NULL, everywhere, lang);
}

static const struct {
	const char *shell;
	void (*put)(FILE *to, enum hn_lang lang);
} shells[] = {
	{ "bash", put_bash },
	{ "zsh", put_zsh },
	{ "fish", put_fish },
};

void
completion_put(const char *shell, enum hn_lang lang, FILE *to)
{
	size_t i = 0;

	while (i < HN_COUNT(shells) && strcmp(shells[i].shell, shell) != 0)
		i++;
	assert(i < HN_COUNT(shells));	/* the choices of the option are COMPLETION_SHELLS */
	shells[i].put(to, lang);
}
