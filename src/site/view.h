#ifndef SITE_VIEW_H
#define SITE_VIEW_H

#include "site/child.h"

/*
 * The role that reads the database for people: lists, single findings, sources, as JSON.  It never writes and has no
 * sockets; what web passes on are a route and a few short texts.
 */
extern const struct site_role_ops view_ops;

/* Message ASK: the routes and their texts, in this order. */
enum site_view_route {
	SITE_VIEW_STATE,	/* none */
	SITE_VIEW_FINDINGS,	/* level, kind, q, before (id), limit, verdict, machine */
	SITE_VIEW_FINDING,	/* id */
	SITE_VIEW_SOURCES,	/* none */
	SITE_VIEW_ALLOW,	/* none */
	SITE_VIEW_ROUTES
};

#define SITE_VIEW_TEXTS_MAX 8u
#define SITE_VIEW_TEXT_MAX 256u		/* bytes of one */

#endif
