#include "unit/test.h"

#include <stdio.h>

#include "cli/command.h"
#include "site/config.h"

#define PAGE_MAX 262144u

static char page[PAGE_MAX], said[4096];

/* Run `hinomi manual ...`: what it prints is in ${page}, what it says in ${said}. */
static enum exit_code
manual(const char *a, const char *b, const char *c)
{
	const char *const argv[] = { "hinomi", "manual", a, b, c };
	FILE *out = fmemopen(page, sizeof(page), "w"), *say = fmemopen(said, sizeof(said), "w");
	int n = 2;

	assert_non_null(out);
	assert_non_null(say);
	memset(page, 0, sizeof(page));
	memset(said, 0, sizeof(said));
	while (n < 5 && argv[n] != NULL)
		n++;
	const enum exit_code code = command_run(n, argv, out, say);

	fclose(out);
	fclose(say);
	return code;
}

/* ${text} as roff writes it: "-" is "\-". */
static bool
page_has(const char *text)
{
	char roff[256];
	size_t n = 0;

	for (; *text != '\0' && n + 3 < sizeof(roff); text++) {
		if (*text == '-')
			roff[n++] = '\\';
		roff[n++] = *text;
	}
	roff[n] = '\0';
	return strstr(page, roff) != NULL;
}

static void
first_page_names_every_command(void **state)
{
	(void)state;
	assert_int_equal(manual(NULL, NULL, NULL), EXIT_DONE);
	for (size_t i = 0; commands[i] != NULL; i++)
		if (strstr(page, commands[i]->name) == NULL)
			fail_msg("no %s", commands[i]->name);
}

static void
every_command_has_a_page_with_its_options(void **state)
{
	char name[64], option[64];

	(void)state;
	for (size_t i = 0; commands[i] != NULL; i++) {
		(void)snprintf(name, sizeof(name), "hinomi-%s", commands[i]->name);
		for (char *p = name; *p != '\0'; p++)
			*p = *p == ' ' ? '-' : *p;
		assert_int_equal(manual(name, "--lang", "ja"), EXIT_DONE);
		for (const struct option_row *o = commands[i]->options; o->kind != OPTION_END; o++) {
			(void)snprintf(option, sizeof(option), "--%s", o->name);
			if (!page_has(option))
				fail_msg("%s: no %s", name, option);
		}
		/* A key that the catalogue lacks would show as itself. */
		assert_null(strstr(page, "cli."));
	}
}

static void
config_page_names_every_key(void **state)
{
	char key[80];

	(void)state;
	assert_int_equal(manual("hinomi.conf", "--lang", "en"), EXIT_DONE);
	for (size_t i = 0; i < site_keys_n; i++) {
		(void)snprintf(key, sizeof(key), ".B %s\n", site_keys[i].key);
		if (!page_has(key) || !page_has(site_keys[i].fallback))
			fail_msg("no %s", site_keys[i].key);
	}
	assert_null(strstr(page, "manual."));
}

static void
unknown_page_is_said(void **state)
{
	(void)state;
	assert_int_equal(manual("hinomi-nothing", "--lang", "en"), EXIT_NOT_DONE);
	assert_non_null(strstr(said, "hinomi-nothing"));
	assert_string_equal(page, "");
}

static void
list_has_every_page(void **state)
{
	size_t lines = 0;

	(void)state;
	assert_int_equal(manual("--list", NULL, NULL), EXIT_DONE);
	for (const char *at = page; *at != '\0'; at++)
		lines += *at == '\n';
	for (size_t i = 0; commands[i] != NULL; i++, lines--)
		;
	assert_int_equal(lines, 2);	/* hinomi(1) and hinomi.conf(5) */
}

static void
completion_has_every_command(void **state)
{
	static const char *const shells[][2] = {
		{ "bash", "complete -F _hinomi hinomi" }, { "zsh", "#compdef hinomi" }, { "fish", "complete -c hinomi" },
	};

	(void)state;
	for (size_t s = 0; s < sizeof(shells) / sizeof(shells[0]); s++) {
		assert_int_equal(manual("--completion", shells[s][0], NULL), EXIT_DONE);
		for (size_t i = 0; commands[i] != NULL; i++)
			assert_non_null(strstr(page, commands[i]->name));
		assert_non_null(strstr(page, shells[s][1]));
		assert_null(strstr(page, "cli."));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_page_names_every_command),
		cmocka_unit_test(every_command_has_a_page_with_its_options),
		cmocka_unit_test(config_page_names_every_key),
		cmocka_unit_test(unknown_page_is_said),
		cmocka_unit_test(list_has_every_page),
		cmocka_unit_test(completion_has_every_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
