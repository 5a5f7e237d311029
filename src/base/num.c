#include "base/num.h"

#include <assert.h>

/* Digits that cannot pass 2^64, whatever they are. */
#define SAFE_DIGITS 19u

/* More digits than a number needs, most of them zeros before it: each step looks whether it may be taken. */
static enum hn_rc
read_long(struct hn_view v, uint64_t max, uint64_t *out)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < v.n; i++) {
		const unsigned digit = (unsigned)(unsigned char)v.p[i] - '0';

		if (digit > 9)
			return HN_E_SYNTAX;
		if (sum > (max - digit) / 10 || digit > max)
			return HN_E_LIMIT;
		sum = sum * 10 + digit;
	}
	*out = sum;
	return HN_OK;
}

enum hn_rc
hn_num_u64(struct hn_view v, uint64_t max, uint64_t *out)
{
	uint64_t sum = 0;

	if (v.n > SAFE_DIGITS)
		return read_long(v, max, out);
	for (size_t i = 0; i < v.n; i++) {
		const unsigned digit = (unsigned)(unsigned char)v.p[i] - '0';

		if (digit > 9)
			return sum > max ? HN_E_LIMIT : HN_E_SYNTAX;
		sum = sum * 10 + digit;
	}
	if (v.n == 0)
		return HN_E_SYNTAX;
	if (sum > max)
		return HN_E_LIMIT;
	*out = sum;
	return HN_OK;
}

enum hn_rc
hn_num_i64(struct hn_view v, int64_t *out)
{
	const bool negative = v.n > 0 && v.p[0] == '-';
	const uint64_t max = (uint64_t)INT64_MAX + (negative ? 1 : 0);
	uint64_t n;
	const enum hn_rc rc = hn_num_u64(negative ? hn_view_skip(v, 1) : v, max, &n);

	if (rc != HN_OK)
		return rc;
	*out = negative ? (int64_t)(0 - n) : (int64_t)n;
	return HN_OK;
}

/* Value of a hexadecimal digit; 16: it is none. */
static unsigned
hex_digit(char c)
{
	const char low = hn_lower(c);

	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return low >= 'a' && low <= 'f' ? (unsigned)(low - 'a') + 10 : 16;
}

enum hn_rc
hn_num_hex(struct hn_view v, uint64_t *out)
{
	uint64_t sum = 0;

	if (v.n > 2 && v.p[0] == '0' && hn_lower(v.p[1]) == 'x')
		v = hn_view_skip(v, 2);
	if (v.n == 0)
		return HN_E_SYNTAX;
	if (v.n > 16)
		return HN_E_LIMIT;
	for (size_t i = 0; i < v.n; i++) {
		const unsigned digit = hex_digit(v.p[i]);

		if (digit > 15)
			return HN_E_SYNTAX;
		sum = sum << 4 | digit;
	}
	*out = sum;
	return HN_OK;
}

enum hn_rc
hn_num_seconds_ms(struct hn_view v, int64_t *out_ms)
{
	struct hn_view rest = v, whole;
	uint64_t s;
	int64_t ms = 0;
	int64_t unit = 100;
	const bool has_fraction = hn_view_cut(&rest, '.', &whole);
	const enum hn_rc rc = hn_num_u64(whole, HN_SECONDS_MAX, &s);

	if (rc != HN_OK)
		return rc;
	if (has_fraction && rest.n == 0)
		return HN_E_SYNTAX;
	for (size_t i = 0; i < rest.n; i++) {
		if (rest.p[i] < '0' || rest.p[i] > '9')
			return HN_E_SYNTAX;
		ms += (rest.p[i] - '0') * unit;
		unit /= 10;
	}
	*out_ms = (int64_t)s * 1000 + ms;
	return HN_OK;
}

enum hn_rc
hn_num_bytes(struct hn_view hex, uint8_t *bytes, size_t n)
{
	assert(bytes != NULL);
	if (hex.n != n * 2)
		return HN_E_SYNTAX;
	for (size_t i = 0; i < hex.n; i++)
		if (hex_digit(hex.p[i]) > 15)
			return HN_E_SYNTAX;
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(hex_digit(hex.p[2 * i]) << 4 | hex_digit(hex.p[2 * i + 1]));
	return HN_OK;
}
