#ifndef DETECT_CONTACT_H
#define DETECT_CONTACT_H

#include "base/addr.h"
#include "detect/keyed.h"
#include "detect/scope.h"
#include "record/record.h"

/*
 * What a record says about one machine that spoke to another, in the form in which every detector of behaviour wants it:
 * who, to whom by the name that people know, how much.  A connection's log, a proxy's, a firewall's and a TLS log's give the
 * same contact for the same event; where several tell of one connection, only the first is news.
 */
enum contact_way {
	CONTACT_OUT,		/* one of ours to the outside, maybe through a proxy */
	CONTACT_IN,		/* from the outside to one of ours */
	CONTACT_INSIDE,		/* both are ours */
	CONTACT_PASSING,	/* neither is, as far as we were told what is ours */
};

struct contact {
	enum contact_way way;
	struct hn_view who;		/* the machine that began: the real client behind a proxy */
	struct hn_view whom;		/* its peer: a name in lower case without a final dot, else an address */
	struct hn_view site;		/* the registrable domain of `whom` (publicsuffix.org), or `whom` itself */
	struct hn_view service;		/* "tls", "http", ...: as the source says, may be empty */
	struct hn_addr who_addr, whom_addr;	/* where has_*; whom_addr is where the packets went, a proxy's maybe */
	bool has_who_addr, has_whom_addr;
	bool is_named;			/* `whom` is a name */
	bool is_proxied;		/* a proxy stands between: from its log, or to its address */
	bool is_again;			/* another log has told of this connection: no news, maybe more bytes */
	bool is_by_relay;		/* `who` is a proxy of ours that speaks for others */
	bool failed;			/* refused, rejected, no answer */
	bool has_bytes;
	uint16_t source_port, port;	/* 0: unknown */
	uint64_t sent, received;	/* bytes, by `who` and to it */
	int64_t at_ms;			/* when it began */
	uint64_t duration_ms;
	uint64_t who_key, whom_key, site_key;	/* keys for tables: of the texts above */
	uint64_t pair;			/* of who and whom */
	uint64_t pair_site;		/* of who and site */
};

#define CONTACT_NAME_MAX 255u

/* What the reading of contacts remembers: names of addresses, connections already told of, suffixes already looked up. */
struct contacts;

/* ${seed}: of all keys of one run; the same seed goes with the saved tables.  NULL: out of memory. */
struct contacts *contacts_new(uint64_t seed, const struct scope *scope);
void contacts_free(struct contacts *c);

/* Go on with the seed of saved tables: before the first record. */
void contacts_seed(struct contacts *c, uint64_t seed);

/* Read ${r}'s contact into ${out}; false: it tells of none.  Views hold until the next call.  Also learns names from DNS. */
bool contact_of(struct contacts *c, const struct record *r, struct contact *out);

/* The registrable domain within ${name} (lower case); ${name} itself: it has none, or is an address. */
struct hn_view contact_site(struct contacts *c, struct hn_view name);

/* A key for tables from a text, and from two keys. */
uint64_t contact_key(const struct contacts *c, struct hn_view text);

static inline uint64_t
contact_join(uint64_t a, uint64_t b)
{
	return (a ^ (b * UINT64_C(0x9e3779b97f4a7c15) + (a << 6) + (a >> 2))) * UINT64_C(0xff51afd7ed558ccd);
}

/* The tables that outlive the process. */
struct keyed *const *contacts_tables(struct contacts *c, size_t *n);

#endif
