#ifndef RECORD_TABLE_H
#define RECORD_TABLE_H

#include "record/names.h"
#include "record/record.h"

/*
 * How the named values of one kind of log line become a record: a row for each name.  One table serves every spelling of the
 * same log (Zeek's tabs and its JSON).
 */
struct table_call {
	struct record *r;
	struct hn_arena *arena;		/* NULL: nothing can be rewritten, such values are left out */
	enum field to;			/* the row's */
	bool bad;			/* set by table_time: the time cannot be read */
};

typedef void table_special(struct table_call *c, struct hn_view v);

struct table_row {
	struct hn_view name;
	enum field to;			/* FIELD_COUNT: none of its own */
	table_special *special;		/* NULL: set the field as it stands, or keep the pair where there is none */
};

#define TABLE_KEEP(name) { HN_INIT(name), FIELD_COUNT, NULL }
#define TABLE_DROP(name) { HN_INIT(name), FIELD_COUNT, table_drop }
#define TABLE_TO(name, field) { HN_INIT(name), FIELD_##field, NULL }
#define TABLE_BY(name, field, special) { HN_INIT(name), FIELD_##field, special }

struct table {
	struct hn_view name;		/* Zeek's path */
	const char *dataset;
	enum record_kind kind;
	struct hn_view protocol;	/* NETWORK_PROTOCOL, unless a row set it; empty: none */
	const struct table_row *rows;	/* in the order in which the source writes them: then a lookup is one comparison */
	size_t n;
	struct names *names;		/* of the rows, for long tables; NULL: they are few */
	void (*finish)(struct table_call *c);	/* after all values; NULL: nothing to do */
};

/* The row of ${name}, looked for from *next on, which moves behind it; NULL: no such row. */
const struct table_row *table_find(const struct table *t, size_t *next, struct hn_view name);

/* Hand one value to its row; ${row} NULL: keep it as a pair. */
static inline void
table_put(struct table_call *c, const struct table_row *row, struct hn_view name, struct hn_view v)
{
	if (row == NULL || (row->special == NULL && row->to == FIELD_COUNT)) {
		record_keep(c->r, name, v);
		return;
	}
	c->to = row->to;
	if (row->special != NULL)
		row->special(c, v);
	else
		record_set(c->r, row->to, v);
}

/* Kind, dataset, protocol, and the table's own finish. */
void table_finish(const struct table *t, struct table_call *c);

/* Specials.  Of the time: seconds or milliseconds since 1970, or RFC 3339. */
table_special table_time;
table_special table_drop;
table_special table_ms;			/* seconds with a fraction, to whole milliseconds */
table_special table_lower;		/* in small letters */
table_special table_first;		/* the first of a list */
table_special table_if_absent;		/* only where no other row has set it */
table_special table_success;		/* T, true, 1: success; F, false, 0: failure */
table_special table_host;		/* host or host:port, to URL_DOMAIN */
table_special table_uri;		/* what a request line asks for: a path, an absolute URL or host:port */
table_special table_principal;		/* user/REALM or user@REALM */
table_special table_sha256;		/* the first of a list, if it is 64 digits */

/*
 * The client that X-Forwarded-For names, to CLIENT_IP: the first private address of the list, else the leftmost address.
 * Elements may carry a port or brackets; ${v} may be Zeek's "X-FORWARDED-FOR -> 192.0.2.1".
 */
table_special table_forwarded;

#endif
