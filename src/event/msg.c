#include "event/msg.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/wire.h"

#define HEADER_BYTES 8u			/* u16 type, u16 zero, u32 bytes of the body */
#define SOCKET_BUFFER_BYTES 425984	/* two messages of the greatest size fit into the kernel */
#define READS_PER_TURN 16		/* then the others have their turn */

union fd_room {
	char bytes[CMSG_SPACE(HN_MSG_FDS_MAX * sizeof(int))];
	struct cmsghdr align;
};

struct queued {
	struct queued *next;
	size_t n;			/* bytes of the packet */
	int fds[HN_MSG_FDS_MAX];	/* duplicates, ours */
	size_t n_fds;
	char packet[];
};

struct hn_chan {
	struct hn_loop *loop;
	struct hn_watch watch;
	struct hn_chan_setup setup;
	struct queued *first, **last;
	size_t queued_bytes;
	bool wants_room;		/* a send was refused since */
	bool paused;
	bool ended;
	bool running;			/* inside ready(), which frees it at its end when `freed` */
	bool freed;
	char in[HEADER_BYTES + HN_MSG_MAX + 1];	/* one more byte than allowed, so that more is seen */
};

enum hn_rc
hn_chan_pair(int fds[2], struct hn_err *err)
{
	const int size = SOCKET_BUFFER_BYTES / 2;	/* the kernel doubles it */
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
		return HN_FAIL(err, HN_E_IO, 0, "socketpair");
	for (int i = 0; i < 2; i++) {
		if (setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) != 0) {
			close(pair[0]);
			close(pair[1]);
			return HN_FAIL(err, HN_E_IO, 0, "SO_SNDBUF");
		}
	}
	fds[0] = pair[0];
	fds[1] = pair[1];
	return HN_OK;
}

static void
close_all(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static void
drop_first(struct hn_chan *c)
{
	struct queued *q = c->first;

	c->first = q->next;
	if (c->first == NULL)
		c->last = &c->first;
	c->queued_bytes -= q->n;
	close_all(q->fds, q->n_fds);
	hn_free(q);
}

static void
wait_for_events(struct hn_chan *c)
{
	hn_loop_change(c->loop, &c->watch, (c->paused ? 0 : EPOLLIN) | (c->first != NULL ? EPOLLOUT : 0));
}

/* The end of the channel: told once.  The owner may free it in there. */
static void
end(struct hn_chan *c, enum hn_rc rc, const char *what)
{
	const struct hn_err why = { .rc = rc, .what = what, .file = __FILE__, .line = __LINE__ };

	if (c->ended)
		return;
	c->ended = true;
	hn_loop_remove(c->loop, &c->watch);
	c->setup.ops.closed(c->setup.arg, &why);
}

static const struct hn_msg_type *
row_of(const struct hn_chan *c, uint16_t type)
{
	const struct hn_msg_table t = c->setup.table;

	return type < t.n && t.rows[type].name != NULL ? &t.rows[type] : NULL;
}

/* Whether ${row} may go from ${from} to ${to} with a body of ${n} bytes. */
static const char *
fault_of(const struct hn_msg_type *row, unsigned from, unsigned to, size_t n)
{
	if (row == NULL)
		return "message of an unknown type";
	if ((row->from >> from & 1) == 0 || (row->to >> to & 1) == 0)
		return "message that this peer may not send";
	return n < row->min || n > row->max ? "message of a wrong size" : NULL;
}

static enum hn_rc
send_packet(struct hn_chan *c, struct iovec *iov, size_t n_iov, const int *fds, size_t n_fds)
{
	union fd_room room = { 0 };
	struct msghdr h = { .msg_iov = iov, .msg_iovlen = n_iov };

	if (n_fds > 0) {
		h.msg_control = room.bytes;
		h.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		struct cmsghdr *cm = CMSG_FIRSTHDR(&h);

		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(cm), fds, n_fds * sizeof(int));
	}
	if (sendmsg(c->watch.fd, &h, MSG_NOSIGNAL) >= 0)
		return HN_OK;
	return errno == EAGAIN || errno == ENOBUFS || errno == EINTR ? HN_E_AGAIN : HN_E_IO;
}

