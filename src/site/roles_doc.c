#include "site/roles_doc.h"

#include <linux/capability.h>

#include "event/jail.h"
#include "event/role.h"
#include "site/config.h"
#include "site/messages.h"

static const char *const place_names[SITE_PLACES] = {
	[SITE_PLACE_EVIDENCE] = "evidence", [SITE_PLACE_DB] = "db", [SITE_PLACE_OBSERVABLES] = "observables",
	[SITE_PLACE_QUARANTINE] = "quarantine", [SITE_PLACE_TLS] = "tls", [SITE_PLACE_STATE] = "state",
	[SITE_PLACE_SOURCES] = "tailed folders", [SITE_PLACE_DROPS] = "drop folders",
	[SITE_PLACE_INDICATORS] = "indicators", [SITE_PLACE_RULES] = "rules",
};
static const char *const call_names[] = { "threads", "read files", "write files", "accept", "lock memory" };

/* Names of the bits of ${set}, or "-". */
static void
put_set(struct hn_buf *b, unsigned set, const char *const *names, size_t n)
{
	const char *between = "";

	for (size_t i = 0; i < n; i++) {
		if ((set >> i & 1) == 0)
			continue;
		hn_buf_printf(b, "%s%s", between, names[i]);
		between = ", ";
	}
	if (between[0] == '\0')
		hn_buf_char(b, '-');
	hn_buf_put(b, HN_LIT(" | "));
}

static void
put_role(struct hn_buf *b, const struct hn_role *r, const char *const *role_names)
{
	hn_buf_printf(b, "| %s | ", r->name);
	put_set(b, r->reads, place_names, HN_COUNT(place_names));
	put_set(b, r->writes, place_names, HN_COUNT(place_names));
	put_set(b, r->calls, call_names, HN_COUNT(call_names));
	hn_buf_printf(b, "%s | ", r->capabilities == 0 ? "-" : r->capabilities == 1ull << CAP_DAC_READ_SEARCH ?
	    "CAP_DAC_READ_SEARCH, within Landlock" : "see roles.c");
	put_set(b, r->peers, role_names, HN_ROLES);
	if (r->files_max > 0)
		hn_buf_printf(b, "%u files, %u MB | ", r->files_max, r->memory_max_mb);
	else
		hn_buf_put(b, HN_LIT("- | "));
	hn_buf_printf(b, "%s |\n", r->doc);
}

void
site_roles_doc(struct hn_buf *b)
{
	const char *names[HN_ROLES];

	for (size_t i = 0; i < HN_ROLES; i++)
		names[i] = hn_roles[i].name;
	hn_buf_put(b, HN_LIT("# Roles\n\nMade from `src/main/roles.def` and `src/site/messages.def`; "
	    "`tests/unit/site/roles_test.c` holds it against them.\n"
	    "Every role but the parent runs as the system user, without root, network of its own, exec or "
	    "new processes, and may use\nwhat stands here and nothing else.\n\n"
	    "| role | reads | writes | calls | capabilities | peers | limits | does |\n|---|---|---|---|---|---|---|---|\n"));
	for (size_t i = 0; i < HN_ROLES; i++)
		put_role(b, &hn_roles[i], names);
	hn_buf_put(b, HN_LIT("\n## Messages\n\n| message | bytes | from | to | fds | says |\n|---|---|---|---|---|---|\n"));
	for (size_t i = 0; i < site_messages.n; i++) {
		const struct hn_msg_type *m = &site_messages.rows[i];

		hn_buf_printf(b, "| %s | %u..%u | ", m->name, m->min, m->max);
		put_set(b, m->from, names, HN_ROLES);
		put_set(b, m->to, names, HN_ROLES);
		hn_buf_printf(b, "%u | %s |\n", m->fds, site_message_doc((enum site_msg)i));
	}
}
