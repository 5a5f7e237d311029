#include "store/segment.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/wire.h"
#include "store/file.h"
#include "store/segment_form.h"

#define MAGIC HN_LIT("HNEVIDSG")
#define VERSION 1u
#define NAME_DIGITS 16u

void
hn_segment_name(char out[HN_SEGMENT_NAME], uint64_t base, const char *suffix)
{
	const int n = snprintf(out, HN_SEGMENT_NAME, "%016" PRIx64 "%s", base, suffix);

	assert(n > 0 && (size_t)n < HN_SEGMENT_NAME);
}

bool
hn_segment_name_read(const char *name, uint64_t *base, const char **suffix)
{
	const struct hn_view v = hn_view_of(name);

	if (v.n <= NAME_DIGITS || v.p[NAME_DIGITS] != '.' || v.p[1] == 'x' ||
	    hn_num_hex((struct hn_view){ v.p, NAME_DIGITS }, base) != HN_OK)
		return false;
	*suffix = name + NAME_DIGITS;
	return true;
}

static void
put_raw(struct hn_buf *b, const uint8_t *bytes)
{
	const void *p = bytes;

	hn_buf_put(b, (struct hn_view){ p, HN_EVIDENCE_HASH });
}

static void
get_raw(struct hn_get *g, uint8_t *bytes)
{
	if (g->rest.n < HN_EVIDENCE_HASH) {
		g->failed = true;
		return;
	}
	memcpy(bytes, g->rest.p, HN_EVIDENCE_HASH);
	g->rest = hn_view_skip(g->rest, HN_EVIDENCE_HASH);
}

void
hn_segment_head_put(struct hn_buf *b, struct hn_segment_head *h)
{
	const size_t start = b->n;

	hn_buf_put(b, MAGIC);
	hn_put_u32(b, VERSION);
	hn_put_u32(b, h->frames);
	hn_put_u64(b, h->base);
	hn_put_u64(b, h->end);
	hn_put_i64(b, h->first_ms);
	hn_put_i64(b, h->last_ms);
	hn_put_u64(b, h->records);
	hn_put_u64(b, h->index_at);
	hn_put_u32(b, h->index_n);
	hn_put_u32(b, 0);
	put_raw(b, h->prev);
	put_raw(b, h->index_hash);
	if (b->failed)
		return;
	hn_sha256((struct hn_view){ b->p + start, b->n - start }, h->hash);
	put_raw(b, h->hash);
}

enum hn_rc
hn_segment_head_get(struct hn_view v, struct hn_segment_head *out)
{
	struct hn_segment_head h;
	struct hn_get g = HN_GET(v);
	uint8_t hash[HN_EVIDENCE_HASH];

	if (v.n != HN_SEGMENT_HEADER || !hn_view_starts(v, MAGIC))
		return HN_E_CORRUPT;
	hn_sha256((struct hn_view){ v.p, HN_SEGMENT_HEADER - HN_EVIDENCE_HASH }, hash);
	g.rest = hn_view_skip(g.rest, MAGIC.n);

	const uint32_t version = hn_get_u32(&g);

	h.frames = hn_get_u32(&g);
	h.base = hn_get_u64(&g);
	h.end = hn_get_u64(&g);
	h.first_ms = hn_get_i64(&g);
	h.last_ms = hn_get_i64(&g);
	h.records = hn_get_u64(&g);
	h.index_at = hn_get_u64(&g);
	h.index_n = hn_get_u32(&g);
	(void)hn_get_u32(&g);
	get_raw(&g, h.prev);
	get_raw(&g, h.index_hash);
	get_raw(&g, h.hash);
	if (!hn_get_done(&g) || memcmp(hash, h.hash, sizeof(hash)) != 0)
		return HN_E_CORRUPT;
	if (version != VERSION)
		return HN_E_UNSUPPORTED;
	if (h.frames > HN_SEGMENT_FRAMES_MAX || h.index_n > HN_SEGMENT_INDEX_MAX || h.end < h.base ||
	    h.index_n < h.frames * HN_SEGMENT_ROW + sizeof(uint32_t) || h.index_at < HN_SEGMENT_HEADER)
		return HN_E_CORRUPT;
	*out = h;
	return HN_OK;
}

