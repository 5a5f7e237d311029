#include "record/table.h"

#include "base/addr.h"
#include "base/clock.h"
#include "base/num.h"
#include "record/url.h"

#define NEAR 6u		/* rows looked at before the whole table is asked */
#define MS_FROM INT64_C(100000000000)	/* seconds of the year 5138: what is more is milliseconds */

const struct table_row *
table_find(const struct table *t, size_t *next, struct hn_view name)
{
	size_t at = *next;

	for (size_t i = 0; i < (t->names != NULL ? NEAR : t->n); i++, at++) {
		if (at >= t->n)
			at = 0;
		if (hn_view_eq(t->rows[at].name, name)) {
			*next = at + 1;
			return &t->rows[at];
		}
	}
	const uint32_t row = t->names != NULL ? names_find(t->names, name) : NAMES_NONE;

	if (row == NAMES_NONE)
		return NULL;
	*next = row + 1;
	return &t->rows[row];
}

void
table_finish(const struct table *t, struct table_call *c)
{
	c->r->kind = t->kind;
	c->r->dataset = t->dataset;
	if (t->finish != NULL)
		t->finish(c);
	if (!record_has(c->r, FIELD_NETWORK_PROTOCOL))
		record_set(c->r, FIELD_NETWORK_PROTOCOL, t->protocol);
}

void
table_drop(struct table_call *c, struct hn_view v)
{
	(void)c;
	(void)v;
}

void
table_time(struct table_call *c, struct hn_view v)
{
	const struct hn_view whole = { v.p, hn_view_find(v, '.') };
	uint64_t n;
	int64_t ms;
	const enum hn_rc rc = hn_num_seconds_ms(v, &ms);

	if (rc == HN_OK && ms / 1000 < MS_FROM)
		c->r->at_ms = ms;
	else if (rc != HN_E_SYNTAX && hn_num_u64(whole, HN_SECONDS_MAX * 1000, &n) == HN_OK)
		c->r->at_ms = (int64_t)n;
	else if (hn_time_parse(v, 0, &ms) == HN_OK)
		c->r->at_ms = ms;
	else
		c->bad = true;
}

void
table_ms(struct table_call *c, struct hn_view v)
{
	int64_t ms = 0;
	struct hn_buf b = { .size = 24, .max = 24 };

	if (c->arena == NULL)
		return;
	/* "9.5e-05": too short to count. */
	if (hn_num_seconds_ms(v, &ms) != HN_OK && hn_view_search(v, HN_LIT("e-")) == v.n)
		return;
	b.p = hn_arena_get(c->arena, b.size);
	if (b.p == NULL)
		return;
	hn_buf_i64(&b, ms);
	record_set(c->r, c->to, hn_buf_view(&b));
}

void
table_lower(struct table_call *c, struct hn_view v)
{
	static const struct {
		struct hn_view is, to;
	} common[] = {
		{ HN_INIT("TCP"), HN_INIT("tcp") }, { HN_INIT("UDP"), HN_INIT("udp") }, { HN_INIT("ICMP"), HN_INIT("icmp") },
	};
	size_t capitals = 0;

	for (size_t i = 0; i < HN_COUNT(common); i++) {
		if (hn_view_eq(common[i].is, v)) {
			record_set(c->r, c->to, common[i].to);
			return;
		}
	}
	for (size_t i = 0; i < v.n; i++)
		capitals += hn_lower(v.p[i]) != v.p[i] ? 1 : 0;
	if (capitals > 0) {
		char *p = c->arena != NULL ? hn_arena_get(c->arena, v.n) : NULL;

		if (p == NULL)
			return;
		for (size_t i = 0; i < v.n; i++)
			p[i] = hn_lower(v.p[i]);
		v.p = p;
	}
	record_set(c->r, c->to, v);
}

void
table_first(struct table_call *c, struct hn_view v)
{
	struct hn_view one;

	if (record_list_next(&v, &one))
		record_set(c->r, c->to, one);
}

void
table_if_absent(struct table_call *c, struct hn_view v)
{
	if (!record_has(c->r, c->to))
		record_set(c->r, c->to, v);
}

void
table_success(struct table_call *c, struct hn_view v)
{
	if (v.n == 0)
		return;
	if (v.p[0] == 'T' || v.p[0] == 't' || v.p[0] == '1')
		record_set(c->r, c->to, HN_LIT("success"));
	else if (v.p[0] == 'F' || v.p[0] == 'f' || v.p[0] == '0')
		record_set(c->r, c->to, HN_LIT("failure"));
}

void
table_host(struct table_call *c, struct hn_view v)
{
	struct url u;

	if (hn_view_find(v, '/') == v.n && url_split(v, &u))
		record_set(c->r, FIELD_URL_DOMAIN, u.host);
	else if (hn_view_find(v, '/') == v.n)
		record_set(c->r, FIELD_URL_DOMAIN, v);	/* "2001:db8::1": an address without brackets */
}

void
table_uri(struct table_call *c, struct hn_view v)
{
	struct url u;

	if (v.n == 0 || v.p[0] == '/' || hn_view_find(v, ':') == v.n || !url_split(v, &u)) {
		record_set(c->r, FIELD_URL_PATH, v);
		return;
	}
	record_set(c->r, FIELD_URL_ORIGINAL, v);
	record_set(c->r, FIELD_URL_DOMAIN, u.host);
	record_set(c->r, FIELD_URL_PATH, u.path);
}

void
table_principal(struct table_call *c, struct hn_view v)
{
	const size_t slash = hn_view_find(v, '/');
	const size_t end = slash < v.n ? slash : hn_view_find(v, '@');

	record_set(c->r, FIELD_USER_NAME, (struct hn_view){ v.p, end });
	if (end < v.n)
		record_set(c->r, FIELD_USER_DOMAIN, hn_view_skip(v, end + 1));
}

void
table_sha256(struct table_call *c, struct hn_view v)
{
	struct hn_view one;

	if (record_list_next(&v, &one) && one.n == 64)
		record_set(c->r, c->to, one);
}

/* The address in one element of X-Forwarded-For, without port and brackets; false: there is none. */
static bool
forwarded_addr(struct hn_view one, struct hn_view *text, struct hn_addr *addr)
{
	static const struct hn_view arrow = HN_INIT(" -> ");
	const size_t at = hn_view_search(one, arrow);
	struct url u;

	*text = hn_view_trim(at < one.n ? hn_view_skip(one, at + arrow.n) : one);
	if (hn_addr_parse(*text, addr) == HN_OK) {
		if (text->p[0] == '[')
			*text = (struct hn_view){ text->p + 1, text->n - 2 };
		return true;
	}
	if (text->n == 0 || hn_view_find(*text, '/') < text->n || !url_split(*text, &u))
		return false;
	*text = u.host;
	return hn_addr_parse(*text, addr) == HN_OK;
}

void
table_forwarded(struct table_call *c, struct hn_view v)
{
	struct hn_view one, text, leftmost = { "", 0 };
	struct hn_addr addr;

	while (record_list_next(&v, &one)) {
		if (!forwarded_addr(one, &text, &addr))
			continue;
		if (hn_addr_is_private(addr)) {
			record_set(c->r, FIELD_CLIENT_IP, text);
			return;
		}
		if (leftmost.n == 0)
			leftmost = text;
	}
	record_set(c->r, FIELD_CLIENT_IP, leftmost);
}
