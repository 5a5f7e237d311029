#include <linux/capability.h>

#include "event/jail.h"
#include "event/role.h"
#include "site/child.h"
#include "site/core.h"
#include "site/sense.h"
#include "site/view.h"
#include "web/web.h"

#define NOTHING 0

/* Capabilities: files of any owner, as far as Landlock lets it; logs belong to root, proxy, adm ... */
#define READ_ANY_FILE (1ull << CAP_DAC_READ_SEARCH)

/* Places */
#define EVIDENCE (1u << SITE_PLACE_EVIDENCE)
#define DB (1u << SITE_PLACE_DB)
#define OBSERVABLES (1u << SITE_PLACE_OBSERVABLES)
#define QUARANTINE (1u << SITE_PLACE_QUARANTINE)
#define TLS_FILES (1u << SITE_PLACE_TLS)
#define STATE (1u << SITE_PLACE_STATE)
#define SOURCES (1u << SITE_PLACE_SOURCES)
#define DROPS (1u << SITE_PLACE_DROPS)
#define INDICATORS (1u << SITE_PLACE_INDICATORS)
#define RULES (1u << SITE_PLACE_RULES)

/* System calls */
#define READS HN_CALLS_READ_FILES
#define WRITES HN_CALLS_WRITE_FILES
#define ACCEPTS HN_CALLS_ACCEPT
#define THREADS HN_CALLS_THREADS

/* Peers */
#define INTAKE HN_ROLE_BIT(HN_INTAKE)
#define SENSE HN_ROLE_BIT(HN_SENSE)
#define CORE HN_ROLE_BIT(HN_CORE)
#define VIEW HN_ROLE_BIT(HN_VIEW)
#define WEB HN_ROLE_BIT(HN_WEB)

const struct hn_role hn_roles[HN_ROLES] = {
#define ROLE(id, name, capabilities, reads, writes, calls, files_max, memory_max_mb, peers, ops, doc) \
	[HN_##id] = { name, capabilities, reads, writes, calls, files_max, memory_max_mb, peers, ops, doc },
#include "main/roles.def"
#undef ROLE
};
