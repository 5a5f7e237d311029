#include "unit/test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "net/http.h"

#define BODIES_MAX (100u * 1024u)	/* more than one body, less than two */

/* A server and one client in one loop; the handler does what the path says. */
struct fixture {
	struct hn_loop *loop;
	struct hn_http *http;
	struct hn_http_request *held;
	int port;
	int handled, gone;
	char seen[512];
};

static void
handle(void *arg, struct hn_http_request *q)
{
	static const struct hn_http_reply_header headers[] = { { "X-Test", "yes" }, { NULL, NULL } };
	struct fixture *f = arg;
	const struct hn_view body = hn_http_body(q), a = hn_http_query(q, "a"), cookie = hn_http_cookie(q, "c");

	f->handled++;
	(void)snprintf(f->seen, sizeof(f->seen), "%s %s a=%.*s c=%.*s body=%zu from=%s", hn_http_method(q).p,
	    hn_http_path(q).p, (int)a.n, a.p, (int)cookie.n, cookie.p, body.n, hn_http_client(q).p);
	if (hn_view_eq(hn_http_path(q), HN_LIT("/now")))
		hn_http_reply(q, 200, headers, HN_LIT("hello"));
	else if (hn_view_eq(hn_http_path(q), HN_LIT("/stream")))
		hn_http_stream(f->held = q, headers);
	else
		f->held = q;
}

static void
gone(void *arg, struct hn_http_request *q)
{
	struct fixture *f = arg;

	assert_true(f->held == q);
	f->gone++;
	f->held = NULL;
}

static int
start(void **state)
{
	static struct fixture f;
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(addr);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	f = (struct fixture){ 0 };
	if (hn_loop_new(&f.loop, NULL) != HN_OK || bind(fd, (struct sockaddr *)&addr, n) != 0 || listen(fd, 16) != 0)
		return -1;
	(void)getsockname(fd, (struct sockaddr *)&addr, &n);
	f.port = ntohs(addr.sin_port);
	const struct hn_http_setup setup = { .loop = f.loop, .listen_fd = fd, .handle = handle, .gone = gone, .arg = &f,
		.bodies_max = BODIES_MAX };

	*state = &f;
	return hn_http_new(&setup, &f.http, NULL) == HN_OK ? 0 : -1;
}

static int
end(void **state)
{
	struct fixture *f = *state;

	hn_http_free(f->http);
	hn_loop_free(f->loop);
	return 0;
}

static int
send_text(struct fixture *f, const char *text, size_t n)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)f->port),
	};
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	for (size_t at = 0; at < n;) {
		const ssize_t sent = send(fd, text + at, n - at, MSG_NOSIGNAL);

		at += sent > 0 ? (size_t)sent : 0;
		assert_int_equal(hn_loop_turn(f->loop, 1, NULL), HN_OK);
	}
	return fd;
}

