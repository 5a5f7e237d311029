#include "record/refang.h"

#include <string.h>

#include "base/err.h"

static bool
starts_nocase(struct hn_view v, struct hn_view with)
{
	return v.n >= with.n && hn_view_eq_nocase((struct hn_view){ v.p, with.n }, with);
}

bool
refang_is_needed(struct hn_view v)
{
	if (starts_nocase(v, HN_LIT("hx")) || starts_nocase(v, HN_LIT("fx")))
		return true;
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == '[' || v.p[i] == '(' || v.p[i] == '{' || v.p[i] == '\\' || v.p[i] == ']')
			return true;
	return false;
}

static size_t
put_view(char *to, struct hn_view v)
{
	memcpy(to, v.p, v.n);
	return v.n;
}

size_t
refang(struct hn_view v, char *to)
{
	static const struct {
		struct hn_view from, to;
	} schemes[] = {
		{ HN_INIT("hxxp:"), HN_INIT("http:") }, { HN_INIT("hxxp["), HN_INIT("http[") },
		{ HN_INIT("hxxps:"), HN_INIT("https:") }, { HN_INIT("hxxps["), HN_INIT("https[") },
		{ HN_INIT("fxp:"), HN_INIT("ftp:") },
	}, rows[] = {
		{ HN_INIT("[.]"), HN_INIT(".") }, { HN_INIT("(.)"), HN_INIT(".") }, { HN_INIT("{.}"), HN_INIT(".") },
		{ HN_INIT("[dot]"), HN_INIT(".") }, { HN_INIT("(dot)"), HN_INIT(".") }, { HN_INIT("{dot}"), HN_INIT(".") },
		{ HN_INIT("[."), HN_INIT(".") }, { HN_INIT(".]"), HN_INIT(".") }, { HN_INIT("\\."), HN_INIT(".") },
		{ HN_INIT("[:]"), HN_INIT(":") }, { HN_INIT("[://]"), HN_INIT("://") }, { HN_INIT("[/]"), HN_INIT("/") },
		{ HN_INIT("[@]"), HN_INIT("@") }, { HN_INIT("[at]"), HN_INIT("@") }, { HN_INIT("(at)"), HN_INIT("@") },
	};
	size_t n = 0;

	for (size_t i = 0; i < HN_COUNT(schemes); i++)
		if (starts_nocase(v, schemes[i].from)) {
			n = put_view(to, schemes[i].to) - 1;	/* what follows may be a mark itself */
			v = hn_view_skip(v, schemes[i].from.n - 1);
			break;
		}
	while (v.n > 0) {
		struct hn_view put = { v.p, 1 };
		size_t skip = 1;

		for (size_t i = 0; i < HN_COUNT(rows) && skip == 1; i++)
			if (starts_nocase(v, rows[i].from)) {
				put = rows[i].to;
				skip = rows[i].from.n;
			}
		n += put_view(to + n, put);
		v = hn_view_skip(v, skip);
	}
	return n;
}
