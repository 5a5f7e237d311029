#include <openssl/crypto.h>

#include "base/wire.h"
#include "site/core_parts.h"
#include "web/parts.h"

#define TOKEN_BODY_MAX 256u

static void
run_version(struct web *w, struct web_waiting *q)
{
	web_answer(w, q, 200, HN_LIT("{\"version\":\"" HINOMI_VERSION "\"}"));
}

/* The token out of {"token": "..."}: its characters need no escapes, so none are read. */
static struct hn_view
token_of(struct hn_view body)
{
	static const struct hn_view key = HN_INIT("\"token\"");
	const size_t at = hn_view_search(body, key);
	struct hn_view rest, token;

	if (body.n > TOKEN_BODY_MAX || at == body.n)
		return HN_LIT("");
	rest = hn_view_trim(hn_view_skip(body, at + key.n));
	if (rest.n < 3 || rest.p[0] != ':')
		return HN_LIT("");
	rest = hn_view_trim(hn_view_skip(rest, 1));
	if (rest.n < 2 || rest.p[0] != '"')
		return HN_LIT("");
	rest = hn_view_skip(rest, 1);
	return hn_view_cut(&rest, '"', &token) ? hn_view_trim(token) : HN_LIT("");
}

static void
run_login(struct web *w, struct web_waiting *q)
{
	const struct hn_view token = token_of(hn_http_body(q->request));
	struct hn_buf b = HN_BUF(1024);
	struct hn_buf upper = HN_BUF(64);

	for (size_t i = 0; i < token.n; i++) {
		const char c = token.p[i];

		hn_buf_char(&upper, c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
	}
	hn_put_u32(&b, q->id);
	hn_put_bytes(&b, upper.failed ? HN_LIT("") : hn_buf_view(&upper));
	hn_put_bytes(&b, hn_http_client(q->request));
	if (site_outbox_put(&w->to_core, SITE_MSG_LOGIN, hn_buf_view(&b)) != HN_OK)
		web_answer(w, q, 503, HN_LIT("{}"));
	site_outbox_send(&w->to_core);
	OPENSSL_cleanse(b.p, b.n);
	hn_buf_fini(&upper);
	hn_buf_fini(&b);
}

static void
run_logout(struct web *w, struct web_waiting *q)
{
	struct hn_buf b = HN_BUF(256);

	web_session_forget(w, q->session);
	web_events_end(w, q->session);
	hn_put_bytes(&b, (struct hn_view){ (const char *)q->session, 32 });
	hn_put_bytes(&b, hn_http_client(q->request));
	if (site_outbox_put(&w->to_core, SITE_MSG_LOGOUT, hn_buf_view(&b)) == HN_OK)
		site_outbox_send(&w->to_core);
	hn_buf_fini(&b);
	web_answer(w, q, 204, HN_LIT(""));
}

static void
run_events(struct web *w, struct web_waiting *q)
{
	web_events_add(w, q);
}

const struct web_route web_routes[] = {
	{ "GET", "/api/version", .is_open = true, .run = run_version },
	{ "POST", "/api/session", .is_open = true, .run = run_login },
	{ "DELETE", "/api/session", .run = run_logout },
	{ "GET", "/api/state", .view = SITE_VIEW_STATE },
	{ "GET", "/api/findings", .view = SITE_VIEW_FINDINGS, 
	    .params = { "level", "kind", "q", "before", "limit", "verdict", "machine" } },
	{ "GET", "/api/findings/", .has_rest = true, .view = SITE_VIEW_FINDING },
	{ "GET", "/api/sources", .view = SITE_VIEW_SOURCES },
	{ "GET", "/api/allow", .view = SITE_VIEW_ALLOW },
	{ "POST", "/api/verdicts", .run = web_run_act, .act = SITE_ACT_VERDICT, .names = { "finding", "verdict", "reason" } },
	{ "POST", "/api/allow", .run = web_run_act, .act = SITE_ACT_ALLOW, .names = { "value", "until", "reason" } },
	{ "POST", "/api/allow/end", .run = web_run_act, .act = SITE_ACT_UNALLOW, .names = { "id", NULL, "reason" } },
	{ "GET", "/api/events", .run = run_events },
	{ NULL, NULL, .run = NULL },
};
