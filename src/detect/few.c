#include "detect/few.h"

#include <math.h>

bool
few_add(struct few *f, uint64_t key)
{
	const uint32_t bit = (uint32_t)(key >> 17) % FEW_BITS, id = (uint32_t)(key >> 32);
	const uint64_t mask = UINT64_C(1) << (bit % 64);
	const bool is_unset = (f->bits[bit / 64] & mask) == 0;

	f->bits[bit / 64] |= mask;
	f->ones += is_unset;
	if (f->n > FEW_EXACT)
		return is_unset;
	for (uint32_t i = 0; i < f->n; i++)
		if (f->known[i] == id)
			return false;
	if (f->n < FEW_EXACT)
		f->known[f->n] = id;
	f->n++;
	return true;
}

uint32_t
few_count(const struct few *f)
{
	const double zeros = f->ones < FEW_BITS ? FEW_BITS - f->ones : 0.5;

	if (f->n <= FEW_EXACT)
		return f->n;
	return (uint32_t)fmax(FEW_EXACT + 1, -(double)FEW_BITS * log(zeros / FEW_BITS));
}
