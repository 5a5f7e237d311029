#ifndef HN_BASE_RAND_H
#define HN_BASE_RAND_H

#include <stddef.h>

#include "base/buf.h"

/* ${n} bytes from the kernel's generator, for keys, tokens and seeds.  Never fails: without randomness the process ends. */
void hn_random(void *bytes, size_t n);

/*
 * A token that people type: ${groups} groups of four characters from an alphabet without 0/O and 1/I/L, 19.8 bits each,
 * joined by "-".  Six groups hold 118 bits.
 */
void hn_random_token(struct hn_buf *b, unsigned groups);

#endif
