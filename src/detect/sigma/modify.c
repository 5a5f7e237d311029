#include "detect/sigma/modify.h"

#include "base/buf.h"

#define VALUE_MAX 65536u	/* bytes of one value, encoded */

/* What a modifier sets. */
enum sets {
	SETS_ANCHOR,
	SETS_OP,
	SETS_WIDE,
	SETS_FLAG,	/* of the regex before it */
	SETS_ALL,
	SETS_CASED,
	SETS_NEQ,
	SETS_EXPAND,
	SETS_WINDASH,
	SETS_BASE64,
	SETS_BASE64OFFSET,
};

static const struct {
	struct hn_view name;
	enum sets sets;
	int value;
} modifiers[] = {
	{ HN_INIT("contains"), SETS_ANCHOR, SIGMA_ANCHOR_NONE }, { HN_INIT("startswith"), SETS_ANCHOR, SIGMA_ANCHOR_START },
	{ HN_INIT("endswith"), SETS_ANCHOR, SIGMA_ANCHOR_END }, { HN_INIT("all"), SETS_ALL, 0 },
	{ HN_INIT("re"), SETS_OP, SIGMA_REGEX }, { HN_INIT("cidr"), SETS_OP, SIGMA_CIDR }, { HN_INIT("gt"), SETS_OP, SIGMA_GT },
	{ HN_INIT("gte"), SETS_OP, SIGMA_GTE }, { HN_INIT("lt"), SETS_OP, SIGMA_LT }, { HN_INIT("lte"), SETS_OP, SIGMA_LTE },
	{ HN_INIT("exists"), SETS_OP, SIGMA_EXISTS }, { HN_INIT("fieldref"), SETS_OP, SIGMA_FIELD_EQUAL },
	{ HN_INIT("minute"), SETS_OP, SIGMA_MINUTE }, { HN_INIT("hour"), SETS_OP, SIGMA_HOUR },
	{ HN_INIT("day"), SETS_OP, SIGMA_DAY }, { HN_INIT("week"), SETS_OP, SIGMA_WEEK },
	{ HN_INIT("month"), SETS_OP, SIGMA_MONTH }, { HN_INIT("year"), SETS_OP, SIGMA_YEAR },
	{ HN_INIT("wide"), SETS_WIDE, SIGMA_WIDE_LE }, { HN_INIT("utf16le"), SETS_WIDE, SIGMA_WIDE_LE },
	{ HN_INIT("utf16be"), SETS_WIDE, SIGMA_WIDE_BE }, { HN_INIT("utf16"), SETS_WIDE, SIGMA_WIDE_BOM },
	{ HN_INIT("i"), SETS_FLAG, SIGMA_RE_CASELESS }, { HN_INIT("ignorecase"), SETS_FLAG, SIGMA_RE_CASELESS },
	{ HN_INIT("m"), SETS_FLAG, SIGMA_RE_MULTILINE }, { HN_INIT("multiline"), SETS_FLAG, SIGMA_RE_MULTILINE },
	{ HN_INIT("s"), SETS_FLAG, SIGMA_RE_DOTALL }, { HN_INIT("dotall"), SETS_FLAG, SIGMA_RE_DOTALL },
	{ HN_INIT("cased"), SETS_CASED, 0 }, { HN_INIT("neq"), SETS_NEQ, 0 }, { HN_INIT("expand"), SETS_EXPAND, 0 },
	{ HN_INIT("windash"), SETS_WINDASH, 0 }, { HN_INIT("base64"), SETS_BASE64, 0 },
	{ HN_INIT("base64offset"), SETS_BASE64OFFSET, 0 },
};

static bool
set(struct sigma_modifiers *m, enum sets what, int value)
{
	bool *const flags[] = {
		[SETS_ALL] = &m->all, [SETS_CASED] = &m->cased, [SETS_NEQ] = &m->neq, [SETS_EXPAND] = &m->expand,
		[SETS_WINDASH] = &m->windash, [SETS_BASE64] = &m->base64, [SETS_BASE64OFFSET] = &m->base64offset,
	};

	switch (what) {
	case SETS_ANCHOR:
		m->anchor = (enum sigma_anchor)value;
		return m->op == SIGMA_EQUAL || m->op == SIGMA_FIELD_EQUAL;
	case SETS_OP:
		if (m->op != SIGMA_EQUAL || (m->anchor != SIGMA_ANCHOR_WHOLE && value != SIGMA_FIELD_EQUAL))
			return false;
		m->op = (enum sigma_op)value;
		return true;
	case SETS_WIDE:
		m->wide = (enum sigma_wide)value;
		return m->op == SIGMA_EQUAL;
	case SETS_FLAG:
		m->regex_flags |= (uint8_t)value;
		return m->op == SIGMA_REGEX;
	default:
		*flags[what] = true;
		return true;
	}
}

