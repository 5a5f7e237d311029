#include "web/web.h"

#include <inttypes.h>
#include <openssl/crypto.h>

#include "base/clock.h"
#include "base/wire.h"
#include "site/identity.h"
#include "web/parts.h"

#define ANSWER_MAX (4u << 20)

static void
forget(struct web_waiting *q)
{
	hn_buf_fini(&q->body);
	*q = (struct web_waiting){ 0 };
}

void
web_answer(struct web *w, struct web_waiting *q, unsigned status, struct hn_view json)
{
	(void)w;
	if (q->request != NULL)
		hn_http_reply(q->request, status, web_json_headers, json);
	forget(q);
}

static struct web_waiting *
find(struct web *w, uint32_t id)
{
	struct web_waiting *q = &w->waiting[id % WEB_WAITING_MAX];

	return id != 0 && q->id == id ? q : NULL;
}

/* A free place under a new number; NULL: too many wait. */
static struct web_waiting *
begin(struct web *w)
{
	for (unsigned i = 0; i < WEB_WAITING_MAX; i++) {
		const uint32_t id = ++w->last_id != 0 ? w->last_id : ++w->last_id;
		struct web_waiting *q = &w->waiting[id % WEB_WAITING_MAX];

		if (q->id != 0)
			continue;
		*q = (struct web_waiting){ .id = id, .at_ms = hn_clock_monotonic_ms(), .body = HN_BUF(ANSWER_MAX) };
		return q;
	}
	return NULL;
}

void
web_answer_late(struct web *w)
{
	const int64_t now_ms = hn_clock_monotonic_ms();

	for (size_t i = 0; i < WEB_WAITING_MAX; i++)
		if (w->waiting[i].id != 0 && now_ms - w->waiting[i].at_ms > WEB_ANSWER_MS)
			web_answer(w, &w->waiting[i], 503, HN_LIT("{\"error\":\"late\"}"));
}

static struct hn_view
short_text(struct hn_view v)
{
	return v.n > SITE_VIEW_TEXT_MAX ? (struct hn_view){ v.p, SITE_VIEW_TEXT_MAX } : v;
}

static void
ask_view(struct web *w, struct web_waiting *q)
{
	struct hn_buf b = HN_BUF(16384);
	unsigned n = 0;

	while (n < SITE_VIEW_TEXTS_MAX && q->route->params[n] != NULL)
		n++;
	hn_put_u32(&b, q->id);
	hn_put_u8(&b, (uint8_t)q->route->view);
	hn_put_u8(&b, (uint8_t)(q->route->has_rest ? 1 : n));
	if (q->route->has_rest)
		hn_put_bytes(&b, short_text(q->rest));
	for (unsigned i = 0; i < n; i++)
		hn_put_bytes(&b, short_text(hn_http_query(q->request, q->route->params[i])));
	if (site_outbox_put(&w->to_view, SITE_MSG_ASK, hn_buf_view(&b)) != HN_OK)
		web_answer(w, q, 503, HN_LIT("{}"));
	site_outbox_send(&w->to_view);
	hn_buf_fini(&b);
}

static void
run(struct web *w, struct web_waiting *q)
{
	if (q->route->run != NULL)
		q->route->run(w, q);
	else
		ask_view(w, q);
}

/* Whose session it is, core says; what it said a moment ago still holds. */
static void
check_session(struct web *w, struct web_waiting *q)
{
	struct hn_buf b = HN_BUF(128);

	if (!web_session_of(q->request, q->session)) {
		web_answer(w, q, 401, HN_LIT("{\"error\":\"sign-in\"}"));
		return;
	}
	if (web_session_is_fresh(w, q->session)) {
		run(w, q);
		return;
	}
	hn_put_u32(&b, q->id);
	hn_put_bytes(&b, (struct hn_view){ (const char *)q->session, 32 });
	if (site_outbox_put(&w->to_core, SITE_MSG_SESSION_CHECK, hn_buf_view(&b)) != HN_OK)
		web_answer(w, q, 503, HN_LIT("{}"));
	site_outbox_send(&w->to_core);
	hn_buf_fini(&b);
}

