#include "base/text.h"

#include <stdint.h>

/* Rows of RFC 3629's grammar: first byte from..to, range of the second byte, length. */
static const struct {
	uint8_t from, to, second_from, second_to, len;
} rows[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static size_t
multibyte_len(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (p[0] < rows[i].from || p[0] > rows[i].to)
			continue;
		if (n < rows[i].len || p[1] < rows[i].second_from || p[1] > rows[i].second_to)
			return 0;
		for (size_t k = 2; k < rows[i].len; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].len;
	}
	return 0;
}

size_t
hn_utf8_len(struct hn_view v)
{
	if (v.n == 0)
		return 0;
	return (uint8_t)v.p[0] < 0x80 ? 1 : multibyte_len((const uint8_t *)v.p, v.n);
}

bool
hn_utf8_is_valid(struct hn_view v)
{
	while (v.n > 0) {
		const size_t len = hn_utf8_len(v);

		if (len == 0)
			return false;
		v = hn_view_skip(v, len);
	}
	return true;
}
