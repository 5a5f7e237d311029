#include "unit/test.h"

#include "base/clock.h"
#include "record/pattern.h"
#include "record/syslog.h"

static int64_t
at(const char *text)
{
	int64_t ms = 0;

	assert_int_equal(hn_time_parse(hn_view_of(text), 0, &ms), HN_OK);
	return ms;
}

static void
infers_the_year(void **state)
{
	static const struct {
		const char *now, *line, *when;
	} rows[] = {
		{ "2026-11-23T08:00:00Z", "Nov 23 17:00:00 h p: m", "2026-11-23T08:00:00Z" },
		{ "2026-11-23T08:00:00Z", "Nov 24 16:59:59 h p: m", "2026-11-24T07:59:59Z" },	/* a clock that runs ahead */
		{ "2026-11-23T08:00:00Z", "Nov 24 17:00:01 h p: m", "2025-11-24T08:00:01Z" },	/* more than a day: last year */
		{ "2026-12-31T20:00:00Z", "Jan  1 05:00:00 h p: m", "2026-12-31T20:00:00Z" },	/* Tokyo is in 2027 already */
		{ "2026-12-31T14:59:00Z", "Jan  1 00:00:00 h p: m", "2026-12-31T15:00:00Z" },
		{ "2027-01-01T00:00:00Z", "Dec 31 23:59:59 h p: m", "2026-12-31T14:59:59Z" },
		{ "2026-11-23T08:00:00Z", "Feb 29 12:00:00 h p: m", "2024-02-29T03:00:00Z" },
		{ "2104-01-01T08:00:00Z", "Feb 29 12:00:00 h p: m", "2096-02-29T03:00:00Z" },	/* 2100 has none */
	};
	struct hn_zone tokyo;

	(void)state;
	hn_zone_fixed(&tokyo, 9 * 3600);
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_arena a = HN_ARENA(4096);
		const struct reader_conf conf = { .zone = &tokyo, .now_ms = at(rows[i].now), .arena = &a };
		static struct record r;

		record_reset(&r);
		assert_int_equal(syslog_reader.read(NULL, &conf, hn_view_of(rows[i].line), &r, NULL), HN_OK);
		assert_int_equal(r.at_ms, at(rows[i].when));
		hn_arena_fini(&a);
	}
}

static void
matches_patterns(void **state)
{
	static const struct {
		const char *pattern, *text;
		enum field field;
		const char *value;	/* NULL: no match */
	} rows[] = {
		{ "a %u from %h%$", "a b from c from d", FIELD_USER_NAME, "b from c" },
		{ "a %u from %h%$", "a b from c from 192.0.2.1", FIELD_SOURCE_IP, "192.0.2.1" },
		{ "a %u from %h%$", "a b from c d", FIELD_USER_NAME, NULL },
		{ "%s:%p x", "192.0.2.1:443 x", FIELD_SOURCE_IP, "192.0.2.1" },
		{ "%s(%p)", "192.0.2.1(80)", FIELD_SOURCE_PORT, "80" },
		{ "%s", "no address", FIELD_SOURCE_IP, NULL },
		{ "[%r] %*(%s)", "[why not] a (b) (192.0.2.1)", FIELD_SOURCE_IP, "192.0.2.1" },
		{ "[%r] %*(%s)", "[why not] a (b) (192.0.2.1)", FIELD_EVENT_REASON, "why not" },
		{ "a b", "a    b", FIELD_COUNT, "" },
		{ "a b", "a", FIELD_COUNT, NULL },
		{ "%x ", "TCP x", FIELD_NETWORK_TRANSPORT, "tcp" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		static struct record r;

		record_reset(&r);
		assert_int_equal(pattern_match(rows[i].pattern, hn_view_of(rows[i].text), &r), rows[i].value != NULL);
		if (rows[i].value != NULL && rows[i].field != FIELD_COUNT)
			assert_view_equal(record_get(&r, rows[i].field), rows[i].value);
	}
}

/* A pattern with many free captures may not take for ever on a text that was made to make it. */
static void
gives_up_in_bounded_time(void **state)
{
	static char text[PATTERN_TEXT_MAX];
	static struct record r;

	(void)state;
	memset(text, ' ', sizeof(text));
	record_reset(&r);
	assert_false(pattern_match("%* %u %* %r %* %c %* x", (struct hn_view){ text, sizeof(text) }, &r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(infers_the_year),
		cmocka_unit_test(matches_patterns),
		cmocka_unit_test(gives_up_in_bounded_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
