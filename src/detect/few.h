#ifndef DETECT_FEW_H
#define DETECT_FEW_H

#include <stdbool.h>
#include <stdint.h>

#define FEW_EXACT 24u
#define FEW_BITS 512u

/*
 * How many different things were seen, in 176 bytes without pointers: exact up to FEW_EXACT, beyond that about, as a sketch
 * (K.-Y. Whang et al., A linear-time probabilistic counting algorithm, ACM TODS 15(2), 1990): good to some 2,000.
 */
struct few {
	uint32_t n;			/* of known; FEW_EXACT + 1: there are more */
	uint32_t ones;			/* bits set */
	uint32_t known[FEW_EXACT];
	uint64_t bits[FEW_BITS / 64];
};

/* Put ${key} in, a hash of the thing; true: it was not there before, as far as can be told. */
bool few_add(struct few *f, uint64_t key);

uint32_t few_count(const struct few *f);

#endif
