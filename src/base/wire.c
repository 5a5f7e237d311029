#include "base/wire.h"

#include <assert.h>

/* With a constant ${bytes} the loop becomes one store: these are called several times per log line. */
static inline void
put_number(struct hn_buf *b, uint64_t v, const size_t bytes)
{
	char *to = bytes <= b->size - b->n ? b->p + b->n : hn_buf_room(b, bytes);

	if (to == NULL)
		return;
	for (size_t i = 0; i < bytes; i++)
		to[i] = (char)(v >> (8 * i) & 0xff);
	b->n += bytes;
}

void
hn_put_u8(struct hn_buf *b, uint8_t v)
{
	put_number(b, v, 1);
}

void
hn_put_u16(struct hn_buf *b, uint16_t v)
{
	put_number(b, v, 2);
}

void
hn_put_u32(struct hn_buf *b, uint32_t v)
{
	put_number(b, v, 4);
}

void
hn_put_u64(struct hn_buf *b, uint64_t v)
{
	put_number(b, v, 8);
}

void
hn_put_i64(struct hn_buf *b, int64_t v)
{
	put_number(b, (uint64_t)v, 8);
}

void
hn_put_f64(struct hn_buf *b, double v)
{
	uint64_t bits;

	static_assert(sizeof(bits) == sizeof(v), "a double is 64 bits");
	memcpy(&bits, &v, sizeof(bits));
	put_number(b, bits, 8);
}

void
hn_put_bytes(struct hn_buf *b, struct hn_view v)
{
	if (v.n > UINT32_MAX) {
		b->failed = true;
		return;
	}
	hn_put_u32(b, (uint32_t)v.n);
	hn_buf_put(b, v);
}

/* The next ${n} bytes; p == NULL: there are not so many. */
static struct hn_view
take(struct hn_get *g, size_t n)
{
	struct hn_view out;

	if (g->failed || n > g->rest.n) {
		*g = (struct hn_get){ .failed = true };
		return (struct hn_view){ 0 };
	}
	out = (struct hn_view){ g->rest.p, n };
	g->rest = hn_view_skip(g->rest, n);
	return out;
}

static inline uint64_t
get_number(struct hn_get *g, const size_t bytes)
{
	const struct hn_view v = take(g, bytes);
	uint64_t sum = 0;

	for (size_t i = 0; v.n == bytes && i < bytes; i++)
		sum |= (uint64_t)(unsigned char)v.p[i] << (8 * i);
	return sum;
}

uint8_t
hn_get_u8(struct hn_get *g)
{
	return (uint8_t)get_number(g, 1);
}

uint16_t
hn_get_u16(struct hn_get *g)
{
	return (uint16_t)get_number(g, 2);
}

uint32_t
hn_get_u32(struct hn_get *g)
{
	return (uint32_t)get_number(g, 4);
}

uint64_t
hn_get_u64(struct hn_get *g)
{
	return get_number(g, 8);
}

int64_t
hn_get_i64(struct hn_get *g)
{
	return (int64_t)get_number(g, 8);
}

double
hn_get_f64(struct hn_get *g)
{
	const uint64_t bits = get_number(g, 8);
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

struct hn_view
hn_get_bytes(struct hn_get *g, size_t max)
{
	const uint32_t n = hn_get_u32(g);

	if (n > max) {
		*g = (struct hn_get){ .failed = true };
		return (struct hn_view){ 0 };
	}
	return take(g, n);
}

bool
hn_get_done(const struct hn_get *g)
{
	return !g->failed && g->rest.n == 0;
}
