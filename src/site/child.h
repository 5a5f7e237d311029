#ifndef SITE_CHILD_H
#define SITE_CHILD_H

#include <stdbool.h>

#include "base/err.h"
#include "event/loop.h"
#include "event/msg.h"
#include "event/role.h"
#include "site/config.h"
#include "site/messages.h"

/* A running role, as its functions see it. */
struct site_child {
	enum hn_role_id id;
	const struct hn_role *role;
	struct hn_loop *loop;
	const struct site_config *config;
	void *state;		/* ops->state_bytes, zeroed: the role's own */
};

/*
 * What a role is: its functions.  All run in the loop of its process; each may be NULL.
 * Order: prepare, (jail), start, then anything, last stop.
 */
struct site_role_ops {
	size_t state_bytes;
	/* Before the jail, maybe as root: open and load what the jail will not allow later.  No byte from outside is here. */
	enum hn_rc (*prepare)(struct site_child *c, struct hn_err *err);
	/* In the jail. */
	enum hn_rc (*start)(struct site_child *c, struct hn_err *err);
	/* A checked message of a peer (or HN_PARENT).  Not HN_OK: its body is not as promised; the peer is ended. */
	enum hn_rc (*message)(struct site_child *c, enum hn_role_id from, const struct hn_msg *m);
	/* A peer is there, for the first time or anew, or is gone: what was sent and not answered must be sent again. */
	void (*peer_changed)(struct site_child *c, enum hn_role_id peer, bool is_there);
	/* There is room again after site_child_send said HN_E_AGAIN. */
	void (*writable)(struct site_child *c, enum hn_role_id peer);
	/* Finish what is begun; the process ends after it. */
	void (*stop)(struct site_child *c);
};

/* The roles' functions: a line per role that is written. */
extern const struct site_role_ops intake_role;

/*
 * Send a message to a peer.  Errors: HN_E_NOTFOUND (the peer is not there now; peer_changed will tell), HN_E_AGAIN
 * (its queue is full; writable will tell), HN_E_IO (it is just going), HN_E_NOMEM.
 */
enum hn_rc site_child_send(struct site_child *c, enum hn_role_id peer, enum site_msg type,
    struct hn_view body) HN_MUST_CHECK;
enum hn_rc site_child_send_fd(struct site_child *c, enum hn_role_id peer, enum site_msg type, struct hn_view body,
    int fd) HN_MUST_CHECK;

/* Bytes that wait in this process for a peer; 0 when it is not there. */
size_t site_child_queued(const struct site_child *c, enum hn_role_id peer);

/* Stop or go on reading a peer's messages. */
void site_child_pause(struct site_child *c, enum hn_role_id peer, bool paused);

/* End this process: stop is called, exit status 0. */
void site_child_end(struct site_child *c);

/* main() of `hinomi role NAME`: the control socket is descriptor SITE_CONTROL_FD.  Returns the exit status. */
#define SITE_CONTROL_FD 3
int site_child_main(const char *name);

/* Exit statuses that the parent understands. */
enum site_exit {
	SITE_EXIT_OK = 0,
	SITE_EXIT_FAILED = 1,
	SITE_EXIT_CONFIG = 2,	/* no use in starting it again: configuration or jail */
};

/* The jail of ${role} under ${config}; the paths live in ${arena}.  Errors: HN_E_NOMEM, HN_E_LIMIT. */
struct hn_jail;
enum hn_rc site_child_jail(const struct hn_role *role, const struct site_config *config, struct hn_arena *arena,
    struct hn_jail *out, struct hn_err *err) HN_MUST_CHECK;

#endif