static enum hn_rc
enqueue(struct hn_chan *c, const char *header, struct hn_view body, const int *fds, size_t n_fds)
{
	const size_t n = HEADER_BYTES + body.n;
	struct queued *q;

	if (c->queued_bytes + n > HN_MSG_QUEUE_MAX) {
		c->wants_room = true;
		return HN_E_AGAIN;
	}
	q = hn_alloc(1, sizeof(*q) + n);
	if (q == NULL)
		return HN_E_NOMEM;
	q->n = n;
	memcpy(q->packet, header, HEADER_BYTES);
	if (body.n > 0)
		memcpy(q->packet + HEADER_BYTES, body.p, body.n);
	for (; q->n_fds < n_fds; q->n_fds++) {
		q->fds[q->n_fds] = fcntl(fds[q->n_fds], F_DUPFD_CLOEXEC, 0);
		if (q->fds[q->n_fds] < 0) {
			close_all(q->fds, q->n_fds);
			hn_free(q);
			return HN_E_NOMEM;
		}
	}
	*c->last = q;
	c->last = &q->next;
	c->queued_bytes += n;
	wait_for_events(c);
	return HN_OK;
}

enum hn_rc
hn_chan_send_fds(struct hn_chan *c, uint16_t type, struct hn_view body, const int *fds, size_t n_fds)
{
	const struct hn_msg_type *row = row_of(c, type);
	char header[HEADER_BYTES] = { 0 };
	struct iovec iov[2] = { { header, HEADER_BYTES }, { NULL, body.n } };
	enum hn_rc rc;

	assert(fault_of(row, c->setup.self, c->setup.peer, body.n) == NULL && row->fds == n_fds);
	(void)row;
	if (c->ended)
		return HN_E_IO;
	header[0] = (char)(type & 0xff);
	header[1] = (char)(type >> 8);
	for (size_t i = 0; i < 4; i++)
		header[4 + i] = (char)(body.n >> (8 * i) & 0xff);
	memcpy(&iov[1].iov_base, &body.p, sizeof(body.p));	/* sendmsg only reads it */
	if (c->first == NULL) {
		rc = send_packet(c, iov, 2, fds, n_fds);
		if (rc != HN_E_AGAIN)
			return rc;
	}
	return enqueue(c, header, body, fds, n_fds);
}

enum hn_rc
hn_chan_send(struct hn_chan *c, uint16_t type, struct hn_view body)
{
	return hn_chan_send_fds(c, type, body, NULL, 0);
}

/* Send what is queued until the kernel takes no more. */
static void
flush(struct hn_chan *c)
{
	while (c->first != NULL) {
		struct iovec iov = { c->first->packet, c->first->n };
		const enum hn_rc rc = send_packet(c, &iov, 1, c->first->fds, c->first->n_fds);

		if (rc == HN_E_AGAIN)
			return;
		if (rc != HN_OK)
			return;	/* its end comes as an event of its own, after what it sent last */
		drop_first(c);
	}
	wait_for_events(c);
}

