#include "unit/test.h"

#include "base/clock.h"
#include "detect/allow.h"

#define JST 32400

static void
matches_what_it_names(void **state)
{
	static const struct {
		struct hn_view list;
		const char *source, *destination, *user, *rule;
		bool expected;
	} rows[] = {
		{ HN_INIT("example.jp"), "10.0.0.5", "example.jp", "", "", true },
		{ HN_INIT("example.jp"), "10.0.0.5", "a.EXAMPLE.jp", "", "", true },
		{ HN_INIT("example.jp"), "10.0.0.5", "badexample.jp", "", "", false },
		{ HN_INIT("a.example.jp"), "10.0.0.5", "example.jp", "", "", false },
		{ HN_INIT("10.0.0.0/24"), "10.0.0.5", "x.test", "", "", true },
		{ HN_INIT("10.0.0.5"), "10.0.0.55", "x.test", "", "", false },
		{ HN_INIT("192.0.2.1"), "10.0.0.5", "192.0.2.1", "", "", true },
		{ HN_INIT("user:maint"), "10.0.0.5", "x.test", "MAINT", "", true },
		{ HN_INIT("rule:abc"), "10.0.0.5", "x.test", "", "abc", true },
		{ HN_INIT("rule:ab"), "10.0.0.5", "x.test", "", "abc", false },
		{ HN_INIT("# example.jp\n\nexample.jp,2026-11-23,CT vendor"), "10.0.0.5", "example.jp", "", "", true },
		{ HN_INIT("example.jp,2026-11-22,CT vendor"), "10.0.0.5", "example.jp", "", "", false },
	};
	int64_t now_ms;

	(void)state;
	assert_int_equal(hn_time_parse(HN_LIT("2026-11-23T23:59:00+09:00"), 0, &now_ms), HN_OK);
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_arena arena = HN_ARENA(4u << 20);
		const struct finding f = {
			.source = hn_view_of(rows[i].source), .destination = hn_view_of(rows[i].destination),
			.user = hn_view_of(rows[i].user), .rule = hn_view_of(rows[i].rule),
		};
		struct allow a;

		assert_int_equal(allow_read(rows[i].list, JST, &arena, &a, NULL), HN_OK);
		if ((allow_match(&a, &f, now_ms) != NULL) != rows[i].expected)
			fail_msg("row %zu: %s", i, rows[i].list.p);
		hn_arena_fini(&arena);
	}
}

static void
names_the_line_it_refuses(void **state)
{
	static const struct {
		struct hn_view list;
		size_t line;
		const char *what;
	} rows[] = {
		{ HN_INIT("a.jp\n,2026-01-01"), 2, "value" },
		{ HN_INIT("# x\na.jp,tomorrow"), 2, "until" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_arena arena = HN_ARENA(4u << 20);
		struct allow a = { .n = 77 };
		struct hn_err err;

		assert_int_equal(allow_read(rows[i].list, JST, &arena, &a, &err), HN_E_SYNTAX);
		assert_int_equal(err.at, rows[i].line);
		assert_string_equal(err.what, rows[i].what);
		assert_int_equal(a.n, 77);
		hn_arena_fini(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_what_it_names),
		cmocka_unit_test(names_the_line_it_refuses),
	};

	return cmocka_run_group_tests_name("detect/allow", tests, NULL, NULL);
}
