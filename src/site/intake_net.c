#include "site/intake.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "event/log.h"
#include "site/frame.h"
#include "site/intake_conn.h"

#define DATAGRAMS 32u		/* taken in one call */
#define DATAGRAM_BYTES 65536u
#define MARK_BYTES 13u		/* u8 kind, u64 inode of the socket, u32 its count of drops */
#define MARK_KIND 'U'

struct intake_net {
	struct intake *in;
	uint32_t index;
	struct hn_watch watch;
	bool is_datagram;
	bool is_paused;		/* no descriptor was left: nobody is let in for a moment */
	uint64_t socket_ino;
	uint32_t drops;		/* the kernel's count, as far as it is in our counters */
	size_t n_conns;
	struct intake_conn *conns;
};

/* ---- datagrams */

/* What the kernel counted and an earlier run of this role has already told. */
static void
remember_drops(struct intake_net *n)
{
	struct hn_get g = HN_GET(hn_evidence_bookmark(n->in->log, n->in->source[n->index].config->id));
	const uint8_t kind = hn_get_u8(&g);
	const uint64_t ino = hn_get_u64(&g);
	const uint32_t drops = hn_get_u32(&g);
	struct stat st;

	if (fstat(n->watch.fd, &st) == 0)
		n->socket_ino = st.st_ino;
	if (hn_get_done(&g) && kind == MARK_KIND && ino == n->socket_ino)
		n->drops = drops;
}

static void
count_drops(struct intake_net *n, struct msghdr *h)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c)) {
		uint32_t drops;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
			continue;
		memcpy(&drops, CMSG_DATA(c), sizeof(drops));
		n->in->source[n->index].counts.dropped += (uint32_t)(drops - n->drops);	/* it may wrap */
		n->drops = drops;
	}
}

struct datagrams {
	struct mmsghdr header[DATAGRAMS];
	struct iovec iov[DATAGRAMS];
	_Alignas(struct cmsghdr) char control[DATAGRAMS][CMSG_SPACE(sizeof(uint32_t))];
	char bytes[DATAGRAMS][DATAGRAM_BYTES];
	struct hn_evidence_record record[DATAGRAMS];
};

static int
receive(int fd, struct datagrams *d)
{
	for (size_t i = 0; i < DATAGRAMS; i++) {
		d->iov[i] = (struct iovec){ d->bytes[i], DATAGRAM_BYTES };
		d->header[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &d->iov[i], .msg_iovlen = 1,
			.msg_control = d->control[i], .msg_controllen = sizeof(d->control[i]) } };
	}
	return recvmmsg(fd, d->header, DATAGRAMS, MSG_DONTWAIT, NULL);
}

/* One datagram is one message; a LF at its end is no part of it. */
static struct hn_evidence_record
record_of(struct hn_view raw, uint64_t max, struct hn_view mark)
{
	struct hn_evidence_record r = { .bookmark = mark };

	while (raw.n > 0 && (raw.p[raw.n - 1] == '\n' || raw.p[raw.n - 1] == '\0'))
		raw.n--;
	if (raw.n > max) {
		raw.n = (size_t)max;
		r.flags = SITE_LINE_CUT;
	}
	r.raw = raw;
	return r;
}

static size_t
take_datagrams(struct intake_net *n, struct datagrams *d)
{
	const int got = receive(n->watch.fd, d);
	struct intake_source *s = &n->in->source[n->index];
	char mark[MARK_BYTES];
	struct hn_buf b = { .p = mark, .size = sizeof(mark), .max = sizeof(mark) };
	size_t count = 0, done;

	for (int i = 0; i < got; i++)
		count_drops(n, &d->header[i].msg_hdr);
	hn_put_u8(&b, MARK_KIND);
	hn_put_u64(&b, n->socket_ino);
	hn_put_u32(&b, n->drops);
	for (int i = 0; i < got; i++) {
		const struct hn_view raw = { d->bytes[i], d->header[i].msg_len };
		const struct hn_evidence_record r = record_of(raw, s->config->max_line_bytes, hn_buf_view(&b));

		if (r.raw.n > 0)
			d->record[count++] = r;
	}
	intake_append(n->in, n->index, d->record, count, &done);
	s->counts.dropped += count - done;	/* the sender does not wait: what cannot be kept is lost, and counted */
	return got > 0 ? (size_t)got : 0;
}

static void
datagrams_ready(void *arg, uint32_t events)
{
	static struct datagrams d;
	struct intake_net *n = arg;

	(void)events;
	for (unsigned i = 0; i < 8 && take_datagrams(n, &d) == DATAGRAMS; i++)
		;
}

/* ---- connections */

void
intake_net_gone(struct intake_net *n, struct intake_conn *gone)
{
	struct intake_conn **at = &n->conns;

	while (*at != gone)
		at = intake_conn_link(*at);
	*at = *intake_conn_link(gone);
	n->n_conns--;
}

/* Whoever waits at the door stays there: the kernel says so again and again, so it is not asked for a moment. */
static void
pause_listening(struct intake_net *n)
{
	n->is_paused = true;
	hn_loop_change(n->in->child->loop, &n->watch, 0);
	hn_log(HN_LOG_WARNING, "no-descriptors", "source=%s connections=%zu", n->in->source[n->index].config->name.p, n->n_conns);
}

static void
accept_ready(void *arg, uint32_t events)
{
	struct intake_net *n = arg;
	struct intake_conn *c;
	int fd;

	(void)events;
	if (n->is_paused)
		return;
	fd = accept4(n->watch.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if ((errno == EMFILE || errno == ENFILE) && !intake_conn_end_quietest(n->conns))
			pause_listening(n);
		return;
	}
	if (n->n_conns == INTAKE_CONNS_MAX)
		(void)intake_conn_end_quietest(n->conns);
	if (n->n_conns == INTAKE_CONNS_MAX || intake_conn_new(n->in, n->index, fd, &c, NULL) != HN_OK) {
		hn_log(HN_LOG_WARNING, "connection-refused", "source=%s connections=%zu", n->in->source[n->index].config->name.p,
		    n->n_conns);
		n->in->source[n->index].counts.dropped++;
		close(fd);
		return;
	}
	*intake_conn_link(c) = n->conns;
	n->conns = c;
	n->n_conns++;
}

void
intake_net_resume(struct intake *in, struct intake_net *n)
{
	struct intake_conn *next;

	if (n->is_paused) {
		n->is_paused = false;
		hn_loop_change(in->child->loop, &n->watch, EPOLLIN);
	}
	for (struct intake_conn *c = n->conns; c != NULL; c = next) {
		next = *intake_conn_link(c);
		intake_conn_resume(c);	/* may be its end */
	}
}

enum hn_rc
intake_net_open(struct intake *in, uint32_t index, int fd, struct hn_err *err)
{
	struct intake_net *n = hn_alloc(1, sizeof(*n));
	enum hn_rc rc;

	if (n == NULL)
		return HN_FAIL(err, HN_E_NOMEM, index, "listener");
	n->in = in;
	n->index = index;
	n->is_datagram = site_kinds[in->source[index].config->kind].is_datagram;
	n->watch = (struct hn_watch){ .ready = n->is_datagram ? datagrams_ready : accept_ready, .arg = n, .fd = fd };
	if (n->is_datagram)
		remember_drops(n);
	rc = hn_loop_add(in->child->loop, &n->watch, EPOLLIN, err);
	if (rc != HN_OK) {
		hn_free(n);
		return rc;
	}
	in->source[index].net = n;
	return HN_OK;
}
