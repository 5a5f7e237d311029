#include "base/json.h"

#include <assert.h>

#include "base/num.h"
#include "base/text.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Where the walk stands: before the object, behind an opening bracket, behind a value, behind the object. */
enum { BEFORE, OPENED, BEHIND, AFTER };

enum step { LEAF, OPEN, CLOSE, END, BAD };

/* What a string has in it. */
enum { HAS_ESCAPE = 1, HAS_NUL = 2 };

static bool
is_plain(char c)
{
	return (signed char)c >= 0x20 && c != '"' && c != '\\';
}

#if defined(__SSE2__)
static inline const char *
plain_end(const char *p, const char *end)
{
	const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), blank = _mm_set1_epi8(0x20);

	while (end - p >= 16) {
		const __m128i c = _mm_loadu_si128((const __m128i *)(const void *)p);
		/* Signed: bytes over 127 are below a blank too. */
		const __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(c, quote), _mm_cmpeq_epi8(c, backslash)),
		    _mm_cmplt_epi8(c, blank));
		const unsigned mask = (unsigned)_mm_movemask_epi8(hit);

		if (mask != 0)
			return p + __builtin_ctz(mask);
		p += 16;
	}
	while (p < end && is_plain(*p))
		p++;
	return p;
}
#else
static inline const char *
plain_end(const char *p, const char *end)
{
	while (p < end && is_plain(*p))
		p++;
	return p;
}
#endif

const char *
hn_json_plain_end(const char *p, const char *end)
{
	return plain_end(p, end);
}

static enum step
bad(struct hn_json *j, enum hn_rc rc, const char *what, struct hn_err *err)
{
	j->rc = HN_FAIL(err, rc, (size_t)(j->at - j->start), what);
	return BAD;
}

static inline void
skip_blanks(struct hn_json *j)
{
	while (j->at < j->end && (*j->at == ' ' || *j->at == '\t' || *j->at == '\n' || *j->at == '\r'))
		j->at++;
}

/* The four digits of "\uXXXX" at ${p}; false: they are none. */
static bool
unit_at(const char *p, const char *end, unsigned *out)
{
	uint8_t b[2];

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u' || hn_num_bytes((struct hn_view){ p + 2, 4 }, b, 2) != HN_OK)
		return false;
	*out = (unsigned)b[0] << 8 | b[1];
	return true;
}

/* Length of the escape at ${p} and the character it stands for; 0: it is unsound. */
static size_t
escape_len(const char *p, const char *end, unsigned *c)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	unsigned low;

	if (end - p < 2)
		return 0;
	if (p[1] != 'u') {
		const char *at = p[1] != '\0' ? strchr(letters, p[1]) : NULL;

		if (at == NULL)
			return 0;
		*c = (unsigned char)meant[at - letters];
		return 2;
	}
	if (!unit_at(p, end, c) || (*c >= 0xdc00 && *c <= 0xdfff))
		return 0;
	if (*c < 0xd800 || *c > 0xdbff)
		return 6;
	if (!unit_at(p + 6, end, &low) || low < 0xdc00 || low > 0xdfff)
		return 0;
	*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
	return 12;
}

/* Length of what stands at ${p} and is not plain; 0: unsound. */
static size_t
odd_len(const char *p, const char *end, unsigned *has)
{
	unsigned c = 1;

	if (*p != '\\')
		return (unsigned char)*p >= 0x80 ? hn_utf8_len((struct hn_view){ p, (size_t)(end - p) }) : 0;
	const size_t n = escape_len(p, end, &c);

	*has |= HAS_ESCAPE | (c == 0 ? HAS_NUL : 0);
	return n;
}

/* Go over the string whose opening quote is at j->at. */
static inline bool
take_string(struct hn_json *j, struct hn_view *out, unsigned *has)
{
	const char *const from = j->at + 1;
	const char *p = from;

	*has = 0;
	for (;;) {
		p = plain_end(p, j->end);
		if (p == j->end || *p == '"')
			break;
		const size_t n = odd_len(p, j->end, has);

		if (n == 0)
			break;
		p += n;
	}
	j->at = p;
	if (p == j->end || *p != '"')
		return false;
	*out = (struct hn_view){ from, (size_t)(p - from) };
	j->at++;
	return true;
}

static inline const char *
skip_digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

