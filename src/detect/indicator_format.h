#ifndef DETECT_INDICATOR_FORMAT_H
#define DETECT_INDICATOR_FORMAT_H

#include <stdint.h>

#include "base/hash.h"
#include "detect/indicator_key.h"

/*
 * The bytes of a table file, for the two modules that write and read it; numbers are little-endian.
 *
 *     head | tags: groups of 16 | slots: a word per tag | abouts | texts | pool
 *
 * An entry's hash chooses a group; its tag (8 bits of the hash, never 0) stands in the first empty place of it or of the
 * groups behind.  A lookup reads groups until one has an empty place.  The slot of the same place holds where in the pool
 * the entry is (in units of 4 bytes) and 6 more bits of the hash.
 */
#define FORMAT_MAGIC "HINOMI-I"
#define FORMAT_VERSION 2u
#define FORMAT_GROUP 16u
#define FORMAT_GROUP_FILL 10u		/* entries per group that the table is sized for */
#define FORMAT_UNIT 4u
#define FORMAT_UNIT_BITS 26u
#define FORMAT_POOL_MAX ((UINT64_C(1) << FORMAT_UNIT_BITS) * FORMAT_UNIT)
#define FORMAT_MUTES_MAX 64u
#define FORMAT_KINDS_MAX 16u
#define FORMAT_TWIN 255u			/* `mute` of an entry that stands earlier too: it has no place */
#define FORMAT_V4_PARTS 65536u
#define FORMAT_SAME_MAX 8u		/* entries of one key: one per source that lists it */

struct format_span {
	uint64_t at;		/* bytes from the start of the file */
	uint64_t n;		/* bytes */
};

struct format_head {
	char magic[8];
	uint32_t version;
	uint32_t n_mutes;
	uint64_t total;		/* bytes of the file */
	uint64_t seed;
	int64_t made_ms;
	uint64_t n_entries, n_muted;
	uint64_t of_kind[FORMAT_KINDS_MAX];
	uint64_t n_groups;
	struct format_span tags, slots, abouts, texts, pool;
	uint32_t mutes[FORMAT_MUTES_MAX];	/* texts: names of the warninglists; 1 in an entry is [0] */
	uint8_t cidr_v4[33], cidr_v6[129];	/* 1: there are networks of that many bits */
	uint8_t pad[6];
	uint8_t v4_parts[FORMAT_V4_PARTS / 8];	/* a bit per IPv4 /16 that a network lies in or covers */
	uint64_t body_sum;	/* of all bytes behind the head */
	uint64_t head_sum;	/* of all bytes of the head before this */
};

/* Before each entry's bytes in the pool. */
struct format_entry {
	uint32_t about;		/* row */
	uint16_t n;		/* bytes of the key, behind this */
	uint8_t kind;
	uint8_t mute;		/* 0: none */
};

struct format_about {
	int64_t expires_ms;
	uint32_t feed, note;	/* texts: each is two bytes of length and its bytes */
	uint8_t tlp, confidence;
	uint8_t valid_from[6];	/* ms since 1970, 48 bits; 0: not said */
};

static inline void
format_put_from(struct format_about *a, int64_t ms)
{
	for (unsigned i = 0; i < sizeof(a->valid_from); i++)
		a->valid_from[i] = (uint8_t)(ms > 0 ? (uint64_t)ms >> 8 * i : 0);
}

static inline int64_t
format_from(const struct format_about *a)
{
	uint64_t ms = 0;

	for (unsigned i = 0; i < sizeof(a->valid_from); i++)
		ms |= (uint64_t)a->valid_from[i] << 8 * i;
	return (int64_t)ms;
}

static_assert(sizeof(struct format_entry) == 8 && sizeof(struct format_about) == 24, "no holes in the file");

static inline uint64_t
format_hash(uint64_t seed, struct indicator_key key)
{
	return hn_hash64(key.bytes, seed + (uint64_t)key.kind * UINT64_C(0x9e3779b97f4a7c15));
}

static inline uint64_t
format_group(uint64_t hash, uint64_t n_groups)
{
	return ((hash & UINT32_MAX) * n_groups) >> 32;
}

static inline uint8_t
format_tag(uint64_t hash)
{
	const uint8_t tag = (uint8_t)(hash >> 48);

	return tag != 0 ? tag : 1;
}

/* The bits of a slot that are hash and not place. */
static inline uint32_t
format_more(uint64_t hash)
{
	return (uint32_t)(hash >> 32) >> FORMAT_UNIT_BITS << FORMAT_UNIT_BITS;
}

static inline uint64_t
format_entry_bytes(size_t n)
{
	return (sizeof(struct format_entry) + n + FORMAT_UNIT - 1) / FORMAT_UNIT * FORMAT_UNIT;
}

#endif
