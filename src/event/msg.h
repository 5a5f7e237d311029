#ifndef HN_EVENT_MSG_H
#define HN_EVENT_MSG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/view.h"
#include "event/loop.h"

#define HN_MSG_MAX (192u * 1024u)		/* bytes of one body; 64 KiB batches of lines are normal */
#define HN_MSG_FDS_MAX 4u			/* descriptors with one message */
#define HN_MSG_QUEUE_MAX (1024u * 1024u)	/* bytes waiting to be sent on one channel */

/*
 * One kind of message: a row of the table that both ends hold.  The number of the row is the type on the wire.
 * `from` and `to` are sets of peers, a bit each (1u << id): a message from or to another peer ends the channel.
 */
struct hn_msg_type {
	const char *name;	/* NULL: no such type */
	uint32_t min;		/* bytes of the body */
	uint32_t max;
	uint32_t from;
	uint32_t to;
	uint32_t fds;		/* descriptors that come with it, exactly */
};

struct hn_msg_table {
	const struct hn_msg_type *rows;
	size_t n;
};

/* A received message; all of it is valid until the callback returns. */
struct hn_msg {
	uint16_t type;
	struct hn_view body;
	int *fds;		/* set one to -1 to keep it; the others are closed */
	size_t n_fds;
};

/* Both ends of a socketpair(AF_UNIX, SOCK_SEQPACKET): a packet is a message, so there is no framing to get wrong. */
struct hn_chan;

struct hn_chan_ops {
	/* Anything but HN_OK: the body is not of its promised form, the channel ends. */
	enum hn_rc (*message)(void *arg, const struct hn_msg *m);
	/* There is room again after hn_chan_send said HN_E_AGAIN.  May be NULL. */
	void (*writable)(void *arg);
	/* The peer is gone or broke the rules (why->what says which); called once, then hn_chan_free is allowed. */
	void (*closed)(void *arg, const struct hn_err *why);
};

struct hn_chan_setup {
	int fd;			/* the channel closes it */
	unsigned self;		/* id of this process in the table's sets */
	unsigned peer;
	struct hn_msg_table table;
	struct hn_chan_ops ops;
	void *arg;
};

/* A connected pair of non-blocking descriptors, close-on-exec. */
enum hn_rc hn_chan_pair(int fds[2], struct hn_err *err) HN_MUST_CHECK;

/* On failure the descriptor is still the caller's. */
enum hn_rc hn_chan_new(struct hn_loop *l, struct hn_chan_setup setup, struct hn_chan **out,
    struct hn_err *err) HN_MUST_CHECK;

/* Close and forget, also from inside a callback of the same channel.  What is still queued is lost. */
void hn_chan_free(struct hn_chan *c);

/*
 * Send ${type} with ${body}: at once when the kernel takes it, else queued; the body is copied, the descriptors are
 * duplicated when queued, so the caller keeps its own.  Never blocks.
 * Errors: HN_E_AGAIN (queue full: nothing was taken; wait for `writable`), HN_E_IO (the channel has ended), HN_E_NOMEM.
 * A type, size or peer that the table does not allow is our own bug: an assertion.
 */
enum hn_rc hn_chan_send(struct hn_chan *c, uint16_t type, struct hn_view body) HN_MUST_CHECK;
enum hn_rc hn_chan_send_fds(struct hn_chan *c, uint16_t type, struct hn_view body, const int *fds,
    size_t n_fds) HN_MUST_CHECK;

/* Bytes waiting in this process to be sent. */
size_t hn_chan_queued(const struct hn_chan *c);

/* Stop or go on reading: an end that reads no more makes the other end's queue fill up, which is back-pressure. */
void hn_chan_pause(struct hn_chan *c, bool paused);

#endif
