#ifndef WEB_PARTS_H
#define WEB_PARTS_H

/* The parts of the web role: only src/web/ includes this. */

#include "event/log.h"
#include "net/http.h"
#include "site/act.h"
#include "site/child.h"
#include "site/outbox.h"
#include "site/view.h"

#define WEB_WAITING_MAX 512u		/* requests that wait for core or view */
#define WEB_STREAMS_MAX 128u		/* consoles that listen to events */
#define WEB_SESSIONS_MAX 256u		/* sessions that core confirmed a moment ago */
#define WEB_SESSION_FRESH_MS 30000	/* how long "a moment" is */
#define WEB_SESSION_CHARS 64u		/* hexadecimal digits of the cookie */
#define WEB_PATH_PARAM_MAX 64u
#define WEB_HEARTBEAT_MS 15000
#define WEB_ANSWER_MS 60000		/* what has not been answered by then will not be: 503 */
#define WEB_STREAM_LIVES_MS 900000	/* then the console asks again, and its session is looked at */

struct web;
struct web_route;

/* A request on its way: first its session is checked, then the route is asked. */
struct web_waiting {
	uint32_t id;			/* 0: free */
	int64_t at_ms;			/* monotonic: when it was asked */
	struct hn_http_request *request;	/* NULL: its client has gone */
	const struct web_route *route;
	struct hn_view rest;		/* of the path, behind the route's prefix */
	struct hn_buf body;		/* of the answer, as its pieces come */
	uint8_t session[32];		/* SHA-256 of the cookie */
};

/* What one path does. */
struct web_route {
	const char *method;
	const char *path;
	bool has_rest;			/* "/api/findings/" and an id behind it */
	bool is_open;			/* no session needed */
	enum site_view_route view;	/* asked of view, where `run` is NULL */
	const char *params[SITE_VIEW_TEXTS_MAX];	/* of the query, passed on to view */
	void (*run)(struct web *w, struct web_waiting *q);
	enum site_act act;		/* told to core, where `run` is web_run_act */
	const char *names[SITE_ACT_TEXTS];	/* of its texts in the body, an object in JSON; NULL: empty */
};

/* A console that listens to events. */
struct web_stream {
	struct hn_http_request *request;
	uint8_t session[32];
	int64_t until_ms;		/* monotonic */
};

struct web_session {
	uint8_t hash[32];
	int64_t until_ms;		/* monotonic; 0: free */
};

struct web {
	struct site_child *child;
	struct hn_http *http;
	struct hn_buf certificate, key;
	struct site_outbox to_core, to_view;
	uint32_t last_id;
	struct web_waiting waiting[WEB_WAITING_MAX];
	struct web_session session[WEB_SESSIONS_MAX];
	struct web_stream stream[WEB_STREAMS_MAX];
	size_t n_streams;
	uint64_t event_id;
	struct hn_timer heartbeat;
};

/* The routes; ends with a NULL path. */
extern const struct web_route web_routes[];

/* ---- web.c */
void web_answer(struct web *w, struct web_waiting *q, unsigned status, struct hn_view json);

/* Answer those that have waited too long. */
void web_answer_late(struct web *w);

/* ---- web_static.c: the pages.  false: there is no such page. */
bool web_static(struct hn_http_request *q, struct hn_view path);

/* ---- web_events.c */
void web_events_add(struct web *w, struct web_waiting *q);
bool web_events_gone(struct web *w, struct hn_http_request *request);

/* Who has signed out hears no more. */
void web_events_end(struct web *w, const uint8_t session[32]);
enum hn_rc web_events_changed(struct web *w, struct hn_view body) HN_MUST_CHECK;
enum hn_rc web_events_start(struct web *w) HN_MUST_CHECK;

/* ---- web_act.c */
void web_run_act(struct web *w, struct web_waiting *q);

/* ---- web_session.c */
bool web_session_of(struct hn_http_request *request, uint8_t hash[32]);
bool web_session_is_fresh(struct web *w, const uint8_t hash[32]);
void web_session_keep(struct web *w, const uint8_t hash[32]);
void web_session_forget(struct web *w, const uint8_t hash[32]);

/* Headers of every answer with JSON. */
extern const struct hn_http_reply_header web_json_headers[];

#endif
