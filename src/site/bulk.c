#include "site/bulk.h"

#include <assert.h>
#include <zlib.h>

#define VERSION_DEFAULT "8.17.0"
#define GZIP_WINDOW (15 + 16)	/* zlib: the greatest window, gzip's header */

/* The first key of an action line. */
static struct hn_view
first_key(struct hn_view line)
{
	struct hn_view key;

	line = hn_view_trim(line);
	if (line.n == 0 || line.p[0] != '{')
		return (struct hn_view){ 0 };
	line = hn_view_trim(hn_view_skip(line, 1));
	if (line.n == 0 || line.p[0] != '"')
		return (struct hn_view){ 0 };
	line = hn_view_skip(line, 1);
	return hn_view_cut(&line, '"', &key) ? key : (struct hn_view){ 0 };
}

static bool
next_line(struct site_bulk *b, struct hn_view *out)
{
	while (b->rest.n > 0) {
		(void)hn_view_cut(&b->rest, '\n', out);
		if (out->n > 0 && out->p[out->n - 1] == '\r')
			out->n--;
		if (out->n > 0)
			return true;
	}
	return false;
}

bool
site_bulk_next(struct site_bulk *b, bool *is_broken)
{
	struct hn_view line;

	*is_broken = false;
	if (!next_line(b, &line))
		return false;
	b->action = first_key(line);
	*is_broken = true;
	if (!hn_view_eq(b->action, HN_LIT("create")) && !hn_view_eq(b->action, HN_LIT("index")))
		return false;
	if (!next_line(b, &b->event) || b->event.p[0] != '{')
		return false;
	*is_broken = false;
	return true;
}

enum hn_rc
site_bulk_check(struct hn_view body)
{
	struct site_bulk b = SITE_BULK(body);
	bool is_broken;
	size_t n = 0;

	while (site_bulk_next(&b, &is_broken))
		if (++n > SITE_BULK_EVENTS_MAX)
			return HN_E_LIMIT;
	return is_broken ? HN_E_SYNTAX : HN_OK;
}

void
site_bulk_reply_begin(struct hn_buf *b, bool has_errors)
{
	hn_buf_printf(b, "{\"took\":1,\"errors\":%s,\"items\":[", has_errors ? "true" : "false");
}

void
site_bulk_reply_item(struct hn_buf *b, bool is_first, struct hn_view action, bool is_taken)
{
	assert(action.n > 0 && action.n < 16);
	hn_buf_put(b, is_first ? HN_LIT("{\"") : HN_LIT(",{\""));
	hn_buf_put(b, action);
	hn_buf_put(b, is_taken ? HN_LIT("\":{\"status\":201}}") :
	    HN_LIT("\":{\"status\":429,\"error\":{\"type\":\"es_rejected_execution_exception\",\"reason\":\"no room\"}}}"));
}

void
site_bulk_reply_end(struct hn_buf *b)
{
	hn_buf_put(b, HN_LIT("]}"));
}

static enum hn_rc
inflate_all(z_stream *z, struct hn_buf *out)
{
	int rc = Z_OK;

	while (rc == Z_OK) {
		const size_t room = out->max - out->n < 65536 ? out->max - out->n : 65536;
		char *to = room > 0 ? hn_buf_room(out, room) : NULL;

		if (to == NULL)
			return HN_E_LIMIT;
		z->next_out = (unsigned char *)to;
		z->avail_out = (unsigned)room;
		rc = inflate(z, Z_NO_FLUSH);
		out->n += room - z->avail_out;
	}
	return rc == Z_STREAM_END && z->avail_in == 0 ? HN_OK : HN_E_SYNTAX;
}

enum hn_rc
site_bulk_gunzip(struct hn_view packed, struct hn_buf *out)
{
	z_stream z = { 0 };
	enum hn_rc rc;

	if (packed.n == 0 || packed.n > SITE_BULK_BODY_MAX)
		return packed.n == 0 ? HN_E_SYNTAX : HN_E_LIMIT;
	if (inflateInit2(&z, GZIP_WINDOW) != Z_OK)
		return HN_E_NOMEM;
	memcpy(&z.next_in, &packed.p, sizeof(packed.p));	/* zlib only reads it */
	z.avail_in = (unsigned)packed.n;
	rc = inflate_all(&z, out);
	(void)inflateEnd(&z);
	return rc;
}

