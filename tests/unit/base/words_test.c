#include "unit/test.h"

#include "base/words.h"
#include "base/words_table.h"

static void
fills_in_what_is_named(void **state)
{
	const struct hn_words_param params[] = { { "0", HN_LIT("watch") }, { "1", HN_LIT("--x{0}") } };
	struct hn_buf b = HN_BUF(1024);

	(void)state;
	hn_words_put(&b, HN_LANG_EN, "cli.error.option", params, 2);
	assert_view_equal(hn_buf_view(&b), "watch: there is no option \"--x{0}\". hinomi watch --help lists them.");
	hn_buf_reset(&b);
	hn_words_put(&b, HN_LANG_EN, "cli.error.operand", params, 1);
	assert_view_equal(hn_buf_view(&b), "watch: {1} is missing.");
	hn_buf_reset(&b);
	hn_words_put(&b, HN_LANG_JA, "no.such.key", NULL, 0);
	assert_view_equal(hn_buf_view(&b), "no.such.key");
	assert_false(hn_word_has("no.such.key"));
	hn_buf_fini(&b);
}

static void
knows_every_row_by_its_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < hn_words_rows_n; i++)
		for (int lang = 0; lang < HN_LANGS; lang++) {
			assert_true(hn_word_has(hn_words_rows[i].key));
			assert_view_equal(hn_word((enum hn_lang)lang, hn_words_rows[i].key), hn_words_rows[i].text[lang]);
		}
}

static void
takes_the_language_from_its_name(void **state)
{
	(void)state;
	assert_int_equal(hn_lang_of("ja_JP.UTF-8"), HN_LANG_JA);
	assert_int_equal(hn_lang_of("ja"), HN_LANG_JA);
	assert_int_equal(hn_lang_of("en"), HN_LANG_EN);
	assert_int_equal(hn_lang_of("C.UTF-8"), HN_LANG_EN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_in_what_is_named),
		cmocka_unit_test(knows_every_row_by_its_key),
		cmocka_unit_test(takes_the_language_from_its_name),
	};

	return cmocka_run_group_tests_name("base/words", tests, NULL, NULL);
}
