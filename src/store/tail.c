#include "store/tail.h"

#include <assert.h>
#include <endian.h>

#include "base/hash.h"

#define MARK 0xe5u
#define CHECK_BYTES 4u

/* In front of each record, little-endian; written and read as one piece, since every line passes here several times. */
struct frame {
	uint32_t check;
	uint32_t raw_n;
	uint64_t received_ms;
	uint32_t source;
	uint16_t flags;
	uint8_t bookmark_n;
	uint8_t mark;
};

static_assert(sizeof(struct frame) == HN_EVIDENCE_FRAME, "no holes: its bytes are what stands on disk");

static uint32_t
check_of(struct hn_view v, uint64_t offset)
{
	return (uint32_t)hn_hash64(v, offset);
}

void
hn_tail_put(struct hn_buf *b, const struct hn_evidence_record *r, uint64_t offset)
{
	const size_t all = HN_EVIDENCE_FRAME + r->bookmark.n + r->raw.n;
	struct frame f = {
		.raw_n = htole32((uint32_t)r->raw.n), .received_ms = htole64((uint64_t)r->received_ms),
		.source = htole32(r->source), .flags = htole16(r->flags), .bookmark_n = (uint8_t)r->bookmark.n, .mark = MARK,
	};
	char *const to = hn_buf_room(b, all);

	assert(r->raw.n <= HN_EVIDENCE_RAW_MAX && r->bookmark.n <= HN_EVIDENCE_BOOKMARK_MAX);
	if (to == NULL)
		return;
	memcpy(to, &f, sizeof(f));
	if (r->bookmark.n > 0)
		memcpy(to + sizeof(f), r->bookmark.p, r->bookmark.n);
	if (r->raw.n > 0)
		memcpy(to + sizeof(f) + r->bookmark.n, r->raw.p, r->raw.n);
	f.check = htole32(check_of((struct hn_view){ to + CHECK_BYTES, all - CHECK_BYTES }, offset));
	memcpy(to, &f.check, CHECK_BYTES);
	b->n += all;
}

enum hn_rc
hn_tail_get(struct hn_view v, uint64_t offset, struct hn_evidence_record *out)
{
	struct hn_evidence_record r = { .offset = offset };
	struct frame f;

	if (v.n < HN_EVIDENCE_FRAME)
		return HN_E_AGAIN;
	memcpy(&f, v.p, sizeof(f));
	r.raw.n = le32toh(f.raw_n);
	r.received_ms = (int64_t)le64toh(f.received_ms);
	r.source = le32toh(f.source);
	r.flags = le16toh(f.flags);
	r.bookmark.n = f.bookmark_n;
	if (f.mark != MARK || r.raw.n > HN_EVIDENCE_RAW_MAX || r.bookmark.n > HN_EVIDENCE_BOOKMARK_MAX)
		return HN_E_CORRUPT;

	const size_t all = HN_EVIDENCE_FRAME + r.bookmark.n + r.raw.n;

	if (v.n < all)
		return HN_E_AGAIN;
	if (le32toh(f.check) != check_of((struct hn_view){ v.p + CHECK_BYTES, all - CHECK_BYTES }, offset))
		return HN_E_CORRUPT;
	r.bookmark.p = v.p + HN_EVIDENCE_FRAME;
	r.raw.p = r.bookmark.p + r.bookmark.n;
	r.next = offset + all;
	*out = r;
	return HN_OK;
}
