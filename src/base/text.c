#include "base/text.h"

#include <iconv.h>
#include <pthread.h>
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

/* How many bytes at ${p} go together; true: they are a whole character. */
static bool
take_multibyte(const uint8_t *p, size_t n, size_t *len)
{
	*len = 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (p[0] < rows[i].from || p[0] > rows[i].to)
			continue;
		if (n < 2 || p[1] < rows[i].second_from || p[1] > rows[i].second_to)
			return false;
		for (*len = 2; *len < rows[i].len; ++*len)
			if (*len == n || (p[*len] & 0xc0) != 0x80)
				return false;
		return true;
	}
	return false;
}

static size_t
multibyte_len(const uint8_t *p, size_t n)
{
	size_t len;

	return take_multibyte(p, n, &len) ? len : 0;
}

size_t
hn_utf8_len(struct hn_view v)
{
	if (v.n == 0)
		return 0;
	return (uint8_t)v.p[0] < 0x80 ? 1 : multibyte_len((const uint8_t *)v.p, v.n);
}

/* Whether the 64 bytes at ${p} are ASCII: one pass without branches, so that the compiler uses wide registers. */
static bool
is_ascii_block(const char *p)
{
	uint8_t seen = 0;

	for (size_t i = 0; i < 64; i++)
		seen |= (uint8_t)p[i];
	return seen < 0x80;
}

bool
hn_utf8_is_valid(struct hn_view v)
{
	while (v.n > 0) {
		while (v.n >= 64 && is_ascii_block(v.p))
			v = hn_view_skip(v, 64);
		while (v.n > 0 && (uint8_t)v.p[0] < 0x80)
			v = hn_view_skip(v, 1);
		while (v.n > 0 && (uint8_t)v.p[0] >= 0x80) {
			const size_t len = multibyte_len((const uint8_t *)v.p, v.n);

			if (len == 0)
				return false;
			v = hn_view_skip(v, len);
		}
	}
	return true;
}

/*
 * The two-byte characters of CP932 as UTF-16 (all are in the basic plane), 0 where there is none.  EUC-JP and
 * ISO-2022-JP hold the same table of 94 rows (JIS X 0208) in other clothes, so this one serves all three.
 */
#define LEADS 60u	/* 0x81..0x9f, 0xe0..0xfc */
#define TRAILS 188u	/* 0x40..0x7e, 0x80..0xfc */

static uint16_t kanji[LEADS * TRAILS];
static bool has_kanji;
static pthread_once_t kanji_once = PTHREAD_ONCE_INIT;

static void
learn_kanji(void)
{
	const iconv_t cd = iconv_open("UTF-16LE", "CP932");

	if (cd == (iconv_t)-1)
		return;
	for (unsigned i = 0; i < LEADS * TRAILS; i++) {
		const unsigned lead = i / TRAILS, trail = i % TRAILS;
		char in[2] = { (char)(lead + (lead < 31 ? 0x81 : 0xc1)), (char)(trail + (trail < 63 ? 0x40 : 0x41)) };
		uint8_t out[8];
		char *from = in, *to = (char *)out;
		size_t in_left = sizeof(in), out_left = sizeof(out);

		if (iconv(cd, &from, &in_left, &to, &out_left) == (size_t)-1 || out_left != sizeof(out) - 2)
			(void)iconv(cd, NULL, NULL, NULL, NULL);
		else
			kanji[i] = (uint16_t)(out[0] | out[1] << 8);
	}
	has_kanji = iconv_close(cd) == 0;
}

bool
hn_text_init(void)
{
	return pthread_once(&kanji_once, learn_kanji) == 0 && has_kanji;
}

#define REPLACEMENT 0xfffdu

/* What one step of a decoder saw; `cost` is how unlikely it is in real text of that encoding. */
struct glyph {
	uint32_t code;	/* 0: nothing to write (an escape sequence) */
	unsigned cost;
};

enum { COST_KANA = 0, COST_COMMON = 1, COST_RARE = 4, COST_INVALID = 12 };

static const struct glyph invalid = { REPLACEMENT, COST_INVALID };