enum hn_rc
sigma_modifiers_read(struct hn_view text, struct sigma_modifiers *out, struct hn_err *err)
{
	struct sigma_modifiers m = { .op = SIGMA_EQUAL };
	struct hn_view one;

	while (text.n > 0) {
		size_t i = 0;

		(void)hn_view_cut(&text, '|', &one);
		while (i < HN_COUNT(modifiers) && !hn_view_eq(modifiers[i].name, one))
			i++;
		if (i == HN_COUNT(modifiers))
			return HN_FAIL(err, HN_E_UNSUPPORTED, 0, "no such modifier in Sigma 2.0");
		if (!set(&m, modifiers[i].sets, modifiers[i].value))
			return HN_FAIL(err, HN_E_UNSUPPORTED, 0, "a modifier that cannot go with the one before it");
	}
	*out = m;
	return HN_OK;
}

/* Wildcards to their marks, escapes undone.  A backslash ahead of anything else is itself. */
static enum hn_rc
plain(struct hn_view v, struct hn_buf *b, struct hn_err *err)
{
	for (size_t i = 0; i < v.n; i++) {
		const char c = v.p[i];

		if (c == SIGMA_ANY || c == SIGMA_ONE)
			return HN_FAIL(err, HN_E_SYNTAX, i, "a control character in a value");
		if (c == '\\' && i + 1 < v.n && strchr("*?\\", v.p[i + 1]) != NULL && v.p[i + 1] != '\0')
			hn_buf_char(b, v.p[++i]);
		else if (c == '*')
			hn_buf_char(b, SIGMA_ANY);
		else
			hn_buf_char(b, c == '?' ? SIGMA_ONE : c);
	}
	return HN_OK;
}

/* One code point of UTF-8 at ${*i}; a broken byte stands for itself. */
static uint32_t
code_point(struct hn_view v, size_t *i)
{
	const uint8_t first = (uint8_t)v.p[(*i)++];
	const unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
	uint32_t c = more == 0 ? first : first & (0x3fu >> more);

	for (unsigned k = 0; k < more && *i < v.n; k++)
		c = c << 6 | ((uint8_t)v.p[(*i)++] & 0x3fu);
	return c;
}

static void
put_unit(struct hn_buf *b, uint32_t unit, bool big)
{
	hn_buf_char(b, (char)(uint8_t)(big ? unit >> 8 : unit));
	hn_buf_char(b, (char)(uint8_t)(big ? unit : unit >> 8));
}

static void
put_wide(struct hn_buf *b, struct hn_view v, enum sigma_wide wide)
{
	if (wide == SIGMA_WIDE_BOM)
		hn_buf_put(b, HN_LIT("\xff\xfe"));
	for (size_t i = 0; i < v.n;) {
		const uint32_t c = code_point(v, &i);

		if (c >= 0x10000)
			put_unit(b, 0xd800 + ((c - 0x10000) >> 10 & 0x3ff), wide == SIGMA_WIDE_BE);
		put_unit(b, c >= 0x10000 ? 0xdc00 + (c & 0x3ff) : c, wide == SIGMA_WIDE_BE);
	}
}

/* Those characters of the base64 form (RFC 4648) of ${skip} unknown bytes and ${v} that do not hang on unknown bytes. */
static void
put_base64(struct hn_buf *b, struct hn_view v, size_t skip, bool whole)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const size_t bits = 8 * (skip + v.n);
	const size_t first = (8 * skip + 5) / 6;
	const size_t end = whole ? (bits + 5) / 6 : bits / 6;

	for (size_t i = first; i < end; i++) {
		unsigned digit = 0;

		for (size_t k = 6 * i; k < 6 * i + 6; k++) {
			const size_t byte = k / 8 - skip;

			digit = digit << 1 | (byte < v.n ? (uint8_t)v.p[byte] >> (7 - k % 8) & 1u : 0u);
		}
		hn_buf_char(b, digits[digit]);
	}
	for (size_t i = end; whole && i % 4 != 0; i++)
		hn_buf_char(b, '=');
}