/* A page of another site may not act here: what changes something must come from our own page or from no page at all. */
static bool
is_foreign(struct hn_http_request *request)
{
	const struct hn_view method = hn_http_method(request), origin = hn_http_header(request, "Origin");
	const struct hn_view host = hn_http_header(request, "Host");
	const struct hn_view site = hn_http_header(request, "Sec-Fetch-Site");

	if (hn_view_eq(method, HN_LIT("GET")) || hn_view_eq(method, HN_LIT("HEAD")))
		return false;
	if (site.n > 0 && !hn_view_eq(site, HN_LIT("same-origin")) && !hn_view_eq(site, HN_LIT("none")))
		return true;
	return origin.n > 0 && (origin.n <= 8 || !hn_view_starts(origin, HN_LIT("https://")) ||
	    !hn_view_eq(hn_view_skip(origin, 8), host));
}

static const struct web_route *
find_route(struct hn_view method, struct hn_view path, struct hn_view *rest)
{
	for (const struct web_route *r = web_routes; r->path != NULL; r++) {
		const struct hn_view prefix = hn_view_of(r->path);

		if (!hn_view_eq(hn_view_of(r->method), method))
			continue;
		*rest = HN_LIT("");
		if (hn_view_eq(prefix, path))
			return r->has_rest ? NULL : r;
		if (r->has_rest && hn_view_starts(path, prefix) && path.n - prefix.n <= WEB_PATH_PARAM_MAX) {
			*rest = hn_view_skip(path, prefix.n);
			return r;
		}
	}
	return NULL;
}

static void
handle(void *arg, struct hn_http_request *request)
{
	struct web *w = arg;
	const struct hn_view method = hn_http_method(request), path = hn_http_path(request);
	struct hn_view rest;
	const struct web_route *route = find_route(method, path, &rest);
	struct web_waiting *q;

	if (route == NULL) {
		if (!hn_view_eq(method, HN_LIT("GET")) || !web_static(request, path))
			hn_http_reply(request, 404, web_json_headers, HN_LIT("{\"error\":\"no such page\"}"));
		return;
	}
	if (is_foreign(request)) {
		hn_http_reply(request, 403, web_json_headers, HN_LIT("{\"error\":\"foreign origin\"}"));
		return;
	}
	q = begin(w);
	if (q == NULL) {
		hn_http_reply(request, 503, web_json_headers, HN_LIT("{\"error\":\"busy\"}"));
		return;
	}
	q->request = request;
	q->route = route;
	q->rest = rest;
	if (route->is_open)
		run(w, q);
	else
		check_session(w, q);
}

static void
gone(void *arg, struct hn_http_request *request)
{
	struct web *w = arg;

	if (web_events_gone(w, request))
		return;
	for (size_t i = 0; i < WEB_WAITING_MAX; i++)
		if (w->waiting[i].request == request)
			w->waiting[i].request = NULL;	/* its answer is still to come, for nobody */
}

static enum hn_rc
on_login_done(struct web *w, struct hn_view body)
{
	struct hn_get g = HN_GET(body);
	const uint32_t id = hn_get_u32(&g);
	const bool is_right = hn_get_u8(&g) != 0;
	const uint32_t wait_ms = hn_get_u32(&g);
	const struct hn_view session = hn_get_bytes(&g, WEB_SESSION_CHARS);
	struct web_waiting *q = find(w, id);
	char text[256];

	if (!hn_get_done(&g))
		return HN_E_SYNTAX;
	if (q == NULL || q->request == NULL) {
		if (q != NULL)
			forget(q);
		return HN_OK;
	}
	if (!is_right) {
		(void)snprintf(text, sizeof(text), "{\"error\":\"token\",\"wait_ms\":%" PRIu32 "}", wait_ms);
		web_answer(w, q, 401, hn_view_of(text));
		return HN_OK;
	}
	(void)snprintf(text, sizeof(text), "hn_session=%.*s; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Strict",
	    (int)session.n, session.p);
	const struct hn_http_reply_header headers[] = {
		{ "Set-Cookie", text }, { "Cache-Control", "no-store" }, { NULL, NULL },
	};

	hn_http_reply(q->request, 204, headers, HN_LIT(""));
	forget(q);
	return HN_OK;
}

static enum hn_rc
on_session_state(struct web *w, struct hn_view body)
{
	struct hn_get g = HN_GET(body);
	const uint32_t id = hn_get_u32(&g);
	const bool is_there = hn_get_u8(&g) != 0;
	struct web_waiting *q = find(w, id);

	if (!hn_get_done(&g))
		return HN_E_SYNTAX;
	if (q == NULL)
		return HN_OK;
	if (q->request == NULL) {
		forget(q);
	} else if (!is_there) {
		web_answer(w, q, 401, HN_LIT("{\"error\":\"sign-in\"}"));
	} else {
		web_session_keep(w, q->session);
		run(w, q);
	}
	return HN_OK;
}

