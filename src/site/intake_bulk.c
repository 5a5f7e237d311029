#include "site/intake_bulk.h"

#include "base/mem.h"
#include "net/http.h"
#include "site/bulk.h"

#define REPLY_MAX (8u << 20)
#define GREETING_MAX 4096u

struct intake_bulk {
	struct intake *in;
	uint32_t index;
	struct hn_http *http;
};

static const struct hn_http_reply_header headers[] = {
	{ "Content-Type", "application/json" },
	{ "X-Elastic-Product", "Elasticsearch" },	/* Beats 8 look for it */
	{ NULL, NULL },
};

/* Events of ${chunk} to the log and their items to the reply; the count that was taken is less when there is no room. */
struct chunk {
	struct hn_evidence_record record[INTAKE_RECORDS_MAX];
	struct hn_view action[INTAKE_RECORDS_MAX];
	size_t n;
};

static size_t
put_chunk(struct intake_bulk *b, struct chunk *c, struct hn_buf *items)
{
	size_t done = 0, more = 1;

	while (done < c->n && more > 0) {
		intake_append(b->in, b->index, c->record + done, c->n - done, &more);
		done += more;
	}
	for (size_t i = 0; i < c->n; i++)
		site_bulk_reply_item(items, items->n == 0, c->action[i], i < done);
	c->n = 0;
	return done;
}

/* All events of a body; false: not all were taken. */
static bool
put_body(struct intake_bulk *b, struct hn_view body, struct hn_buf *items)
{
	static struct chunk c;
	const uint64_t max = b->in->source[b->index].config->max_line_bytes;
	struct site_bulk bulk = SITE_BULK(body);
	bool is_broken, is_whole = true;

	c.n = 0;
	while (site_bulk_next(&bulk, &is_broken)) {
		const bool is_cut = bulk.event.n > max;

		c.record[c.n] = (struct hn_evidence_record){ .raw = { bulk.event.p, is_cut ? (size_t)max : bulk.event.n },
			.flags = is_cut ? SITE_LINE_CUT : 0 };
		c.action[c.n++] = bulk.action;
		if (c.n == INTAKE_RECORDS_MAX)
			is_whole = put_chunk(b, &c, items) == INTAKE_RECORDS_MAX && is_whole;
	}
	if (c.n > 0) {
		const size_t n = c.n;

		is_whole = put_chunk(b, &c, items) == n && is_whole;
	}
	return is_whole;
}

/* Nothing of a body is taken that is refused. */
static void
refuse(struct hn_http_request *q, enum hn_rc why)
{
	if (why == HN_E_LIMIT)
		hn_http_reply(q, 413, headers, HN_LIT("{\"error\":\"too large\",\"status\":413}"));
	else if (why == HN_E_NOMEM)
		hn_http_reply(q, 429, headers, HN_LIT("{\"error\":\"no room now\",\"status\":429}"));
	else
		hn_http_reply(q, 400, headers, HN_LIT("{\"error\":\"not a bulk body\",\"status\":400}"));
}

static void
reply_bulk(struct intake_bulk *b, struct hn_http_request *q, struct hn_view body)
{
	struct hn_buf items = HN_BUF(REPLY_MAX), reply = HN_BUF(REPLY_MAX + 256);
	const enum hn_rc rc = site_bulk_check(body);

	if (rc != HN_OK) {
		refuse(q, rc);
		return;
	}
	site_bulk_reply_begin(&reply, !put_body(b, body, &items));
	hn_buf_put(&reply, hn_buf_view(&items));
	site_bulk_reply_end(&reply);
	hn_http_reply(q, reply.failed || items.failed ? 500 : 200, headers, hn_buf_view(&reply));
	hn_buf_fini(&items);
	hn_buf_fini(&reply);
}

static void
take_bulk(struct intake_bulk *b, struct hn_http_request *q)
{
	struct hn_buf plain = HN_BUF(SITE_BULK_BODY_MAX);
	enum hn_rc rc;

	if (intake_is_held(b->in))
		refuse(q, HN_E_NOMEM);
	else if (!hn_view_eq_nocase(hn_http_header(q, "Content-Encoding"), HN_LIT("gzip")))
		reply_bulk(b, q, hn_http_body(q));
	else if ((rc = site_bulk_gunzip(hn_http_body(q), &plain)) == HN_OK)
		reply_bulk(b, q, hn_buf_view(&plain));
	else
		refuse(q, rc);
	hn_buf_fini(&plain);
}

static void
handle(void *arg, struct hn_http_request *q)
{
	struct intake_bulk *b = arg;
	const struct hn_view method = hn_http_method(q), path = hn_http_path(q);
	struct hn_buf body = HN_BUF(GREETING_MAX);
	unsigned status;

	if (hn_view_ends(path, HN_LIT("/_bulk")) &&
	    (hn_view_eq(method, HN_LIT("POST")) || hn_view_eq(method, HN_LIT("PUT")))) {
		take_bulk(b, q);
		return;
	}
	status = site_bulk_greet(method, path, hn_http_header(q, "User-Agent"), &body);
	hn_http_reply(q, status, headers, hn_buf_view(&body));
	hn_buf_fini(&body);
}

enum hn_rc
intake_bulk_open(struct intake *in, uint32_t index, int fd, struct hn_err *err)
{
	struct intake_bulk *b = hn_alloc(1, sizeof(*b));
	enum hn_rc rc;

	if (b == NULL)
		return HN_FAIL(err, HN_E_NOMEM, index, "listener");
	b->in = in;
	b->index = index;
	rc = hn_http_new(&(struct hn_http_setup){ .loop = in->child->loop, .listen_fd = fd, .certificate = in->certificate.p,
		.key = in->key.p, .handle = handle, .arg = b, .body_max = SITE_BULK_BODY_MAX,
		.bodies_max = SITE_BULK_BODIES_MAX }, &b->http, err);
	if (rc != HN_OK) {
		hn_free(b);
		return rc;
	}
	in->source[index].bulk = b;
	return HN_OK;
}
