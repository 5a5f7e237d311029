#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/evidence_dir.h"
#include "store/evidence_log.h"
#include "store/file.h"

#define FIRST_ROWS 64u

enum hn_rc
hn_evidence_push_sealed(struct hn_evidence *e, const struct hn_evidence_sealed *s)
{
	if (e->n_sealed == e->size_sealed) {
		const size_t size = e->size_sealed > 0 ? e->size_sealed * 2 : FIRST_ROWS;
		struct hn_evidence_sealed *p = hn_realloc(e->sealed, size, sizeof(*p));

		if (p == NULL)
			return HN_E_NOMEM;
		e->sealed = p;
		e->size_sealed = size;
	}
	e->sealed[e->n_sealed++] = *s;
	return HN_OK;
}

enum hn_rc
hn_evidence_tail_load(int dir, uint64_t base, struct hn_buf *b, struct hn_err *err)
{
	char name[HN_SEGMENT_NAME];
	struct stat st;
	enum hn_rc rc = HN_OK;
	int fd;

	hn_segment_name(name, base, ".open");
	fd = hn_file_open(dir, name, O_RDONLY);
	if (fd < 0)
		return HN_FAIL(err, errno == ENOENT ? HN_E_NOTFOUND : HN_E_IO, (size_t)base, "tail");
	if (fstat(fd, &st) != 0)
		rc = HN_FAIL(err, HN_E_IO, (size_t)base, "tail");
	if (rc == HN_OK && st.st_size > 0) {
		char *to = hn_buf_room(b, (size_t)st.st_size);
		const ssize_t n = to != NULL ? hn_file_read(fd, to, (size_t)st.st_size, 0) : -1;

		if (n < 0)
			rc = HN_FAIL(err, to != NULL ? HN_E_IO : HN_E_NOMEM, (size_t)base, "tail");
		else
			b->n += (size_t)n;
	}
	(void)close(fd);
	return rc;
}

/* A tail that is damaged is sealed as far as it is whole; the rest stays beside it as X.bad for whoever looks. */
static enum hn_rc
write_as_far_as_whole(struct hn_evidence *e, const char *temp, struct hn_view tail, struct hn_segment_head *head,
    struct hn_err *err)
{
	struct hn_err why = { 0 };
	enum hn_rc rc = hn_segment_write(e->dir, temp, tail, head, &e->sealed_bookmarks, &why);

	if (rc == HN_E_CORRUPT && why.at > head->base)
		rc = hn_segment_write(e->dir, temp, (struct hn_view){ tail.p, why.at - (size_t)head->base }, head,
		    &e->sealed_bookmarks, &why);
	if (rc != HN_OK && err != NULL)
		*err = why;
	return rc;
}

/* The sealed file takes its name, then the tail goes. */
static enum hn_rc
publish(struct hn_evidence *e, const struct hn_evidence_full *f, const struct hn_segment_head *head,
    struct hn_err *err)
{
	char temp[HN_SEGMENT_NAME], seg[HN_SEGMENT_NAME], open[HN_SEGMENT_NAME], bad[HN_SEGMENT_NAME];

	hn_segment_name(temp, f->base, ".tmp");
	hn_segment_name(seg, f->base, ".seg");
	hn_segment_name(open, f->base, ".open");
	hn_segment_name(bad, f->base, ".bad");
	if (hn_file_rename(e->dir, temp, seg) != 0 || hn_file_sync(e->dir) != 0)
		return HN_FAIL(err, HN_E_IO, (size_t)f->base, "publish");
	/* A tail that cannot be removed is removed at the next start. */
	if (head->end < f->end)
		(void)!hn_file_rename(e->dir, open, bad);
	else
		(void)!hn_file_unlink(e->dir, open);
	return HN_OK;
}

static enum hn_rc
seal_one(struct hn_evidence *e, const struct hn_evidence_full *f, struct hn_segment_head *head, struct hn_err *err)
{
	struct hn_buf tail = HN_BUF(HN_EVIDENCE_TAIL_MAX);
	char temp[HN_SEGMENT_NAME];
	enum hn_rc rc = hn_evidence_tail_load(e->dir, f->base, &tail, err);

	hn_segment_name(temp, f->base, ".tmp");
	if (rc == HN_OK) {
		const size_t whole = f->end - f->base < tail.n ? (size_t)(f->end - f->base) : tail.n;

		rc = write_as_far_as_whole(e, temp, (struct hn_view){ tail.p, whole }, head, err);
	}
	if (rc == HN_OK)
		rc = publish(e, f, head, err);
	if (rc != HN_OK)
		(void)unlinkat(e->dir, temp, 0);
	hn_buf_fini(&tail);
	return rc;
}

