#include <inttypes.h>

#include "base/clock.h"
#include "base/wire.h"
#include "site/core_parts.h"
#include "web/parts.h"

static const struct hn_http_reply_header stream_headers[] = {
	{ "Content-Type", "text/event-stream" }, { "Cache-Control", "no-store" }, { "X-Content-Type-Options", "nosniff" },
	{ NULL, NULL },
};

static void
drop(struct web *w, size_t i)
{
	w->stream[i] = w->stream[--w->n_streams];
}

static void
end(struct web *w, size_t i)
{
	hn_http_finish(w->stream[i].request);
	drop(w, i);
}

/* To every console; one that lags too far behind is let go and reads all anew. */
static void
push_all(struct web *w, struct hn_view text)
{
	for (size_t i = w->n_streams; i > 0; i--)
		if (!hn_http_push(w->stream[i - 1].request, text))
			end(w, i - 1);
}

void
web_events_add(struct web *w, struct web_waiting *q)
{
	struct hn_http_request *request = q->request;
	struct web_stream *stream = &w->stream[w->n_streams];

	if (w->n_streams == WEB_STREAMS_MAX) {
		web_answer(w, q, 503, HN_LIT("{\"error\":\"busy\"}"));
		return;
	}
	q->id = 0;
	q->request = NULL;
	hn_http_stream(request, stream_headers);
	*stream = (struct web_stream){ .request = request, .until_ms = hn_clock_monotonic_ms() + WEB_STREAM_LIVES_MS };
	memcpy(stream->session, q->session, sizeof(stream->session));
	w->n_streams++;
	(void)hn_http_push(request, HN_LIT("retry: 2000\n\n"));
}

bool
web_events_gone(struct web *w, struct hn_http_request *request)
{
	for (size_t i = 0; i < w->n_streams; i++)
		if (w->stream[i].request == request) {
			drop(w, i);
			return true;
		}
	return false;
}

void
web_events_end(struct web *w, const uint8_t session[32])
{
	for (size_t i = w->n_streams; i > 0; i--)
		if (memcmp(w->stream[i - 1].session, session, 32) == 0)
			end(w, i - 1);
}

/* A session may have come to its end meanwhile: who still has one asks again at once. */
static void
end_old(struct web *w)
{
	const int64_t now_ms = hn_clock_monotonic_ms();

	for (size_t i = w->n_streams; i > 0; i--)
		if (w->stream[i - 1].until_ms <= now_ms)
			end(w, i - 1);
}

enum hn_rc
web_events_changed(struct web *w, struct hn_view body)
{
	static const char *const names[] = {
		[SITE_CHANGE_FINDING] = "finding", [SITE_CHANGE_STATE] = "state", [SITE_CHANGE_SOURCE] = "source",
	};
	struct hn_get g = HN_GET(body);
	const unsigned what = hn_get_u8(&g);
	const struct hn_view id = hn_get_bytes(&g, 16);
	struct hn_buf text = HN_BUF(256);

	if (!hn_get_done(&g) || what >= HN_COUNT(names))
		return HN_E_SYNTAX;
	hn_buf_printf(&text, "id: %" PRIu64 "\nevent: %s\ndata: {\"id\":\"", ++w->event_id, names[what]);
	hn_buf_hex(&text, id.p, id.n);
	hn_buf_put(&text, HN_LIT("\"}\n\n"));
	push_all(w, hn_buf_view(&text));
	hn_buf_fini(&text);
	return HN_OK;
}

static void
beat(void *arg)
{
	struct web *w = arg;

	end_old(w);
	push_all(w, HN_LIT(": still here\n\n"));
	web_answer_late(w);
	if (web_events_start(w) != HN_OK)
		hn_log(HN_LOG_ERROR, "no-heartbeat", "streams=%zu", w->n_streams);
}

enum hn_rc
web_events_start(struct web *w)
{
	w->heartbeat = (struct hn_timer){ .fire = beat, .arg = w };
	return hn_loop_after(w->child->loop, &w->heartbeat, WEB_HEARTBEAT_MS);
}
