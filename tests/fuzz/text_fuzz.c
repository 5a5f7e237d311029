#include <stdint.h>
#include <stdlib.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Properties: whatever the bytes, the result is UTF-8, at most three times as long; UTF-8 without escapes is left where it is. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hn_view v = { (const char *)data, size };
	struct hn_arena a = HN_ARENA(1u << 22);
	struct hn_view out, again;

	if (hn_text_utf8(&a, v, &out) == HN_OK) {
		if (!hn_utf8_is_valid(out) || out.n > size * 3)
			abort();
		if (hn_text_utf8(&a, out, &again) == HN_OK && !hn_utf8_is_valid(again))
			abort();
		if (hn_utf8_is_valid(v) && memchr(data, 0x1b, size) == NULL && out.p != v.p)
			abort();
	}
	hn_arena_fini(&a);
	return 0;
}
