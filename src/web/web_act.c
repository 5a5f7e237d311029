#include "base/json.h"
#include "base/wire.h"
#include "web/parts.h"

#define ARENA_MAX 16384u

/* The body's texts into ${text}, by their names; false: it is no such object. */
static bool
read_texts(const struct web_route *route, struct hn_view body, struct hn_arena *arena, struct hn_view text[SITE_ACT_TEXTS])
{
	struct hn_json j;
	struct hn_json_item item;
	enum hn_rc rc;

	hn_json_members(&j, body);
	while ((rc = hn_json_next(&j, &item, NULL)) == HN_OK) {
		for (size_t i = 0; i < SITE_ACT_TEXTS; i++) {
			if (route->names[i] == NULL || !hn_view_eq(item.key, hn_view_of(route->names[i])))
				continue;
			text[i] = hn_json_text(&item, arena);
			if (item.type != HN_JSON_STRING || text[i].p == NULL || text[i].n > SITE_ACT_TEXT_MAX)
				return false;
		}
	}
	return rc == HN_SKIP;
}

void
web_run_act(struct web *w, struct web_waiting *q)
{
	struct hn_arena arena = HN_ARENA(ARENA_MAX);
	struct hn_buf b = HN_BUF(8192);
	struct hn_view text[SITE_ACT_TEXTS] = { HN_LIT(""), HN_LIT(""), HN_LIT("") };

	if (!read_texts(q->route, hn_http_body(q->request), &arena, text)) {
		web_answer(w, q, 400, HN_LIT("{\"error\":\"body\"}"));
		hn_arena_fini(&arena);
		return;
	}
	hn_put_u32(&b, q->id);
	hn_put_u8(&b, (uint8_t)q->route->act);
	hn_put_bytes(&b, (struct hn_view){ (const char *)q->session, sizeof(q->session) });
	hn_put_bytes(&b, hn_http_client(q->request));
	for (size_t i = 0; i < SITE_ACT_TEXTS; i++)
		hn_put_bytes(&b, text[i]);
	if (b.failed || site_outbox_put(&w->to_core, SITE_MSG_ACT, hn_buf_view(&b)) != HN_OK)
		web_answer(w, q, 503, HN_LIT("{}"));
	site_outbox_send(&w->to_core);
	hn_buf_fini(&b);
	hn_arena_fini(&arena);
}
