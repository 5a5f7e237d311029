#include "fault/site_peers.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "site/parent.h"

#define PATIENCE_MS 20000

void
peers_init(struct peers *p)
{
	*p = (struct peers){ .root = "/tmp/hinomi-peers-XXXXXX", .control = -1, .sense = -1, .core = -1 };
	assert_non_null(mkdtemp(p->root));
	assert_int_equal(chmod(p->root, 0777), 0);
	p->line = calloc(PEERS_LINES_MAX, sizeof(*p->line));
	assert_non_null(p->line);
}

void
peers_forget_lines(struct peers *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->line[i].raw);
	p->n = 0;
}

static void
run_and_wait(const char *const *argv)
{
	const pid_t pid = fork();

	if (pid == 0) {
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

void
peers_fini(struct peers *p)
{
	const char *const argv[] = { "rm", "-rf", p->root, NULL };

	if (p->pid > 0)
		peers_kill(p);
	peers_forget_lines(p);
	free(p->line);
	run_and_wait(argv);
}

static void
put(int fd, uint16_t type, struct hn_view body, int with_fd)
{
	static char packet[8 + HN_MSG_MAX];
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} room = { 0 };
	struct iovec iov = { packet, 8 + body.n };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };

	memset(packet, 0, 8);
	packet[0] = (char)type;
	for (size_t i = 0; i < 4; i++)
		packet[4 + i] = (char)(body.n >> (8 * i) & 0xff);
	if (body.n > 0)
		memcpy(packet + 8, body.p, body.n);
	if (with_fd >= 0) {
		h.msg_control = room.bytes;
		h.msg_controllen = sizeof(room.bytes);
		CMSG_FIRSTHDR(&h)->cmsg_level = SOL_SOCKET;
		CMSG_FIRSTHDR(&h)->cmsg_type = SCM_RIGHTS;
		CMSG_FIRSTHDR(&h)->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&h)), &with_fd, sizeof(int));
	}
	(void)!sendmsg(fd, &h, MSG_NOSIGNAL);	/* it may just have been killed */
}

/* One packet; false: none within ${ms}, or the end. */
static bool
get(int fd, int ms, struct hn_msg *m)
{
	static char packet[8 + HN_MSG_MAX];
	static int fds[1];
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} room = { 0 };
	struct iovec iov = { packet, sizeof(packet) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = room.bytes, .msg_controllen = sizeof(room.bytes) };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (fd < 0 || poll(&p, 1, ms) != 1)
		return false;
	n = recvmsg(fd, &h, MSG_CMSG_CLOEXEC);
	if (n < 8)
		return false;
	*m = (struct hn_msg){ (uint16_t)((unsigned char)packet[0] | (unsigned char)packet[1] << 8),
		{ packet + 8, (size_t)n - 8 }, fds, 0 };
	if (CMSG_FIRSTHDR(&h) != NULL) {
		memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&h)), sizeof(int));
		m->n_fds = 1;
	}
	return true;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
peers_commit(struct peers *p, uint64_t offset)
{
	struct hn_buf b = HN_BUF(16);

	hn_put_u64(&b, offset);
	hn_put_u64(&b, offset);
	put(p->core, SITE_MSG_COMMITTED, hn_buf_view(&b), -1);
	hn_buf_fini(&b);
	p->committed = offset;
}

void
peers_join(struct peers *p, enum hn_role_id peer)
{
	int *end = peer == HN_SENSE ? &p->sense : &p->core;
	const char id = (char)peer;
	int fds[2];

	close_fd(end);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	put(p->control, SITE_MSG_PEER, (struct hn_view){ &id, 1 }, fds[1]);
	close(fds[1]);
	*end = fds[0];
}

