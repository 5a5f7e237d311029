#include "unit/test.h"

#include "record/names.h"

static void
finds_each_row_and_nothing_else(void **state)
{
	static const struct {
		struct hn_view name;
		int value;
	} rows[] = {
		{ HN_INIT("a"), 1 }, { HN_INIT("ab"), 2 }, { HN_INIT("abc"), 3 }, { HN_INIT("abcdefgh"), 4 },
		{ HN_INIT("abcdefghi"), 5 }, { HN_INIT("source_workstation_name"), 6 }, { HN_INIT("a"), 7 },
	};
	static const struct hn_view others[] = {
		HN_INIT(""), HN_INIT("b"), HN_INIT("A"), HN_INIT("abcdefg"), HN_INIT("source_workstation-name"),
	};
	static struct names names = NAMES(rows);

	(void)state;
	for (uint32_t i = 0; i + 1 < HN_COUNT(rows); i++)
		assert_int_equal(names_find(&names, rows[i].name), i);
	assert_int_equal(names_find(&names, rows[6].name), 0);	/* the first of two */
	for (size_t i = 0; i < HN_COUNT(others); i++)
		assert_int_equal(names_find(&names, others[i]), NAMES_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_each_row_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
