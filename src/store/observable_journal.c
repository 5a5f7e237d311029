#include "store/observable_journal.h"

#include <assert.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/wire.h"
#include "store/file.h"

#define CHECK_BYTES 4u

void
hn_journal_begin(struct hn_buf *b, uint64_t offset)
{
	assert(b->n == 0);
	hn_put_u32(b, 0);
	hn_put_u32(b, 0);
	hn_put_u64(b, offset);
}

void
hn_journal_row(struct hn_buf *b, const struct hn_day_row *row, struct hn_view host, struct hn_view user)
{
	assert(host.n <= HN_OBSERVABLE_NAME_MAX && user.n <= HN_OBSERVABLE_NAME_MAX);
	hn_put_u64(b, row->key);
	hn_put_u32(b, row->first_s);
	hn_put_u32(b, row->last_s);
	hn_put_u32(b, row->count);
	hn_put_u16(b, (uint16_t)host.n);
	hn_put_u16(b, (uint16_t)user.n);
	hn_buf_put(b, host);
	hn_buf_put(b, user);
}

/* Set the u32 at ${at}, which has been written before. */
static void
set_u32(struct hn_buf *b, size_t at, uint32_t n)
{
	struct hn_buf part = { .p = b->p + at, .size = 4, .max = 4 };

	hn_put_u32(&part, n);
}

static uint32_t
check_of(struct hn_view frame, uint64_t at)
{
	return (uint32_t)hn_hash64(hn_view_skip(frame, CHECK_BYTES), at);
}

void
hn_journal_end(struct hn_buf *b, uint64_t at)
{
	if (b->failed)
		return;
	set_u32(b, CHECK_BYTES, (uint32_t)b->n);
	set_u32(b, 0, check_of(hn_buf_view(b), at));
}

static enum hn_rc
walk_rows(struct hn_get *g, struct hn_journal_walk *w)
{
	enum hn_rc rc = HN_OK;

	while (rc == HN_OK && g->rest.n > 0) {
		struct hn_day_row row = { .key = hn_get_u64(g) };
		struct hn_view host, user;
		uint16_t host_n;

		row.first_s = hn_get_u32(g);
		row.last_s = hn_get_u32(g);
		row.count = hn_get_u32(g);
		host_n = hn_get_u16(g);
		user.n = hn_get_u16(g);
		if (g->failed || g->rest.n < host_n + user.n)
			return HN_E_CORRUPT;
		host = (struct hn_view){ g->rest.p, host_n };
		user.p = g->rest.p + host_n;
		g->rest = hn_view_skip(g->rest, host_n + user.n);
		rc = w->row(w->ctx, &row, host, user);
	}
	return rc;
}

/* The frame at the start of ${v}, which stands at ${at}; false: none is whole. */
static bool
frame_at(struct hn_view v, uint64_t at, struct hn_view *frame)
{
	struct hn_get g = HN_GET(v);
	const uint32_t check = hn_get_u32(&g), n = hn_get_u32(&g);

	if (g.failed || n < HN_JOURNAL_FRAME || n > v.n)
		return false;
	*frame = (struct hn_view){ v.p, n };
	return check == check_of(*frame, at);
}

enum hn_rc
hn_journal_walk(struct hn_view bytes, struct hn_journal_walk *w)
{
	struct hn_view frame;
	enum hn_rc rc = HN_OK;
	uint64_t at = 0;

	while (rc == HN_OK && frame_at(hn_view_skip(bytes, (size_t)at), at, &frame)) {
		struct hn_get g = HN_GET(hn_view_skip(frame, 2 * CHECK_BYTES));
		const uint64_t offset = hn_get_u64(&g);

		if (offset > w->until)
			break;
		if (offset > w->offset) {
			if (w->row != NULL)
				rc = walk_rows(&g, w);
			w->offset = offset;
		}
		at += frame.n;
	}
	w->whole = at;
	return rc;
}

enum hn_rc
hn_journal_load(int fd, struct hn_buf *b)
{
	struct stat st;
	char *p;
	ssize_t n;

	*b = HN_BUF(HN_JOURNAL_MAX + HN_JOURNAL_FRAME_MAX);
	if (fstat(fd, &st) != 0)
		return HN_E_IO;
	if (st.st_size == 0)
		return HN_OK;
	p = hn_buf_room(b, (size_t)st.st_size);
	n = p != NULL ? hn_file_read(fd, p, (size_t)st.st_size, 0) : -1;
	if (n < 0)
		return p != NULL ? HN_E_IO : HN_E_NOMEM;
	b->n = (size_t)n;
	return HN_OK;
}

static enum hn_rc
add_row(void *ctx, const struct hn_day_row *row, struct hn_view host, struct hn_view user)
{
	struct hn_day_rows *r = ctx;
	struct hn_day_row copy = *row;
	enum hn_rc rc = hn_texts_number(&r->texts, host, &copy.host);

	if (rc == HN_OK)
		rc = hn_texts_number(&r->texts, user, &copy.user);
	return rc == HN_OK ? hn_day_rows_add(r, &copy) : rc;
}

enum hn_rc
hn_journal_into(int fd, struct hn_day_rows *r)
{
	struct hn_journal_walk w = { .offset = r->offset, .until = UINT64_MAX, .row = add_row, .ctx = r };
	struct hn_buf b;
	enum hn_rc rc = hn_journal_load(fd, &b);

	if (rc == HN_OK)
		rc = hn_journal_walk(hn_buf_view(&b), &w);
	if (rc == HN_OK && w.offset > r->offset)
		r->offset = w.offset;
	hn_buf_fini(&b);
	return rc;
}
