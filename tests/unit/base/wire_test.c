#include "unit/test.h"

#include "base/wire.h"

#define BODY_MAX 256u

static void
put_all(struct hn_buf *b)
{
	hn_put_u8(b, 0xfe);
	hn_put_u16(b, 0x1234);
	hn_put_u32(b, 0xdeadbeef);
	hn_put_u64(b, UINT64_C(0x0102030405060708));
	hn_put_i64(b, INT64_MIN);
	hn_put_f64(b, -0.5);
	hn_put_bytes(b, HN_LIT("hinomi"));
	hn_put_bytes(b, HN_LIT(""));
}

static void
gives_back_what_was_put(void **state)
{
	struct hn_buf b = HN_BUF(BODY_MAX);
	struct hn_get g;

	(void)state;
	put_all(&b);
	assert_false(b.failed);
	g = HN_GET(hn_buf_view(&b));
	assert_int_equal(hn_get_u8(&g), 0xfe);
	assert_int_equal(hn_get_u16(&g), 0x1234);
	assert_int_equal(hn_get_u32(&g), 0xdeadbeef);
	assert_true(hn_get_u64(&g) == UINT64_C(0x0102030405060708));
	assert_true(hn_get_i64(&g) == INT64_MIN);
	assert_true(hn_get_f64(&g) == -0.5);
	assert_view_equal(hn_get_bytes(&g, 6), "hinomi");
	assert_false(hn_get_done(&g));
	assert_view_equal(hn_get_bytes(&g, 0), "");
	assert_true(hn_get_done(&g));
	hn_buf_fini(&b);
}

static void
numbers_are_little_endian(void **state)
{
	struct hn_buf b = HN_BUF(BODY_MAX);

	(void)state;
	hn_put_u32(&b, 0x01020304);
	assert_memory_equal(b.p, "\x04\x03\x02\x01", 4);
	hn_buf_fini(&b);
}

/* Every cut of a good body fails at the end, and never reads outside. */
static void
refuses_every_cut_and_every_rest(void **state)
{
	struct hn_buf b = HN_BUF(BODY_MAX);

	(void)state;
	put_all(&b);
	for (size_t n = 0; n <= b.n + 1; n++) {
		char *exact = calloc(n + 1, 1);
		struct hn_get g;

		assert_non_null(exact);
		memcpy(exact, b.p, n < b.n ? n : b.n);
		g = HN_GET(((struct hn_view){ exact, n }));
		(void)hn_get_u8(&g);
		(void)hn_get_u16(&g);
		(void)hn_get_u32(&g);
		(void)hn_get_u64(&g);
		(void)hn_get_i64(&g);
		(void)hn_get_f64(&g);
		(void)hn_get_bytes(&g, 6);
		(void)hn_get_bytes(&g, 6);
		assert_int_equal(hn_get_done(&g), n == b.n);
		free(exact);
	}
	hn_buf_fini(&b);
}

static void
a_failure_sticks(void **state)
{
	static const char body[] = "\x07\x00\x00\x00seven77";
	struct hn_get g = HN_GET(((struct hn_view){ body, sizeof(body) - 1 }));

	(void)state;
	assert_int_equal(hn_get_bytes(&g, 6).n, 0);	/* longer than its limit */
	assert_int_equal(hn_get_u8(&g), 0);
	assert_false(hn_get_done(&g));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_was_put),
		cmocka_unit_test(numbers_are_little_endian),
		cmocka_unit_test(refuses_every_cut_and_every_rest),
		cmocka_unit_test(a_failure_sticks),
	};

	return cmocka_run_group_tests_name("base/wire", tests, NULL, NULL);
}
