#include "net/http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <microhttpd.h>
#include <sys/socket.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/mem.h"

enum request_state {
	REQUEST_READING,	/* headers are here, the body is coming */
	REQUEST_ASKED,		/* with the handler */
	REQUEST_ANSWERED,	/* the reply waits to be queued */
	REQUEST_STREAMING,
	REQUEST_ENDED,		/* handed to libmicrohttpd, or refused */
};

struct hn_http_request {
	struct hn_http_request *before, *next;	/* among those of the server */
	struct hn_http *http;
	struct MHD_Connection *connection;
	enum request_state state;
	bool is_suspended;
	unsigned refusal;	/* status; 0: none: its body is not kept */
	bool is_finished;	/* stream: nothing more is pushed */
	const char *method;
	const char *path;
	struct hn_buf body;
	struct hn_buf out;	/* stream: what the client has not taken yet */
	char client[64];
	void *user;
	unsigned status;
	struct MHD_Response *response;
};

struct hn_http {
	struct hn_http_setup setup;
	struct MHD_Daemon *daemon;
	struct hn_watch watch;
	struct hn_timer timer;
	struct hn_http_request *requests;
	size_t bodies;		/* bytes of all */
	bool is_running;	/* inside MHD_run */
	bool is_due;		/* something was resumed: run again */
};

static void turn(struct hn_http *h);

static enum MHD_Result
queue_answer(struct hn_http_request *q)
{
	const enum MHD_Result ok = MHD_queue_response(q->connection, q->status, q->response);

	MHD_destroy_response(q->response);
	q->response = NULL;
	if (q->state == REQUEST_ANSWERED)
		q->state = REQUEST_ENDED;
	return ok;
}

/* Let a suspended connection go on. */
static void
wake(struct hn_http_request *q)
{
	struct hn_http *h = q->http;

	if (!q->is_suspended)
		return;
	q->is_suspended = false;
	MHD_resume_connection(q->connection);
	h->is_due = true;
	if (!h->is_running && hn_loop_after(h->setup.loop, &h->timer, 0) != HN_OK)
		turn(h);
}

static void
add_headers(struct MHD_Response *r, const struct hn_http_reply_header *headers)
{
	for (size_t i = 0; headers != NULL && headers[i].name != NULL; i++)
		(void)MHD_add_response_header(r, headers[i].name, headers[i].value);
}

void
hn_http_reply(struct hn_http_request *q, unsigned status, const struct hn_http_reply_header *headers,
    struct hn_view body)
{
	char *copy = hn_alloc(body.n + 1, 1);

	assert(q->state == REQUEST_ASKED && body.n <= HN_HTTP_REPLY_MAX);
	if (copy != NULL && body.n > 0)
		memcpy(copy, body.p, body.n);
	q->status = copy != NULL ? status : MHD_HTTP_INTERNAL_SERVER_ERROR;
	q->response = copy != NULL ? MHD_create_response_from_buffer_with_free_callback(body.n, copy, hn_free) :
	    MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	add_headers(q->response, headers);
	q->state = REQUEST_ANSWERED;
	wake(q);
}

/* libmicrohttpd asks for more of a stream. */
static ssize_t
read_stream(void *arg, uint64_t pos, char *to, size_t max)
{
	struct hn_http_request *q = arg;
	const size_t n = q->out.n < max ? q->out.n : max;

	(void)pos;
	if (n > 0) {
		memcpy(to, q->out.p, n);
		hn_buf_drop(&q->out, n);
		return (ssize_t)n;
	}
	if (q->is_finished)
		return MHD_CONTENT_READER_END_OF_STREAM;
	MHD_suspend_connection(q->connection);
	q->is_suspended = true;
	return 0;
}

void
hn_http_stream(struct hn_http_request *q, const struct hn_http_reply_header *headers)
{
	assert(q->state == REQUEST_ASKED);
	q->status = MHD_HTTP_OK;
	q->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, q, NULL);
	assert(q->response != NULL);
	add_headers(q->response, headers);
	q->state = REQUEST_STREAMING;
	wake(q);
}

bool
hn_http_push(struct hn_http_request *q, struct hn_view bytes)
{
	assert(q->state == REQUEST_STREAMING);
	if (q->is_finished)
		return false;
	hn_buf_put(&q->out, bytes);
	if (q->out.failed)
		q->is_finished = true;
	wake(q);
	return !q->is_finished;
}

void
hn_http_finish(struct hn_http_request *q)
{
	q->is_finished = true;
	wake(q);
}

