#include "record/stream.h"

#include "base/mem.h"
#include "base/text.h"

#define STREAM_READERS_MAX 48u	/* rows of the readers' table */
#define STREAM_WEAK 60u		/* less sure than that of a line: ask all readers about the next one again */

/* A reader that has read lines of this source, with what it learned from them. */
struct known {
	const struct reader *reader;
	void *state;
};

struct stream {
	const struct reader_conf *conf;
	struct known known[STREAM_READERS_MAX];
	size_t n_known;
	struct known *now;	/* NULL: none yet */
	bool fixed;		/* the configuration says which */
	bool weak;
	struct stream_counts counts;
};

/* The reader among those of this stream, made known if it was not. */
static enum hn_rc
know(struct stream *s, const struct reader *reader, struct known **out, struct hn_err *err)
{
	struct known k = { .reader = reader };
	enum hn_rc rc = HN_OK;

	for (size_t i = 0; i < s->n_known; i++) {
		if (s->known[i].reader == reader) {
			*out = &s->known[i];
			return HN_OK;
		}
	}
	assert(s->n_known < STREAM_READERS_MAX && reader->state_size <= READER_STATE_MAX);
	k.state = hn_alloc(1, reader->state_size > 0 ? reader->state_size : 1);
	if (k.state == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "reader");
	if (reader->init != NULL)
		rc = reader->init(k.state, s->conf, err);
	if (rc != HN_OK) {
		hn_free(k.state);
		return rc;
	}
	s->known[s->n_known] = k;
	*out = &s->known[s->n_known++];
	return HN_OK;
}

enum hn_rc
stream_new(struct hn_view format, const struct reader_conf *conf, struct stream **out, struct hn_err *err)
{
	const bool automatic = format.n == 0 || hn_view_eq(format, HN_LIT("auto"));
	const bool told = automatic && conf->logformat.n > 0;
	const struct reader *const reader = told ? reader_find(HN_LIT("logformat")) : automatic ? NULL : reader_find(format);
	enum hn_rc rc = HN_OK;

	if (!automatic && reader == NULL)
		return HN_FAIL(err, HN_E_NOTFOUND, 0, "format");
	struct stream *s = hn_alloc(1, sizeof(*s));

	if (s == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "stream");
	s->conf = conf;
	s->fixed = !automatic;
	if (reader != NULL)
		rc = know(s, reader, &s->now, err);
	if (rc != HN_OK) {
		stream_free(s);
		return rc;
	}
	*out = s;
	return HN_OK;
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n_known; i++)
		hn_free(s->known[i].state);
	hn_free(s);
}

static bool
is_ascii(struct hn_view v)
{
	uint64_t eight, all = 0;
	size_t i = 0;

	for (; i + sizeof(eight) <= v.n; i += sizeof(eight)) {
		memcpy(&eight, v.p + i, sizeof(eight));
		all |= eight;
	}
	for (; i < v.n; i++)
		all |= (unsigned char)v.p[i];
	return (all & UINT64_C(0x8080808080808080)) == 0;
}

static enum hn_rc
read_with(const struct stream *s, const struct known *k, struct hn_view text, struct record *r, struct hn_err *err)
{
	record_reset(r);
	return k->reader->read(k->state, s->conf, text, r, err);
}

/* Ask who knows the line, unless that is the one who just failed. */
static enum hn_rc
read_with_another(struct stream *s, struct hn_view text, struct record *r, struct hn_err *err)
{
	const struct reader *const reader = reader_recognise(text);
	struct known *k;
	enum hn_rc rc;

	if (reader == NULL)
		return s->now != NULL ? err->rc : HN_FAIL(err, HN_E_UNSUPPORTED, 0, "format");
	if (s->now != NULL && s->now->reader == reader && !s->weak)
		return err->rc;
	rc = know(s, reader, &k, err);
	if (rc != HN_OK)
		return rc;
	rc = read_with(s, k, text, r, err);
	if (rc >= HN_OK || s->now == NULL) {
		s->now = k;
		s->weak = reader->recognise(text) < STREAM_WEAK;
	}
	return rc;
}

static enum hn_rc
read_line(struct stream *s, struct hn_view text, struct record *r, struct hn_err *err)
{
	enum hn_rc rc = HN_E_UNSUPPORTED;

	if (s->now != NULL && (s->fixed || !s->weak)) {
		rc = read_with(s, s->now, text, r, err);
		if (rc >= HN_OK || s->fixed)
			return rc;
	}
	return read_with_another(s, text, r, err);
}

void
stream_fault(struct stream *s, uint64_t number, const struct hn_err *why)
{
	struct stream_counts *const c = &s->counts;

	c->unread++;
	if (c->n_faults < STREAM_FAULTS_MAX)
		c->faults[c->n_faults++] = (struct stream_fault){ number, *why };
}

enum hn_rc
stream_line(struct stream *s, struct hn_view line, uint64_t number, struct record *r, struct hn_err *err)
{
	struct hn_err why = { 0 };
	struct hn_view text = line;
	enum hn_rc rc = HN_OK;

	if (!is_ascii(line))
		rc = hn_text_utf8(s->conf->arena, line, &text);
	if (rc != HN_OK)
		(void)HN_FAIL(&why, rc, 0, "encoding");
	else
		rc = read_line(s, text, r, &why);
	if (rc >= HN_OK) {
		r->raw = line;
		s->counts.records += rc == HN_OK ? 1 : 0;
		s->counts.skipped += rc == HN_SKIP ? 1 : 0;
		return rc;
	}
	stream_fault(s, number, &why);
	if (err != NULL)
		*err = why;
	return rc;
}

const char *
stream_format(const struct stream *s)
{
	return s->now != NULL ? s->now->reader->name : "";
}

const struct stream_counts *
stream_counts(const struct stream *s)
{
	return &s->counts;
}

void
stream_remember(const struct stream *s, struct hn_buf *b)
{
	for (size_t i = 0; i < s->n_known; i++)
		if (s->known[i].reader->remember != NULL)
			s->known[i].reader->remember(s->known[i].state, b);
}
