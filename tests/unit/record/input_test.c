#include "unit/test.h"

#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "record/input.h"

/* All that an input said: "number:line|" and "number!what|". */
static void
on_line(void *ctx, struct hn_view line, uint64_t number)
{
	hn_buf_printf(ctx, "%u:", (unsigned)number);
	hn_buf_put(ctx, line);
	hn_buf_char(ctx, '|');
}

static void
on_fault(void *ctx, uint64_t number, const struct hn_err *why)
{
	hn_buf_printf(ctx, "%u!%s|", (unsigned)number, why->what);
}

/* Push ${bytes} in pieces of ${step}. */
static enum hn_rc
feed(struct hn_view bytes, size_t step, struct input_limits limits, struct hn_buf *out)
{
	const struct input_ops ops = { on_line, on_fault, out };
	struct input *in;
	enum hn_rc rc = HN_OK;

	assert_int_equal(input_new(limits, ops, &in, NULL), HN_OK);
	while (bytes.n > 0) {
		/* A copy of the exact size, so that a sanitizer sees one byte too many. */
		const size_t n = bytes.n < step ? bytes.n : step;
		char *piece = malloc(n);

		assert_non_null(piece);
		memcpy(piece, bytes.p, n);
		rc = input_push(in, (struct hn_view){ piece, n });
		free(piece);
		bytes = hn_view_skip(bytes, n);
	}
	const enum hn_rc end = input_end(in);

	assert_true(rc == HN_OK || rc == end);
	rc = end;
	input_free(in);
	return rc;
}

static void
check(struct hn_view bytes, struct input_limits limits, enum hn_rc rc, const char *said)
{
	static const size_t steps[] = { 1, 2, 3, 7, 1000, 1 << 20 };

	for (size_t i = 0; i < HN_COUNT(steps); i++) {
		struct hn_buf out = HN_BUF(1 << 22);

		assert_int_equal(feed(bytes, steps[i], limits, &out), rc);
		assert_view_equal(hn_buf_view(&out), said);
		hn_buf_fini(&out);
	}
}

