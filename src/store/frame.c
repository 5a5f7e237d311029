#include "store/frame.h"

#include <assert.h>

#include "base/wire.h"
#include "store/varint.h"

#define NEWLINE '\n'

void
hn_frame_writer_init(struct hn_frame_writer *w)
{
	*w = (struct hn_frame_writer){ .text = HN_BUF(HN_FRAME_PLAIN_MAX) };
	for (size_t i = 0; i < HN_COLUMNS; i++)
		w->column[i] = HN_BUF(HN_FRAME_PLAIN_MAX);
}

void
hn_frame_writer_fini(struct hn_frame_writer *w)
{
	for (size_t i = 0; i < HN_COLUMNS; i++)
		hn_buf_fini(&w->column[i]);
	hn_buf_fini(&w->text);
}

static void
note_source(struct hn_frame_sources *s, uint32_t id)
{
	if (s->n == HN_FRAME_SOURCES)
		s->n = 0;
	s->id[s->n++] = id;
}

static void
put_source(struct hn_frame_writer *w, uint32_t id)
{
	for (uint32_t i = 0; i < w->sources.n; i++)
		if (w->sources.id[i] == id) {
			hn_varint_put(&w->column[HN_COLUMN_SOURCE], i + 1);
			return;
		}
	hn_varint_put(&w->column[HN_COLUMN_SOURCE], 0);
	hn_varint_put(&w->column[HN_COLUMN_NEW_SOURCE], id);
	note_source(&w->sources, id);
}

/* The source that ${told} stands for; false: none. */
static bool
take_source(struct hn_frame_reader *f, uint64_t told, uint32_t *out)
{
	uint64_t id;

	if (told > 0) {
		if (told > f->sources.n)
			return false;
		*out = f->sources.id[told - 1];
		return true;
	}
	if (!hn_varint_take(&f->column[HN_COLUMN_NEW_SOURCE], &id) || id > UINT32_MAX)
		return false;
	*out = (uint32_t)id;
	note_source(&f->sources, *out);
	return true;
}

void
hn_frame_add(struct hn_frame_writer *w, const struct hn_evidence_record *r)
{
	const bool has_newline = hn_view_find(r->raw, NEWLINE) < r->raw.n;

	put_source(w, r->source);
	hn_varint_put(&w->column[HN_COLUMN_FLAGS], r->flags);
	hn_varint_put(&w->column[HN_COLUMN_TIME], hn_zigzag((int64_t)((uint64_t)r->received_ms - (uint64_t)w->ms)));
	hn_varint_put(&w->column[HN_COLUMN_RAW], has_newline ? r->raw.n + 1 : 0);
	hn_varint_put(&w->column[HN_COLUMN_BOOKMARK], r->bookmark.n);
	hn_buf_put(&w->text, r->raw);
	hn_buf_char(&w->text, NEWLINE);
	w->ms = r->received_ms;
	w->records++;
	w->bytes += (uint32_t)(HN_EVIDENCE_FRAME + r->bookmark.n + r->raw.n);
}

static void
empty(struct hn_frame_writer *w)
{
	for (size_t i = 0; i < HN_COLUMNS; i++)
		hn_buf_reset(&w->column[i]);
	hn_buf_reset(&w->text);
	w->records = w->bytes = w->sources.n = 0;
	w->ms = 0;
}

enum hn_rc
hn_frame_finish(struct hn_frame_writer *w, struct hn_buf *out)
{
	bool failed = w->text.failed;

	hn_put_u32(out, w->records);
	for (size_t i = 0; i < HN_COLUMNS; i++) {
		failed = failed || w->column[i].failed;
		hn_put_bytes(out, hn_buf_view(&w->column[i]));
	}
	hn_buf_put(out, hn_buf_view(&w->text));
	empty(w);
	return failed || out->failed ? HN_E_NOMEM : HN_OK;
}

enum hn_rc
hn_frame_open(struct hn_frame_reader *f, struct hn_view plain, uint64_t offset)
{
	struct hn_get g = HN_GET(plain);
	struct hn_frame_reader r = { .offset = offset };

	r.left = hn_get_u32(&g);
	for (size_t i = 0; i < HN_COLUMNS; i++)
		r.column[i] = hn_get_bytes(&g, HN_FRAME_PLAIN_MAX);
	if (g.failed)
		return HN_E_CORRUPT;
	r.text = g.rest;
	*f = r;
	return HN_OK;
}

/* The text of one record off the front; false: there is none of that length. */
static bool
take_text(struct hn_view *text, uint64_t told, struct hn_view *out)
{
	const uint64_t n = told > 0 ? told - 1 : hn_view_find(*text, NEWLINE);

	if (n >= text->n || n > HN_EVIDENCE_RAW_MAX || text->p[n] != NEWLINE)
		return false;
	*out = (struct hn_view){ text->p, (size_t)n };
	*text = hn_view_skip(*text, (size_t)n + 1);
	return true;
}

static bool
is_all_taken(const struct hn_frame_reader *f)
{
	size_t left = f->text.n;

	for (size_t i = 0; i < HN_COLUMNS; i++)
		left += f->column[i].n;
	return left == 0;
}

enum hn_rc
hn_frame_next(struct hn_frame_reader *f, struct hn_evidence_record *out)
{
	uint64_t v[HN_COLUMNS_EACH];
	struct hn_evidence_record r = { .offset = f->offset };

	if (f->left == 0)
		return is_all_taken(f) ? HN_E_NOTFOUND : HN_E_CORRUPT;
	for (size_t i = 0; i < HN_COLUMNS_EACH; i++)
		if (!hn_varint_take(&f->column[i], &v[i]))
			return HN_E_CORRUPT;
	if (!take_text(&f->text, v[HN_COLUMN_RAW], &r.raw) || v[HN_COLUMN_FLAGS] > UINT16_MAX ||
	    v[HN_COLUMN_BOOKMARK] > HN_EVIDENCE_BOOKMARK_MAX || !take_source(f, v[HN_COLUMN_SOURCE], &r.source))
		return HN_E_CORRUPT;
	f->ms = (int64_t)((uint64_t)f->ms + (uint64_t)hn_unzigzag(v[HN_COLUMN_TIME]));
	f->left--;
	f->offset += HN_EVIDENCE_FRAME + v[HN_COLUMN_BOOKMARK] + r.raw.n;
	r.flags = (uint16_t)v[HN_COLUMN_FLAGS];
	r.received_ms = f->ms;
	r.next = f->offset;
	*out = r;
	return HN_OK;
}
