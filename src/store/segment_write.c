#include <assert.h>
#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

#include "base/mem.h"
#include "base/wire.h"
#include "store/file.h"
#include "store/segment.h"
#include "store/segment_form.h"
#include "store/tail.h"

/*
 * Level 2 with longer least matches and a table that stays in the first cache: on logs smaller than level 3 nearly always, and
 * faster than either: bench/evidence.
 */
static const struct {
	ZSTD_cParameter name;
	int value;
} zstd_parameters[] = { { ZSTD_c_compressionLevel, 2 }, { ZSTD_c_minMatch, 7 }, { ZSTD_c_hashLog, 15 } };

struct sealing {
	struct hn_segment_head *head;
	struct hn_bookmarks *bookmarks;
	struct hn_frame_writer frame;
	struct hn_buf plain, packed, index;
	ZSTD_CCtx *zstd;
	uint64_t at;		/* where the next frame goes in the file */
	uint64_t frame_first;	/* offset of the frame's first record */
	int fd;
};

static enum hn_rc
sealing_init(struct sealing *s)
{
	hn_frame_writer_init(&s->frame);
	s->plain = HN_BUF(HN_FRAME_PLAIN_MAX);
	s->packed = HN_BUF(ZSTD_COMPRESSBOUND(HN_FRAME_PLAIN_MAX));
	s->index = HN_BUF(HN_SEGMENT_INDEX_MAX);
	s->zstd = ZSTD_createCCtx();
	s->at = HN_SEGMENT_HEADER;
	s->frame_first = s->head->base;
	if (s->zstd == NULL)
		return HN_E_NOMEM;
	for (size_t i = 0; i < HN_COUNT(zstd_parameters); i++)
		if (ZSTD_isError(ZSTD_CCtx_setParameter(s->zstd, zstd_parameters[i].name, zstd_parameters[i].value)))
			return HN_E_NOMEM;
	return HN_OK;
}

static void
sealing_fini(struct sealing *s)
{
	hn_frame_writer_fini(&s->frame);
	hn_buf_fini(&s->plain);
	hn_buf_fini(&s->packed);
	hn_buf_fini(&s->index);
	(void)ZSTD_freeCCtx(s->zstd);
	if (s->fd >= 0)
		(void)close(s->fd);
}

static enum hn_rc
pack(struct sealing *s)
{
	const size_t bound = ZSTD_compressBound(s->plain.n);
	char *to;
	size_t n;

	hn_buf_reset(&s->packed);
	to = hn_buf_room(&s->packed, bound);
	if (to == NULL)
		return HN_E_NOMEM;
	n = ZSTD_compress2(s->zstd, to, bound, s->plain.p, s->plain.n);
	if (ZSTD_isError(n))
		return HN_E_NOMEM;
	s->packed.n = n;
	return HN_OK;
}

/* Write the frame gathered so far; ${end} is the offset behind it. */
static enum hn_rc
frame_end(struct sealing *s, uint64_t end, struct hn_err *err)
{
	struct hn_segment_row row = { .at = s->at, .first = s->frame_first, .records = s->frame.records };

	if (s->frame.records == 0)
		return HN_OK;
	hn_buf_reset(&s->plain);
	if (hn_frame_finish(&s->frame, &s->plain) != HN_OK || pack(s) != HN_OK)
		return HN_FAIL(err, HN_E_NOMEM, (size_t)s->frame_first, "frame");
	if (hn_file_write_all(s->fd, hn_buf_view(&s->packed), s->at) != 0)
		return HN_FAIL(err, HN_E_IO, (size_t)s->frame_first, "frame");
	row.packed_n = (uint32_t)s->packed.n;
	row.plain_n = (uint32_t)s->plain.n;
	hn_sha256(hn_buf_view(&s->packed), row.hash);
	hn_segment_row_put(&s->index, &row);
	s->at += s->packed.n;
	s->frame_first = end;
	s->head->frames++;
	return HN_OK;
}

static void
head_count(struct hn_segment_head *h, const struct hn_evidence_record *r)
{
	if (h->records == 0 || r->received_ms < h->first_ms)
		h->first_ms = r->received_ms;
	if (h->records == 0 || r->received_ms > h->last_ms)
		h->last_ms = r->received_ms;
	h->records++;
	h->end = r->next;
}

static enum hn_rc
frames_write(struct sealing *s, struct hn_view tail, struct hn_err *err)
{
	uint64_t offset = s->head->base;

	while (tail.n > 0) {
		struct hn_evidence_record r;

		if (hn_tail_get(tail, offset, &r) != HN_OK)
			return HN_FAIL(err, HN_E_CORRUPT, (size_t)offset, "tail record");
		hn_frame_add(&s->frame, &r);
		head_count(s->head, &r);
		if (hn_bookmarks_set(s->bookmarks, &r) != HN_OK)
			return HN_FAIL(err, HN_E_NOMEM, (size_t)offset, "bookmarks");
		tail = hn_view_skip(tail, (size_t)(r.next - offset));
		offset = r.next;
		if (s->frame.bytes < HN_FRAME_BYTES && tail.n > 0)
			continue;

		const enum hn_rc rc = frame_end(s, offset, err);

		if (rc != HN_OK)
			return rc;
	}
	return HN_OK;
}

static enum hn_rc
index_and_header_write(struct sealing *s, struct hn_err *err)
{
	struct hn_segment_head *h = s->head;
	struct hn_buf head = HN_BUF(HN_SEGMENT_HEADER);
	bool is_down;

	hn_put_u32(&s->index, (uint32_t)s->bookmarks->n);
	for (size_t i = 0; i < s->bookmarks->n; i++)
		hn_segment_bookmark_put(&s->index, &s->bookmarks->row[i]);
	if (s->index.failed)
		return HN_FAIL(err, HN_E_LIMIT, 0, "index");
	h->index_at = s->at;
	h->index_n = (uint32_t)s->index.n;
	hn_sha256(hn_buf_view(&s->index), h->index_hash);
	hn_segment_head_put(&head, h);
	is_down = !head.failed && hn_file_write_all(s->fd, hn_buf_view(&s->index), s->at) == 0 &&
	    hn_file_write_all(s->fd, hn_buf_view(&head), 0) == 0 && hn_file_sync(s->fd) == 0;
	hn_buf_fini(&head);
	return is_down ? HN_OK : HN_FAIL(err, HN_E_IO, 0, "index");
}

enum hn_rc
hn_segment_write(int dir, const char *name, struct hn_view tail, struct hn_segment_head *head,
    struct hn_bookmarks *bookmarks, struct hn_err *err)
{
	struct hn_segment_head h = { .base = head->base, .end = head->base };
	struct sealing s = { .head = &h, .bookmarks = bookmarks, .fd = -1 };
	enum hn_rc rc = HN_OK;

	memcpy(h.prev, head->prev, sizeof(h.prev));
	if (sealing_init(&s) != HN_OK)
		rc = HN_FAIL(err, HN_E_NOMEM, 0, "sealing");
	if (rc == HN_OK) {
		s.fd = hn_file_open(dir, name, O_WRONLY | O_CREAT | O_TRUNC);
		if (s.fd < 0)
			rc = HN_FAIL(err, HN_E_IO, 0, "segment file");
	}
	if (rc == HN_OK)
		rc = frames_write(&s, tail, err);
	if (rc == HN_OK)
		rc = index_and_header_write(&s, err);
	if (rc == HN_OK)
		*head = h;
	sealing_fini(&s);
	return rc;
}
