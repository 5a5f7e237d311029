#include "base/addr.h"

#include <assert.h>
#include <endian.h>

#include "base/num.h"

#define ADDR_TEXT_MAX 48u	/* "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" and more */

static const struct hn_addr v4_base = { .b = { [10] = 0xff, [11] = 0xff } };

static bool
parse_v4(struct hn_view v, uint8_t out[4])
{
	for (int i = 0; i < 4; i++) {
		unsigned n = 0;
		size_t digits = 0;

		while (digits < v.n && digits < 4 && v.p[digits] >= '0' && v.p[digits] <= '9')
			n = n * 10 + (unsigned)(v.p[digits++] - '0');
		if (digits == 0 || digits > 3 || n > 255 || (digits > 1 && v.p[0] == '0'))
			return false;
		out[i] = (uint8_t)n;
		v = hn_view_skip(v, digits);
		if (i < 3) {
			if (v.n == 0 || v.p[0] != '.')
				return false;
			v = hn_view_skip(v, 1);
		}
	}
	return v.n == 0;
}

/* State of an IPv6 text being read: groups before and after "::". */
struct groups {
	uint8_t b[16];
	size_t n;		/* bytes filled */
	size_t gap;		/* where "::" stands, in bytes; 17: nowhere yet */
};

static bool
put_group(struct groups *g, struct hn_view part)
{
	uint64_t n;

	if (part.n == 0 || part.n > 4 || g->n > 14 || hn_num_hex(part, &n) != HN_OK || n > 0xffff)
		return false;
	if (part.n > 1 && hn_lower(part.p[1]) == 'x')
		return false;
	g->b[g->n++] = (uint8_t)(n >> 8);
	g->b[g->n++] = (uint8_t)n;
	return true;
}

/* One part between colons; an empty one is half of "::". */
static bool
take_part(struct groups *g, struct hn_view *v)
{
	struct hn_view part;
	const bool more = hn_view_cut(v, ':', &part);

	if (!more && hn_view_find(part, '.') < part.n) {
		if (g->n > 12 || !parse_v4(part, g->b + g->n))
			return false;
		g->n += 4;
		return true;
	}
	if (part.n > 0)
		return put_group(g, part) && (!more || v->n > 0);
	if (!more || g->gap != 17)
		return false;
	g->gap = g->n;
	return true;
}

static bool
parse_v6(struct hn_view v, uint8_t out[16])
{
	struct groups g = { .gap = 17 };

	if (v.n < 2)
		return false;
	if (v.p[0] == ':') {
		if (v.p[1] != ':')
			return false;
		v = hn_view_skip(v, 1);
	}
	while (v.n > 0)
		if (!take_part(&g, &v))
			return false;
	if (g.gap == 17 ? g.n != 16 : g.n > 14)
		return false;
	memset(out, 0, 16);
	if (g.gap == 17) {
		memcpy(out, g.b, 16);
	} else {
		memcpy(out, g.b, g.gap);
		memcpy(out + 16 - (g.n - g.gap), g.b + g.gap, g.n - g.gap);
	}
	return true;
}

enum hn_rc
hn_addr_parse(struct hn_view v, struct hn_addr *out)
{
	struct hn_addr a = v4_base;

	if (v.n > 1 && v.p[0] == '[' && v.p[v.n - 1] == ']')
		v = (struct hn_view){ v.p + 1, v.n - 2 };
	if (v.n >= 7 && v.n <= 15 && parse_v4(v, a.b + 12)) {
		*out = a;
		return HN_OK;
	}
	v.n = hn_view_find(v, '%');
	if (v.n > 45 || !parse_v6(v, a.b))
		return HN_E_SYNTAX;
	*out = a;
	return HN_OK;
}

enum hn_rc
hn_cidr_parse(struct hn_view v, struct hn_cidr *out)
{
	struct hn_view rest = v, head;
	struct hn_addr a;
	uint64_t bits;
	const bool has_bits = hn_view_cut(&rest, '/', &head);

	if (hn_addr_parse(head, &a) != HN_OK)
		return HN_E_SYNTAX;
	const unsigned all = hn_addr_is_v4(a) && hn_view_find(head, ':') == head.n ? 32 : 128;

	bits = all;
	if (has_bits && hn_num_u64(rest, all, &bits) != HN_OK)
		return HN_E_SYNTAX;
	bits += 128 - all;
	*out = (struct hn_cidr){ hn_addr_mask(a, (unsigned)bits), (uint8_t)bits };
	return HN_OK;
}

/* Longest run of two or more zero groups; *len 0: none. */
static void
longest_zeros(const uint16_t *g, int *start, int *len)
{
	*len = 0;
	*start = -1;
	for (int i = 0; i < 8; i++) {
		int n = 0;

		while (i + n < 8 && g[i + n] == 0)
			n++;
		if (n > 1 && n > *len) {
			*len = n;
			*start = i;
		}
		i += n > 0 ? n - 1 : 0;
	}
}

