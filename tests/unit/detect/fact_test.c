#include "detect/fact.h"

#include "unit/test.h"

static const struct row {
	const char *name, *value, *ja, *en;
} rows[] = {
	{ "interval_ms", "300000", "5分", "5 min" },
	{ "interval_ms", "9000000", "2時間30分", "2 h 30 min" },
	{ "span_ms", "100800000", "1日4時間", "1 d 4 h" },
	{ "span_ms", "59400", "59秒", "59 s" },
	{ "span_ms", "300", "1秒未満", "less than a second" },
	{ "span_ms", "43200000", "12時間", "12 h" },
	{ "sent_bytes", "0", "0 B", "0 B" },
	{ "sent_bytes", "1234567", "1.2 MB", "1.2 MB" },
	{ "sent_bytes", "52000000000", "52 GB", "52 GB" },
	{ "jitter_share", "0.257", "26 %", "26 %" },
	{ "hosts", "12", "12", "12" },
	{ "account", "sato", "sato", "sato" },
};

static void
facts_are_said_as_people_say_them(void **state)
{
	struct hn_buf b = HN_BUF(1000);

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct finding_fact f = { hn_view_of(rows[i].name), hn_view_of(rows[i].value) };

		hn_buf_reset(&b);
		fact_say(&b, &f, HN_LANG_JA);
		assert_view_equal(hn_buf_view(&b), rows[i].ja);
		hn_buf_reset(&b);
		fact_say(&b, &f, HN_LANG_EN);
		assert_view_equal(hn_buf_view(&b), rows[i].en);
	}
	hn_buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_said_as_people_say_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
