#include "site/sense_source.h"

#include "site/config_value.h"

#define REMEMBER_MAX 65536u	/* bytes of header lines of one source */

static enum hn_rc
open_stream(struct sense_source *s, struct stream **out, struct hn_err *err)
{
	return stream_new(s->config->format, &s->reader_conf, out, err);
}

enum hn_rc
sense_source_init(struct sense_source *s, const struct site_source *config, struct hn_arena *arena, struct hn_err *err)
{
	*s = (struct sense_source){ .sense = s->sense, .config = config };
	if (site_zone_of(config->time_zone, &s->zone) != HN_OK)
		return HN_FAIL(err, HN_E_NOTFOUND, 0, "time_zone");
	s->reader_conf = (struct reader_conf){ .zone = &s->zone, .logformat = config->logformat, .arena = arena };
	return open_stream(s, &s->stream, err);
}

static void
close_document(struct sense_source *s)
{
	if (s->document_stream != NULL) {
		s->documents_records += stream_counts(s->document_stream)->records;
		s->documents_unread += stream_counts(s->document_stream)->unread;
	}
	input_free(s->document);
	stream_free(s->document_stream);
	s->document = NULL;
	s->document_stream = NULL;
}

void
sense_source_fini(struct sense_source *s)
{
	close_document(s);
	stream_free(s->stream);
	s->stream = NULL;
}

static void
read_line(struct sense_source *s, struct stream *stream, struct hn_view line, uint64_t place)
{
	static struct record r;		/* large; one at a time in this process */
	struct hn_err err;

	r.source = s->config->id;
	r.line = place;
	if (stream_line(stream, line, place, &r, &err) == HN_OK)
		sense_see(s->sense, &r);
	if (s->reader_conf.arena->used > 0)
		hn_arena_reset(s->reader_conf.arena);
}

static void
document_line(void *ctx, struct hn_view line, uint64_t number)
{
	struct sense_source *s = ctx;

	(void)number;
	read_line(s, s->document_stream, line, s->document_offset);
}

static void
document_fault(void *ctx, uint64_t number, const struct hn_err *why)
{
	struct sense_source *s = ctx;

	(void)number;
	stream_fault(s->stream, s->document_offset, why);
}

/* A piece is missing, or the file went away while it was read: what was read of it counts, nothing more is expected. */
static void
take_gap(struct sense_source *s, const struct site_line *l)
{
	static const struct hn_err missing = { .rc = HN_E_CORRUPT, .what = "document: a piece is missing" };

	s->is_skipping = (l->flags & HN_EVIDENCE_CUT) != 0;
	if (s->document != NULL || s->is_skipping)
		stream_fault(s->stream, l->offset, &missing);
	close_document(s);
}

/* A piece of a document: unfolded as it comes, ended by the first piece that says that no more follows. */
static void
take_piece(struct sense_source *s, const struct site_line *l)
{
	struct hn_err err = { 0 };
	enum hn_rc rc = HN_OK;

	if (s->document == NULL) {
		const struct input_ops ops = { document_line, document_fault, s };

		s->document_offset = l->offset;
		rc = open_stream(s, &s->document_stream, &err);
		if (rc == HN_OK)
			rc = input_new((struct input_limits){ 0 }, ops, &s->document, &err);
	}
	if (rc == HN_OK)
		rc = input_push(s->document, l->raw);
	if ((l->flags & HN_EVIDENCE_CUT) == 0) {
		if (s->document != NULL && input_end(s->document) != HN_OK)
			rc = HN_OK;	/* told by document_fault */
		close_document(s);
	}
	if (rc != HN_OK && s->document == NULL)
		stream_fault(s->stream, l->offset, &err);
}

void
sense_source_line(struct sense_source *s, const struct site_line *l)
{
	static const struct hn_err cut = { .rc = HN_E_LIMIT, .what = "line" };

	s->has_changed = true;
	s->reader_conf.now_ms = l->received_ms;
	if ((l->flags & SITE_LINE_DOCUMENT) != 0 && l->raw.n == 0)
		take_gap(s, l);
	else if ((l->flags & SITE_LINE_DOCUMENT) != 0 && s->is_skipping)
		s->is_skipping = (l->flags & HN_EVIDENCE_CUT) != 0;
	else if ((l->flags & SITE_LINE_DOCUMENT) != 0)
		take_piece(s, l);
	else if ((l->flags & SITE_LINE_CUT) != 0)
		stream_fault(s->stream, l->offset, &cut);
	else
		read_line(s, s->stream, l->raw, l->offset);
}

void
sense_source_recall(struct sense_source *s, struct hn_view lines)
{
	static struct record r;
	struct hn_view line;
	struct hn_err err;

	while (lines.n > 0) {
		(void)hn_view_cut(&lines, '\n', &line);
		if (line.n > 0 && stream_line(s->stream, line, 0, &r, &err) == HN_OK)
			continue;	/* header lines make no records; a broken memory does no harm */
	}
	s->told_records = stream_counts(s->stream)->records;
	s->told_unread = stream_counts(s->stream)->unread;
}

void
sense_source_known(struct sense_source *s)
{
	s->told_records = stream_counts(s->stream)->records + s->documents_records;
	s->told_unread = stream_counts(s->stream)->unread + s->documents_unread;
}

void
sense_source_put(struct sense_source *s, struct hn_buf *b)
{
	const uint64_t records = stream_counts(s->stream)->records + s->documents_records;
	const uint64_t unread = stream_counts(s->stream)->unread + s->documents_unread;
	struct hn_buf lines = HN_BUF(REMEMBER_MAX);

	stream_remember(s->stream, &lines);
	hn_put_u32(b, s->config->id);
	hn_put_u64(b, records - s->told_records);
	hn_put_u64(b, unread - s->told_unread);
	hn_put_bytes(b, hn_view_of(stream_format(s->stream)));
	hn_put_bytes(b, lines.failed ? HN_LIT("") : hn_buf_view(&lines));
	s->told_records = records;
	s->told_unread = unread;
	s->has_changed = false;
	hn_buf_fini(&lines);
}