static struct hn_view
gzip(struct hn_view in, struct hn_buf *b)
{
	z_stream z = { .next_in = (z_const Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n };

	z.next_out = (Bytef *)hn_buf_room(b, in.n + 100);
	z.avail_out = (uInt)(in.n + 100);
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	b->n += z.total_out;
	(void)deflateEnd(&z);
	return hn_buf_view(b);
}

static struct hn_view
zstd(struct hn_view in, struct hn_buf *b)
{
	const size_t room = ZSTD_compressBound(in.n);
	const size_t n = ZSTD_compress(hn_buf_room(b, room), room, in.p, in.n, 3);

	assert_false(ZSTD_isError(n));
	b->n += n;
	return hn_buf_view(b);
}

static void
cuts_text_into_lines(void **state)
{
	static const struct {
		struct hn_view in;
		const char *said;
	} rows[] = {
		{ HN_INIT(""), "" },
		{ HN_INIT("a"), "1:a|" },
		{ HN_INIT("a\n"), "1:a|" },
		{ HN_INIT("one line\nand two\n\n \nfive"), "1:one line|2:and two|5:five|" },
		{ HN_INIT("cr lf\r\nmore\r\r\n"), "1:cr lf|2:more\r|" },
		{ HN_INIT("\0\0\0after a crash\nx"), "1:after a crash|2:x|" },
		{ HN_INIT("0123456789abcdef\n0123456789abcdefg\nok\n"), "1:0123456789abcdef|2!line too long|3:ok|" },
		{ HN_INIT("0123456789abcdef0123456789abcdef"), "1!line too long|" },
		{ HN_INIT("\xef\xbb\xbf" "a\nb"), "1:a|2:b|" },
		{ HN_INIT("\xff\xfe" "a\0\n\0B0\x3d\xd8\x00\xde\n\0\x00\xd8x\0\n\0"), "1:a|2:\xe3\x81\x82\xf0\x9f\x98\x80|3:\xef\xbf\xbdx|" },
		{ HN_INIT("\xfe\xff" "\0a\0\n0B"), "1:a|2:\xe3\x81\x82|" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++)
		check(rows[i].in, (struct input_limits){ .line_max = 16 }, HN_OK, rows[i].said);
}

static void
joins_objects_that_span_lines(void **state)
{
	static const struct {
		const char *in, *said;
	} rows[] = {
		{ "{\"a\":1}\n{\"b\":2}\n", "1:{\"a\":1}|2:{\"b\":2}|" },
		{ "{\n  \"a\": 1\n}\n{\n  \"a\": {\n    \"b\": \"}\\\"\"\n  }\n}\nx\n",
		    "1:{\n  \"a\": 1\n}|4:{\n  \"a\": {\n    \"b\": \"}\\\"\"\n  }\n}|9:x|" },
		{ "{ \"a\":\r\n\r\n1 }\r\n", "1:{ \"a\":\n\n1 }|" },
		{ "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n  }\n]\n", "2:  {\n    \"a\": 1\n  }|5:  {\n    \"a\": 2\n  }|" },
		{ "[{\"a\":1},\n{\"a\":2},\n{\"a\":3}\n]\n", "1:[{\"a\":1},|2:{\"a\":2}|3:{\"a\":3}|" },
		{ "Record 1\n{\n  \"a\": [\n    1\n  ]\n}\n", "1:Record 1|2:{\n  \"a\": [\n    1\n  ]\n}|" },
		/* Cut in the middle: nothing behind it may be swallowed. */
		{ "{\"a\":1,\n{\"b\":2}\n", "1:{\"a\":1,|2:{\"b\":2}|" },
		{ "{\"a\":1,\"b\":\"x\n{\"b\":2}\n", "1:{\"a\":1,\"b\":\"x|2:{\"b\":2}|" },
		{ "{\n\"a\": \"x\ny\n", "1:{|2:\"a\": \"x|3:y|" },
		{ "{\n\"a\": 1,\n", "1:{|2:\"a\": 1,|" },
		{ "{\n{\n{\n\"a\": 1}\n", "1:{|2:{|3:{\n\"a\": 1}|" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++)
		check(hn_view_of(rows[i].in), (struct input_limits){ 0 }, HN_OK, rows[i].said);
}

static void
unpacks_gzip_and_zstd(void **state)
{
	struct hn_buf b = HN_BUF(1 << 16);

	(void)state;
	check(gzip(HN_LIT("one\ntwo\n"), &b), (struct input_limits){ 0 }, HN_OK, "1:one|2:two|");
	check(gzip(HN_LIT("three\n"), &b), (struct input_limits){ 0 }, HN_OK, "1:one|2:two|3:three|");
	hn_buf_put(&b, HN_LIT("\0\0\0"));
	check(hn_buf_view(&b), (struct input_limits){ 0 }, HN_OK, "1:one|2:two|3:three|");
	hn_buf_put(&b, HN_LIT("x"));
	check(hn_buf_view(&b), (struct input_limits){ 0 }, HN_E_SYNTAX, "1:one|2:two|3:three|4!bytes behind gzip|");
	hn_buf_reset(&b);
	hn_buf_put(&b, HN_LIT("\x52\x2a\x4d\x18\x03\0\0\0abc"));
	(void)zstd(HN_LIT("one\nt"), &b);
	check(zstd(HN_LIT("wo\n"), &b), (struct input_limits){ 0 }, HN_OK, "1:one|2:two|");
	b.n -= 3;
	check(hn_buf_view(&b), (struct input_limits){ 0 }, HN_E_SYNTAX, "1:one|2:t|3!cut short|");
	hn_buf_reset(&b);
	(void)gzip(HN_LIT("\xff\xfe" "a\0\n\0"), &b);
	check(hn_buf_view(&b), (struct input_limits){ 0 }, HN_OK, "1:a|");
	b.n -= 9;
	check(hn_buf_view(&b), (struct input_limits){ 0 }, HN_E_SYNTAX, "1:a|2!cut short|");
	hn_buf_fini(&b);
}

static void
tells_where_a_container_breaks(void **state)
{
	struct hn_buf b = HN_BUF(1 << 16), out = HN_BUF(1 << 16);

	(void)state;
	(void)gzip(HN_LIT("one line and another and one more\n"), &b);
	b.p[b.n - 6] ^= 1;	/* its checksum */
	assert_int_equal(feed(hn_buf_view(&b), 5, (struct input_limits){ 0 }, &out), HN_E_SYNTAX);
	assert_view_equal(hn_buf_view(&out), "1:one line and another and one more|2!gzip|");
	hn_buf_fini(&b);
	hn_buf_fini(&out);
}

static void
stops_a_bomb(void **state)
{
	static char zeros[1 << 20];
	struct hn_buf b = HN_BUF(1 << 22), out = HN_BUF(1 << 16);
	const struct input_limits limits = { .out_bytes_max = 300000, .line_max = 1000 };

	(void)state;
	(void)gzip((struct hn_view){ zeros, sizeof(zeros) }, &b);
	assert_true(b.n < 2000);
	assert_int_equal(feed(hn_buf_view(&b), 4096, limits, &out), HN_E_LIMIT);
	assert_view_equal(hn_buf_view(&out), "1!line too long|1!unpacked size|");
	hn_buf_reset(&b);
	hn_buf_reset(&out);
	(void)zstd((struct hn_view){ zeros, sizeof(zeros) }, &b);
	assert_int_equal(feed(hn_buf_view(&b), 4096, limits, &out), HN_E_LIMIT);
	assert_view_equal(hn_buf_view(&out), "1!line too long|1!unpacked size|");
	hn_buf_fini(&b);
	hn_buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_text_into_lines),
		cmocka_unit_test(joins_objects_that_span_lines),
		cmocka_unit_test(unpacks_gzip_and_zstd),
		cmocka_unit_test(tells_where_a_container_breaks),
		cmocka_unit_test(stops_a_bomb),
	};

	return cmocka_run_group_tests_name("record/input", tests, NULL, NULL);
}
