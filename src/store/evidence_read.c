#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/evidence_dir.h"
#include "store/file.h"
#include "store/segment.h"
#include "store/tail.h"

#define WINDOW_BYTES (256u * 1024u)	/* read ahead in a tail */

struct hn_evidence_reader {
	int dir;
	struct hn_evidence_dir list;

	bool has_segment;
	struct hn_segment segment;
	bool has_frame;
	uint32_t frame;			/* whose plain form is in `plain` */
	struct hn_buf plain;
	struct hn_frame_reader cursor;

	int tail;			/* descriptor; -1: none */
	uint64_t tail_base;
	struct hn_buf window;		/* bytes of the tail from offset window_at */
	uint64_t window_at;
};

enum hn_rc
hn_evidence_reader_open(const char *path, struct hn_evidence_reader **out, struct hn_err *err)
{
	struct hn_evidence_reader *r = hn_alloc(1, sizeof(*r));
	enum hn_rc rc;

	if (r == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "reader");
	r->dir = r->tail = -1;
	r->segment.fd = -1;
	r->plain = HN_BUF(HN_FRAME_PLAIN_MAX);
	r->window = HN_BUF(HN_TAIL_RECORD_MAX + WINDOW_BYTES);
	rc = hn_dir_open(path, false, &r->dir, err);
	if (rc == HN_OK)
		rc = hn_evidence_dir_list(r->dir, &r->list, err);
	if (rc == HN_OK)
		*out = r;
	else
		hn_evidence_reader_close(r);
	return rc;
}

static void
let_go(struct hn_evidence_reader *r)
{
	if (r->has_segment)
		hn_segment_close(&r->segment);
	if (r->tail >= 0)
		(void)close(r->tail);
	r->tail = -1;
	r->has_segment = r->has_frame = false;
	hn_buf_reset(&r->window);
}

void
hn_evidence_reader_close(struct hn_evidence_reader *r)
{
	if (r == NULL)
		return;
	let_go(r);
	if (r->dir >= 0)
		(void)close(r->dir);
	hn_evidence_dir_fini(&r->list);
	hn_buf_fini(&r->plain);
	hn_buf_fini(&r->window);
	hn_free(r);
}

/* Open what stands at ${base}: sealed if it is by now, else the tail.  HN_E_NOTFOUND: neither is there. */
static enum hn_rc
open_at(struct hn_evidence_reader *r, uint64_t base, struct hn_err *err)
{
	char name[HN_SEGMENT_NAME];
	enum hn_rc rc;

	if ((r->has_segment && r->segment.head.base == base) || (r->tail >= 0 && r->tail_base == base))
		return HN_OK;
	let_go(r);
	rc = hn_segment_open(r->dir, base, &r->segment, err);
	if (rc != HN_E_NOTFOUND) {
		r->has_segment = rc == HN_OK;
		if (rc == HN_E_CORRUPT && err != NULL)
			err->at = (size_t)base;
		return rc;
	}
	hn_segment_name(name, base, ".open");
	r->tail = hn_file_open(r->dir, name, O_RDONLY);
	if (r->tail < 0)
		return HN_FAIL(err, errno == ENOENT ? HN_E_NOTFOUND : HN_E_IO, (size_t)base, "tail");
	r->tail_base = r->window_at = base;
	return HN_OK;
}

static enum hn_rc
relist(struct hn_evidence_reader *r, struct hn_err *err)
{
	struct hn_evidence_dir now;
	const enum hn_rc rc = hn_evidence_dir_list(r->dir, &now, err);

	if (rc != HN_OK)
		return rc;
	hn_evidence_dir_fini(&r->list);
	r->list = now;
	return HN_OK;
}

/* Whether a segment starts at exactly ${offset}; asked at the log's end, where listing the folder would be slow. */
static bool
starts_at(struct hn_evidence_reader *r, uint64_t offset)
{
	static const char *const suffix[] = { ".open", ".seg", ".open" };	/* it may change its name meanwhile */
	char name[HN_SEGMENT_NAME];

	for (size_t i = 0; i < HN_COUNT(suffix); i++) {
		hn_segment_name(name, offset, suffix[i]);
		if (faccessat(r->dir, name, F_OK, 0) == 0)
			return true;
	}
	return false;
}