/* The character of a row (1..94) and cell (1..94) of JIS X 0208, with CP932's additions in rows 13 and over 84. */
static struct glyph
jis_glyph(unsigned row, unsigned cell)
{
	const unsigned lead = (row - 1) / 2, trail = (row - 1) % 2 * 94 + cell - 1;
	const uint16_t code = row <= 94 ? kanji[lead * TRAILS + trail] : 0;
	unsigned cost = COST_RARE;

	if (code == 0)
		return invalid;
	if (row <= 5)		/* marks, letters, hiragana, katakana */
		cost = COST_KANA;
	else if (row >= 16 && row <= 47)	/* level 1: the common kanji */
		cost = COST_COMMON;
	return (struct glyph){ code, cost };
}

static struct glyph
halfwidth_glyph(uint8_t byte)
{
	return (struct glyph){ 0xff61u + (byte - 0xa1u), COST_COMMON };
}

static size_t
step_utf8(const uint8_t *p, size_t n, unsigned *shift, struct glyph *g)
{
	static const uint8_t first_bits[5] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	size_t len = 1;

	(void)shift;
	*g = invalid;	/* once for a character that is cut: Unicode 15, section 3.9, "maximal subpart" */
	if (p[0] >= 0x80 && !take_multibyte(p, n, &len))
		return len;
	*g = (struct glyph){ p[0] & first_bits[len], COST_KANA };
	for (size_t i = 1; i < len; i++)
		g->code = g->code << 6 | (p[i] & 0x3fu);
	return len;
}

static size_t
step_cp932(const uint8_t *p, size_t n, unsigned *shift, struct glyph *g)
{
	const uint8_t lead = p[0], trail = n > 1 ? p[1] : 0;

	(void)shift;
	*g = (struct glyph){ lead, COST_KANA };
	if (lead < 0x80)
		return 1;
	if (lead >= 0xa1 && lead <= 0xdf) {
		*g = halfwidth_glyph(lead);
		return 1;
	}
	*g = invalid;
	if (lead == 0x80 || lead == 0xa0 || lead > 0xfc || trail < 0x40 || trail == 0x7f || trail > 0xfc)
		return 1;
	const unsigned column = lead - (lead < 0xa0 ? 0x81u : 0xc1u), cell = trail - (trail < 0x7f ? 0x40u : 0x41u);
	const struct glyph found = jis_glyph(column * 2 + 1 + cell / 94, cell % 94 + 1);

	if (found.code != REPLACEMENT)
		*g = found;
	else if (kanji[column * TRAILS + cell] != 0)	/* past row 94: additions of IBM and of users */
		*g = (struct glyph){ kanji[column * TRAILS + cell], COST_RARE };
	else
		return 1;
	return 2;
}

static size_t
step_eucjp(const uint8_t *p, size_t n, unsigned *shift, struct glyph *g)
{
	const uint8_t lead = p[0], trail = n > 1 ? p[1] : 0;

	(void)shift;
	*g = (struct glyph){ lead, COST_KANA };
	if (lead < 0x80)
		return 1;
	*g = invalid;
	if (trail < 0xa1 || trail > 0xfe)
		return 1;
	if (lead == 0x8e && trail <= 0xdf)
		*g = halfwidth_glyph(trail);
	else if (lead >= 0xa1 && lead <= 0xfe)
		*g = jis_glyph(lead - 0xa0u, trail - 0xa0u);
	else
		return 1;
	return 2;
}

enum shift { SHIFT_ASCII, SHIFT_KANJI, SHIFT_HALFWIDTH };

