#include <stdint.h>
#include <stdlib.h>

#include "site/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Property: messages lie inside the input one after the other, none is over the limit, and every byte is used or kept. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct site_framer f;
	struct hn_view in;

	if (size < 2)
		return 0;
	f = (struct site_framer){ .kind = data[0] % 2 == 0 ? SITE_FRAME_LINES : SITE_FRAME_SYSLOG, .max = 1 + data[1] % 64u };
	in = (struct hn_view){ (const char *)data + 2, size - 2 };
	for (;;) {
		const struct site_frame got = site_frame_next(&f, in);

		if (got.used > in.n || got.dropped > got.used)
			abort();
		if (got.is_message && (got.raw.n == 0 || got.raw.n > f.max || got.raw.p < in.p ||
		    got.raw.p + got.raw.n > in.p + got.used) && !(f.kind == SITE_FRAME_SYSLOG && got.raw.n == 0))
			abort();
		if (got.used == 0) {
			if (in.n >= f.max + 16)
				abort();	/* it promised to need no more than that */
			return 0;
		}
		in = hn_view_skip(in, got.used);
	}
}