/* Where reading goes on behind the segment with ${base}, whose records end at ${end}; HN_E_AGAIN: nowhere yet. */
static enum hn_rc
behind(struct hn_evidence_reader *r, uint64_t base, uint64_t end, uint64_t *next)
{
	const size_t i = hn_evidence_dir_find(&r->list, base);

	if (i < r->list.n && i + 1 < r->list.n) {
		*next = r->list.entry[i + 1].base;
		return HN_OK;
	}
	if (end == base || !starts_at(r, end))
		return HN_E_AGAIN;
	if (hn_evidence_dir_add(&r->list, (struct hn_evidence_entry){ .base = end }) != HN_OK)
		return HN_E_NOMEM;
	*next = end;
	return HN_OK;
}

/* Make frame ${i} the one under the cursor. */
static enum hn_rc
load_frame(struct hn_evidence_reader *r, uint32_t i, struct hn_err *err)
{
	enum hn_rc rc;

	if (r->has_frame && r->frame == i)
		return HN_OK;
	r->has_frame = false;
	rc = hn_segment_frame(&r->segment, i, &r->plain, err);
	if (rc != HN_OK)
		return rc;
	if (hn_frame_open(&r->cursor, hn_buf_view(&r->plain), r->segment.row[i].first) != HN_OK)
		return HN_FAIL(err, HN_E_CORRUPT, (size_t)r->segment.row[i].first, "frame");
	r->frame = i;
	r->has_frame = true;
	return HN_OK;
}

/* The first record at or behind ${from} in the open segment.  HN_E_NOTFOUND: none. */
static enum hn_rc
sealed_next(struct hn_evidence_reader *r, uint64_t from, struct hn_evidence_record *out, struct hn_err *err)
{
	while (from < r->segment.head.end && r->segment.head.frames > 0) {
		const uint32_t i = hn_segment_find(&r->segment, from);
		enum hn_rc rc = load_frame(r, i, err);

		if (rc != HN_OK)
			return rc;
		if (r->cursor.offset > from &&
		    hn_frame_open(&r->cursor, hn_buf_view(&r->plain), r->segment.row[i].first) != HN_OK)
			return HN_FAIL(err, HN_E_CORRUPT, (size_t)from, "frame");
		do
			rc = hn_frame_next(&r->cursor, out);
		while (rc == HN_OK && out->offset < from);
		if (rc == HN_OK)
			return HN_OK;
		if (rc != HN_E_NOTFOUND)
			return HN_FAIL(err, rc, (size_t)r->segment.row[i].first, "frame");
		from = r->segment.row[i].end;
	}
	return HN_E_NOTFOUND;
}

/* Bytes of the tail from ${at} on; at least one whole record if it is there. */
static enum hn_rc
fill_window(struct hn_evidence_reader *r, uint64_t at, size_t want, struct hn_err *err)
{
	char *to;
	ssize_t n;

	hn_buf_reset(&r->window);
	r->window_at = at;
	to = hn_buf_room(&r->window, want);
	if (to == NULL)
		return HN_FAIL(err, HN_E_NOMEM, (size_t)at, "tail");
	n = hn_file_read(r->tail, to, want, at - r->tail_base);
	if (n < 0)
		return HN_FAIL(err, HN_E_IO, (size_t)at, "tail");
	r->window.n = (size_t)n;
	return HN_OK;
}

/* The record at exactly ${at} in the open tail.  HN_E_AGAIN: not written (whole) yet. */
static enum hn_rc
tail_at(struct hn_evidence_reader *r, uint64_t at, struct hn_evidence_record *out, struct hn_err *err)
{
	static const size_t wants[] = { 0, WINDOW_BYTES, HN_TAIL_RECORD_MAX + WINDOW_BYTES };
	enum hn_rc rc = HN_E_AGAIN;

	for (size_t i = 0; i < HN_COUNT(wants) && rc == HN_E_AGAIN; i++) {
		if (wants[i] > 0) {
			rc = fill_window(r, at, wants[i], err);
			if (rc != HN_OK)
				return rc;
		}
		rc = HN_E_AGAIN;
		if (at >= r->window_at && at - r->window_at < r->window.n)
			rc = hn_tail_get(hn_view_skip(hn_buf_view(&r->window), (size_t)(at - r->window_at)), at, out);
		if (wants[i] > r->window.n)
			break;	/* the file has no more */
	}
	return rc == HN_E_CORRUPT ? HN_FAIL(err, rc, (size_t)at, "tail record") : rc;
}