/* Turn the loop until the client has ${what} in its bytes (or, NULL, some turns). */
static bool
receive(struct fixture *f, int fd, struct hn_buf *got, const char *what)
{
	for (int i = 0; i < 300; i++) {
		char chunk[4096];
		const ssize_t n = recv(fd, chunk, sizeof(chunk), 0);

		if (n > 0)
			hn_buf_put(got, (struct hn_view){ chunk, (size_t)n });
		if (what != NULL && hn_view_search(hn_buf_view(got), hn_view_of(what)) < got->n)
			return true;
		assert_int_equal(hn_loop_turn(f->loop, 5, NULL), HN_OK);
		if (what == NULL && i > 20)
			return true;
	}
	return false;
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\nCookie: c=1\r\n\r\n"

static void
answers_at_once(void **state)
{
	struct fixture *f = *state;
	struct hn_buf got = HN_BUF(65536);
	const int fd = send_text(f, GET("/now?a=%20b"), strlen(GET("/now?a=%20b")));

	assert_true(receive(f, fd, &got, "\r\n\r\nhello"));
	assert_true(hn_view_starts(hn_buf_view(&got), HN_LIT("HTTP/1.1 200")));
	assert_true(hn_view_search(hn_buf_view(&got), HN_LIT("X-Test: yes")) < got.n);
	assert_string_equal(f->seen, "GET /now a= b c=1 body=0 from=127.0.0.1");
	hn_buf_fini(&got);
	(void)close(fd);
}

static void
answers_later(void **state)
{
	struct fixture *f = *state;
	struct hn_buf got = HN_BUF(65536);
	static const char post[] = "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody";
	const int fd = send_text(f, post, strlen(post));

	assert_true(receive(f, fd, &got, NULL));
	assert_int_equal(got.n, 0);
	assert_non_null(f->held);
	assert_string_equal(f->seen, "POST /later a= c= body=4 from=127.0.0.1");
	hn_http_reply(f->held, 404, NULL, HN_LIT("nothing"));
	assert_true(receive(f, fd, &got, "nothing"));
	hn_buf_fini(&got);
	(void)close(fd);
}

static void
refuses_a_body_that_is_too_big(void **state)
{
	struct fixture *f = *state;
	struct hn_buf got = HN_BUF(65536), post = HN_BUF(1u << 20);
	int fd;

	hn_buf_printf(&post, "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: %u\r\n\r\n", HN_HTTP_BODY_MAX + 1);
	for (unsigned i = 0; i < HN_HTTP_BODY_MAX + 1; i++)
		hn_buf_char(&post, 'x');
	fd = send_text(f, post.p, post.n);
	assert_true(receive(f, fd, &got, "HTTP/1.1 413"));
	assert_int_equal(f->handled, 0);
	hn_buf_fini(&got);
	hn_buf_fini(&post);
	(void)close(fd);
}

/* A body that comes while others fill the budget is refused, and welcome when they are gone. */
static void
refuses_a_body_when_all_together_are_too_big(void **state)
{
	struct fixture *f = *state;
	static const unsigned expected[] = { 0, 503, 200 };
	struct hn_buf got[3] = { HN_BUF(65536), HN_BUF(65536), HN_BUF(65536) };
	int fd[3];

	for (unsigned i = 0; i < 3; i++) {
		struct hn_buf post = HN_BUF(1u << 20);
		char answer[32];

		hn_buf_printf(&post, "POST /%s HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n", i == 0 ? "later" : "now");
		for (unsigned n = 0; n < 60000; n++)
			hn_buf_char(&post, 'x');
		fd[i] = send_text(f, post.p, post.n);
		(void)snprintf(answer, sizeof(answer), "HTTP/1.1 %u", expected[i]);
		assert_true(receive(f, fd[i], &got[i], expected[i] == 0 ? NULL : answer));
		hn_buf_fini(&post);
		if (i == 1) {
			hn_http_reply(f->held, 200, NULL, HN_LIT("done"));
			assert_true(receive(f, fd[0], &got[0], "done"));
			(void)close(fd[0]);
			(void)receive(f, fd[1], &got[1], NULL);
		}
	}
	for (unsigned i = 0; i < 3; i++)
		hn_buf_fini(&got[i]);
	(void)close(fd[1]);
	(void)close(fd[2]);
}

static void
streams_and_lets_go_of_who_does_not_read(void **state)
{
	struct fixture *f = *state;
	struct hn_buf got = HN_BUF(1u << 20);
	char big[16384];
	int pushed = 0;
	int fd = send_text(f, GET("/stream"), strlen(GET("/stream")));

	assert_true(receive(f, fd, &got, "X-Test"));
	assert_true(hn_http_push(f->held, HN_LIT("data: 1\n\n")));
	assert_true(receive(f, fd, &got, "data: 1"));
	assert_true(hn_http_push(f->held, HN_LIT("data: 2\n\n")));
	assert_true(receive(f, fd, &got, "data: 2"));
	memset(big, 'x', sizeof(big));
	while (f->held != NULL && hn_http_push(f->held, (struct hn_view){ big, sizeof(big) }))
		assert_true(++pushed < 1000);
	assert_true(pushed > 0);
	(void)close(fd);
	hn_buf_fini(&got);
}

static void
tells_who_is_gone(void **state)
{
	struct fixture *f = *state;
	struct hn_buf got = HN_BUF(65536);
	const int fd = send_text(f, GET("/stream"), strlen(GET("/stream")));

	assert_true(receive(f, fd, &got, "X-Test"));
	(void)close(fd);
	for (int i = 0; i < 50 && f->held != NULL; i++) {
		(void)hn_http_push(f->held, HN_LIT("data: x\n\n"));
		assert_int_equal(hn_loop_turn(f->loop, 5, NULL), HN_OK);
	}
	assert_int_equal(f->gone, 1);
	hn_buf_fini(&got);
}

/* Ends with requests asked and streaming: nothing is left behind (LeakSanitizer looks). */
static void
ends_in_the_middle(void **state)
{
	struct fixture *f = *state;
	const int one = send_text(f, GET("/later"), strlen(GET("/later")));

	for (int i = 0; i < 20; i++)
		assert_int_equal(hn_loop_turn(f->loop, 2, NULL), HN_OK);
	assert_non_null(f->held);
	hn_http_free(f->http);
	f->http = NULL;
	assert_int_equal(f->gone, 1);
	(void)close(one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_at_once, start, end),
		cmocka_unit_test_setup_teardown(answers_later, start, end),
		cmocka_unit_test_setup_teardown(refuses_a_body_that_is_too_big, start, end),
		cmocka_unit_test_setup_teardown(refuses_a_body_when_all_together_are_too_big, start, end),
		cmocka_unit_test_setup_teardown(streams_and_lets_go_of_who_does_not_read, start, end),
		cmocka_unit_test_setup_teardown(tells_who_is_gone, start, end),
		cmocka_unit_test_setup_teardown(ends_in_the_middle, start, end),
	};

	return cmocka_run_group_tests_name("net/http", tests, NULL, NULL);
}
