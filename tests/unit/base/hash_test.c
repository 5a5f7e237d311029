#include "unit/test.h"

#include "base/buf.h"
#include "base/hash.h"

/* FIPS 180-4's own examples. */
static void
knows_sha256(void **state)
{
	static const struct {
		struct hn_view in;
		const char *out;
	} rows[] = {
		{ HN_INIT(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ HN_INIT("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_buf b = HN_BUF(64);
		uint8_t out[HN_SHA256_BYTES];

		hn_sha256(rows[i].in, out);
		hn_buf_hex(&b, out, sizeof(out));
		assert_view_equal(hn_buf_view(&b), rows[i].out);
		hn_buf_fini(&b);
	}
}

static void
hashes_under_a_seed(void **state)
{
	(void)state;
	assert_true(hn_hash64(HN_LIT("a"), 1) == hn_hash64(HN_LIT("a"), 1));
	assert_true(hn_hash64(HN_LIT("a"), 1) != hn_hash64(HN_LIT("a"), 2));
	assert_true(hn_hash64(HN_LIT("a"), 1) != hn_hash64(HN_LIT("b"), 1));
	assert_true(hn_hash64((struct hn_view){ NULL, 0 }, 1) == hn_hash64(HN_LIT(""), 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_sha256),
		cmocka_unit_test(hashes_under_a_seed),
	};

	return cmocka_run_group_tests_name("base/hash", tests, NULL, NULL);
}
