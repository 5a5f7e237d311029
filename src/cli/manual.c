#include "cli/manual.h"

#include <string.h>

#include "base/buf.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "site/config.h"

#define LINE_MAX_BYTES 4096u

static enum exit_code manual_run(const struct arguments *a);

const struct command manual_command = {
	.name = "manual",
	.operands = "[PAGE]",
	.operands_max = 1,
	.options = {
		{ OPTION_VALUE, "completion", COMPLETION_SHELLS },
		{ OPTION_FLAG, "list", NULL },
	},
	.run = manual_run,
};

static void
put_word(FILE *to, enum hn_lang lang, const char *key, struct hn_view p0, struct hn_view p1)
{
	const struct hn_words_param params[] = { { "0", p0 }, { "1", p1 } };
	struct hn_buf b = HN_BUF(LINE_MAX_BYTES);

	hn_words_put(&b, lang, key, params, HN_COUNT(params));
	help_roff(to, hn_buf_view(&b));
	hn_buf_fini(&b);
}

static void
put_choices(FILE *to, enum hn_lang lang, const struct site_key *k)
{
	struct hn_buf b = HN_BUF(LINE_MAX_BYTES);

	for (size_t i = 0; k->choices[i] != NULL; i++)
		hn_buf_printf(&b, "%s%s", i > 0 ? ", " : "", k->choices[i]);
	put_word(to, lang, "manual.conf.choices", hn_buf_view(&b), HN_LIT(""));
	hn_buf_fini(&b);
}

static void
put_key(FILE *to, enum hn_lang lang, const struct site_key *k)
{
	char least[24], most[24];

	fputs(".TP\n.B ", to);
	help_roff(to, hn_view_of(k->key));
	help_roff(to, hn_view_of(lang == HN_LANG_JA ? k->doc_ja : k->doc_en));
	if (k->type == SITE_NUMBER) {
		(void)snprintf(least, sizeof(least), "%llu", (unsigned long long)k->min);
		(void)snprintf(most, sizeof(most), "%llu", (unsigned long long)k->max);
		put_word(to, lang, "manual.conf.range", hn_view_of(least), hn_view_of(most));
	}
	if (k->choices != NULL)
		put_choices(to, lang, k);
	if (k->fallback[0] != '\0')
		put_word(to, lang, "manual.conf.fallback", hn_view_of(k->fallback), HN_LIT(""));
}

static void
put_config_page(FILE *to, enum hn_lang lang)
{
	const char *section = "";

	fprintf(to, ".TH \"hinomi.conf\" 5 \"\" \"Hinomi %s\"\n.SH NAME\nhinomi.conf \\- ", HINOMI_VERSION);
	help_roff(to, hn_word(lang, "manual.conf"));
	fputs(".SH DESCRIPTION\n", to);
	help_roff(to, hn_word(lang, "manual.conf.form"));
	for (size_t i = 0; i < site_keys_n; i++) {
		const struct site_key *k = &site_keys[i];

		if (strcmp(section, k->section) != 0) {
			section = k->section;
			fprintf(to, ".SH [%s%s]\n", section, site_section_is_repeated(hn_view_of(section)) ? " NAME" : "");
		}
		put_key(to, lang, k);
	}
	fputs(".SH SEE ALSO\n.BR hinomi (1)\n", to);
}

/* The command whose page is "hinomi-indicators-import"; NULL: none. */
static const struct command *
command_of_page(const char *page)
{
	char name[HELP_PAGE_MAX];

	for (size_t i = 0; commands[i] != NULL; i++) {
		help_page(commands[i], name);
		if (strcmp(name, page) == 0)
			return commands[i];
	}
	return NULL;
}

/* Every page with its section, a line each: what a package has to carry. */
static void
put_list(FILE *to)
{
	char name[HELP_PAGE_MAX];

	fputs("hinomi 1\nhinomi.conf 5\n", to);
	for (size_t i = 0; commands[i] != NULL; i++) {
		help_page(commands[i], name);
		fprintf(to, "%s 1\n", name);
	}
}

static enum exit_code
manual_run(const struct arguments *a)
{
	const char *page = a->n_operands > 0 ? a->operands[0] : "hinomi";
	const struct command *c = command_of_page(page);

	if (arguments_has(a, "completion")) {
		completion_put(arguments_value(a, "completion", NULL), a->lang, a->out);
	} else if (arguments_has(a, "list")) {
		put_list(a->out);
	} else if (strcmp(page, "hinomi.conf") == 0) {
		put_config_page(a->out, a->lang);
	} else if (c != NULL || strcmp(page, "hinomi") == 0) {
		help_man(c, a->lang, a->out);
	} else {
		command_say(a, "manual.error.page", page, NULL, NULL);
		return EXIT_NOT_DONE;
	}
	return EXIT_DONE;
}
