#include <stdint.h>
#include <stdlib.h>

#include "site/bulk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Property: events lie inside the body, in order and without a line's end; a gzip body stays within its bound. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hn_view body = { (const char *)data, size };
	struct site_bulk b = SITE_BULK(body);
	struct hn_buf out = HN_BUF(65536), reply = HN_BUF(65536);
	const char *behind = body.p;
	bool is_broken;

	while (site_bulk_next(&b, &is_broken)) {
		if (b.event.p < behind || b.event.p + b.event.n > body.p + body.n || b.event.n == 0 ||
		    hn_view_find(b.event, '\n') < b.event.n)
			abort();
		behind = b.event.p + b.event.n;
		site_bulk_reply_item(&reply, reply.n == 0, b.action, true);
	}
	if (size > 0 && site_bulk_gunzip(body, &out) == HN_OK && out.n > 65536)
		abort();
	hn_buf_reset(&out);
	(void)site_bulk_greet(HN_LIT("GET"), body, body, &out);
	hn_buf_fini(&out);
	hn_buf_fini(&reply);
	return 0;
}