static void
give(const struct sigma_modifiers *m, struct hn_view v, struct hn_arena *arena, struct sigma_made made)
{
	const bool opens = m->anchor == SIGMA_ANCHOR_NONE || m->anchor == SIGMA_ANCHOR_END;
	const bool closes = m->anchor == SIGMA_ANCHOR_NONE || m->anchor == SIGMA_ANCHOR_START;
	char *p = hn_arena_get(arena, v.n + 3);
	size_t n = 0;

	if (p == NULL)
		return;
	if (opens && !(v.n > 0 && v.p[0] == SIGMA_ANY))
		p[n++] = SIGMA_ANY;
	if (v.n > 0)
		memcpy(p + n, v.p, v.n);
	n += v.n;
	if (closes && !(n > 0 && p[n - 1] == SIGMA_ANY))
		p[n++] = SIGMA_ANY;
	made.take(made.ctx, (struct hn_view){ p, n });
}

static void
encode(const struct sigma_modifiers *m, struct hn_view v, struct hn_arena *arena, struct sigma_made made)
{
	struct hn_buf wide = HN_BUF(2 * VALUE_MAX), b = HN_BUF(4 * VALUE_MAX);

	if (m->wide != SIGMA_WIDE_NOT) {
		put_wide(&wide, v, m->wide);
		v = hn_buf_view(&wide);
	}
	if (!m->base64 && !m->base64offset)
		give(m, v, arena, made);
	for (size_t skip = 0; skip < (m->base64offset ? 3u : m->base64 ? 1u : 0u); skip++) {
		hn_buf_reset(&b);
		put_base64(&b, v, skip, m->base64);
		give(m, hn_buf_view(&b), arena, made);
	}
	hn_buf_fini(&wide);
	hn_buf_fini(&b);
}

/* With every "-" or "/" that begins a word as each kind of dash that Windows programs take. */
static void
give_dashes(const struct sigma_modifiers *m, struct hn_view v, struct hn_arena *arena, struct sigma_made made)
{
	static const struct hn_view dashes[] = {
		HN_INIT("-"), HN_INIT("/"), HN_INIT("\xe2\x80\x93"), HN_INIT("\xe2\x80\x94"), HN_INIT("\xe2\x80\x95"),
	};
	struct hn_buf b = HN_BUF(VALUE_MAX);

	for (size_t d = 0; d < HN_COUNT(dashes); d++) {
		hn_buf_reset(&b);
		for (size_t i = 0; i < v.n; i++) {
			const bool begins = i == 0 || v.p[i - 1] == ' ' || v.p[i - 1] == '"' || v.p[i - 1] == '\'' ||
			    v.p[i - 1] == SIGMA_ANY;

			if (begins && (v.p[i] == '-' || v.p[i] == '/'))
				hn_buf_put(&b, dashes[d]);
			else
				hn_buf_char(&b, v.p[i]);
		}
		encode(m, hn_buf_view(&b), arena, made);
	}
	hn_buf_fini(&b);
}

enum hn_rc
sigma_modify(const struct sigma_modifiers *m, struct hn_view text, struct hn_arena *arena, struct sigma_made made,
    struct hn_err *err)
{
	const bool is_encoded = m->wide != SIGMA_WIDE_NOT || m->base64 || m->base64offset;
	struct hn_buf b = HN_BUF(VALUE_MAX);
	enum hn_rc rc = plain(text, &b, err);
	const struct hn_view v = hn_buf_view(&b);

	if (rc == HN_OK && b.failed)
		rc = HN_FAIL(err, HN_E_LIMIT, text.n, "length of a value");
	if (rc == HN_OK && is_encoded && sigma_pattern_literal(v).n != v.n)
		rc = HN_FAIL(err, HN_E_UNSUPPORTED, 0, "wildcards in a value that is to be encoded");
	if (rc == HN_OK && m->windash)
		give_dashes(m, v, arena, made);
	else if (rc == HN_OK)
		encode(m, v, arena, made);
	hn_buf_fini(&b);
	return rc;
}
