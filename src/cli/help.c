#include "cli/help.h"

#include <string.h>

struct hn_view
help_text(const struct command *c, const char *option, enum hn_lang lang)
{
	char key[128];
	const int n = snprintf(key, sizeof(key), "cli.%s%s%s", c != NULL ? c->name : "",
	    c != NULL && option != NULL ? "." : "", option != NULL ? option : "");

	for (int i = 0; i < n && i < (int)sizeof(key); i++)
		if (key[i] == ' ')
			key[i] = '.';
	return hn_word(lang, key);
}

/* "--only KIND", "--follow" */
static void
put_option(const struct option_row *o, char *out, size_t size)
{
	(void)snprintf(out, size, "--%s%s%s%s", o->name, o->value != NULL ? " " : "", o->value != NULL ? o->value : "",
	    o->kind == OPTION_MANY ? " ..." : "");
}

static void
put_text(FILE *to, struct hn_view v)
{
	(void)fwrite(v.p, 1, v.n, to);
}

static void
put_command(FILE *to, const struct command *c, enum hn_lang lang)
{
	fprintf(to, "  hinomi %-20s ", c->name);
	put_text(to, help_text(c, NULL, lang));
	fputc('\n', to);
}

static void
put_more(FILE *to, enum hn_lang lang)
{
	fputc('\n', to);
	put_text(to, hn_word(lang, "cli.about.more"));
	fputc('\n', to);
}

void
help_all(enum hn_lang lang, FILE *to)
{
	put_text(to, hn_word(lang, "cli.about"));
	fputs("\n\n", to);
	for (size_t i = 0; commands[i] != NULL; i++)
		put_command(to, commands[i], lang);
	put_more(to, lang);
}

bool
help_group(const char *group, enum hn_lang lang, FILE *to)
{
	bool is_one = false;

	for (size_t i = 0; commands[i] != NULL; i++) {
		struct hn_view rest = hn_view_of(commands[i]->name), first;

		if (!hn_view_cut(&rest, ' ', &first) || !hn_view_eq(first, hn_view_of(group)))
			continue;
		put_command(to, commands[i], lang);
		is_one = true;
	}
	if (is_one)
		put_more(to, lang);
	return is_one;
}

void
help_command(const struct command *c, enum hn_lang lang, FILE *to)
{
	char name[64];

	fprintf(to, "hinomi %s%s%s%s\n\n", c->name, c->options[0].kind != OPTION_END ? " [--option]..." : "",
	    c->operands[0] != '\0' ? " " : "", c->operands);
	put_text(to, help_text(c, NULL, lang));
	fputs("\n\n", to);
	for (const struct option_row *o = c->options; o->kind != OPTION_END; o++) {
		put_option(o, name, sizeof(name));
		fprintf(to, "  %-24s ", name);
		put_text(to, help_text(c, o->name, lang));
		fputc('\n', to);
	}
	fputs("  --lang ja|en             ", to);
	put_text(to, hn_word(lang, "cli.lang"));
	fputc('\n', to);
}

void
help_page(const struct command *c, char out[HELP_PAGE_MAX])
{
	(void)snprintf(out, HELP_PAGE_MAX, "hinomi%s%s", c != NULL ? "-" : "", c != NULL ? c->name : "");
	for (size_t i = 0; out[i] != '\0'; i++)
		if (out[i] == ' ')
			out[i] = '-';
}

void
help_roff(FILE *to, struct hn_view v)
{
	/* At the beginning of a line these two would be requests. */
	if (v.n > 0 && (v.p[0] == '.' || v.p[0] == '\''))
		fputs("\\&", to);
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '-' || v.p[i] == '\\')
			fputc('\\', to);
		fputc(v.p[i], to);
	}
	fputc('\n', to);
}

static void
man_options(const struct command *c, enum hn_lang lang, FILE *to)
{
	char name[64];

	for (const struct option_row *o = c->options; o->kind != OPTION_END; o++) {
		put_option(o, name, sizeof(name));
		fputs(".TP\n.B ", to);
		help_roff(to, hn_view_of(name));
		help_roff(to, help_text(c, o->name, lang));
	}
}

void
help_man(const struct command *c, enum hn_lang lang, FILE *to)
{
	char title[HELP_PAGE_MAX];

	help_page(c, title);
	fprintf(to, ".TH \"%s\" 1 \"\" \"Hinomi %s\"\n.SH NAME\n%s \\- ", title, HINOMI_VERSION, title);
	help_roff(to, c != NULL ? help_text(c, NULL, lang) : hn_word(lang, "cli.about"));
	if (c != NULL) {
		fprintf(to, ".SH SYNOPSIS\n.B hinomi %s\n[options] %s\n.SH OPTIONS\n", c->name, c->operands);
		man_options(c, lang, to);
	} else {
		fputs(".SH COMMANDS\n", to);
		for (size_t i = 0; commands[i] != NULL; i++) {
			fprintf(to, ".TP\n.B hinomi %s %s\n", commands[i]->name, commands[i]->operands);
			help_roff(to, help_text(commands[i], NULL, lang));
		}
	}
	fputs(".SH EXIT STATUS\n", to);
	help_roff(to, hn_word(lang, "cli.exit"));
}
