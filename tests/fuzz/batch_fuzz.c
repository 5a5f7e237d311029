#include <stdint.h>
#include <stdlib.h>

#include "site/batch.h"
#include "site/messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Property: a batch that is whole is written back byte for byte; lines lie inside the message. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hn_msg m = { SITE_MSG_LINES, { (const char *)data, size }, NULL, 0 };
	struct hn_buf again = HN_BUF(1u << 20);
	struct site_quarantined q;
	struct site_batch b;
	struct site_line l;
	uint32_t n = 0;

	if (site_quarantined_get(m.body, &q) == HN_OK && q.head.n > size)
		abort();
	if (site_batch_open(&m, &b) != HN_OK)
		return 0;
	site_batch_begin(&again, b.begin);
	for (; site_batch_next(&b, &l); n++) {
		if (l.raw.n > 0 && (l.raw.p < m.body.p || l.raw.p + l.raw.n > m.body.p + size))
			abort();
		site_batch_line(&again, &l);
	}
	site_batch_end(&again, b.next, n);
	if (site_batch_is_whole(&b) && !again.failed && !hn_view_eq(hn_buf_view(&again), m.body))
		abort();
	site_batch_close(&b);
	hn_buf_fini(&again);
	return 0;
}
