#include "record/escape.h"

static char
meaning(char c)
{
	return c == 'n' ? '\n' : c == 'r' ? '\r' : c;
}

struct hn_view
escape_undo(struct hn_view v, const char *which, struct hn_arena *a)
{
	char *const text = hn_view_find(v, '\\') < v.n ? hn_arena_get(a, v.n) : NULL;
	size_t n = 0;

	if (text == NULL)
		return v;
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == '\\' && i + 1 < v.n && v.p[i + 1] != '\0' && strchr(which, v.p[i + 1]) != NULL)
			text[n++] = meaning(v.p[++i]);
		else
			text[n++] = v.p[i];
	return (struct hn_view){ text, n };
}
