#include "unit/test.h"

#include "base/text.h"

static void
tells_utf8(void **state)
{
	static const struct {
		struct hn_view v;
		bool is_valid;
	} rows[] = {
		{ HN_INIT(""), true }, { HN_INIT("abc"), true }, { HN_INIT("火の見"), true },
		{ HN_INIT("\xed\xa0\x80"), false },	/* a surrogate */
		{ HN_INIT("\xc0\xaf"), false },		/* overlong */
		{ HN_INIT("\xf4\x90\x80\x80"), false },	/* above U+10FFFF */
		{ HN_INIT("\xe7\x81"), false },		/* cut */
		{ HN_INIT("0123456789012345678901234567890123456789012345678901234567890123\xff"), false },
		{ HN_INIT("0123456789012345678901234567890123456789012345678901234567890123火0123456789"), true },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++)
		assert_int_equal(hn_utf8_is_valid(rows[i].v), rows[i].is_valid);
}

/* Bytes as Japanese systems write them, and what they say. */
static void
reads_japanese_encodings(void **state)
{
	static const struct {
		struct hn_view bytes;
		const char *text;
	} rows[] = {
		{ HN_INIT("\220\335\222\350\202\360\225\317\215X\202\265\202\334\202\265\202\275"),
		    "設定を変更しました" },
		{ HN_INIT("\300\337\304\352\244\362\312\321\271\271\244\267\244\336\244\267\244\277"),
		    "設定を変更しました" },
		{ HN_INIT("\033$B@_Dj$rJQ99$7$^$7$\077\033(B"),
		    "設定を変更しました" },
		{ HN_INIT("\203\215\203O\203C\203\223\216\270\224s: \216R\223c"),
		    "ログイン失敗: 山田" },
		{ HN_INIT("\245\355\245\260\245\244\245\363\274\272\307\324: \273\263\305\304"),
		    "ログイン失敗: 山田" },
		{ HN_INIT("\033$B%m%0%$%s<:GT\033(B: \033$B;3ED\033(B"),
		    "ログイン失敗: 山田" },
		{ HN_INIT("\211@\223\340LAN\202\314\213@\212\355\201i\221\3462\225a\223\217\201j\202\252\211\236\223\232\202\265\202\334\202\271\202\361"),
		    "院内LANの機器（第2病棟）が応答しません" },
		{ HN_INIT("\261\241\306\342LAN\244\316\265\241\264\357\241\312\302\3502\311\302\305\357\241\313\244\254\261\376\305\372\244\267\244\336\244\273\244\363"),
		    "院内LANの機器（第2病棟）が応答しません" },
		{ HN_INIT("\033$B1!Fb\033(BLAN\033$B$N5!4o!JBh\033(B2\033$BIBEo!K$,1~Ez$7$^$;$s\033(B"),
		    "院内LANの機器（第2病棟）が応答しません" },
		{ HN_INIT("\203\206\201[\203U\201[\226\274\202\334\202\275\202\315\203p\203X\203\217\201[\203h\202\252\210\341\202\242\202\334\202\267"),
		    "ユーザー名またはパスワードが違います" },
		{ HN_INIT("\245\346\241\274\245\266\241\274\314\276\244\336\244\277\244\317\245\321\245\271\245\357\241\274\245\311\244\254\260\343\244\244\244\336\244\271"),
		    "ユーザー名またはパスワードが違います" },
		{ HN_INIT("\033$B%f!<%6!<L>$^$\077$O%Q%9%o!<%I$,0c$$$^$9\033(B"),
		    "ユーザー名またはパスワードが違います" },
		{ HN_INIT("user=\216R\223c action=\213\221\224\333"),
		    "user=山田 action=拒否" },
		{ HN_INIT("user=\273\263\305\304 action=\265\361\310\335"),
		    "user=山田 action=拒否" },
		{ HN_INIT("user=\033$B;3ED\033(B action=\033$B5qH]\033(B"),
		    "user=山田 action=拒否" },
		{ HN_INIT("\207@\216\363\225t"),
		    "①受付" },
		{ HN_INIT("\324\317\300\336 \300\333\263"),
		    "ﾔﾏﾀﾞ ﾀﾛｳ" },
		{ HN_INIT("\356\340\213\264\202\263\202\361"),
		    "髙橋さん" },
		{ HN_INIT("\220\335\222\350\202\360\225\317\215X\202\265\202\334\202"),
		    "設定を変更しま�" },
		{ HN_INIT("\350\250\255\345\256\232\343\202\222\345\244\211\346\233\264\343\201\227\343\201\276\343\201"),
		    "設定を変更しま�" },
		{ HN_INIT("caf\351"),
		    "caf�" },
		{ HN_INIT("\377\377"),
		    "��" },
	};
	struct hn_arena a = HN_ARENA(1 << 16);

	(void)state;
	assert_true(hn_text_init());
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_view out = { NULL, 0 };

		assert_int_equal(hn_text_utf8(&a, rows[i].bytes, &out), HN_OK);
		assert_view_equal(out, rows[i].text);
	}
	hn_arena_fini(&a);
}

static void
leaves_utf8_where_it_is(void **state)
{
	static const struct hn_view rows[] = {
		HN_INIT(""), HN_INIT("plain"), HN_INIT("火の見"), HN_INIT("\033[1mcolour\033[0m"),
	};
	struct hn_arena a = HN_ARENA(1);	/* no room for anything */

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_view out;

		assert_int_equal(hn_text_utf8(&a, rows[i], &out), HN_OK);
		assert_ptr_equal(out.p, rows[i].p);
		assert_int_equal(out.n, rows[i].n);
	}
	hn_arena_fini(&a);
}

static void
says_when_the_arena_is_full(void **state)
{
	struct hn_arena a = HN_ARENA(8);
	struct hn_view out = HN_LIT("before");

	(void)state;
	assert_int_equal(hn_text_utf8(&a, HN_LIT("\202\240\202\242\202\244"), &out), HN_E_NOMEM);
	assert_view_equal(out, "before");
	hn_arena_fini(&a);
}

/* Whatever the bytes, the result is UTF-8. */
static void
always_gives_utf8(void **state)
{
	struct hn_arena a = HN_ARENA(1 << 20);
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		char bytes[24];
		struct hn_view out;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1664525u + 1013904223u;
			bytes[i] = (char)(seed >> 24);
		}
		assert_int_equal(hn_text_utf8(&a, (struct hn_view){ bytes, (size_t)round % 25 }, &out), HN_OK);
		assert_true(hn_utf8_is_valid(out));
		hn_arena_reset(&a);
	}
	hn_arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_utf8),
		cmocka_unit_test(reads_japanese_encodings),
		cmocka_unit_test(leaves_utf8_where_it_is),
		cmocka_unit_test(says_when_the_arena_is_full),
		cmocka_unit_test(always_gives_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
