#include "unit/test.h"

#include "base/buf.h"
#include "site/frame.h"

/* What comes out of a stream: messages with '|' behind each, '!' where one was cut. */
static void
frame_all(enum site_framing kind, struct hn_view in, size_t step, struct hn_buf *out)
{
	struct site_framer f = { .kind = kind, .max = 8 };
	struct hn_buf kept = HN_BUF(1024);

	while (in.n > 0) {
		const size_t n = in.n < step ? in.n : step;
		struct site_frame got;

		hn_buf_put(&kept, (struct hn_view){ in.p, n });
		in = hn_view_skip(in, n);
		while ((got = site_frame_next(&f, hn_buf_view(&kept))).used > 0) {
			if (got.is_message) {
				hn_buf_put(out, got.raw);
				hn_buf_put(out, got.is_cut ? HN_LIT("!|") : HN_LIT("|"));
			}
			hn_buf_drop(&kept, got.used);
		}
	}
	hn_buf_put(out, hn_buf_view(&kept));
	hn_buf_fini(&kept);
}

/* The same whatever pieces the bytes come in. */
static void
cuts_streams_into_messages(void **state)
{
	static const struct {
		enum site_framing kind;
		const char *in, *out;
	} rows[] = {
		{ SITE_FRAME_LINES, "one\ntwo\n\nthree", "one|two|three" },
		{ SITE_FRAME_LINES, "crlf\r\nx\n", "crlf\r|x|" },
		{ SITE_FRAME_LINES, "12345678\n123456789\nx\n", "12345678|12345678!|x|" },
		{ SITE_FRAME_LINES, "1234567890123456789012345\nx\n", "12345678!|x|" },
		{ SITE_FRAME_SYSLOG, "<1>a\n<2>b\n", "<1>a|<2>b|" },
		{ SITE_FRAME_SYSLOG, "4 <1>a5 <2>\nb<3>c\n", "<1>a|<2>\nb|<3>c|" },
		{ SITE_FRAME_SYSLOG, "12 <1>456789012<2>c\n", "<1>45678!|<2>c|" },
		{ SITE_FRAME_SYSLOG, "007 x\n", "007 x|" },
		{ SITE_FRAME_SYSLOG, "12ab\n", "12ab|" },
		{ SITE_FRAME_SYSLOG, "1234567890123 x\n<2>c\n", "12345678!|<2>c|" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		for (size_t step = 1; step < 40; step++) {
			struct hn_buf out = HN_BUF(1024);

			frame_all(rows[i].kind, hn_view_of(rows[i].in), step, &out);
			assert_view_equal(hn_buf_view(&out), rows[i].out);
			hn_buf_fini(&out);
		}
	}
}

static void
counts_what_it_drops(void **state)
{
	struct site_framer f = { .kind = SITE_FRAME_LINES, .max = 4 };
	struct hn_view in = HN_LIT("123456789\nx\n");
	uint64_t dropped = 0;

	(void)state;
	for (struct site_frame g; (g = site_frame_next(&f, in)).used > 0; in = hn_view_skip(in, g.used))
		dropped += g.dropped;
	assert_int_equal(dropped, 5);
	assert_int_equal(in.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_streams_into_messages),
		cmocka_unit_test(counts_what_it_drops),
	};

	return cmocka_run_group_tests_name("site/frame", tests, NULL, NULL);
}