static enum hn_rc
on_answer(struct web *w, struct hn_view body)
{
	struct hn_get g = HN_GET(body);
	const uint32_t id = hn_get_u32(&g);
	const unsigned status = hn_get_u16(&g);
	const bool more = hn_get_u8(&g) != 0;
	const struct hn_view piece = hn_get_bytes(&g, HN_MSG_MAX);
	struct web_waiting *q = find(w, id);

	if (!hn_get_done(&g))
		return HN_E_SYNTAX;
	if (q == NULL)
		return HN_OK;
	hn_buf_put(&q->body, piece);
	if (more)
		return HN_OK;
	if (q->request != NULL)
		hn_http_reply(q->request, q->body.failed ? 503 : status, web_json_headers, hn_buf_view(&q->body));
	forget(q);
	return HN_OK;
}

static void
listen_on(struct web *w, const struct hn_msg *m)
{
	const struct hn_http_setup setup = {
		.loop = w->child->loop, .listen_fd = m->fds[0], .certificate = hn_buf_cstr(&w->certificate),
		.key = hn_buf_cstr(&w->key), .handle = handle, .gone = gone, .arg = w,
	};
	struct hn_err err = { .what = "" };

	if (w->http != NULL || hn_http_new(&setup, &w->http, &err) != HN_OK) {
		hn_log(HN_LOG_ERROR, "console-not-served", "what=%s", err.what);
		return;
	}
	m->fds[0] = -1;		/* it is the server's now */
}

static enum hn_rc
web_message(struct site_child *c, enum hn_role_id from, const struct hn_msg *m)
{
	static const struct {
		enum site_msg type;
		enum hn_rc (*take)(struct web *w, struct hn_view body);
	} rows[] = {
		{ SITE_MSG_LOGIN_DONE, on_login_done }, { SITE_MSG_SESSION_STATE, on_session_state },
		{ SITE_MSG_ANSWER, on_answer }, { SITE_MSG_CHANGED, web_events_changed },
	};
	struct web *w = c->state;

	(void)from;
	if (m->type == SITE_MSG_LISTENER)
		listen_on(w, m);
	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (rows[i].type == m->type)
			return rows[i].take(w, m->body);
	return HN_OK;
}

static enum hn_rc
web_prepare(struct site_child *c, struct hn_err *err)
{
	struct web *w = c->state;

	w->child = c;
	w->certificate = HN_BUF(SITE_PEM_MAX);
	w->key = HN_BUF(SITE_PEM_MAX);
	return site_identity_load(c->config, &w->certificate, &w->key, err);
}

static enum hn_rc
web_start(struct site_child *c, struct hn_err *err)
{
	struct web *w = c->state;

	(void)err;
	site_outbox_init(&w->to_core, c, HN_CORE);
	site_outbox_init(&w->to_view, c, HN_VIEW);
	return web_events_start(w);
}

/* Requests that wait for a peer that is gone will not be answered: say so now. */
static void
web_peer_changed(struct site_child *c, enum hn_role_id peer, bool is_there)
{
	struct web *w = c->state;

	site_outbox_reset(peer == HN_CORE ? &w->to_core : &w->to_view);
	if (is_there)
		return;
	for (size_t i = 0; i < WEB_WAITING_MAX; i++)
		if (w->waiting[i].id != 0)
			web_answer(w, &w->waiting[i], 503, HN_LIT("{\"error\":\"restarting\"}"));
}

static void
web_writable(struct site_child *c, enum hn_role_id peer)
{
	struct web *w = c->state;

	site_outbox_send(peer == HN_CORE ? &w->to_core : &w->to_view);
}

static void
web_stop(struct site_child *c)
{
	struct web *w = c->state;

	hn_http_free(w->http);
	for (size_t i = 0; i < WEB_WAITING_MAX; i++)
		forget(&w->waiting[i]);
	site_outbox_fini(&w->to_core);
	site_outbox_fini(&w->to_view);
	hn_buf_fini(&w->certificate);
	OPENSSL_cleanse(w->key.p, w->key.n);
	hn_buf_fini(&w->key);
}

const struct site_role_ops web_ops = {
	.state_bytes = sizeof(struct web),
	.prepare = web_prepare,
	.start = web_start,
	.message = web_message,
	.peer_changed = web_peer_changed,
	.writable = web_writable,
	.stop = web_stop,
};