/* As above, or the first one behind ${from} when no record starts there. */
static enum hn_rc
tail_next(struct hn_evidence_reader *r, uint64_t from, struct hn_evidence_record *out, struct hn_err *err)
{
	uint64_t at = r->tail_base;
	enum hn_rc rc = tail_at(r, from, out, err);

	if (rc != HN_E_CORRUPT || from == at)
		return rc;
	do {
		rc = tail_at(r, at, out, err);
		at = out->next;
	} while (rc == HN_OK && out->offset < from);
	return rc;
}

/* One step: a record, or *from moves on to the next segment (HN_E_NOTFOUND). */
static enum hn_rc
step(struct hn_evidence_reader *r, uint64_t *from, struct hn_evidence_record *out, struct hn_err *err)
{
	size_t i = hn_evidence_dir_find(&r->list, *from);
	enum hn_rc rc;

	if (i == r->list.n && r->list.n == 0)
		return HN_E_AGAIN;
	if (i == r->list.n)
		i = 0;
	if (*from < r->list.entry[i].base)
		*from = r->list.entry[i].base;

	const uint64_t base = r->list.entry[i].base;
	uint64_t end = *from;

	rc = open_at(r, base, err);
	if (rc != HN_OK)
		return rc;
	if (r->has_segment) {
		rc = sealed_next(r, *from, out, err);
		end = r->segment.head.end;
	} else {
		rc = tail_next(r, *from, out, err);
	}
	if (rc != HN_E_NOTFOUND && rc != HN_E_AGAIN)
		return rc;
	rc = behind(r, base, end, from);
	return rc == HN_OK ? HN_E_NOTFOUND : rc;
}

enum hn_rc
hn_evidence_next(struct hn_evidence_reader *r, uint64_t from, struct hn_evidence_record *out, struct hn_err *err)
{
	struct hn_evidence_record found;
	bool has_relisted = false;
	enum hn_rc rc;

	if (r->list.n == 0) {
		rc = relist(r, err);
		if (rc != HN_OK)
			return rc;
	}
	for (;;) {
		struct hn_err why = { 0 };
		const uint64_t before = from;

		rc = step(r, &from, &found, &why);
		if (rc == HN_OK) {
			*out = found;
			return HN_OK;
		}
		if (rc == HN_E_NOTFOUND && from > before)
			continue;
		/* A segment that vanished has been deleted by retention: look again, once. */
		if (rc == HN_E_NOTFOUND && !has_relisted) {
			has_relisted = true;
			rc = relist(r, err);
			if (rc != HN_OK)
				return rc;
			continue;
		}
		if (rc != HN_E_AGAIN && err != NULL)
			*err = why;
		return rc;
	}
}

enum hn_rc
hn_evidence_read(struct hn_evidence_reader *r, uint64_t offset, struct hn_evidence_record *out, struct hn_err *err)
{
	struct hn_evidence_record found;
	const enum hn_rc rc = hn_evidence_next(r, offset, &found, err);

	if (rc == HN_E_AGAIN || (rc == HN_OK && found.offset != offset))
		return HN_FAIL(err, HN_E_NOTFOUND, (size_t)offset, "offset");
	if (rc == HN_OK)
		*out = found;
	return rc;
}

uint64_t
hn_evidence_skip(struct hn_evidence_reader *r, uint64_t offset)
{
	const size_t i = hn_evidence_dir_find(&r->list, offset);
	struct stat st;

	if (i == r->list.n)
		return r->list.n > 0 ? r->list.entry[0].base : offset;

	const uint64_t base = r->list.entry[i].base;
	const bool has_next = i + 1 < r->list.n;

	if (r->has_segment && r->segment.head.base == base && offset < r->segment.head.end) {
		const uint64_t end = r->segment.row[hn_segment_find(&r->segment, offset)].end;

		if (end < r->segment.head.end)
			return end;
	}
	if (has_next)
		return r->list.entry[i + 1].base;
	if (r->has_segment)
		return r->segment.head.end;
	return r->tail >= 0 && fstat(r->tail, &st) == 0 ? r->tail_base + (uint64_t)st.st_size : offset;
}
