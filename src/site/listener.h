#ifndef SITE_LISTENER_H
#define SITE_LISTENER_H

#include "site/config.h"

#define SITE_LISTENERS_MAX (SITE_SOURCES_MAX + 1)

/*
 * The sockets of a site, opened by the parent and lent to the roles, so that a role that starts anew finds what came
 * meanwhile: connections wait in the backlog, datagrams in the socket's buffer.
 */
struct site_listener {
	int fd;
	bool is_datagram;
	struct site_listen at;
	bool is_web;
	uint32_t source;	/* index in the configuration */
};

struct site_listeners {
	struct site_listener row[SITE_LISTENERS_MAX];
	size_t n;
};

/*
 * Open what ${config} asks for; a socket of ${old} (may be NULL) at the same address is taken over.  ${bad} is set to the
 * listener that cannot be opened.  Errors: HN_E_IO (errno); then ${old} is as before and ${out} empty.
 */
enum hn_rc site_listeners_open(const struct site_config *config, bool has_web, const struct site_listeners *old,
    struct site_listeners *out, struct site_listener *bad) HN_MUST_CHECK;

/* Close the sockets of ${l} that are not in ${but} (may be NULL). */
void site_listeners_close(struct site_listeners *l, const struct site_listeners *but);

#endif
