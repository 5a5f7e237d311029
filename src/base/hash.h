#ifndef HN_BASE_HASH_H
#define HN_BASE_HASH_H

#include <stdint.h>

#include "base/view.h"

#define HN_SHA256_BYTES 32u

/* SHA-256 of ${v} (FIPS 180-4), by OpenSSL. */
void hn_sha256(struct hn_view v, uint8_t out[HN_SHA256_BYTES]);

/*
 * Fast 64-bit hash of ${v} under ${seed} (XXH3), for tables.  Not for signatures; an outsider who does not know the seed
 * cannot easily choose values that collide.
 */
uint64_t hn_hash64(struct hn_view v, uint64_t seed);

#endif