static struct hn_http_request *
begin(struct hn_http *h, struct MHD_Connection *connection, const char *path, const char *method)
{
	struct hn_http_request *q = hn_alloc(1, sizeof(*q));
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	if (q == NULL)
		return NULL;
	*q = (struct hn_http_request){ .http = h, .connection = connection, .path = path, .method = method };
	q->body = HN_BUF(h->setup.body_max > 0 ? h->setup.body_max : HN_HTTP_BODY_MAX);
	q->out = HN_BUF(HN_HTTP_STREAM_QUEUE_MAX);
	if (info != NULL && info->client_addr->sa_family == AF_INET)
		(void)inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr, q->client,
		    sizeof(q->client));
	if (info != NULL && info->client_addr->sa_family == AF_INET6)
		(void)inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_addr,
		    q->client, sizeof(q->client));
	q->next = h->requests;
	if (h->requests != NULL)
		h->requests->before = q;
	h->requests = q;
	return q;
}

static void
drop_body(struct hn_http_request *q)
{
	q->http->bodies -= q->body.n;
	hn_buf_fini(&q->body);
}

static void
refuse(struct hn_http_request *q, unsigned status)
{
	q->refusal = status;
	drop_body(q);
}

/* A body that is refused is read to its end, so that its client hears why, and not kept. */
static void
take_body(struct hn_http_request *q, struct hn_view data)
{
	const struct hn_http_setup *s = &q->http->setup;

	if (q->refusal != 0)
		return;
	if (data.n > q->body.max - q->body.n) {
		refuse(q, MHD_HTTP_CONTENT_TOO_LARGE);
		return;
	}
	if (s->bodies_max == 0 || data.n <= s->bodies_max - q->http->bodies) {
		hn_buf_put(&q->body, data);
		q->http->bodies += q->body.failed ? 0 : data.n;
	} else {
		q->body.failed = true;
	}
	if (q->body.failed)
		refuse(q, MHD_HTTP_SERVICE_UNAVAILABLE);
}

static void
forget(struct hn_http_request *q)
{
	if (q->before != NULL)
		q->before->next = q->next;
	else
		q->http->requests = q->next;
	if (q->next != NULL)
		q->next->before = q->before;
	if (q->response != NULL)
		MHD_destroy_response(q->response);
	drop_body(q);
	hn_buf_fini(&q->out);
	hn_free(q);
}

/* The request is whole: ask the handler, or hand on what it has answered meanwhile. */
static enum MHD_Result
go_on(struct hn_http_request *q)
{
	if (q->state == REQUEST_READING) {
		q->state = REQUEST_ASKED;
		if (q->refusal != 0)
			hn_http_reply(q, q->refusal, NULL, HN_LIT(""));
		else
			q->http->setup.handle(q->http->setup.arg, q);
	}
	if (q->response != NULL)
		return queue_answer(q);
	if (!q->is_suspended) {
		MHD_suspend_connection(q->connection);
		q->is_suspended = true;
	}
	return MHD_YES;
}

static enum MHD_Result
on_access(void *arg, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
    const char *data, size_t *data_n, void **state)
{
	struct hn_http_request *q = *state;

	(void)version;
	if (q == NULL) {
		q = begin(arg, connection, path, method);
		*state = q;
		return q != NULL ? MHD_YES : MHD_NO;
	}
	if (*data_n > 0) {
		take_body(q, (struct hn_view){ data, *data_n });
		*data_n = 0;
		return MHD_YES;
	}
	return go_on(q);
}

static void
on_completed(void *arg, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why)
{
	struct hn_http_request *q = *state;
	struct hn_http *h = arg;

	(void)connection;
	(void)why;
	if (q == NULL)
		return;
	if ((q->state == REQUEST_ASKED || q->state == REQUEST_STREAMING) && h->setup.gone != NULL)
		h->setup.gone(h->setup.arg, q);
	forget(q);
	*state = NULL;
}

/* Let libmicrohttpd do what is ready, and come back when it next has to. */
static void
turn(struct hn_http *h)
{
	MHD_UNSIGNED_LONG_LONG wait_ms;

	h->is_running = true;
	do {
		h->is_due = false;
		(void)MHD_run(h->daemon);
	} while (h->is_due);
	h->is_running = false;
	if (MHD_get_timeout(h->daemon, &wait_ms) == MHD_YES) {
		const enum hn_rc rc = hn_loop_after(h->setup.loop, &h->timer, wait_ms < 60000 ? (int64_t)wait_ms : 60000);

		(void)rc;	/* without it only time-outs come late: the next event runs them */
	}
}

