#include "unit/test.h"

#include "base/buf.h"
#include "base/json.h"

/* The walk written down: key=value, types by a letter, one item after the other. */
static enum hn_rc
walk(struct hn_view text, bool deep, struct hn_buf *b, struct hn_err *err)
{
	struct hn_arena a = HN_ARENA(65536);
	struct hn_json_item item;
	struct hn_json j;
	enum hn_rc rc;

	(deep ? hn_json_leaves : hn_json_members)(&j, text);
	while ((rc = hn_json_next(&j, &item, err)) == HN_OK) {
		hn_buf_put(b, item.key);
		hn_buf_char(b, item.in_array ? '~' : '=');
		hn_buf_char(b, "SNTFXOA"[item.type]);
		hn_buf_put(b, hn_json_text(&item, &a));
		hn_buf_char(b, ';');
	}
	hn_arena_fini(&a);
	return rc;
}

static void
walks_members_and_leaves(void **state)
{
	static const struct {
		const char *in, *members, *leaves;
	} rows[] = {
		{ "{}", "", "" },
		{ " {\t} \r\n", "", "" },
		{ "{\"a\":\"b\"}", "a=Sb;", "a=Sb;" },
		{ "{\"\":\"\"}", "=S;", "=S;" },
		{ "{ \"a\" : 1 , \"b\" : true,\"c\":false,\"d\":null}", "a=N1;b=Ttrue;c=Ffalse;d=Xnull;",
		    "a=N1;b=Ttrue;c=Ffalse;d=Xnull;" },
		{ "{\"a\":-1.5e+3,\"a\":0,\"b\":0.1E9}", "a=N-1.5e+3;a=N0;b=N0.1E9;", "a=N-1.5e+3;a=N0;b=N0.1E9;" },
		{ "{\"a\":{\"b\":{\"c\":1},\"d\":2},\"e\":3}", "a=O{\"b\":{\"c\":1},\"d\":2};e=N3;", "a.b.c=N1;a.d=N2;e=N3;" },
		{ "{\"a\":[1,[2],{\"b\":3}],\"c\":[]}", "a=A[1,[2],{\"b\":3}];c=A[];", "a~N1;a~N2;a.b~N3;" },
		{ "{\"a\":{},\"b\":[{}],\"c\":4}", "a=O{};b=A[{}];c=N4;", "c=N4;" },
		{ "{\"\":{\"a\":1},\"b\":{\"\":2}}", "=O{\"a\":1};b=O{\"\":2};", ".a=N1;b.=N2;" },
		{ "{\"id.orig_h\":\"x\",\"id\":{\"orig_h\":\"y\"}}", "id.orig_h=Sx;id=O{\"orig_h\":\"y\"};",
		    "id.orig_h=Sx;id.orig_h=Sy;" },
		{ "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "a=S\"\\/\b\f\n\r\t;", "a=S\"\\/\b\f\n\r\t;" },
		{ "{\"a\":\"x\\u65e5\\u00e9\\ud83d\\ude00y\"}", "a=Sx\xe6\x97\xa5\xc3\xa9\xf0\x9f\x98\x80y;",
		    "a=Sx\xe6\x97\xa5\xc3\xa9\xf0\x9f\x98\x80y;" },
		{ "{\"a\\n\":\"\xe6\x97\xa5 0123456789abcdef \xe6\x97\xa5\"}", "a\\n=S\xe6\x97\xa5 0123456789abcdef \xe6\x97\xa5;",
		    "a\\n=S\xe6\x97\xa5 0123456789abcdef \xe6\x97\xa5;" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_buf b = HN_BUF(4096);

		assert_int_equal(walk(hn_view_of(rows[i].in), false, &b, NULL), HN_SKIP);
		assert_view_equal(hn_buf_view(&b), rows[i].members);
		hn_buf_reset(&b);
		assert_int_equal(walk(hn_view_of(rows[i].in), true, &b, NULL), HN_SKIP);
		assert_view_equal(hn_buf_view(&b), rows[i].leaves);
		hn_buf_fini(&b);
	}
}

static void
names_the_byte_it_refuses(void **state)
{
	static const struct {
		struct hn_view in;
		size_t at;
		const char *what;
	} rows[] = {
		{ HN_INIT(""), 0, "object" },
		{ HN_INIT("[1]"), 0, "object" },
		{ HN_INIT("{"), 1, "end" },
		{ HN_INIT("{,"), 1, "name" },
		{ HN_INIT("{\"a\":1,}"), 7, "name" },
		{ HN_INIT("{\"a\"}"), 4, "colon" },
		{ HN_INIT("{\"a\":}"), 5, "value" },
		{ HN_INIT("{\"a\":"), 5, "value" },
		{ HN_INIT("{\"a\":1 \"b\":2}"), 7, "comma" },
		{ HN_INIT("{\"a\":1}x"), 7, "end" },
		{ HN_INIT("{\"a\":1]"), 6, "comma" },
		{ HN_INIT("{\"a\":[1}"), 7, "comma" },
		{ HN_INIT("{\"a\":[1,]}"), 8, "value" },
		{ HN_INIT("{\"a\":\"b"), 7, "string" },
		{ HN_INIT("{\"a"), 3, "name" },
		{ HN_INIT("{\"a\":\"\n\"}"), 6, "string" },
		{ HN_INIT("{\"a\":\"0123456789abcdefghijkl\x1f\"}"), 28, "string" },
		{ HN_INIT("{\"a\":\"\\x\"}"), 6, "string" },
		{ HN_INIT("{\"a\":\"\\u12g4\"}"), 6, "string" },
		{ HN_INIT("{\"a\":\"\\u0x12\"}"), 6, "string" },
		{ HN_INIT("{\"a\":\"\\ud83d\"}"), 6, "string" },
		{ HN_INIT("{\"a\":\"\\ude00\"}"), 6, "string" },
		{ HN_INIT("{\"a\":\"\\ud83d\\u0041\"}"), 6, "string" },
		{ HN_INIT("{\"a\":\"\xc0\x80\"}"), 6, "string" },
		{ HN_INIT("{\"a\":\"\x83\x58\"}"), 6, "string" },
		{ HN_INIT("{\"a\\u0000\":1}"), 10, "name" },
		{ HN_INIT("{\"a\":01}"), 7, "number" },
		{ HN_INIT("{\"a\":-}"), 6, "number" },
		{ HN_INIT("{\"a\":1.}"), 7, "number" },
		{ HN_INIT("{\"a\":1e}"), 7, "number" },
		{ HN_INIT("{\"a\":+1}"), 5, "value" },
		{ HN_INIT("{\"a\":tru}"), 5, "value" },
		{ HN_INIT("{\"a\":True}"), 5, "value" },
		{ HN_INIT("\xef\xbb\xbf{}"), 0, "object" },
		{ HN_INIT("{}\0"), 2, "end" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		for (int deep = 0; deep < 2; deep++) {
			struct hn_buf b = HN_BUF(4096);
			struct hn_err e = { 0 };

			assert_int_equal(walk(rows[i].in, deep == 1, &b, &e), HN_E_SYNTAX);
			assert_string_equal(e.what, rows[i].what);
			assert_int_equal(e.at, rows[i].at);
			assert_int_equal(walk(rows[i].in, deep == 1, &b, NULL), HN_E_SYNTAX);
			hn_buf_fini(&b);
		}
	}
}

static enum hn_rc
walk_nested(size_t depth, struct hn_err *e)
{
	struct hn_buf text = HN_BUF(4096), out = HN_BUF(65536);
	enum hn_rc rc;

	for (size_t i = 1; i < depth; i++)
		hn_buf_put(&text, HN_LIT("{\"k\":"));
	hn_buf_put(&text, HN_LIT("{"));
	for (size_t i = 0; i < depth; i++)
		hn_buf_char(&text, '}');
	rc = walk(hn_buf_view(&text), true, &out, e);
	assert_int_equal(walk(hn_buf_view(&text), false, &out, e), rc);
	hn_buf_fini(&text);
	hn_buf_fini(&out);
	return rc;
}

static void
has_limits(void **state)
{
	struct hn_buf b = HN_BUF(4096);
	struct hn_err e = { 0 };
	char key[HN_JSON_PATH_MAX] = { 0 };

	(void)state;
	assert_int_equal(walk_nested(HN_JSON_DEPTH_MAX, &e), HN_SKIP);
	assert_int_equal(walk_nested(HN_JSON_DEPTH_MAX + 1, &e), HN_E_LIMIT);
	assert_string_equal(e.what, "depth");
	for (size_t n = HN_JSON_PATH_MAX - 3; n < HN_JSON_PATH_MAX; n++) {
		memset(key, 'k', n);
		hn_buf_reset(&b);
		hn_buf_printf(&b, "{\"a\":{\"%s\":1}}", key);
		struct hn_buf out = HN_BUF(4096);
		const enum hn_rc rc = walk(hn_buf_view(&b), true, &out, &e);

		assert_int_equal(rc, n + 2 <= HN_JSON_PATH_MAX ? HN_SKIP : HN_E_LIMIT);
		hn_buf_fini(&out);
	}
	assert_string_equal(e.what, "path");
	hn_buf_fini(&b);
}

static void
stays_broken_after_an_error(void **state)
{
	struct hn_json_item item;
	struct hn_json j;

	(void)state;
	hn_json_leaves(&j, HN_LIT("{\"a\":1,\"b\":x}"));
	assert_int_equal(hn_json_next(&j, &item, NULL), HN_OK);
	assert_int_equal(hn_json_next(&j, &item, NULL), HN_E_SYNTAX);
	assert_int_equal(hn_json_next(&j, &item, NULL), HN_E_SYNTAX);
	hn_json_leaves(&j, HN_LIT("{\"a\":1"));
	assert_int_equal(hn_json_next(&j, &item, NULL), HN_OK);
	assert_int_equal(hn_json_next(&j, &item, NULL), HN_E_SYNTAX);
	assert_int_equal(hn_json_next(&j, &item, NULL), HN_E_SYNTAX);
}

static void
unescapes_only_what_needs_it(void **state)
{
	struct hn_arena full = HN_ARENA(2);
	const struct hn_view plain = HN_LIT("abc");

	(void)state;
	assert_ptr_equal(hn_json_unescape(plain, &full).p, plain.p);
	assert_null(hn_json_unescape(HN_LIT("a\\tb"), &full).p);
	hn_arena_fini(&full);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_members_and_leaves),
		cmocka_unit_test(names_the_byte_it_refuses),
		cmocka_unit_test(has_limits),
		cmocka_unit_test(stays_broken_after_an_error),
		cmocka_unit_test(unescapes_only_what_needs_it),
	};

	return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
