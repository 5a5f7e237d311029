#ifndef HN_STORE_VARINT_H
#define HN_STORE_VARINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define HN_VARINT_MAX 10u	/* bytes of the longest */

/* Seven bits a byte, low ones first, the high bit says that more follow (LEB128, DWARF 5, section 7.6). */
static inline char *
hn_varint_write(char *to, uint64_t v)
{
	while (v >= 128) {
		*to++ = (char)(unsigned char)(v | 128);
		v >>= 7;
	}
	*to++ = (char)v;
	return to;
}

static inline void
hn_varint_put(struct hn_buf *b, uint64_t v)
{
	char *to = hn_buf_room(b, HN_VARINT_MAX);

	if (to != NULL)
		b->n += (size_t)(hn_varint_write(to, v) - to);
}

/* Take one off the front of ${v}; false: cut or longer than 64 bits, then *out is 0. */
static inline bool
hn_varint_take(struct hn_view *v, uint64_t *out)
{
	uint64_t sum = 0;

	*out = 0;
	for (size_t i = 0; i < v->n && i < HN_VARINT_MAX; i++) {
		const unsigned char c = (unsigned char)v->p[i];

		if (i == HN_VARINT_MAX - 1 && c > 1)
			return false;
		sum |= (uint64_t)(c & 127) << (7 * i);
		if (c < 128) {
			*out = sum;
			*v = hn_view_skip(*v, i + 1);
			return true;
		}
	}
	return false;
}

/* Small numbers of either sign become small ones without. */
static inline uint64_t
hn_zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}

static inline int64_t
hn_unzigzag(uint64_t v)
{
	return (int64_t)((v >> 1) ^ (0 - (v & 1)));
}

#endif