/* Descriptors of a received packet into ${fds}; their count. */
static size_t
take_fds(struct msghdr *h, int fds[HN_MSG_FDS_MAX])
{
	struct cmsghdr *cm = CMSG_FIRSTHDR(h);
	size_t n;

	if (cm == NULL || cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
		return 0;
	n = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	assert(n <= HN_MSG_FDS_MAX);
	memcpy(fds, CMSG_DATA(cm), n * sizeof(int));
	return n;
}

/* Check one packet against the table and hand it on; NULL or what was wrong with it. */
static const char *
deliver(struct hn_chan *c, struct hn_view packet, int *fds, size_t n_fds)
{
	struct hn_get g = HN_GET(packet);
	const uint16_t type = hn_get_u16(&g);
	const uint16_t zero = hn_get_u16(&g);
	const uint32_t length = hn_get_u32(&g);
	const struct hn_msg_type *row = row_of(c, type);
	const char *fault;

	if (g.failed || zero != 0 || length != g.rest.n)
		return "message with a broken header";
	fault = fault_of(row, c->setup.peer, c->setup.self, length);
	if (fault != NULL)
		return fault;
	if (row->fds != n_fds)
		return "message with a wrong number of descriptors";
	const struct hn_msg m = { type, g.rest, fds, n_fds };

	return c->setup.ops.message(c->setup.arg, &m) == HN_OK ? NULL : "message with a broken body";
}

/* Receive one packet; false: there is none now, or the channel has ended, pauses or is freed. */
static bool
receive(struct hn_chan *c)
{
	union fd_room room = { 0 };
	struct iovec iov = { c->in, sizeof(c->in) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = room.bytes, .msg_controllen = sizeof(room) };
	const ssize_t n = recvmsg(c->watch.fd, &h, MSG_CMSG_CLOEXEC);
	int fds[HN_MSG_FDS_MAX] = { -1, -1, -1, -1 };
	const char *fault = "message over the greatest size";
	size_t n_fds;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		end(c, n == 0 ? HN_E_NOTFOUND : HN_E_IO, "peer is gone");
		return false;
	}
	n_fds = take_fds(&h, fds);
	if ((h.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
		fault = deliver(c, (struct hn_view){ c->in, (size_t)n }, fds, n_fds);
	close_all(fds, n_fds);
	if (fault != NULL)
		end(c, HN_E_SYNTAX, fault);
	return !c->ended && !c->paused;
}

static void
send_more(struct hn_chan *c)
{
	flush(c);
	if (c->ended || !c->wants_room || c->queued_bytes > HN_MSG_QUEUE_MAX / 2)
		return;
	c->wants_room = false;
	if (c->setup.ops.writable != NULL)
		c->setup.ops.writable(c->setup.arg);
}

static void
ready(void *arg, uint32_t events)
{
	struct hn_chan *c = arg;

	c->running = true;
	if ((events & EPOLLOUT) != 0)
		send_more(c);
	if (c->paused && (events & (EPOLLHUP | EPOLLERR)) != 0)
		end(c, HN_E_NOTFOUND, "peer is gone");
	for (int i = 0; i < READS_PER_TURN; i++)
		if (c->ended || c->paused || !receive(c))
			break;
	c->running = false;
	if (c->freed)
		hn_free(c);
}

enum hn_rc
hn_chan_new(struct hn_loop *l, struct hn_chan_setup setup, struct hn_chan **out, struct hn_err *err)
{
	struct hn_chan *c = hn_alloc(1, sizeof(*c));
	enum hn_rc rc;

	assert(setup.ops.message != NULL && setup.ops.closed != NULL);
	if (c == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "channel");
	c->loop = l;
	c->setup = setup;
	c->last = &c->first;
	c->watch = (struct hn_watch){ .ready = ready, .arg = c, .fd = setup.fd };
	rc = hn_loop_add(l, &c->watch, EPOLLIN, err);
	if (rc != HN_OK) {
		hn_free(c);
		return rc;
	}
	*out = c;
	return HN_OK;
}

void
hn_chan_free(struct hn_chan *c)
{
	if (c == NULL)
		return;
	assert(!c->freed);
	if (!c->ended)
		hn_loop_remove(c->loop, &c->watch);
	c->ended = true;
	while (c->first != NULL)
		drop_first(c);
	close(c->watch.fd);
	c->freed = true;
	if (!c->running)
		hn_free(c);
}

size_t
hn_chan_queued(const struct hn_chan *c)
{
	return c->queued_bytes;
}

void
hn_chan_pause(struct hn_chan *c, bool paused)
{
	if (c->ended || c->paused == paused)
		return;
	c->paused = paused;
	wait_for_events(c);
}