static void
launch(struct peers *p)
{
	const char *program = getenv("HINOMI");
	int fds[2];

	assert_non_null(program);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	p->control = fds[0];
	p->pid = fork();
	if (p->pid == 0) {
		if (fds[1] == 3)
			(void)fcntl(3, F_SETFD, 0);
		else
			(void)dup2(fds[1], 3);
		execl(program, "hinomi", "role", "intake", (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
}

void
peers_start(struct peers *p, const char *sources)
{
	static char text[8192];
	struct hn_msg m;
	char *at = text;
	size_t room = sizeof(text);
	static const char *const places[] = { "", "/evidence", "/db", "/observables", "/quarantine", "/tls", "/state" };

	for (size_t i = 0; i < HN_COUNT(places); i++) {
		char path[128];

		(void)snprintf(path, sizeof(path), "%s/data%s", p->root, places[i]);
		(void)mkdir(path, 0777);
		(void)chmod(path, 0777);
	}
	at += snprintf(at, room, "[site]\ndata_dir = %s/data\nuser = nobody\n[disk]\nreserve_mb = 16\n", p->root);
	for (; *sources != '\0'; sources++) {
		if (*sources == '%')
			at += snprintf(at, room - (size_t)(at - text), "%s", p->root);
		else
			*at++ = *sources;
	}
	launch(p);
	put(p->control, SITE_MSG_SETUP, (struct hn_view){ text, (size_t)(at - text) }, -1);
	peers_join(p, HN_CORE);
	peers_join(p, HN_SENSE);
	assert_true(get(p->control, PATIENCE_MS, &m));
	assert_int_equal(m.type, SITE_MSG_READY);
	peers_commit(p, p->committed);
}

void
peers_listener(struct peers *p, uint32_t source, int fd)
{
	struct hn_buf b = HN_BUF(8);

	hn_put_u32(&b, source);
	put(p->control, SITE_MSG_LISTENER, hn_buf_view(&b), fd);
	hn_buf_fini(&b);
}

static void
keep_line(struct peers *p, const struct site_line *l)
{
	struct peers_line *k = &p->line[p->n++];

	assert_true(p->n < PEERS_LINES_MAX);
	*k = (struct peers_line){ l->offset, l->source, l->flags, l->raw.n, malloc(l->raw.n + 1) };
	assert_non_null(k->raw);
	memcpy(k->raw, l->raw.p, l->raw.n);
	k->raw[l->raw.n] = '\0';
}

uint64_t
peers_take_batch(struct peers *p, int ms)
{
	struct site_batch b;
	struct site_line l;
	struct hn_msg m;
	uint64_t next;

	if (!get(p->sense, ms, &m))
		return 0;
	assert_int_equal(site_batch_open(&m, &b), HN_OK);
	while (site_batch_next(&b, &l))
		keep_line(p, &l);
	assert_true(site_batch_is_whole(&b));
	next = b.next;
	site_batch_close(&b);
	if (m.n_fds > 0)
		close(m.fds[0]);
	p->batches++;
	return next;
}

static void
take_from_core(struct peers *p)
{
	struct hn_msg m;

	while (get(p->core, 0, &m)) {
		struct hn_get g = HN_GET(m.body);
		struct site_counts c;

		if (m.type == SITE_MSG_BATCH_QUARANTINED) {
			assert_int_equal(site_quarantined_get(m.body, &p->quarantined), HN_OK);
			p->quarantined.head.p = NULL;
			p->n_quarantined++;
			continue;
		}
		assert_int_equal(m.type, SITE_MSG_SOURCE_COUNTS);
		for (uint32_t n = hn_get_u32(&g); n > 0; n--) {
			site_counts_get(&g, &c);
			p->total.lines += c.lines;
			p->total.bytes += c.bytes;
			p->total.cut += c.cut;
			p->total.dropped += c.dropped;
			p->total.state = c.state;
		}
		assert_true(hn_get_done(&g));
	}
}

static void
acknowledge(struct peers *p, uint64_t next)
{
	struct hn_buf b = HN_BUF(8);

	hn_put_u64(&b, next);
	put(p->sense, SITE_MSG_BATCH_DONE, hn_buf_view(&b), -1);
	hn_buf_fini(&b);
	p->done = next;
}

void
peers_drain(struct peers *p, int ms)
{
	uint64_t next;

	while ((next = peers_take_batch(p, ms)) != 0)
		acknowledge(p, next);
	take_from_core(p);
}

void
peers_wait_lines(struct peers *p, size_t n)
{
	for (int waited = 0; p->n < n && waited < PATIENCE_MS; waited += 50) {
		const uint64_t next = peers_take_batch(p, 50);

		if (next != 0)
			acknowledge(p, next);
		take_from_core(p);
	}
	if (p->n < n)
		fail_msg("%zu lines came of %zu", p->n, n);
}

static void
gone(struct peers *p)
{
	close_fd(&p->control);
	close_fd(&p->sense);
	close_fd(&p->core);
	p->pid = 0;
}

void
peers_kill(struct peers *p)
{
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	gone(p);
}

void
peers_stop(struct peers *p)
{
	int status = -1;

	kill(p->pid, SIGTERM);
	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	assert_int_equal(status, 0);
	gone(p);
}

void
peers_sense_dies(struct peers *p, int wait_status)
{
	struct hn_buf b = HN_BUF(64);

	close_fd(&p->sense);
	hn_put_u8(&b, HN_SENSE);
	hn_put_u8(&b, SITE_ROLE_WAITING);
	hn_put_i64(&b, 0);
	hn_put_i64(&b, 0);
	hn_put_u32(&b, 1);
	hn_put_u32(&b, (uint32_t)wait_status);
	put(p->control, SITE_MSG_ROLE_STATE, hn_buf_view(&b), -1);
	hn_buf_fini(&b);
	usleep(50000);
	peers_join(p, HN_SENSE);
}

void
peers_path(const struct peers *p, const char *name, char out[256])
{
	(void)snprintf(out, 256, "%s/%s", p->root, name);
}

void
peers_write(struct peers *p, const char *name, const char *text, bool appends)
{
	char path[256];
	int fd;

	peers_path(p, name, path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (appends ? O_APPEND : O_TRUNC), 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void
peers_rename(struct peers *p, const char *from, const char *to)
{
	char a[256], b[256];

	peers_path(p, from, a);
	peers_path(p, to, b);
	assert_int_equal(rename(a, b), 0);
}

int
peers_bind(int type, uint16_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	const int on = 1;
	const int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 16), 0);
	else
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on)), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

int
peers_connect(int type, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port) };
	const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}
