#ifndef DETECT_INDICATOR_KEY_H
#define DETECT_INDICATOR_KEY_H

#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/err.h"
#include "record/observable.h"

/* What an indicator names.  The numbers stand in table files: only ever add at the end. */
enum indicator_kind {
	INDICATOR_ADDR,
	INDICATOR_ADDR_PORT,
	INDICATOR_CIDR,
	INDICATOR_DOMAIN,	/* the name and every name below it */
	INDICATOR_URL,		/* host and path; with a query only if it was listed with one */
	INDICATOR_PATH,		/* "/gate.php": a path on any host: weak by itself */
	INDICATOR_HASH,
	INDICATOR_JA3,
	INDICATOR_JA4,
	INDICATOR_EMAIL,
	INDICATOR_KINDS
};

#define INDICATOR_KEY_MAX OBSERVABLE_VALUE_MAX

/* The bytes that a table holds of an indicator: addresses and hashes in binary, the rest as normal text. */
struct indicator_key {
	enum indicator_kind kind;
	struct hn_view bytes;
};

/* Where a key's bytes live while it is made from text. */
struct indicator_scratch {
	struct observables seen;
	char bytes[INDICATOR_KEY_MAX];
};

/*
 * An entry of a list, as its maker wrote it: what observable_of reads, networks ("192.0.2.0/24"), and paths without a host
 * ("/gate.php").  A URL of nothing but a host means the host; the port of a name is dropped.  Views point into ${s}.
 * Errors: HN_E_SYNTAX, HN_E_UNSUPPORTED (a user name, a pattern); err->what says which.
 */
enum hn_rc indicator_key_of_text(struct hn_view text, struct indicator_scratch *s, struct indicator_key *out,
    struct hn_err *err) HN_MUST_CHECK;

/* Bytes of ${a} (4 or 16) at ${to}; returns how many. */
size_t indicator_addr_bytes(struct hn_addr a, char *to);

/* Key bytes of a network of ${bits} (as in struct hn_cidr) around ${a} at ${to} (17 bytes of room); how many. */
size_t indicator_cidr_bytes(struct hn_addr a, unsigned bits, char *to);

/* The key as people write it; HN_E_CORRUPT: its bytes are not of its kind. */
enum hn_rc indicator_key_text(struct indicator_key key, struct hn_buf *out) HN_MUST_CHECK;

/* "ip", "ip:port", "cidr", "domain", "url", "path", "hash", ... */
const char *indicator_kind_name(enum indicator_kind k);

#endif
