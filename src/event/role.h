#ifndef HN_EVENT_ROLE_H
#define HN_EVENT_ROLE_H

#include <stddef.h>
#include <stdint.h>

/* The processes there are; their rows are in main/roles.def. */
enum hn_role_id { HN_PARENT, HN_INTAKE, HN_SENSE, HN_CORE, HN_VIEW, HN_WEB, HN_ROLES };

/* A set of roles is a bit each. */
#define HN_ROLE_BIT(id) (1u << (id))
#define HN_ROLES_ALL (HN_ROLE_BIT(HN_ROLES) - 1)

struct site_role_ops;

/* What a process may have and whom it may talk to: the jail, the documentation and the jail tests come from this row. */
struct hn_role {
	const char *name;
	uint64_t capabilities;	/* kept although not root, a bit each (CAP_*) */
	unsigned reads;		/* places (site/config.h) whose files it may read, a bit each */
	unsigned writes;	/* and read, create, write, rename, remove */
	unsigned calls;		/* enum hn_calls */
	uint32_t files_max;	/* open descriptors */
	uint32_t memory_max_mb;	/* address space; 0: no limit */
	unsigned peers;		/* roles it has a channel with, besides the parent */
	const struct site_role_ops *ops;	/* what it does; NULL: not in this program */
	const char *doc;
};

/* The rows of this program, by id; defined in main/roles.c. */
extern const struct hn_role hn_roles[HN_ROLES];

#endif
