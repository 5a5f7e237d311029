#include "store/evidence.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/evidence_log.h"
#include "store/file.h"
#include "store/tail.h"

#define FIRST_ROWS 16u

enum hn_rc
hn_evidence_push_full(struct hn_evidence *e, struct hn_evidence_full f)
{
	if (e->n_full == e->size_full) {
		const size_t size = e->size_full > 0 ? e->size_full * 2 : FIRST_ROWS;
		struct hn_evidence_full *p = hn_realloc(e->full, size, sizeof(*p));

		if (p == NULL)
			return HN_E_NOMEM;
		e->full = p;
		e->size_full = size;
	}
	e->full[e->n_full++] = f;
	return HN_OK;
}

enum hn_rc
hn_evidence_tail_new(struct hn_evidence *e, uint64_t base, struct hn_err *err)
{
	char name[HN_SEGMENT_NAME];
	int fd;

	hn_segment_name(name, base, ".open");
	fd = hn_file_open(e->dir, name, O_RDWR | O_CREAT);
	if (fd < 0)
		return HN_FAIL(err, HN_E_IO, (size_t)base, "tail");
	if (hn_file_truncate(fd, 0) != 0 || hn_file_sync(fd) != 0 || hn_file_sync(e->dir) != 0) {
		(void)close(fd);
		(void)unlinkat(e->dir, name, 0);
		return HN_FAIL(err, HN_E_IO, (size_t)base, "tail");
	}
	if (e->fd >= 0)
		(void)close(e->fd);
	e->fd = fd;
	e->base = e->end = e->synced = base;
	return HN_OK;
}

/* The tail becomes one that waits to be sealed; its bytes are on disk before the next tail exists. */
static enum hn_rc
cut(struct hn_evidence *e, struct hn_err *err)
{
	const struct hn_evidence_full f = { e->base, e->end };
	enum hn_rc rc;

	assert(e->end > e->base);
	if (hn_file_truncate(e->fd, e->end - e->base) != 0)
		return HN_FAIL(err, HN_E_IO, (size_t)e->end, "truncate");
	rc = hn_evidence_sync(e, err);
	if (rc != HN_OK)
		return rc;
	(void)pthread_mutex_lock(&e->lock);
	rc = hn_evidence_push_full(e, f);
	if (rc != HN_OK) {
		(void)pthread_mutex_unlock(&e->lock);
		return HN_FAIL(err, rc, 0, "tails");
	}
	rc = hn_evidence_tail_new(e, e->end, err);
	if (rc != HN_OK)
		e->n_full--;
	(void)pthread_mutex_unlock(&e->lock);
	return rc;
}

enum hn_rc
hn_evidence_cut(struct hn_evidence *e, int64_t now_ms, bool force, struct hn_err *err)
{
	const int64_t age = now_ms - e->tail_ms;

	if (e->end == e->base || (!force && age >= 0 && age < HN_EVIDENCE_TAIL_AGE_MS))
		return HN_OK;
	return cut(e, err);
}

/* How many of ${r} go into this batch; their bytes are in e->batch.  0: the first cannot be a record. */
static size_t
fill_batch(struct hn_evidence *e, const struct hn_evidence_record *r, size_t n)
{
	uint64_t at = e->end;
	size_t i;

	hn_buf_reset(&e->batch);
	for (i = 0; i < n; i++) {
		const size_t size = HN_EVIDENCE_FRAME + r[i].bookmark.n + r[i].raw.n;

		if (r[i].raw.n > HN_EVIDENCE_RAW_MAX || r[i].bookmark.n > HN_EVIDENCE_BOOKMARK_MAX ||
		    size > HN_EVIDENCE_BATCH_MAX - e->batch.n)
			break;
		hn_tail_put(&e->batch, &r[i], at);
		if (e->batch.failed)
			break;
		at += size;
	}
	return i;
}

