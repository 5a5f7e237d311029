#ifndef RECORD_OBSERVABLE_H
#define RECORD_OBSERVABLE_H

#include "base/addr.h"
#include "record/record.h"

/* What an indicator can be about, and what is remembered for 400 days: who met which value on which day. */
enum observable_kind {
	OBSERVABLE_ADDR,
	OBSERVABLE_DOMAIN,
	OBSERVABLE_URL,
	OBSERVABLE_HASH,	/* MD5, SHA-1 or SHA-256, told apart by length */
	OBSERVABLE_JA3,
	OBSERVABLE_JA4,
	OBSERVABLE_EMAIL,
	OBSERVABLE_USER,
	OBSERVABLE_KINDS
};

#define OBSERVABLE_MAX 48u		/* of one record; further list members are left out */
#define OBSERVABLE_VALUE_MAX 2048u	/* bytes of a normalised value; a longer one is no observable */

/* One value in its normal form: two spellings of the same thing have the same bytes. */
struct observable {
	enum observable_kind kind;
	enum field field;	/* where it stood */
	struct hn_view value;	/* lower case, no final dot, URL without scheme and fragment; an address as text */
	struct hn_addr addr;	/* of OBSERVABLE_ADDR only */
	uint16_t port;		/* destination port of an address or domain; 0: unknown */
};

struct observables {
	size_t n;
	struct observable at[OBSERVABLE_MAX];
	char text[8192];	/* where rewritten values live; what no longer fits is left out */
	size_t text_n;
};

/*
 * The observables of ${r}, in the order of the fields, into ${out}.  Views point into ${r} and ${out}.  Serves the
 * indicators (each is looked up) and the store of the past (each is remembered): what one sees, the other sees.
 */
void record_observables(const struct record *r, struct observables *out);

/*
 * ${value} as typed by a person or read from a list, in normal form, into ${out} (which holds one).  Defanged forms
 * ("hxxp://", "example[.]jp") are understood.  Views point into ${value} and ${out}.  Errors: HN_E_SYNTAX: of no known kind.
 */
enum hn_rc observable_of(struct hn_view value, struct observables *out, struct hn_err *err) HN_MUST_CHECK;

/* "ip", "domain", "url", ...: in JSON, in lists and on the command line. */
const char *observable_kind_name(enum observable_kind k);

#endif
