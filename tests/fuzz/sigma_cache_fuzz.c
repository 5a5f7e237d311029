#include <stdlib.h>

#include "base/hash.h"
#include "base/wire.h"
#include "detect/sigma/cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * The bytes as they come are never taken but where their hash holds; behind a right hash they are read without harm, and what
 * was read is written and read again as the same rules.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hn_view bytes = { (const char *)data, size };
	struct hn_buf whole = HN_BUF(1u << 20), again = HN_BUF(8u << 20);
	struct sigma_set *set, *other;
	uint8_t digest[HN_SHA256_BYTES];

	hn_sha256(bytes, digest);
	hn_buf_put(&whole, HN_LIT("HNSIGMA\n"));
	hn_put_u32(&whole, 1);
	hn_buf_put(&whole, (struct hn_view){ (const char *)digest, sizeof(digest) });
	hn_buf_put(&whole, bytes);
	if (whole.failed || sigma_set_new(&set, NULL) != HN_OK || sigma_set_new(&other, NULL) != HN_OK)
		abort();
	if (sigma_cache_read(set, hn_buf_view(&whole), NULL) == HN_OK) {
		if (sigma_set_seal(set, NULL) != HN_OK)
			abort();
		sigma_cache_put(set, &again);
		if (again.failed || sigma_cache_read(other, hn_buf_view(&again), NULL) != HN_OK ||
		    sigma_set_count(other) != sigma_set_count(set))
			abort();
		again.p[again.n - 1] ^= 1;	/* one bit that has turned */
		if (sigma_cache_read(other, hn_buf_view(&again), NULL) != HN_E_CORRUPT)
			abort();
	}
	sigma_set_free(set);
	sigma_set_free(other);
	hn_buf_fini(&whole);
	hn_buf_fini(&again);
	return 0;
}
