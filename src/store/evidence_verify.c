#include <assert.h>
#include <unistd.h>

#include "store/evidence_dir.h"
#include "store/evidence_log.h"
#include "store/file.h"
#include "store/tail.h"

#define NO_FRAME UINT64_MAX

struct walk {
	int dir;
	struct hn_evidence_verdict v;
	uint64_t at;				/* where the next segment must start */
	uint8_t hash[HN_EVIDENCE_HASH];		/* what it must carry */
	struct hn_buf plain;
};

static enum hn_rc
broken(struct walk *w, uint64_t segment, uint64_t frame, uint64_t offset, const char *what)
{
	w->v.segment = segment;
	w->v.frame = frame;
	w->v.offset = offset;
	w->v.what = what;
	w->v.is_whole = false;
	return HN_E_CORRUPT;
}

/* Every record of frame ${i}: as many as told, ending where the next frame starts. */
static enum hn_rc
check_frame(struct walk *w, const struct hn_segment *s, uint32_t i, struct hn_err *err)
{
	const struct hn_segment_row *row = &s->row[i];
	struct hn_frame_reader f;
	struct hn_evidence_record r;
	uint32_t records = 0;
	enum hn_rc rc = hn_segment_frame(s, i, &w->plain, err);

	if (rc == HN_OK)
		rc = hn_frame_open(&f, hn_buf_view(&w->plain), row->first);
	while (rc == HN_OK) {
		rc = hn_frame_next(&f, &r);
		if (rc == HN_OK)
			records++;
	}
	if (rc == HN_E_NOMEM || rc == HN_E_IO)
		return rc;
	if (rc != HN_E_NOTFOUND || records != row->records || f.offset != row->end)
		return broken(w, s->head.base, i, row->first, "frame");
	w->v.records += records;
	w->v.bytes += row->end - row->first;
	return HN_OK;
}

static enum hn_rc
check_link(struct walk *w, const struct hn_segment *s)
{
	if (memcmp(s->head.prev, w->hash, sizeof(w->hash)) != 0)
		return broken(w, s->head.base, NO_FRAME, s->head.base, "prev_hash");
	if (s->head.base != w->at)
		return broken(w, s->head.base, NO_FRAME, w->at, "gap");
	return HN_OK;
}

static enum hn_rc
check_sealed(struct walk *w, uint64_t base, struct hn_err *err)
{
	struct hn_segment s;
	struct hn_err why = { 0 };
	uint64_t records = w->v.records;
	enum hn_rc rc = hn_segment_open(w->dir, base, &s, &why);

	if (rc == HN_E_CORRUPT || rc == HN_E_UNSUPPORTED)
		return broken(w, base, NO_FRAME, base, why.what);
	if (rc != HN_OK) {
		if (err != NULL)
			*err = why;
		return rc;
	}
	rc = check_link(w, &s);
	for (uint32_t i = 0; rc == HN_OK && i < s.head.frames; i++)
		rc = check_frame(w, &s, i, err);
	if (rc == HN_OK && w->v.records - records != s.head.records)
		rc = broken(w, base, NO_FRAME, base, "records");
	if (rc == HN_OK) {
		w->at = s.head.end;
		w->v.segments++;
		memcpy(w->hash, s.head.hash, sizeof(w->hash));
		memcpy(w->v.head, s.head.hash, sizeof(w->v.head));
	}
	hn_segment_close(&s);
	return rc;
}

/* A record cut short is damage in a full tail; at the end of the live one it is just being written. */
static enum hn_rc
check_tail(struct walk *w, uint64_t base, bool is_live, struct hn_err *err)
{
	struct hn_buf b = HN_BUF(HN_EVIDENCE_TAIL_MAX);
	struct hn_evidence_record r;
	enum hn_rc rc = hn_evidence_tail_load(w->dir, base, &b, err);
	uint64_t at = base;

	if (rc == HN_OK && base != w->at)
		rc = broken(w, base, NO_FRAME, w->at, "gap");
	while (rc == HN_OK && at - base < b.n) {
		rc = hn_tail_get(hn_view_skip(hn_buf_view(&b), (size_t)(at - base)), at, &r);
		if (rc == HN_E_AGAIN && is_live) {
			rc = HN_OK;
			break;
		}
		if (rc != HN_OK) {
			rc = broken(w, base, 0, at, "tail record");
			break;
		}
		at = r.next;
		w->v.records++;
	}
	if (rc == HN_OK) {
		w->v.bytes += at - base;
		w->at = at;
	}
	hn_buf_fini(&b);
	return rc;
}

/* A tail may have been sealed since the folder was listed. */
static enum hn_rc
check_entry(struct walk *w, const struct hn_evidence_dir *d, size_t i, struct hn_err *err)
{
	const struct hn_evidence_entry *entry = &d->entry[i];
	enum hn_rc rc = HN_E_NOTFOUND;

	if (!entry->has_seg)
		rc = check_tail(w, entry->base, i + 1 == d->n, err);
	return rc == HN_E_NOTFOUND ? check_sealed(w, entry->base, err) : rc;
}

static enum hn_rc
check_all(struct walk *w, struct hn_err *err)
{
	struct hn_evidence_anchor anchor = { 0 };
	struct hn_evidence_dir d = { 0 };
	enum hn_rc rc = hn_evidence_anchor_read(w->dir, &anchor);

	if (rc == HN_E_CORRUPT)
		return broken(w, 0, NO_FRAME, 0, "anchor");
	if (rc != HN_OK && rc != HN_E_NOTFOUND)
		return HN_FAIL(err, rc, 0, "anchor");
	w->at = anchor.base;
	memcpy(w->hash, anchor.prev, sizeof(w->hash));
	memcpy(w->v.head, anchor.prev, sizeof(w->v.head));
	rc = hn_evidence_dir_list(w->dir, &d, err);
	for (size_t i = 0; rc == HN_OK && i < d.n; i++)
		if (d.entry[i].base >= anchor.base)
			rc = check_entry(w, &d, i, err);
	hn_evidence_dir_fini(&d);
	return rc;
}

enum hn_rc
hn_evidence_verify(const char *path, struct hn_evidence_verdict *out, struct hn_err *err)
{
	struct walk w = { .plain = HN_BUF(HN_FRAME_PLAIN_MAX), .v = { .is_whole = true, .frame = NO_FRAME } };
	enum hn_rc rc = hn_dir_open(path, false, &w.dir, err);

	if (rc != HN_OK)
		return rc;
	rc = check_all(&w, err);
	(void)close(w.dir);
	hn_buf_fini(&w.plain);
	/* HN_E_CORRUPT with nothing named came from the system, not from a broken link. */
	if (rc == HN_E_CORRUPT && !w.v.is_whole)
		rc = HN_OK;
	if (rc == HN_OK)
		*out = w.v;
	return rc;
}
