#include "record/fold.h"

#define STEP 16u

/* Sixteen bytes at once on any machine; the compiler has the instructions for it. */
typedef uint8_t bytes __attribute__((vector_size(STEP)));
typedef uint64_t words __attribute__((vector_size(STEP)));

struct seen {
	bytes upper, high, blank, hash, slash;
};

static bytes
load(const char *p)
{
	bytes b;

	memcpy(&b, p, STEP);
	return b;
}

static void
look(struct seen *s, bytes b)
{
	s->upper |= (bytes)((bytes)(b - 'A') < 26);
	s->high |= b;
	s->blank |= (bytes)(b <= ' ');
	s->hash |= (bytes)(b == '#');
	s->slash |= (bytes)(b == '/');
}

static bool
any(bytes b)
{
	const words w = (words)b;

	return (w[0] | w[1]) != 0;
}

/* The first ${n} (under 16) bytes and filler; reads nothing behind them. */
static bytes
load_part(const char *p, size_t n)
{
	char part[STEP];

	memset(part, 'a', STEP);
	if (n >= 8) {
		memcpy(part, p, 8);
		memcpy(part + 8, p + n - 8, 8);
	} else if (n >= 4) {
		memcpy(part, p, 4);
		memcpy(part + 4, p + n - 4, 4);
	} else {
		for (size_t i = 0; i < n; i++)
			part[i] = p[i];
	}
	return load(part);
}

unsigned
fold_scan(struct hn_view v)
{
	struct seen s = { 0 };
	size_t i = 0;

	for (; i + STEP <= v.n; i += STEP)
		look(&s, load(v.p + i));
	if (i < v.n)
		look(&s, v.n >= STEP ? load(v.p + v.n - STEP) : load_part(v.p, v.n));
	s.high &= 0x80;
	return (any(s.upper) ? FOLD_UPPER : 0u) | (any(s.high) ? FOLD_HIGH : 0u) | (any(s.blank) ? FOLD_BLANK : 0u) |
	    (any(s.hash) ? FOLD_HASH : 0u) | (any(s.slash) ? FOLD_SLASH : 0u);
}

void
fold_lower(char *to, struct hn_view v)
{
	for (size_t i = 0; i < v.n; i++)
		to[i] = (char)(v.p[i] + ((uint8_t)(v.p[i] - 'A') < 26 ? 32 : 0));
}

struct hn_view
fold_copy(struct hn_view v, struct hn_arena *a)
{
	char *const text = v.n > 0 ? hn_arena_get(a, v.n) : NULL;

	if (text == NULL)
		return v;
	fold_lower(text, v);
	return (struct hn_view){ text, v.n };
}