static size_t
step_iso2022jp(const uint8_t *p, size_t n, unsigned *shift, struct glyph *g)
{
	static const struct {
		struct hn_view escape;
		enum shift shift;
	} escapes[] = {
		{ HN_INIT("\033(B"), SHIFT_ASCII }, { HN_INIT("\033(J"), SHIFT_ASCII },
		{ HN_INIT("\033$B"), SHIFT_KANJI }, { HN_INIT("\033$@"), SHIFT_KANJI },
		{ HN_INIT("\033(I"), SHIFT_HALFWIDTH },
	};
	const struct hn_view rest = { (const char *)p, n };

	for (size_t i = 0; p[0] == 0x1b && i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (hn_view_starts(rest, escapes[i].escape)) {
			*shift = escapes[i].shift;
			*g = (struct glyph){ 0, COST_KANA };
			return escapes[i].escape.n;
		}
	*g = p[0] < 0x80 ? (struct glyph){ p[0], COST_KANA } : invalid;
	if (*shift == SHIFT_ASCII || p[0] <= 0x20 || p[0] > 0x7e)
		return 1;
	if (*shift == SHIFT_HALFWIDTH) {
		*g = p[0] <= 0x5f ? halfwidth_glyph(p[0] | 0x80) : invalid;
		return 1;
	}
	*g = invalid;
	if (n < 2 || p[1] <= 0x20 || p[1] > 0x7e)
		return 1;
	*g = jis_glyph(p[0] - 0x20u, p[1] - 0x20u);
	return 2;
}

/* In the order of preference where two fit alike. */
static size_t (*const steps[])(const uint8_t *p, size_t n, unsigned *shift, struct glyph *g) = {
	step_utf8, step_iso2022jp, step_eucjp, step_cp932,
};

static size_t
cost_of(size_t encoding, struct hn_view v)
{
	const uint8_t *p = (const uint8_t *)v.p;
	size_t cost = 0, at = 0;
	unsigned shift = SHIFT_ASCII;

	while (at < v.n) {
		struct glyph g;

		at += steps[encoding](p + at, v.n - at, &shift, &g);
		cost += g.cost;
	}
	return cost;
}

static char *
put_utf8(char *to, uint32_t code)
{
	if (code < 0x80) {
		*to++ = (char)code;
		return to;
	}
	if (code >= 0x10000) {
		*to++ = (char)(0xf0 | code >> 18);
		*to++ = (char)(0x80 | (code >> 12 & 0x3f));
	} else if (code >= 0x800) {
		*to++ = (char)(0xe0 | code >> 12);
	}
	*to++ = code >= 0x800 ? (char)(0x80 | (code >> 6 & 0x3f)) : (char)(0xc0 | code >> 6);
	*to++ = (char)(0x80 | (code & 0x3f));
	return to;
}

/* An escape sequence into a Japanese set; without one, bytes below 128 mean what they say. */
static bool
has_escape(struct hn_view v)
{
	for (size_t at = hn_view_find(v, '\033'); at < v.n; at = hn_view_find(v, '\033')) {
		v = hn_view_skip(v, at + 1);
		if (hn_view_starts(v, HN_LIT("$B")) || hn_view_starts(v, HN_LIT("$@")) || hn_view_starts(v, HN_LIT("(I")))
			return true;
	}
	return false;
}

static size_t
best_encoding(struct hn_view v)
{
	size_t best = 0, best_cost = SIZE_MAX;
	const size_t n = sizeof(steps) / sizeof(steps[0]);

	for (size_t i = 0; i < n; i++) {
		const size_t cost = cost_of(i, v);

		if (cost < best_cost) {
			best = i;
			best_cost = cost;
		}
	}
	return best;
}

enum hn_rc
hn_text_utf8(struct hn_arena *a, struct hn_view v, struct hn_view *out)
{
	const bool escaped = has_escape(v);
	size_t encoding = 0, at = 0;
	unsigned shift = SHIFT_ASCII;

	if (!escaped && hn_utf8_is_valid(v)) {
		*out = v;
		return HN_OK;
	}
	if (hn_text_init())
		encoding = escaped ? 1 : best_encoding(v);
	char *const text = v.n < SIZE_MAX / 4 ? hn_arena_get(a, v.n * 3 + 1) : NULL;	/* a byte makes three at most */
	char *to = text;

	if (text == NULL)
		return HN_E_NOMEM;
	while (at < v.n) {
		struct glyph g;

		at += steps[encoding]((const uint8_t *)v.p + at, v.n - at, &shift, &g);
		if (g.code != 0 || v.p[at - 1] == '\0')
			to = put_utf8(to, g.code);
	}
	*out = (struct hn_view){ text, (size_t)(to - text) };
	return HN_OK;
}