void
hn_segment_row_put(struct hn_buf *b, const struct hn_segment_row *row)
{
	hn_put_u64(b, row->at);
	hn_put_u32(b, row->packed_n);
	hn_put_u32(b, row->plain_n);
	hn_put_u64(b, row->first);
	hn_put_u32(b, row->records);
	hn_put_u32(b, 0);
	put_raw(b, row->hash);
}

void
hn_segment_bookmark_put(struct hn_buf *b, const struct hn_bookmark *m)
{
	hn_put_u32(b, m->source);
	hn_put_u64(b, m->offset);
	hn_put_bytes(b, (struct hn_view){ m->bytes, m->n });
}

/* The rows must follow each other without a hole, in the file and in the log. */
static enum hn_rc
rows_read(struct hn_segment *s)
{
	struct hn_get g = HN_GET(hn_buf_view(&s->index));
	uint64_t at = HN_SEGMENT_HEADER, first = s->head.base;

	for (uint32_t i = 0; i < s->head.frames; i++) {
		struct hn_segment_row *row = &s->row[i];

		row->at = hn_get_u64(&g);
		row->packed_n = hn_get_u32(&g);
		row->plain_n = hn_get_u32(&g);
		row->first = hn_get_u64(&g);
		row->records = hn_get_u32(&g);
		(void)hn_get_u32(&g);
		get_raw(&g, row->hash);
		row->end = s->head.end;
		if (i > 0)
			s->row[i - 1].end = row->first;
		if (row->at != at || (i == 0 ? row->first != first : row->first <= first) || row->first >= s->head.end ||
		    row->plain_n > HN_FRAME_PLAIN_MAX || row->packed_n > ZSTD_COMPRESSBOUND(HN_FRAME_PLAIN_MAX))
			return HN_E_CORRUPT;
		at += row->packed_n;
		first = row->first;
	}
	s->bookmarks_at = s->index.n - g.rest.n;
	return g.failed || at != s->head.index_at ? HN_E_CORRUPT : HN_OK;
}

static enum hn_rc
index_read(struct hn_segment *s, struct hn_err *err)
{
	uint8_t hash[HN_EVIDENCE_HASH];
	char *to;

	s->index = HN_BUF(HN_SEGMENT_INDEX_MAX);
	to = hn_buf_room(&s->index, s->head.index_n);
	s->row = hn_alloc(s->head.frames + 1u, sizeof(*s->row));
	if (to == NULL || s->row == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "index");
	if (hn_file_read(s->fd, to, s->head.index_n, s->head.index_at) != (ssize_t)s->head.index_n)
		return HN_FAIL(err, HN_E_CORRUPT, 0, "index");
	s->index.n = s->head.index_n;
	hn_sha256(hn_buf_view(&s->index), hash);
	if (memcmp(hash, s->head.index_hash, sizeof(hash)) != 0 || rows_read(s) != HN_OK)
		return HN_FAIL(err, HN_E_CORRUPT, 0, "index");
	return HN_OK;
}

static enum hn_rc
head_read(struct hn_segment *s, uint64_t base, struct hn_err *err)
{
	char bytes[HN_SEGMENT_HEADER];
	struct stat st;
	enum hn_rc rc = HN_E_CORRUPT;

	if (hn_file_read(s->fd, bytes, sizeof(bytes), 0) == (ssize_t)sizeof(bytes))
		rc = hn_segment_head_get((struct hn_view){ bytes, sizeof(bytes) }, &s->head);
	if (rc == HN_OK && s->head.base != base)
		rc = HN_E_CORRUPT;
	if (rc != HN_OK)
		return HN_FAIL(err, rc, 0, "header");
	if (fstat(s->fd, &st) != 0 || (uint64_t)st.st_size != s->head.index_at + s->head.index_n)
		return HN_FAIL(err, HN_E_CORRUPT, 0, "size");
	return HN_OK;
}