/* "7.17.5" out of "Elastic-winlogbeat/7.17.5 (windows; ...)"; a Beat refuses a server that is older than itself. */
static struct hn_view
version_of(struct hn_view user_agent)
{
	struct hn_view head, v = user_agent;
	size_t dots = 0, n = 0;

	if (!hn_view_cut(&v, '/', &head))
		return HN_LIT(VERSION_DEFAULT);
	for (; n < v.n && n < 16 && (v.p[n] == '.' || (v.p[n] >= '0' && v.p[n] <= '9')); n++)
		dots += v.p[n] == '.';
	return dots == 2 && v.p[0] != '.' && v.p[n - 1] != '.' ? (struct hn_view){ v.p, n } : HN_LIT(VERSION_DEFAULT);
}

static void
greet_root(struct hn_view path, struct hn_view user_agent, struct hn_buf *b)
{
	const struct hn_view version = version_of(user_agent);

	(void)path;
	hn_buf_printf(b, "{\"name\":\"hinomi\",\"cluster_name\":\"hinomi\",\"cluster_uuid\":\"aGlub21pLXNpdGUtbG9nLTE\","
	    "\"version\":{\"number\":\"%.*s\",\"build_flavor\":\"default\",\"build_type\":\"deb\",\"lucene_version\":\"9.12.0\","
	    "\"minimum_wire_compatibility_version\":\"7.17.0\",\"minimum_index_compatibility_version\":\"7.0.0\"},"
	    "\"tagline\":\"You Know, for Search\"}", (int)version.n, version.p);
}

static void
greet_license(struct hn_view path, struct hn_view user_agent, struct hn_buf *b)
{
	(void)path;
	(void)user_agent;
	hn_buf_put(b, HN_LIT("{\"license\":{\"status\":\"active\",\"uid\":\"hinomi\",\"type\":\"basic\",\"mode\":\"basic\"}}"));
}

static void
greet_xpack(struct hn_view path, struct hn_view user_agent, struct hn_buf *b)
{
	(void)path;
	(void)user_agent;
	hn_buf_put(b, HN_LIT("{\"license\":{\"uid\":\"hinomi\",\"type\":\"basic\",\"mode\":\"basic\",\"status\":\"active\"},"
	    "\"features\":{\"ilm\":{\"available\":true,\"enabled\":true}}}"));
}

/* The last part of the path is the name of an alias that can be written to. */
static void
greet_alias(struct hn_view path, struct hn_view user_agent, struct hn_buf *b)
{
	struct hn_view head;

	(void)user_agent;
	while (hn_view_cut(&path, '/', &head))
		;
	hn_buf_put(b, HN_LIT("{\"winlogbeat-000001\":{\"aliases\":{"));
	hn_buf_json(b, head);
	hn_buf_put(b, HN_LIT(":{\"is_write_index\":true}}}}"));
}

static void
greet_nodes(struct hn_view path, struct hn_view user_agent, struct hn_buf *b)
{
	(void)path;
	(void)user_agent;
	hn_buf_put(b, HN_LIT("{\"nodes\":{}}"));
}

static void
greet_anything(struct hn_view path, struct hn_view user_agent, struct hn_buf *b)
{
	(void)path;
	(void)user_agent;
	hn_buf_put(b, HN_LIT("{\"acknowledged\":true}"));
}

/* The first row whose path is the beginning of what is asked for; "/" alone only as a whole. */
static const struct {
	const char *path;
	void (*put)(struct hn_view path, struct hn_view user_agent, struct hn_buf *b);
} greetings[] = {
	{ "/_license", greet_license },
	{ "/_xpack", greet_xpack },
	{ "/_nodes", greet_nodes },
	{ "/_alias/", greet_alias },
	{ "/_ilm/policy", greet_anything },
	{ "/_template", greet_anything },
	{ "/_index_template", greet_anything },
	{ "/_component_template", greet_anything },
	{ "/_data_stream", greet_anything },
	{ "/_ingest/pipeline", greet_anything },
	{ "/_cat/", greet_anything },
	{ "/winlogbeat", greet_anything },	/* PUT of an index, checks that it is there */
	{ "/<winlogbeat", greet_anything },	/* the same with a day in its name: <winlogbeat-7.17.0-{now/d}-000001> */
};

unsigned
site_bulk_greet(struct hn_view method, struct hn_view path, struct hn_view user_agent, struct hn_buf *body)
{
	if (!hn_view_eq(method, HN_LIT("GET")) && !hn_view_eq(method, HN_LIT("HEAD")) && !hn_view_eq(method, HN_LIT("PUT")))
		return 405;
	if (hn_view_eq(path, HN_LIT("/"))) {
		greet_root(path, user_agent, body);
		return 200;
	}
	for (size_t i = 0; i < HN_COUNT(greetings); i++) {
		if (!hn_view_starts(path, hn_view_of(greetings[i].path)))
			continue;
		greetings[i].put(path, user_agent, body);
		return 200;
	}
	hn_buf_put(body, HN_LIT("{\"error\":\"not found\",\"status\":404}"));
	return 404;
}
