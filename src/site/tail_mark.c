#include "site/tail_mark.h"

#include <assert.h>

#include "base/wire.h"

#define KIND 'F'

enum { IN_CUT_LINE = 1, IN_DOCUMENT = 2 };

void
tail_mark_put(const struct tail_mark *m, char out[TAIL_MARK_BYTES])
{
	struct hn_buf b = { .p = out, .size = TAIL_MARK_BYTES, .max = TAIL_MARK_BYTES };

	hn_put_u8(&b, KIND);
	hn_put_u8(&b, (uint8_t)((m->is_in_cut_line ? IN_CUT_LINE : 0) | (m->is_in_document ? IN_DOCUMENT : 0)));
	hn_put_u64(&b, m->dev);
	hn_put_u64(&b, m->ino);
	hn_put_u64(&b, m->offset);
	hn_put_u64(&b, m->head_bytes);
	hn_put_u64(&b, m->head_hash);
	assert(b.n == TAIL_MARK_BYTES && !b.failed);
}

bool
tail_mark_get(struct hn_view v, struct tail_mark *out)
{
	struct hn_get g = HN_GET(v);
	struct tail_mark m;
	const uint8_t kind = hn_get_u8(&g);
	const uint8_t within = hn_get_u8(&g);

	m.is_in_cut_line = (within & IN_CUT_LINE) != 0;
	m.is_in_document = (within & IN_DOCUMENT) != 0;
	m.dev = hn_get_u64(&g);
	m.ino = hn_get_u64(&g);
	m.offset = hn_get_u64(&g);
	m.head_bytes = hn_get_u64(&g);
	m.head_hash = hn_get_u64(&g);
	if (!hn_get_done(&g) || kind != KIND || within > (IN_CUT_LINE | IN_DOCUMENT))
		return false;
	*out = m;
	return true;
}

uint64_t
tail_fingerprint(struct hn_view head)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < head.n; i++)
		h = (h ^ (unsigned char)head.p[i]) * UINT64_C(1099511628211);
	return h;
}