enum hn_rc
hn_segment_open(int dir, uint64_t base, struct hn_segment *out, struct hn_err *err)
{
	struct hn_segment s = { .fd = -1 };
	char name[HN_SEGMENT_NAME];
	enum hn_rc rc;

	hn_segment_name(name, base, ".seg");
	s.fd = hn_file_open(dir, name, O_RDONLY);
	if (s.fd < 0)
		return HN_FAIL(err, errno == ENOENT ? HN_E_NOTFOUND : HN_E_IO, 0, "segment file");
	rc = head_read(&s, base, err);
	if (rc == HN_OK)
		rc = index_read(&s, err);
	if (rc == HN_OK)
		*out = s;
	else
		hn_segment_close(&s);
	return rc;
}

void
hn_segment_close(struct hn_segment *s)
{
	if (s->fd >= 0)
		(void)close(s->fd);
	hn_free(s->row);
	hn_buf_fini(&s->index);
	*s = (struct hn_segment){ .fd = -1 };
}

static enum hn_rc
unpack(struct hn_view packed, const struct hn_segment_row *row, struct hn_buf *plain)
{
	uint8_t hash[HN_EVIDENCE_HASH];
	char *to;

	hn_sha256(packed, hash);
	if (memcmp(hash, row->hash, sizeof(hash)) != 0)
		return HN_E_CORRUPT;
	hn_buf_reset(plain);
	to = hn_buf_room(plain, row->plain_n);
	if (to == NULL)
		return HN_E_NOMEM;
	if (ZSTD_decompress(to, row->plain_n, packed.p, packed.n) != row->plain_n)
		return HN_E_CORRUPT;
	plain->n = row->plain_n;
	return HN_OK;
}

enum hn_rc
hn_segment_frame(const struct hn_segment *s, uint32_t i, struct hn_buf *plain, struct hn_err *err)
{
	struct hn_buf packed = HN_BUF(ZSTD_COMPRESSBOUND(HN_FRAME_PLAIN_MAX));
	const struct hn_segment_row *row = &s->row[i];
	enum hn_rc rc = HN_E_CORRUPT;
	char *to;

	assert(i < s->head.frames);
	to = hn_buf_room(&packed, row->packed_n);
	if (to == NULL)
		return HN_FAIL(err, HN_E_NOMEM, (size_t)row->first, "frame");

	const ssize_t n = hn_file_read(s->fd, to, row->packed_n, row->at);

	if (n < 0)
		rc = HN_E_IO;
	else if (n == (ssize_t)row->packed_n)
		rc = unpack((struct hn_view){ to, row->packed_n }, row, plain);
	hn_buf_fini(&packed);
	return rc == HN_OK ? HN_OK : HN_FAIL(err, rc, (size_t)row->first, "frame");
}

uint32_t
hn_segment_find(const struct hn_segment *s, uint64_t offset)
{
	uint32_t low = 0, high = s->head.frames;

	while (high - low > 1) {
		const uint32_t mid = low + (high - low) / 2;

		if (s->row[mid].first <= offset)
			low = mid;
		else
			high = mid;
	}
	return low;
}

enum hn_rc
hn_segment_bookmarks(const struct hn_segment *s, struct hn_bookmarks *b)
{
	struct hn_get g = HN_GET(hn_view_skip(hn_buf_view(&s->index), s->bookmarks_at));
	uint32_t n = hn_get_u32(&g);

	for (; n > 0 && !g.failed; n--) {
		struct hn_evidence_record r = { .source = hn_get_u32(&g) };

		r.offset = hn_get_u64(&g);
		r.bookmark = hn_get_bytes(&g, HN_EVIDENCE_BOOKMARK_MAX);
		if (!g.failed && hn_bookmarks_set(b, &r) != HN_OK)
			return HN_E_NOMEM;
	}
	return hn_get_done(&g) ? HN_OK : HN_E_CORRUPT;
}
