#include "store/tail.h"

#include <assert.h>

#include "base/hash.h"
#include "base/wire.h"

#define MARK 0xe5u
#define CHECK_BYTES 4u

static uint32_t
check_of(struct hn_view v, uint64_t offset)
{
	return (uint32_t)hn_hash64(v, offset);
}

void
hn_tail_put(struct hn_buf *b, const struct hn_evidence_record *r, uint64_t offset)
{
	const size_t start = b->n;
	struct hn_buf check = { 0 };

	assert(r->raw.n <= HN_EVIDENCE_RAW_MAX && r->bookmark.n <= HN_EVIDENCE_BOOKMARK_MAX);
	hn_put_u32(b, 0);
	hn_put_u32(b, (uint32_t)r->raw.n);
	hn_put_i64(b, r->received_ms);
	hn_put_u32(b, r->source);
	hn_put_u16(b, r->flags);
	hn_put_u8(b, (uint8_t)r->bookmark.n);
	hn_put_u8(b, MARK);
	hn_buf_put(b, r->bookmark);
	hn_buf_put(b, r->raw);
	if (b->failed)
		return;
	check = (struct hn_buf){ .p = b->p + start, .size = CHECK_BYTES, .max = CHECK_BYTES };
	hn_put_u32(&check, check_of((struct hn_view){ b->p + start + CHECK_BYTES, b->n - start - CHECK_BYTES }, offset));
}

enum hn_rc
hn_tail_get(struct hn_view v, uint64_t offset, struct hn_evidence_record *out)
{
	struct hn_get g = HN_GET(v);
	struct hn_evidence_record r = { .offset = offset };

	if (v.n < HN_EVIDENCE_FRAME)
		return HN_E_AGAIN;

	const uint32_t check = hn_get_u32(&g);

	r.raw.n = hn_get_u32(&g);
	r.received_ms = hn_get_i64(&g);
	r.source = hn_get_u32(&g);
	r.flags = hn_get_u16(&g);
	r.bookmark.n = hn_get_u8(&g);
	if (hn_get_u8(&g) != MARK || r.raw.n > HN_EVIDENCE_RAW_MAX || r.bookmark.n > HN_EVIDENCE_BOOKMARK_MAX)
		return HN_E_CORRUPT;

	const size_t all = HN_EVIDENCE_FRAME + r.bookmark.n + r.raw.n;

	if (v.n < all)
		return HN_E_AGAIN;
	if (check != check_of((struct hn_view){ v.p + CHECK_BYTES, all - CHECK_BYTES }, offset))
		return HN_E_CORRUPT;
	r.bookmark.p = v.p + HN_EVIDENCE_FRAME;
	r.raw.p = r.bookmark.p + r.bookmark.n;
	r.next = offset + all;
	*out = r;
	return HN_OK;
}
