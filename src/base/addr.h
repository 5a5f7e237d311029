#ifndef HN_BASE_ADDR_H
#define HN_BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"

/* An IP address; IPv4 is held as IPv4-mapped IPv6 (::ffff:a.b.c.d), so that one table serves both. */
struct hn_addr {
	uint8_t b[16];
};

/* Addresses that share their first `bits` bits (96 + n for an IPv4 /n). */
struct hn_cidr {
	struct hn_addr addr;	/* bits past `bits` are zero */
	uint8_t bits;		/* 0..128 */
};

/*
 * "192.0.2.1", "2001:db8::1", with or without [brackets]; a zone ("%eth0") is cut off.  IPv4 takes exactly four decimal
 * parts without leading zeros: "010.0.0.1" is refused, since programs disagree about it.
 * Errors: HN_E_SYNTAX.  Source: RFC 4291, section 2.2.
 */
enum hn_rc hn_addr_parse(struct hn_view v, struct hn_addr *out) HN_MUST_CHECK;

/* "192.0.2.0/24", or an address alone (all its bits).  Host bits are cleared. */
enum hn_rc hn_cidr_parse(struct hn_view v, struct hn_cidr *out) HN_MUST_CHECK;

/* Canonical text (RFC 5952). */
void hn_addr_put(struct hn_buf *b, struct hn_addr a);

bool hn_addr_is_v4(struct hn_addr a);
bool hn_addr_eq(struct hn_addr a, struct hn_addr b);
bool hn_cidr_has(struct hn_cidr net, struct hn_addr a);

/* ${a} with all bits past ${bits} cleared. */
struct hn_addr hn_addr_mask(struct hn_addr a, unsigned bits);

/* Private, shared, loopback, link-local, unique-local: addresses that are a site's own unless told otherwise (RFC 6890). */
bool hn_addr_is_private(struct hn_addr a);

/* Loopback, unspecified, link-local, multicast, broadcast: no peer that an indicator can mean. */
bool hn_addr_is_special(struct hn_addr a);

#endif
