#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BODY_MAX 4096u
#define TURNS_MAX 8u	/* on the loopback nothing is late */

static struct hn_loop *loop;
static struct sockaddr_in at = { .sin_family = AF_INET };
static uint64_t n_asked;

static void
is_sound(struct hn_view v, size_t max)
{
	unsigned sum = 0;

	for (size_t i = 0; i < v.n; i++)
		sum += (unsigned char)v.p[i];
	if (v.n > max || (sum > 0 && v.p == NULL))
		abort();
}

static void
handle(void *arg, struct hn_http_request *q)
{
	(void)arg;
	is_sound(hn_http_method(q), HN_HTTP_HEADER_MAX);
	is_sound(hn_http_path(q), HN_HTTP_HEADER_MAX);
	is_sound(hn_http_body(q), BODY_MAX);
	is_sound(hn_http_query(q, "q"), HN_HTTP_HEADER_MAX);
	is_sound(hn_http_cookie(q, "hn_session"), HN_HTTP_HEADER_MAX);
	is_sound(hn_http_header(q, "Host"), HN_HTTP_HEADER_MAX);
	if (!hn_view_eq(hn_http_client(q), HN_LIT("127.0.0.1")))
		abort();
	n_asked++;
	hn_http_reply(q, 200, NULL, hn_http_path(q));
}

static void
begin(void)
{
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct hn_http_setup setup = { .listen_fd = fd, .handle = handle, .body_max = BODY_MAX };
	struct hn_http *http;
	socklen_t n = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) != 0 || listen(fd, 8) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &n) != 0 || hn_loop_new(&loop, NULL) != HN_OK)
		abort();
	setup.loop = loop;
	if (hn_http_new(&setup, &http, NULL) != HN_OK)
		abort();
}

/* Send ${v}, then let the server work until it has closed the connection; what it answers begins as HTTP does. */
static void
converse(struct hn_view v)
{
	static char answer[1u << 17];
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct linger hard = { .l_onoff = 1 };	/* no ports left in TIME_WAIT */
	ssize_t n = -1, first = 0;

	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		abort();
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	if (v.n > 0)
		(void)send(fd, v.p, v.n, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)shutdown(fd, SHUT_WR);
	for (unsigned turn = 0; turn < TURNS_MAX && n != 0; turn++) {
		if (hn_loop_turn(loop, 0, NULL) != HN_OK)
			abort();
		n = recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
		if (n > 0 && first == 0 && (first = n) >= 5 && memcmp(answer, "HTTP/", 5) != 0)
			abort();
	}
	close(fd);
	if (hn_loop_turn(loop, 0, NULL) != HN_OK)
		abort();
}

/* Property: whatever a client sends, requests are within their limits, answers are HTTP and the server is there for the next. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hn_view good = HN_INIT("GET /api/version?q=%41 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	static unsigned n;

	if (loop == NULL)
		begin();
	converse((struct hn_view){ (const char *)data, size });
	if (n++ % 64 == 0) {
		const uint64_t before = n_asked;

		converse(good);
		if (n_asked != before + 1)
			abort();
	}
	return 0;
}
