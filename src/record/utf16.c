#include "record/utf16.h"

#define CHARACTER_MAX 6u	/* bytes that one unit can yield: U+FFFD for a lost half, and itself */

static size_t
put_character(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static size_t
put_unit(struct utf16 *u, uint16_t unit, char *out)
{
	const bool is_low = unit >= 0xdc00 && unit <= 0xdfff;
	size_t n = 0;

	if (is_low && u->high != 0) {
		n = put_character(out, 0x10000 + ((uint32_t)(u->high - 0xd800) << 10) + (uint32_t)(unit - 0xdc00));
		u->high = 0;
		return n;
	}
	if (u->high != 0)
		n = put_character(out, 0xfffd);
	u->high = unit >= 0xd800 && unit <= 0xdbff ? unit : 0;
	if (u->high == 0)
		n += put_character(out + n, is_low ? 0xfffd : unit);
	return n;
}

size_t
utf16_take(struct utf16 *u, struct hn_view *in, char *out)
{
	size_t n = 0;

	while (in->n > 0 && n <= UTF16_OUT_BYTES - CHARACTER_MAX) {
		const uint8_t b = (uint8_t)in->p[0];

		*in = hn_view_skip(*in, 1);
		if (u->has_odd)
			n += put_unit(u, (uint16_t)(u->big ? u->odd << 8 | b : b << 8 | u->odd), out + n);
		u->odd = b;
		u->has_odd = !u->has_odd;
	}
	return n;
}