static bool
take_number(struct hn_json *j)
{
	const char *p = j->at, *const end = j->end;
	const char *from;

	p += *p == '-' ? 1 : 0;
	from = p;
	p = skip_digits(p, end);
	j->at = p;
	if (p == from || (*from == '0' && p - from > 1))
		return false;
	if (p < end && *p == '.') {
		from = ++p;
		j->at = p = skip_digits(p, end);
		if (p == from)
			return false;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		p += p < end && (*p == '+' || *p == '-') ? 1 : 0;
		from = p;
		j->at = p = skip_digits(p, end);
		return p != from;
	}
	return true;
}

static bool
take_word(struct hn_json *j, enum hn_json_type *type)
{
	static const struct {
		struct hn_view word;
		enum hn_json_type type;
	} rows[] = {
		{ HN_INIT("true"), HN_JSON_TRUE }, { HN_INIT("false"), HN_JSON_FALSE }, { HN_INIT("null"), HN_JSON_NULL },
	};
	const struct hn_view rest = { j->at, (size_t)(j->end - j->at) };

	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		if (hn_view_starts(rest, rows[i].word)) {
			j->at += rows[i].word.n;
			*type = rows[i].type;
			return true;
		}
	}
	return false;
}

static bool
in_array(const struct hn_json *j)
{
	return (j->arrays >> j->depth & 1) != 0;
}

/* The member's name, made of the path so far and ${key}; ${key}.p NULL: an array's element. */
static inline bool
name_item(struct hn_json *j, struct hn_view key, struct hn_json_item *out)
{
	const size_t n = j->path_n[j->depth];

	if (key.p == NULL) {
		out->key = (struct hn_view){ j->path, n };
		return true;
	}
	if (j->depth == 1) {
		out->key = key;
		return true;
	}
	if (key.n >= HN_JSON_PATH_MAX - n)
		return false;
	j->path[n] = '.';
	memcpy(j->path + n + 1, key.p, key.n);
	out->key = (struct hn_view){ j->path, n + 1 + key.n };
	return true;
}

static enum step
enter(struct hn_json *j, struct hn_json_item *out, struct hn_err *err)
{
	const bool array = *j->at == '[';

	if (j->depth == HN_JSON_DEPTH_MAX)
		return bad(j, HN_E_LIMIT, "depth", err);
	if (out->key.n > HN_JSON_PATH_MAX)
		return bad(j, HN_E_LIMIT, "path", err);
	out->type = array ? HN_JSON_ARRAY : HN_JSON_OBJECT;
	out->value = (struct hn_view){ j->at, 1 };
	out->escaped = false;
	j->depth++;
	j->arrays = (j->arrays & ~(UINT64_C(1) << j->depth)) | (uint64_t)array << j->depth;
	if (out->key.p != j->path && out->key.n > 0)
		memcpy(j->path, out->key.p, out->key.n);
	j->path_n[j->depth] = out->key.n;
	j->at++;
	j->state = OPENED;
	return OPEN;
}

static enum step
leave(struct hn_json *j)
{
	j->at++;
	j->depth--;
	j->state = j->depth == 0 ? AFTER : BEHIND;
	return CLOSE;
}

/* The value at j->at, whose name is already in ${out}. */
static inline enum step
take_value(struct hn_json *j, struct hn_json_item *out, struct hn_err *err)
{
	const char *const from = j->at;
	unsigned has;

	if (j->at == j->end)
		return bad(j, HN_E_SYNTAX, "value", err);
	j->state = BEHIND;
	if (*from == '"') {
		if (!take_string(j, &out->value, &has))
			return bad(j, HN_E_SYNTAX, "string", err);
		out->type = HN_JSON_STRING;
		out->escaped = has != 0;
		return LEAF;
	}
	if (*from == '{' || *from == '[')
		return enter(j, out, err);
	out->escaped = false;
	if (*from == '-' || (*from >= '0' && *from <= '9')) {
		out->type = HN_JSON_NUMBER;
		if (!take_number(j))
			return bad(j, HN_E_SYNTAX, "number", err);
	} else if (!take_word(j, &out->type)) {
		return bad(j, HN_E_SYNTAX, "value", err);
	}
	out->value = (struct hn_view){ from, (size_t)(j->at - from) };
	return LEAF;
}

/* The member or element at j->at. */
static inline enum step
take_member(struct hn_json *j, struct hn_json_item *out, struct hn_err *err)
{
	struct hn_view key = { NULL, 0 };
	unsigned has;

	if (!in_array(j)) {
		if (j->at == j->end || *j->at != '"')
			return bad(j, HN_E_SYNTAX, "name", err);
		if (!take_string(j, &key, &has) || (has & HAS_NUL) != 0)
			return bad(j, HN_E_SYNTAX, "name", err);
		skip_blanks(j);
		if (j->at == j->end || *j->at != ':')
			return bad(j, HN_E_SYNTAX, "colon", err);
		j->at++;
		skip_blanks(j);
	}
	if (!name_item(j, key, out))
		return bad(j, HN_E_LIMIT, "path", err);
	out->in_array = j->arrays != 0;
	return take_value(j, out, err);
}

