#ifndef SITE_OUTBOX_H
#define SITE_OUTBOX_H

#include "site/child.h"

#define SITE_OUTBOX_MAX (256u << 20)

/*
 * Messages to one peer that must all arrive and in order, however slow it is: they wait here and go on when there is room.
 * The owner stops taking new work while site_outbox_is_empty is false.
 */
struct site_outbox {
	struct site_child *child;
	enum hn_role_id peer;
	struct hn_buf waiting;	/* u32 type, u32 length, body; [sent..n) is not sent yet */
	size_t sent;
};

void site_outbox_init(struct site_outbox *o, struct site_child *c, enum hn_role_id peer);
void site_outbox_fini(struct site_outbox *o);

/* Errors: HN_E_LIMIT: over SITE_OUTBOX_MAX or out of memory; what was put before is still there. */
enum hn_rc site_outbox_put(struct site_outbox *o, enum site_msg type, struct hn_view body) HN_MUST_CHECK;

/* Send what the channel takes: after a put, and in the role's `writable`. */
void site_outbox_send(struct site_outbox *o);

/* Forget what waits: the peer is gone. */
void site_outbox_reset(struct site_outbox *o);

static inline bool
site_outbox_is_empty(const struct site_outbox *o)
{
	return o->waiting.n == 0;
}

#endif
