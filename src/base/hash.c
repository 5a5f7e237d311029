#include "base/hash.h"

#include <assert.h>
#include <openssl/evp.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

void
hn_sha256(struct hn_view v, uint8_t out[HN_SHA256_BYTES])
{
	unsigned n = 0;
	const int ok = EVP_Digest(v.n > 0 ? v.p : "", v.n, out, &n, EVP_sha256(), NULL);

	assert(ok == 1 && n == HN_SHA256_BYTES);
}

uint64_t
hn_hash64(struct hn_view v, uint64_t seed)
{
	return XXH3_64bits_withSeed(v.p, v.n, seed);
}
