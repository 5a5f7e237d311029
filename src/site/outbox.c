#include "site/outbox.h"

#include <assert.h>

#include "base/wire.h"

#define HEADER_BYTES 8u

void
site_outbox_init(struct site_outbox *o, struct site_child *c, enum hn_role_id peer)
{
	*o = (struct site_outbox){ .child = c, .peer = peer, .waiting = HN_BUF(SITE_OUTBOX_MAX) };
}

void
site_outbox_fini(struct site_outbox *o)
{
	hn_buf_fini(&o->waiting);
	o->sent = 0;
}

enum hn_rc
site_outbox_put(struct site_outbox *o, enum site_msg type, struct hn_view body)
{
	const size_t before = o->waiting.n;

	hn_put_u32(&o->waiting, (uint32_t)type);
	hn_put_u32(&o->waiting, (uint32_t)body.n);
	hn_buf_put(&o->waiting, body);
	if (!o->waiting.failed)
		return HN_OK;
	o->waiting.n = before;
	o->waiting.failed = false;
	return HN_E_LIMIT;
}

void
site_outbox_send(struct site_outbox *o)
{
	while (o->sent < o->waiting.n) {
		struct hn_get g = HN_GET(hn_view_skip(hn_buf_view(&o->waiting), o->sent));
		const uint32_t type = hn_get_u32(&g);
		const uint32_t n = hn_get_u32(&g);

		assert(!g.failed && n <= g.rest.n);
		if (site_child_send(o->child, o->peer, (enum site_msg)type, (struct hn_view){ g.rest.p, n }) != HN_OK)
			return;
		o->sent += HEADER_BYTES + n;
	}
	site_outbox_reset(o);
}

void
site_outbox_reset(struct site_outbox *o)
{
	hn_buf_reset(&o->waiting);
	o->sent = 0;
}