static enum step
begin(struct hn_json *j, struct hn_json_item *out, struct hn_err *err)
{
	if (j->end - j->start > (ptrdiff_t)HN_JSON_SIZE_MAX)
		return bad(j, HN_E_LIMIT, "size", err);
	if (j->at == j->end || *j->at != '{')
		return bad(j, HN_E_SYNTAX, "object", err);
	out->key = (struct hn_view){ "", 0 };
	return enter(j, out, err);
}

/* Close a container, or go on to what follows the comma. */
static inline enum step
go_on(struct hn_json *j, struct hn_json_item *out, struct hn_err *err)
{
	if (j->at == j->end)
		return bad(j, HN_E_SYNTAX, "end", err);
	if (*j->at == (in_array(j) ? ']' : '}')) {
		j->arrays &= ~(UINT64_C(1) << j->depth);
		return leave(j);
	}
	if (j->state == BEHIND) {
		if (*j->at != ',')
			return bad(j, HN_E_SYNTAX, "comma", err);
		j->at++;
		skip_blanks(j);
	}
	return take_member(j, out, err);
}

static inline enum step
step(struct hn_json *j, struct hn_json_item *out, struct hn_err *err)
{
	skip_blanks(j);
	if (j->state == OPENED || j->state == BEHIND)
		return go_on(j, out, err);
	if (j->state == BEFORE)
		return begin(j, out, err);
	return j->at == j->end ? END : bad(j, HN_E_SYNTAX, "end", err);
}

/* The container that was just opened as one value; its inside is read, and forgotten. */
static enum step
take_whole(struct hn_json *j, struct hn_json_item *out, struct hn_err *err)
{
	const unsigned outside = j->depth - 1;
	struct hn_json_item inner = { .key = { "", 0 } };

	while (j->depth > outside)
		if (step(j, &inner, err) == BAD)
			return BAD;
	out->value.n = (size_t)(j->at - out->value.p);
	return LEAF;
}

static void
start(struct hn_json *j, struct hn_view text, bool deep)
{
	j->start = j->at = text.n > 0 ? text.p : "";
	j->end = j->start + text.n;
	j->state = BEFORE;
	j->deep = deep;
	j->rc = HN_OK;
	j->depth = 0;
	j->arrays = 0;
	j->path_n[0] = 0;
}

void
hn_json_members(struct hn_json *j, struct hn_view text)
{
	start(j, text, false);
}

void
hn_json_leaves(struct hn_json *j, struct hn_view text)
{
	start(j, text, true);
}

enum hn_rc
hn_json_next(struct hn_json *j, struct hn_json_item *out, struct hn_err *err)
{
	struct hn_json_item item = { .key = { "", 0 } };
	enum step s;

	if (j->rc != HN_OK)
		return HN_FAIL(err, j->rc, (size_t)(j->at - j->start), "unsound before");
	do {
		s = step(j, &item, err);
		if (s == OPEN && !j->deep && j->depth > 1)
			s = take_whole(j, &item, err);
	} while (s == OPEN || s == CLOSE);
	if (s == LEAF) {
		*out = item;
		return HN_OK;
	}
	return s == END ? HN_SKIP : j->rc;
}

static char *
put_utf8(char *to, unsigned c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

struct hn_view
hn_json_unescape(struct hn_view raw, struct hn_arena *a)
{
	const char *p = raw.p, *const end = raw.p + raw.n;
	char *text, *to;

	if (hn_view_find(raw, '\\') == raw.n)
		return raw;
	text = to = hn_arena_get(a, raw.n);	/* no escape is shorter than what it stands for */
	if (text == NULL)
		return (struct hn_view){ NULL, 0 };
	while (p < end) {
		const size_t plain = hn_view_find((struct hn_view){ p, (size_t)(end - p) }, '\\');
		unsigned c = 0;

		memcpy(to, p, plain);
		to += plain;
		p += plain;
		if (p == end)
			break;
		const size_t n = escape_len(p, end, &c);

		assert(n > 0);
		to = put_utf8(to, c);
		p += n;
	}
	return (struct hn_view){ text, (size_t)(to - text) };
}
