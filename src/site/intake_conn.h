#ifndef SITE_INTAKE_CONN_H
#define SITE_INTAKE_CONN_H

/* One connection of a source that listens: bytes to messages to the log.  Only intake*.c include this. */

#include "site/intake.h"

#define INTAKE_CONNS_MAX 1024u	/* of one source */
#define INTAKE_IDLE_MS 3600000	/* a connection that is silent so long is closed */

struct intake_conn;

/* On failure the descriptor is still the caller's. */
enum hn_rc intake_conn_new(struct intake *in, uint32_t index, int fd, struct intake_conn **out,
    struct hn_err *err) HN_MUST_CHECK;

/* Go on after the log had no room. */
void intake_conn_resume(struct intake_conn *c);

/*
 * End the connection that has been silent longest of those that owe us nothing and that we owe nothing; false: there is none.
 * ${first}: the list.
 */
bool intake_conn_end_quietest(struct intake_conn *first);

/* The list's place in it. */
struct intake_conn **intake_conn_link(struct intake_conn *c);

/* Called by a connection that ends, before it is freed. */
void intake_net_gone(struct intake_net *n, struct intake_conn *gone);

#endif