/* What was written whole is kept and counted; half a record behind it is cut off again. */
static size_t
keep_whole(struct hn_evidence *e, const struct hn_evidence_record *r, size_t n, size_t written)
{
	uint64_t left = written;
	size_t i;

	for (i = 0; i < n; i++) {
		const size_t size = HN_EVIDENCE_FRAME + r[i].bookmark.n + r[i].raw.n;
		struct hn_evidence_record at = r[i];

		if (size > left)
			break;
		left -= size;
		if (e->end == e->base)
			e->tail_ms = r[i].received_ms;
		at.offset = e->end;
		/* A bookmark that finds no memory costs a repeat after a restart, not a line. */
		(void)!hn_bookmarks_set(&e->bookmarks, &at);
		e->end += size;
	}
	if (left > 0)
		(void)!hn_file_truncate(e->fd, e->end - e->base);
	return i;
}

enum hn_rc
hn_evidence_append(struct hn_evidence *e, const struct hn_evidence_record *r, size_t n, size_t *done,
    struct hn_err *err)
{
	size_t batch, kept;
	ssize_t written;

	assert(e != NULL && r != NULL && n > 0 && done != NULL);
	if (e->end - e->base >= HN_EVIDENCE_TAIL_SIZE) {
		const enum hn_rc rc = cut(e, err);

		/* When the disk has no room for a new file, the old one goes on as long as it can still be sealed. */
		if (rc != HN_OK && e->end - e->base >= 2 * HN_EVIDENCE_TAIL_SIZE)
			return rc;
	}
	batch = fill_batch(e, r, n);
	if (batch == 0)
		return e->batch.failed ? HN_FAIL(err, HN_E_NOMEM, 0, "batch") : HN_FAIL(err, HN_E_LIMIT, 0, "record");
	if (e->batch.failed)
		return HN_FAIL(err, HN_E_NOMEM, batch, "batch");
	written = hn_file_write(e->fd, hn_buf_view(&e->batch), e->end - e->base);
	kept = written > 0 ? keep_whole(e, r, batch, (size_t)written) : 0;
	if (kept == 0)
		return HN_FAIL(err, HN_E_IO, (size_t)e->end, "append");
	*done = kept;
	return HN_OK;
}

enum hn_rc
hn_evidence_sync(struct hn_evidence *e, struct hn_err *err)
{
	if (e->synced == e->end)
		return HN_OK;
	if (hn_file_sync(e->fd) != 0)
		return HN_FAIL(err, HN_E_IO, (size_t)e->synced, "sync");
	e->synced = e->end;
	return HN_OK;
}

void
hn_evidence_close(struct hn_evidence *e)
{
	if (e == NULL)
		return;
	if (e->fd >= 0) {
		(void)!hn_evidence_sync(e, NULL);
		(void)close(e->fd);
	}
	if (e->dir >= 0)
		(void)close(e->dir);
	hn_bookmarks_fini(&e->bookmarks);
	hn_bookmarks_fini(&e->sealed_bookmarks);
	hn_buf_fini(&e->batch);
	hn_free(e->sealed);
	hn_free(e->full);
	(void)pthread_mutex_destroy(&e->lock);
	hn_free(e);
}

void
hn_evidence_state(struct hn_evidence *e, struct hn_evidence_state *out)
{
	struct hn_evidence_state s = { .end = e->end, .synced = e->synced, .disk_bytes = e->end - e->base };

	(void)pthread_mutex_lock(&e->lock);
	for (size_t i = 0; i < e->n_sealed; i++)
		s.disk_bytes += e->sealed[i].disk_bytes;
	for (size_t i = 0; i < e->n_full; i++)
		s.disk_bytes += e->full[i].end - e->full[i].base;
	s.start = e->n_sealed > 0 ? e->sealed[0].base : e->n_full > 0 ? e->full[0].base : e->base;
	s.segments = (uint32_t)e->n_sealed;
	s.unsealed = (uint32_t)e->n_full;
	memcpy(s.head, e->head, sizeof(s.head));
	(void)pthread_mutex_unlock(&e->lock);
	*out = s;
}

struct hn_view
hn_evidence_bookmark(const struct hn_evidence *e, uint32_t source)
{
	const struct hn_bookmark *b = hn_bookmarks_get(&e->bookmarks, source);

	return b != NULL ? (struct hn_view){ b->bytes, b->n } : (struct hn_view){ 0 };
}
