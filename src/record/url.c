#include "record/url.h"

#include "base/err.h"
#include "base/num.h"

#define SCHEME_MAX 14u

static uint16_t
port_of_scheme(struct hn_view scheme)
{
	static const struct {
		struct hn_view scheme;
		uint16_t port;
	} rows[] = {
		{ HN_INIT("http"), 80 }, { HN_INIT("https"), 443 }, { HN_INIT("ws"), 80 }, { HN_INIT("wss"), 443 },
		{ HN_INIT("ftp"), 21 },
	};

	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (hn_view_eq_nocase(rows[i].scheme, scheme))
			return rows[i].port;
	return 0;
}

/* "host", "host:80", "[2001:db8::1]:443" */
static bool
split_authority(struct hn_view v, struct url *u)
{
	uint64_t port;
	size_t colon;

	for (size_t at = hn_view_find(v, '@'); at < v.n; at = hn_view_find(v, '@'))
		v = hn_view_skip(v, at + 1);
	if (v.n > 0 && v.p[0] == '[') {
		const size_t end = hn_view_find(v, ']');

		if (end == v.n)
			return false;
		u->host = (struct hn_view){ v.p + 1, end - 1 };
		v = hn_view_skip(v, end + 1);
		colon = 0;
	} else {
		colon = hn_view_find(v, ':');
		u->host = (struct hn_view){ v.p, colon };
	}
	if (colon < v.n) {
		if (v.p[colon] != ':' || hn_num_u64(hn_view_skip(v, colon + 1), 65535, &port) != HN_OK)
			return false;
		u->port = (uint16_t)port;
	}
	return u->host.n > 0;
}

/* Bytes before "://" near the beginning; text.n: there is none. */
static size_t
scheme_end(struct hn_view text)
{
	size_t n = 0;

	while (n < SCHEME_MAX && n < text.n && text.p[n] != ':')
		n++;
	return n + 3 <= text.n && n < SCHEME_MAX && memcmp(text.p + n, "://", 3) == 0 ? n : text.n;
}

/* Bytes before the path, the query or the fragment. */
static size_t
authority_end(struct hn_view v)
{
	size_t n = 0;

	while (n < v.n && v.p[n] != '/' && v.p[n] != '?' && v.p[n] != '#')
		n++;
	return n;
}

bool
url_split(struct hn_view text, struct url *out)
{
	struct url u = { .scheme = { "", 0 }, .host = { "", 0 }, .path = { "", 0 } };
	const size_t scheme = scheme_end(text);
	struct hn_view rest = text;
	size_t end;

	if (scheme < text.n) {
		u.scheme = (struct hn_view){ text.p, scheme };
		u.port = port_of_scheme(u.scheme);
		rest = hn_view_skip(text, scheme + 3);
	}
	end = authority_end(rest);
	if (!split_authority((struct hn_view){ rest.p, end }, &u))
		return false;
	u.path = hn_view_skip(rest, end);
	*out = u;
	return true;
}
