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

/* Only its name is ours: what it points to is OpenSSL's. */
static EVP_MD_CTX *
theirs(struct hn_sha256 *s)
{
	return (EVP_MD_CTX *)(void *)s;
}

struct hn_sha256 *
hn_sha256_new(void)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	if (c != NULL && EVP_DigestInit_ex(c, EVP_sha256(), NULL) != 1) {
		EVP_MD_CTX_free(c);
		c = NULL;
	}
	return (struct hn_sha256 *)(void *)c;
}

void
hn_sha256_put(struct hn_sha256 *s, struct hn_view v)
{
	const int ok = EVP_DigestUpdate(theirs(s), v.n > 0 ? v.p : "", v.n);

	assert(ok == 1);
	(void)ok;
}

void
hn_sha256_end(struct hn_sha256 *s, uint8_t out[HN_SHA256_BYTES])
{
	unsigned n = 0;
	const int ok = EVP_DigestFinal_ex(theirs(s), out, &n);

	assert(ok == 1 && n == HN_SHA256_BYTES);
	(void)ok;
	EVP_MD_CTX_free(theirs(s));
}

uint64_t
hn_hash64(struct hn_view v, uint64_t seed)
{
	return XXH3_64bits_withSeed(v.p, v.n, seed);
}
