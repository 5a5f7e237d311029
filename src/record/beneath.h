#ifndef RECORD_BENEATH_H
#define RECORD_BENEATH_H

#include "base/addr.h"
#include "record/observable.h"

/*
 * The past is kept as keys, from which no text comes back: what an observable lies beneath is therefore remembered beside it,
 * so that a hunt for "evil.example" finds "a.b.evil.example", and one for an IPv6 network its addresses.  Networks of IPv4
 * need none of it: all their addresses are asked for.
 */

#define BENEATH_ABOVE_MAX 4u
#define BENEATH_ASK_MAX 65536u	/* values that a network becomes: IPv4 to /16; IPv6 to /112, and /16 to /64 as networks */
#define BENEATH_TEXT_MAX 50u	/* bytes of an address or network in text */

/* A kind of the store of the past that no observable has: something beneath the value was met. */
#define BENEATH_KIND(kind) ((uint8_t)((unsigned)(kind) | 0x80u))

/* Names whose registrable domain was looked up lately: most lines name what others have named.  All zero: none. */
#define BENEATH_KNOWN 4096u	/* a power of two */

struct beneath_known {
	uint64_t seed;		/* the caller's, random: nobody outside chooses which names fall together */
	struct {
		uint64_t key;
		uint64_t at;	/* where the registrable domain begins; 0: the name lies beneath nothing */
	} name[BENEATH_KNOWN];
};

struct beneath {
	size_t n;
	struct hn_view at[BENEATH_ABOVE_MAX];
	char text[3 * BENEATH_TEXT_MAX];
};

/*
 * What ${value} (in normal form) lies beneath, into ${out}: of a name its parents from the registrable domain down, at most
 * BENEATH_ABOVE_MAX (publicsuffix.org by libpsl); of an IPv6 address its /32, /48 and /64.  Views point into both.
 * ${known}: what it remembers between calls.
 */
void beneath_of(struct beneath_known *known, enum observable_kind kind, struct hn_view value, struct beneath *out);

/* What to ask the past for about ${net}: values of ${kind}, as the store has it.  false from ${ask} ends it. */
struct beneath_asking {
	bool (*ask)(void *ctx, uint8_t kind, struct hn_view value);
	void *ctx;
};

/* HN_E_LIMIT: a network too wide, or of IPv6 between /65 and /111; HN_E_NOMEM: ${ask} said no. */
enum hn_rc beneath_ask_net(struct hn_cidr net, struct beneath_asking a) HN_MUST_CHECK;

#endif
