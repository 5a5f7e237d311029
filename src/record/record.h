#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/view.h"
#include "record/url.h"

/*
 * One observation in one normal form, whatever its source.  It is a set of fields, each a view of text as the source
 * wrote it; a field that the source left out, or wrote as "-" or "(empty)", is absent.  Nothing in a record is owned
 * by it: views point into the raw line, into static text, or into the arena of the batch.
 */
enum field {
#define FIELD(name, ecs, type) FIELD_##name,
#include "record/fields.def"
#undef FIELD
	FIELD_COUNT
};

enum field_type {
	FIELD_TYPE_TEXT,
	FIELD_TYPE_TEXT_LIST,
	FIELD_TYPE_NUMBER,
	FIELD_TYPE_IP,
	FIELD_TYPE_DOMAIN,
	FIELD_TYPE_URL,
	FIELD_TYPE_HASH,
	FIELD_TYPE_USER,
	FIELD_TYPE_EMAIL,
	FIELD_TYPE_EMAIL_LIST,
};

/* What kind of thing was seen; a detector asks for the kinds it wants. */
enum record_kind {
	RECORD_OTHER,
	RECORD_FLOW,		/* a network connection: Zeek conn, firewall traffic, EVE flow */
	RECORD_WEB,		/* an HTTP request or a CONNECT: proxy, Zeek http */
	RECORD_DNS,
	RECORD_TLS,		/* a TLS handshake or a certificate */
	RECORD_FILE,		/* a file seen, made, changed, opened over the network */
	RECORD_LOGON,		/* somebody signed in or out, or failed to: VPN, Windows, SSH, RDP, Kerberos */
	RECORD_PROCESS,		/* a program started */
	RECORD_REGISTRY,
	RECORD_SERVICE,		/* a service or task was installed, started, stopped */
	RECORD_ADMIN,		/* configuration or accounts changed */
	RECORD_ALERT,		/* another detector's alarm: IDS, antivirus */
	RECORD_MAIL,
	RECORD_KINDS
};

#define RECORD_EXTRA_MAX 192u	/* pairs; further ones are left in the raw line only */

/* A field in the source's own name, kept where the normal form has no place for it. */
struct record_pair {
	struct hn_view name;
	struct hn_view value;
};

/* What a reader had to read anyway, so that nobody reads it again; it holds for the text at that place only. */
struct record_known {
	struct hn_view source_text, destination_text, url_text;
	struct hn_addr source, destination;
	struct url url;
};

struct record {
	int64_t at_ms;			/* when it happened, ms since 1970 UTC */
	enum record_kind kind;
	const char *dataset;		/* "squid.access", "zeek.dns", "windows.security": static text */
	struct hn_view raw;		/* the line or object as it came */
	uint64_t line;			/* its place: line number, or offset in the evidence log */
	uint32_t source;		/* which file or configured source it came from */
	uint16_t n_extra;
	uint64_t has[(FIELD_COUNT + 63) / 64];
	struct hn_view value[FIELD_COUNT];		/* only where `has` says so */
	struct record_pair extra[RECORD_EXTRA_MAX];	/* [0..n_extra) */
	struct record_known known;
};

/* Forget everything but the arena's bytes; readers start from here. */
static inline void
record_reset(struct record *r)
{
	r->at_ms = 0;
	r->kind = RECORD_OTHER;
	r->dataset = "";
	r->n_extra = 0;
	memset(r->has, 0, sizeof(r->has));
	r->known.source_text.n = r->known.destination_text.n = r->known.url_text.n = 0;
}

static inline bool
record_has(const struct record *r, enum field f)
{
	return (r->has[f / 64] >> (f % 64) & 1) != 0;
}

/* Set field ${f}, unless ${v} is empty, "-" or "(empty)": those say that there is none. */
static inline void
record_set(struct record *r, enum field f, struct hn_view v)
{
	if (v.n == 0 || (v.n == 1 && v.p[0] == '-') || (v.n == 7 && memcmp(v.p, "(empty)", 7) == 0))
		return;
	r->value[f] = v;
	r->has[f / 64] |= UINT64_C(1) << (f % 64);
}

/* The field's text; the empty view: absent. */
static inline struct hn_view
record_get(const struct record *r, enum field f)
{
	return record_has(r, f) ? r->value[f] : (struct hn_view){ "", 0 };
}

/* Set SOURCE_IP or DESTINATION_IP, whose text has been read as ${addr}. */
void record_set_addr(struct record *r, enum field f, struct hn_view v, struct hn_addr addr);

/* Set URL_ORIGINAL, which has been split into ${u}. */
void record_set_url(struct record *r, struct hn_view v, const struct url *u);

/* The field as an address, or as a URL; false: it is absent or none. */
bool record_addr(const struct record *r, enum field f, struct hn_addr *out);
bool record_url(const struct record *r, enum field f, struct url *out);

/* The field as a number; ${otherwise} where it is absent or not one. */
uint64_t record_number(const struct record *r, enum field f, uint64_t otherwise);

/* Keep a pair in the source's own words; silently not, past RECORD_EXTRA_MAX (the raw line has it). */
static inline void
record_keep(struct record *r, struct hn_view name, struct hn_view value)
{
	if (r->n_extra < RECORD_EXTRA_MAX)
		r->extra[r->n_extra++] = (struct record_pair){ name, value };
}

/* Value of the pair of that name (exact case); the empty view: none. */
struct hn_view record_extra(const struct record *r, struct hn_view name);

/* The next value of a *_LIST field: cut it off ${rest}; false: no more. */
bool record_list_next(struct hn_view *rest, struct hn_view *value);

/* Name in the Elastic Common Schema, type; and back: FIELD_COUNT where there is no such name. */
struct hn_view field_ecs(enum field f);
enum field_type field_type(enum field f);
enum field field_find(struct hn_view ecs);

/* "web", "dns", ...: for people and JSON. */
const char *record_kind_name(enum record_kind k);

/*
 * The machine of ours that a record is about: client.ip, else source.ip, else host.name, else source.domain.
 * The empty view: the record names none.
 */
struct hn_view record_machine(const struct record *r);

#endif
