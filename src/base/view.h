#ifndef HN_BASE_VIEW_H
#define HN_BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * A borrowed run of bytes: p[0..n).  It is never NUL-terminated by promise and
 * never freed by its holder; it lives as long as the buffer it points into.
 */
struct hn_view {
	const char *p;
	size_t n;
};

#define HN_INIT(s) { "" s, sizeof(s) - 1 }		/* for static tables */
#define HN_LIT(s) ((struct hn_view)HN_INIT(s))		/* for expressions */

static inline bool
hn_view_eq(struct hn_view a, struct hn_view b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The view of a NUL-terminated string, without its NUL; NULL gives the empty view. */
static inline struct hn_view
hn_view_of(const char *s)
{
	return (struct hn_view){ s, s != NULL ? strlen(s) : 0 };
}

static inline bool
hn_view_starts(struct hn_view v, struct hn_view with)
{
	return v.n >= with.n && (with.n == 0 || memcmp(v.p, with.p, with.n) == 0);
}

static inline bool
hn_view_ends(struct hn_view v, struct hn_view with)
{
	return v.n >= with.n && (with.n == 0 || memcmp(v.p + (v.n - with.n), with.p, with.n) == 0);
}

/* The bytes of v at ${to}, which has room for them; nothing where v is empty, wherever it points. */
static inline void
hn_view_copy(char *to, struct hn_view v)
{
	if (v.n > 0)
		memcpy(to, v.p, v.n);
}

/* v without its first ${n} bytes; ${n} at most v.n. */
static inline struct hn_view
hn_view_skip(struct hn_view v, size_t n)
{
	return (struct hn_view){ v.p + n, v.n - n };
}

/* Offset of the first ${c} in v; v.n: there is none. */
static inline size_t
hn_view_find(struct hn_view v, char c)
{
	const char *at = v.n > 0 ? memchr(v.p, c, v.n) : NULL;

	return at != NULL ? (size_t)(at - v.p) : v.n;
}

/* Offset of the first ${what} in v; v.n: there is none (an empty ${what} is at 0). */
static inline size_t
hn_view_search(struct hn_view v, struct hn_view what)
{
	const char *at;

	if (what.n == 0)
		return 0;
	at = v.p != NULL && v.n >= what.n ? memmem(v.p, v.n, what.p, what.n) : NULL;
	return at != NULL ? (size_t)(at - v.p) : v.n;
}

/* Cut ${v} at the first ${c}: *head is before it, *v what follows; false and all of it in *head: no ${c}. */
static inline bool
hn_view_cut(struct hn_view *v, char c, struct hn_view *head)
{
	const size_t at = hn_view_find(*v, c);
	const bool found = at < v->n;

	*head = (struct hn_view){ v->p, at };
	*v = hn_view_skip(*v, found ? at + 1 : at);
	return found;
}

/* v without blanks (space, tab, CR, LF) at both ends. */
static inline struct hn_view
hn_view_trim(struct hn_view v)
{
	while (v.n > 0 && (v.p[0] == ' ' || v.p[0] == '\t' || v.p[0] == '\r' || v.p[0] == '\n'))
		v = hn_view_skip(v, 1);
	while (v.n > 0 && (v.p[v.n - 1] == ' ' || v.p[v.n - 1] == '\t' || v.p[v.n - 1] == '\r' || v.p[v.n - 1] == '\n'))
		v.n--;
	return v;
}

/* ASCII lower case of one byte; bytes over 127 are left alone. */
static inline char
hn_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Equal but for the case of ASCII letters. */
static inline bool
hn_view_eq_nocase(struct hn_view a, struct hn_view b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (hn_lower(a.p[i]) != hn_lower(b.p[i]))
			return false;
	return true;
}

#endif
