#ifndef SITE_MESSAGES_H
#define SITE_MESSAGES_H

#include "event/msg.h"
#include "event/role.h"

/* Every message between the site's processes; the rows are in site/messages.def. */
enum site_msg {
#define MESSAGE(name, min, max, from, to, fds, doc) SITE_MSG_##name,
#include "site/messages.def"
#undef MESSAGE
	SITE_MSGS,
};

/* In SITE_PLACE_STATE while core cannot keep what was found: `hinomi doctor` looks for it. */
#define SITE_HELD_NAME "held"

/* What is amiss with the site as a whole, as bits; core tells view. */
enum site_condition {
	SITE_CONDITION_CLOCK = 1,	/* the wall clock jumped (base/steady.h) */
	SITE_CONDITION_DATABASE = 2,	/* what was found cannot be kept: core waits, and with it the stream */
};

extern const struct hn_msg_table site_messages;

/* One line for the reader of docs/processes.md. */
const char *site_message_doc(enum site_msg type);

#endif
