#include <stdint.h>
#include <stdlib.h>

#include "detect/stix_pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Property: a pattern is refused with a place in it and a reason, or gives values that are not empty. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct stix_terms terms;
	struct hn_arena arena = HN_ARENA(1u << 22);
	struct hn_err err = { 0 };

	if (stix_pattern_terms((struct hn_view){ (const char *)data, size }, &arena, &terms, &err) != HN_OK) {
		if (err.what == NULL || err.at > size)
			abort();
	} else if (terms.n == 0 || terms.n > STIX_TERMS_MAX) {
		abort();
	} else {
		for (size_t i = 0; i < terms.n; i++)
			if (terms.at[i].value.n > size)
				abort();
	}
	hn_arena_fini(&arena);
	return 0;
}
