#include "web/assets.h"
#include "web/parts.h"

#define POLICY "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " \
	"manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

#define SECURITY_HEADERS \
	{ "Content-Security-Policy", POLICY }, { "X-Content-Type-Options", "nosniff" }, \
	{ "Referrer-Policy", "no-referrer" }, { "Cross-Origin-Opener-Policy", "same-origin" }, \
	{ "Cross-Origin-Resource-Policy", "same-origin" }, { "Strict-Transport-Security", "max-age=31536000" }

const struct hn_http_reply_header web_json_headers[] = {
	{ "Content-Type", "application/json" }, { "Cache-Control", "no-store" }, SECURITY_HEADERS, { NULL, NULL },
};

bool
web_static(struct hn_http_request *q, struct hn_view path)
{
	for (const struct web_asset *a = web_assets; a->path != NULL; a++) {
		const struct hn_http_reply_header headers[] = {
			{ "Content-Type", a->type }, { "Content-Encoding", "gzip" }, { "ETag", a->etag },
			{ "Cache-Control", "no-cache" }, SECURITY_HEADERS, { NULL, NULL },
		};

		if (!hn_view_eq(hn_view_of(a->path), path))
			continue;
		if (hn_view_eq(hn_http_header(q, "If-None-Match"), hn_view_of(a->etag)))
			hn_http_reply(q, 304, headers, HN_LIT(""));
		else
			hn_http_reply(q, 200, headers, (struct hn_view){ (const char *)a->gzip, a->n });
		return true;
	}
	return false;
}