static char *
put_decimal(char *to, unsigned n)
{
	if (n >= 100)
		*to++ = (char)('0' + n / 100);
	if (n >= 10)
		*to++ = (char)('0' + n / 10 % 10);
	*to++ = (char)('0' + n % 10);
	return to;
}

/* A group of IPv6, without leading zeros. */
static char *
put_hex_group(char *to, unsigned g)
{
	static const char digit[] = "0123456789abcdef";

	for (int shift = 12; shift >= 0; shift -= 4)
		if (g >> shift != 0 || shift == 0)
			*to++ = digit[g >> shift & 15];
	return to;
}

static char *
put_v6(char *to, struct hn_addr a)
{
	uint16_t g[8];
	int start, len;

	for (int i = 0; i < 8; i++)
		g[i] = (uint16_t)(a.b[2 * i] << 8 | a.b[2 * i + 1]);
	longest_zeros(g, &start, &len);
	for (int i = 0; i < 8; i++) {
		if (i == start) {
			*to++ = ':';
			*to++ = ':';
			i += len - 1;
			continue;
		}
		if (i > 0 && i != start + len)
			*to++ = ':';
		to = put_hex_group(to, g[i]);
	}
	return to;
}

/* Without printf: addresses are written for every line with one that is not in its normal form. */
void
hn_addr_put(struct hn_buf *b, struct hn_addr a)
{
	char text[ADDR_TEXT_MAX];
	char *to = text;

	if (hn_addr_is_v4(a)) {
		for (int i = 12; i < 16; i++) {
			if (i > 12)
				*to++ = '.';
			to = put_decimal(to, a.b[i]);
		}
	} else {
		to = put_v6(text, a);
	}
	assert(to <= text + sizeof(text));
	hn_buf_put(b, (struct hn_view){ text, (size_t)(to - text) });
}

bool
hn_addr_is_v4(struct hn_addr a)
{
	return memcmp(a.b, v4_base.b, 12) == 0;
}

bool
hn_addr_eq(struct hn_addr a, struct hn_addr b)
{
	return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

struct hn_addr
hn_addr_mask(struct hn_addr a, unsigned bits)
{
	assert(bits <= 128);
	for (unsigned i = 0; i < 16; i++) {
		const unsigned keep = bits >= (i + 1) * 8 ? 8 : bits > i * 8 ? bits - i * 8 : 0;

		a.b[i] = (uint8_t)(a.b[i] & (0xff00u >> keep));
	}
	return a;
}

static uint64_t
half_of(const uint8_t *b)
{
	uint64_t half;

	memcpy(&half, b, sizeof(half));
	return be64toh(half);
}

/* Every address of every line comes here a dozen times, so it compares in words, not bytes. */
static bool
shares_bits(const uint8_t *net, unsigned bits, const uint8_t *b)
{
	const uint64_t high = half_of(net) ^ half_of(b), low = half_of(net + 8) ^ half_of(b + 8);

	if (bits <= 64)
		return bits == 0 || high >> (64 - bits) == 0;
	return high == 0 && low >> (128 - bits) == 0;
}

bool
hn_cidr_has(struct hn_cidr net, struct hn_addr a)
{
	assert(net.bits <= 128);
	return shares_bits(net.addr.b, net.bits, a.b);
}

/* The row's network as bytes; bits as in struct hn_cidr. */
struct net_row {
	uint8_t b[16];
	uint8_t bits;
};

#define V4(a, b, c, d) { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, (a), (b), (c), (d) }

static bool
is_in(struct hn_addr a, const struct net_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (shares_bits(rows[i].b, rows[i].bits, a.b))
			return true;
	return false;
}

bool
hn_addr_is_private(struct hn_addr a)
{
	static const struct net_row rows[] = {
		{ V4(10, 0, 0, 0), 96 + 8 }, { V4(172, 16, 0, 0), 96 + 12 }, { V4(192, 168, 0, 0), 96 + 16 },
		{ V4(100, 64, 0, 0), 96 + 10 }, { V4(127, 0, 0, 0), 96 + 8 }, { V4(169, 254, 0, 0), 96 + 16 },
		{ { 0xfc }, 7 }, { { 0xfe, 0x80 }, 10 }, { { [15] = 1 }, 128 },
	};

	return is_in(a, rows, HN_COUNT(rows));
}

bool
hn_addr_is_special(struct hn_addr a)
{
	static const struct net_row rows[] = {
		{ V4(0, 0, 0, 0), 96 + 8 }, { V4(127, 0, 0, 0), 96 + 8 }, { V4(169, 254, 0, 0), 96 + 16 },
		{ V4(224, 0, 0, 0), 96 + 4 }, { V4(255, 255, 255, 255), 128 },
		{ { 0xff }, 8 }, { { 0xfe, 0x80 }, 10 }, { { [15] = 1 }, 128 }, { { 0 }, 128 },
	};

	return is_in(a, rows, HN_COUNT(rows));
}
