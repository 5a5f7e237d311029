#include "site/batch.h"

#include <assert.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "site/messages.h"

#define HEADER_BYTES 24u
#define HEAD_MAX 1024u	/* bytes of a quarantined line that are shown */

void
site_batch_begin(struct hn_buf *b, uint64_t begin)
{
	hn_buf_reset(b);
	hn_put_u64(b, begin);
	hn_put_u64(b, 0);
	hn_put_u64(b, 0);
}

void
site_batch_line(struct hn_buf *b, const struct site_line *l)
{
	hn_put_u64(b, l->offset);
	hn_put_i64(b, l->received_ms);
	hn_put_u32(b, l->source);
	hn_put_u16(b, l->flags);
	hn_put_bytes(b, l->raw);
}

void
site_batch_end(struct hn_buf *b, uint64_t next, uint32_t lines)
{
	const size_t n = b->n;

	assert(n >= HEADER_BYTES);
	b->n = 8;	/* over the places that were left */
	hn_put_u64(b, next);
	hn_put_u32(b, lines);
	b->n = n;
}

static enum hn_rc
map_file(int fd, struct site_batch *b)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return HN_E_IO;
	if (st.st_size < (off_t)HEADER_BYTES || st.st_size > (off_t)SITE_BATCH_MAX)
		return HN_E_LIMIT;
	b->map_bytes = (size_t)st.st_size;
	b->map = mmap(NULL, b->map_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	if (b->map == MAP_FAILED) {
		b->map = NULL;
		return HN_E_IO;
	}
	return HN_OK;
}

enum hn_rc
site_batch_open(const struct hn_msg *m, struct site_batch *out)
{
	struct site_batch b = { 0 };
	enum hn_rc rc = HN_OK;

	assert(m->type == SITE_MSG_LINES || m->type == SITE_MSG_LINES_FD);
	b.rest = HN_GET(m->body);
	if (m->type == SITE_MSG_LINES_FD) {
		rc = map_file(m->fds[0], &b);
		b.rest = HN_GET(((struct hn_view){ b.map, b.map_bytes }));
	}
	if (rc != HN_OK)
		return rc;
	b.begin = hn_get_u64(&b.rest);
	b.next = hn_get_u64(&b.rest);
	b.lines = hn_get_u32(&b.rest);
	if (hn_get_u32(&b.rest) != 0 || b.rest.failed || b.next < b.begin) {
		site_batch_close(&b);
		return HN_E_SYNTAX;
	}
	*out = b;
	return HN_OK;
}

bool
site_batch_next(struct site_batch *b, struct site_line *out)
{
	struct site_line l;

	if (b->lines == 0 || b->rest.failed)
		return false;
	l.offset = hn_get_u64(&b->rest);
	l.received_ms = hn_get_i64(&b->rest);
	l.source = hn_get_u32(&b->rest);
	l.flags = hn_get_u16(&b->rest);
	l.raw = hn_get_bytes(&b->rest, HN_EVIDENCE_RAW_MAX);
	if (b->rest.failed || l.offset < b->begin || l.offset >= b->next) {
		b->rest.failed = true;
		return false;
	}
	b->lines--;
	*out = l;
	return true;
}

bool
site_batch_is_whole(const struct site_batch *b)
{
	return b->lines == 0 && hn_get_done(&b->rest);
}

void
site_batch_close(struct site_batch *b)
{
	if (b->map != NULL)
		munmap(b->map, b->map_bytes);
	*b = (struct site_batch){ 0 };
}

void
site_counts_put(struct hn_buf *b, const struct site_counts *c)
{
	hn_put_u32(b, c->source);
	hn_put_u8(b, c->state);
	hn_put_u64(b, c->lines);
	hn_put_u64(b, c->bytes);
	hn_put_u64(b, c->cut);
	hn_put_u64(b, c->dropped);
	hn_put_i64(b, c->last_at_ms);
}

void
site_counts_get(struct hn_get *g, struct site_counts *out)
{
	out->source = hn_get_u32(g);
	out->state = hn_get_u8(g);
	out->lines = hn_get_u64(g);
	out->bytes = hn_get_u64(g);
	out->cut = hn_get_u64(g);
	out->dropped = hn_get_u64(g);
	out->last_at_ms = hn_get_i64(g);
}

void
site_quarantined_put(struct hn_buf *b, const struct site_quarantined *q)
{
	hn_put_u64(b, q->begin);
	hn_put_u64(b, q->next);
	hn_put_u32(b, q->lines);
	hn_put_u32(b, q->source);
	hn_put_u32(b, (uint32_t)q->wait_status);
	hn_put_bytes(b, (struct hn_view){ q->head.p, q->head.n < HEAD_MAX ? q->head.n : HEAD_MAX });
}

enum hn_rc
site_quarantined_get(struct hn_view body, struct site_quarantined *out)
{
	struct hn_get g = HN_GET(body);
	struct site_quarantined q;

	q.begin = hn_get_u64(&g);
	q.next = hn_get_u64(&g);
	q.lines = hn_get_u32(&g);
	q.source = hn_get_u32(&g);
	q.wait_status = (int32_t)hn_get_u32(&g);
	q.head = hn_get_bytes(&g, HEAD_MAX);
	if (!hn_get_done(&g) || q.next < q.begin)
		return HN_E_SYNTAX;
	*out = q;
	return HN_OK;
}