/* A tail without one whole record cannot become a segment: it is put aside, so that those behind it can. */
static bool
put_aside(struct hn_evidence *e, uint64_t base)
{
	char open[HN_SEGMENT_NAME], bad[HN_SEGMENT_NAME];

	hn_segment_name(open, base, ".open");
	hn_segment_name(bad, base, ".bad");
	return hn_file_rename(e->dir, open, bad) == 0 || errno == ENOENT;
}

enum hn_rc
hn_evidence_seal(struct hn_evidence *e, struct hn_err *err)
{
	struct hn_evidence_full f = { 0 };
	struct hn_segment_head head = { 0 };
	bool has_one;
	enum hn_rc rc;

	(void)pthread_mutex_lock(&e->lock);
	has_one = e->n_full > 0;
	if (has_one)
		f = e->full[0];
	memcpy(head.prev, e->head, sizeof(head.prev));
	(void)pthread_mutex_unlock(&e->lock);
	if (!has_one)
		return HN_E_AGAIN;
	head.base = f.base;
	rc = seal_one(e, &f, &head, err);

	const bool is_lost = (rc == HN_E_CORRUPT || rc == HN_E_NOTFOUND) && put_aside(e, f.base);

	if (rc != HN_OK && !is_lost)
		return rc;

	struct hn_evidence_sealed s = { .base = f.base, .disk_bytes = head.index_at + head.index_n, .last_ms = head.last_ms };

	memcpy(s.hash, head.hash, sizeof(s.hash));
	(void)pthread_mutex_lock(&e->lock);
	if (rc == HN_OK && hn_evidence_push_sealed(e, &s) == HN_OK)
		memcpy(e->head, head.hash, sizeof(e->head));
	e->n_full--;
	memmove(e->full, e->full + 1, e->n_full * sizeof(*e->full));
	(void)pthread_mutex_unlock(&e->lock);
	return rc;
}

/* How many of the oldest segments must go. */
static size_t
count_old(const struct hn_evidence *e, int64_t before_ms, uint64_t max_bytes, uint64_t disk_bytes)
{
	size_t n = 0;

	while (n < e->n_sealed && (e->sealed[n].last_ms < before_ms || (max_bytes > 0 && disk_bytes > max_bytes)))
		disk_bytes -= e->sealed[n++].disk_bytes;
	return n;
}

static uint64_t
base_behind(const struct hn_evidence *e, size_t n)
{
	if (n < e->n_sealed)
		return e->sealed[n].base;
	return e->n_full > 0 ? e->full[0].base : e->base;
}

enum hn_rc
hn_evidence_retain(struct hn_evidence *e, int64_t before_ms, uint64_t max_bytes, uint32_t *deleted,
    struct hn_err *err)
{
	struct hn_evidence_state s;
	struct hn_evidence_anchor a;
	char name[HN_SEGMENT_NAME];
	enum hn_rc rc;

	hn_evidence_state(e, &s);

	const size_t n = count_old(e, before_ms, max_bytes, s.disk_bytes);

	if (n == 0) {
		*deleted = 0;
		return HN_OK;
	}
	a = (struct hn_evidence_anchor){ .base = base_behind(e, n), .deleted = e->deleted + n };
	memcpy(a.prev, e->sealed[n - 1].hash, sizeof(a.prev));
	rc = hn_evidence_anchor_write(e->dir, &a, err);
	if (rc != HN_OK)
		return rc;
	/* From here on the segments are gone by word of the anchor; what a crash leaves of them goes at the next start. */
	for (size_t i = 0; i < n; i++) {
		hn_segment_name(name, e->sealed[i].base, ".seg");
		(void)!hn_file_unlink(e->dir, name);
	}
	(void)pthread_mutex_lock(&e->lock);
	e->deleted = a.deleted;
	e->n_sealed -= n;
	memmove(e->sealed, e->sealed + n, e->n_sealed * sizeof(*e->sealed));
	(void)pthread_mutex_unlock(&e->lock);
	*deleted = (uint32_t)n;
	return HN_OK;
}
