#ifndef RECORD_UTF16_H
#define RECORD_UTF16_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

/* UTF-16 as it comes, in pieces of any length, to UTF-8; half a surrogate pair becomes U+FFFD.  Source: RFC 2781. */
struct utf16 {
	bool big;		/* big-endian */
	bool has_odd;
	uint8_t odd;		/* first byte of a unit whose second has not come */
	uint16_t high;		/* first half of a pair; 0: none */
};

#define UTF16_OUT_BYTES 4096u

/*
 * Take bytes off the front of ${in} and write what they mean to ${out}, which holds UTF16_OUT_BYTES; returns how many were
 * written.  Call it until ${in} is empty.
 */
size_t utf16_take(struct utf16 *u, struct hn_view *in, char *out);

#endif