static void
on_ready(void *arg, uint32_t events)
{
	(void)events;
	turn(arg);
}

static void
on_timer(void *arg)
{
	turn(arg);
}

static void
no_log(void *arg, const char *fmt, va_list ap)
{
	(void)arg;
	(void)fmt;
	(void)ap;
}

static struct MHD_Daemon *
start_daemon(struct hn_http *h)
{
	const struct hn_http_setup *s = &h->setup;
	const unsigned tls = s->certificate != NULL ? MHD_USE_TLS : 0;
	struct MHD_OptionItem options[] = {
		{ MHD_OPTION_LISTEN_SOCKET, s->listen_fd, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT, HN_HTTP_CONNECTIONS_MAX, NULL },
		{ MHD_OPTION_PER_IP_CONNECTION_LIMIT, HN_HTTP_PER_ADDRESS_MAX, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, HN_HTTP_IDLE_S, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, HN_HTTP_HEADER_MAX + 16384, NULL },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, h },
		{ MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)no_log, NULL },
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)s->certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)s->key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (tls == 0)
		options[7].option = MHD_OPTION_END;
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | tls, 0, NULL, NULL, on_access, h,
	    MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

enum hn_rc
hn_http_new(const struct hn_http_setup *setup, struct hn_http **out, struct hn_err *err)
{
	struct hn_http *h = hn_alloc(1, sizeof(*h));
	const union MHD_DaemonInfo *info;
	enum hn_rc rc;

	if (h == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "http");
	h->setup = *setup;
	h->timer = (struct hn_timer){ .fire = on_timer, .arg = h };
	h->daemon = start_daemon(h);
	if (h->daemon == NULL) {
		hn_free(h);
		return HN_FAIL(err, HN_E_IO, 0, "http: certificate, key or socket");
	}
	info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	h->watch = (struct hn_watch){ .ready = on_ready, .arg = h, .fd = info->epoll_fd };
	rc = hn_loop_add(setup->loop, &h->watch, EPOLLIN, err);
	if (rc != HN_OK) {
		MHD_stop_daemon(h->daemon);
		hn_free(h);
		return rc;
	}
	turn(h);
	*out = h;
	return HN_OK;
}

/* Suspended connections must go on before the daemon may stop. */
void
hn_http_free(struct hn_http *h)
{
	if (h == NULL)
		return;
	for (struct hn_http_request *q = h->requests; q != NULL; q = q->next) {
		if (q->state == REQUEST_ASKED) {
			if (h->setup.gone != NULL)
				h->setup.gone(h->setup.arg, q);
			hn_http_reply(q, MHD_HTTP_SERVICE_UNAVAILABLE, NULL, HN_LIT(""));
		} else if (q->state == REQUEST_STREAMING) {
			hn_http_finish(q);
		}
	}
	turn(h);
	hn_loop_remove(h->setup.loop, &h->watch);
	hn_loop_cancel(h->setup.loop, &h->timer);
	MHD_stop_daemon(h->daemon);
	hn_free(h);
}

struct hn_view
hn_http_method(const struct hn_http_request *q)
{
	return hn_view_of(q->method);
}

struct hn_view
hn_http_path(const struct hn_http_request *q)
{
	return hn_view_of(q->path);
}

struct hn_view
hn_http_body(const struct hn_http_request *q)
{
	return hn_buf_view(&q->body);
}

static struct hn_view
look_up(const struct hn_http_request *q, enum MHD_ValueKind kind, const char *name)
{
	const char *value = NULL;
	size_t n = 0;

	if (MHD_lookup_connection_value_n(q->connection, kind, name, strlen(name), &value, &n) != MHD_YES || value == NULL)
		return (struct hn_view){ "", 0 };
	return (struct hn_view){ value, n };
}

struct hn_view
hn_http_header(const struct hn_http_request *q, const char *name)
{
	return look_up(q, MHD_HEADER_KIND, name);
}

struct hn_view
hn_http_cookie(const struct hn_http_request *q, const char *name)
{
	return look_up(q, MHD_COOKIE_KIND, name);
}

struct hn_view
hn_http_query(const struct hn_http_request *q, const char *name)
{
	return look_up(q, MHD_GET_ARGUMENT_KIND, name);
}

struct hn_view
hn_http_client(const struct hn_http_request *q)
{
	return hn_view_of(q->client);
}

void **
hn_http_user(struct hn_http_request *q)
{
	return &q->user;
}
