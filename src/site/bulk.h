#ifndef SITE_BULK_H
#define SITE_BULK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"

#define SITE_BULK_BODY_MAX (16u << 20)		/* bytes of one request, packed or not */
#define SITE_BULK_BODIES_MAX (128u << 20)	/* of all requests at once */
#define SITE_BULK_EVENTS_MAX 65536u		/* of one request */

/*
 * What an unchanged Winlogbeat says to Elasticsearch: a body of lines, an action ({"create":{...}} or {"index":{...}})
 * and then the event, one JSON object.  The event is not looked into.
 * Source: Elasticsearch's bulk API; Beats 7.17 and 8.
 */
struct site_bulk {
	struct hn_view rest;
	struct hn_view action;	/* "create" or "index" */
	struct hn_view event;
};

#define SITE_BULK(body) ((struct site_bulk){ .rest = (body) })

/* The next event; false: no more, or *is_broken (what stands there is not an action with its event). */
bool site_bulk_next(struct site_bulk *b, bool *is_broken);

/* Whether all of ${body} is events, before the first is taken.  Errors: HN_E_SYNTAX, HN_E_LIMIT (SITE_BULK_EVENTS_MAX). */
enum hn_rc site_bulk_check(struct hn_view body) HN_MUST_CHECK;

/* The answer to a bulk request: begin, one item for each event in their order, end. */
void site_bulk_reply_begin(struct hn_buf *b, bool has_errors);
void site_bulk_reply_item(struct hn_buf *b, bool is_first, struct hn_view action, bool is_taken);
void site_bulk_reply_end(struct hn_buf *b);

/* A gzip body unpacked into ${out} (its max bounds it).  Errors: HN_E_SYNTAX, HN_E_LIMIT, HN_E_NOMEM. */
enum hn_rc site_bulk_gunzip(struct hn_view packed, struct hn_buf *out) HN_MUST_CHECK;

/*
 * The answer to everything else a Beat asks before it sends (version, license, templates, policies, aliases): as if all that it
 * wants to set up were there.  ${user_agent}: the version it names is the version we answer, as Beats demand.
 * Returns the status.
 */
unsigned site_bulk_greet(struct hn_view method, struct hn_view path, struct hn_view user_agent, struct hn_buf *body);

#endif
