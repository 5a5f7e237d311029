#ifndef HN_BASE_HASH_H
#define HN_BASE_HASH_H

#include <stdint.h>

#include "base/view.h"

#define HN_SHA256_BYTES 32u

/* SHA-256 of ${v} (FIPS 180-4), by OpenSSL. */
void hn_sha256(struct hn_view v, uint8_t out[HN_SHA256_BYTES]);

/* The same of bytes that come piece by piece: new (NULL: memory is out), put any number of times, end, which frees it. */
struct hn_sha256;
struct hn_sha256 *hn_sha256_new(void);
void hn_sha256_put(struct hn_sha256 *s, struct hn_view v);
void hn_sha256_end(struct hn_sha256 *s, uint8_t out[HN_SHA256_BYTES]);

/*
 * Fast 64-bit hash of ${v} under ${seed} (XXH3), for tables.  Not for signatures; an outsider who does not know the seed
 * cannot easily choose values that collide.
 */
uint64_t hn_hash64(struct hn_view v, uint64_t seed);

#endif
