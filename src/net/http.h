#ifndef HN_NET_HTTP_H
#define HN_NET_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/view.h"
#include "event/loop.h"

#define HN_HTTP_HEADER_MAX 16384u	/* bytes of all headers of one request */
#define HN_HTTP_BODY_MAX 65536u		/* bytes of a request's body, unless the setup says else; more is refused (413) */
#define HN_HTTP_CONNECTIONS_MAX 512u
#define HN_HTTP_PER_ADDRESS_MAX 96u
#define HN_HTTP_IDLE_S 30u
#define HN_HTTP_REPLY_MAX (16u << 20)
#define HN_HTTP_PARAMS_MAX 16u		/* of the query; further ones are ignored */
#define HN_HTTP_STREAM_QUEUE_MAX (256u << 10)	/* bytes a slow reader may lag behind before it is let go */

/*
 * An HTTP/1.1 server with TLS in the process's own loop: no threads.  HTTP itself is libmicrohttpd's, TLS GnuTLS's; a
 * request reaches the handler whole (its body too) and is answered at once or later.
 */
struct hn_http;
struct hn_http_request;

struct hn_http_setup {
	struct hn_loop *loop;
	int listen_fd;			/* bound and listening; the server closes it */
	const char *certificate;	/* PEM, the server's own first; NULL: plain HTTP (behind TLS elsewhere, tests) */
	const char *key;		/* PEM */
	size_t body_max;		/* bytes of a request's body; 0: HN_HTTP_BODY_MAX */
	size_t bodies_max;		/* bytes of all bodies at once, more is refused (503); 0: no limit */
	/* A whole request; answer it with hn_http_reply or hn_http_stream, now or later, exactly once. */
	void (*handle)(void *arg, struct hn_http_request *q);
	/* The client of a request that is not yet answered, or of a stream, is gone: forget ${q}.  May be NULL. */
	void (*gone)(void *arg, struct hn_http_request *q);
	void *arg;
};

enum hn_rc hn_http_new(const struct hn_http_setup *setup, struct hn_http **out, struct hn_err *err) HN_MUST_CHECK;

/* Ends every connection; unanswered requests are told gone. */
void hn_http_free(struct hn_http *h);

/* What was asked.  Views live until the request is answered. */
struct hn_view hn_http_method(const struct hn_http_request *q);
struct hn_view hn_http_path(const struct hn_http_request *q);		/* decoded, without the query */
struct hn_view hn_http_body(const struct hn_http_request *q);
struct hn_view hn_http_header(const struct hn_http_request *q, const char *name);	/* empty: absent */
struct hn_view hn_http_cookie(const struct hn_http_request *q, const char *name);
struct hn_view hn_http_query(const struct hn_http_request *q, const char *name);	/* decoded */
struct hn_view hn_http_client(const struct hn_http_request *q);		/* the peer's address as text */

/* A place of the handler's own in the request, NULL at first. */
void **hn_http_user(struct hn_http_request *q);

struct hn_http_reply_header {
	const char *name;
	const char *value;
};

/* Answer with ${status} and a body that is copied; ${headers} ends with a NULL name (NULL: none). */
void hn_http_reply(struct hn_http_request *q, unsigned status, const struct hn_http_reply_header *headers,
    struct hn_view body);

/*
 * Answer 200 with a body without end (server-sent events).  Then hn_http_push adds to it until the client goes (gone is
 * called) or hn_http_finish.
 */
void hn_http_stream(struct hn_http_request *q, const struct hn_http_reply_header *headers);

/* false: the reader lags too far behind or is gone; the stream ends. */
bool hn_http_push(struct hn_http_request *q, struct hn_view bytes);
void hn_http_finish(struct hn_http_request *q);

#endif
