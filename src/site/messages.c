#include "site/messages.h"

#include "detect/finding_wire.h"
#include "site/config.h"

#define PARENT HN_ROLE_BIT(HN_PARENT)
#define INTAKE HN_ROLE_BIT(HN_INTAKE)
#define SENSE HN_ROLE_BIT(HN_SENSE)
#define CORE HN_ROLE_BIT(HN_CORE)
#define VIEW HN_ROLE_BIT(HN_VIEW)
#define WEB HN_ROLE_BIT(HN_WEB)
#define CHILDREN (HN_ROLES_ALL & ~PARENT)

static const struct hn_msg_type rows[] = {
#define MESSAGE(name, min, max, from, to, fds, doc) [SITE_MSG_##name] = { #name, (min), (max), (from), (to), (fds) },
#include "site/messages.def"
#undef MESSAGE
};

static const char *const docs[] = {
#define MESSAGE(name, min, max, from, to, fds, doc) [SITE_MSG_##name] = doc,
#include "site/messages.def"
#undef MESSAGE
};

const struct hn_msg_table site_messages = { rows, HN_COUNT(rows) };

const char *
site_message_doc(enum site_msg type)
{
	return docs[type];
}
