#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/evidence_dir.h"
#include "store/evidence_log.h"
#include "store/file.h"
#include "store/tail.h"

/* The hash a damaged header claims: the chain goes on from there, and the check names the damage. */
static void
claimed_hash(int dir, uint64_t base, uint8_t hash[HN_EVIDENCE_HASH])
{
	char name[HN_SEGMENT_NAME];
	int fd;

	memset(hash, 0, HN_EVIDENCE_HASH);
	hn_segment_name(name, base, ".seg");
	fd = hn_file_open(dir, name, O_RDONLY);
	if (fd < 0)
		return;
	(void)!hn_file_read(fd, hash, HN_EVIDENCE_HASH, HN_SEGMENT_HEADER - HN_EVIDENCE_HASH);
	(void)close(fd);
}

static uint64_t
size_on_disk(int dir, uint64_t base)
{
	char name[HN_SEGMENT_NAME];
	struct stat st;

	hn_segment_name(name, base, ".seg");
	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? (uint64_t)st.st_size : 0;
}

/* Take up a sealed segment; *is_sound: its header and index are. */
static enum hn_rc
take_sealed(struct hn_evidence *e, uint64_t base, bool *is_sound, struct hn_err *err)
{
	struct hn_evidence_sealed row = { .base = base, .disk_bytes = size_on_disk(e->dir, base) };
	struct hn_segment s;
	enum hn_rc rc = hn_segment_open(e->dir, base, &s, err);

	*is_sound = rc == HN_OK;
	if (rc == HN_E_NOMEM || rc == HN_E_IO || rc == HN_E_UNSUPPORTED)
		return rc;
	if (rc == HN_OK) {
		row.last_ms = s.head.last_ms;
		memcpy(row.hash, s.head.hash, sizeof(row.hash));
		rc = hn_segment_bookmarks(&s, &e->bookmarks);
		hn_segment_close(&s);
		if (rc == HN_E_NOMEM)
			return HN_FAIL(err, rc, 0, "bookmarks");
	} else {
		row.last_ms = e->n_sealed > 0 ? e->sealed[e->n_sealed - 1].last_ms : INT64_MAX;
		claimed_hash(e->dir, base, row.hash);
	}
	memcpy(e->head, row.hash, sizeof(e->head));
	return hn_evidence_push_sealed(e, &row) == HN_OK ? HN_OK : HN_FAIL(err, HN_E_NOMEM, 0, "segments");
}

/* Walk a tail for its bookmarks; *whole is where its last whole record ends. */
static enum hn_rc
walk_tail(struct hn_evidence *e, uint64_t base, uint64_t *whole, struct hn_err *err)
{
	struct hn_buf b = HN_BUF(HN_EVIDENCE_TAIL_MAX);
	struct hn_evidence_record r;
	uint64_t at = base;
	enum hn_rc rc = hn_evidence_tail_load(e->dir, base, &b, err);

	while (rc == HN_OK && hn_tail_get(hn_view_skip(hn_buf_view(&b), (size_t)(at - base)), at, &r) == HN_OK) {
		if (at == base)
			e->tail_ms = r.received_ms;
		if (hn_bookmarks_set(&e->bookmarks, &r) != HN_OK)
			rc = HN_FAIL(err, HN_E_NOMEM, 0, "bookmarks");
		at = r.next;
	}
	hn_buf_fini(&b);
	*whole = at;
	return rc;
}

/* The newest tail goes on living: cut off what is torn. */
static enum hn_rc
take_live(struct hn_evidence *e, uint64_t base, struct hn_err *err)
{
	char name[HN_SEGMENT_NAME];
	uint64_t whole;
	enum hn_rc rc = walk_tail(e, base, &whole, err);

	if (rc != HN_OK)
		return rc;
	hn_segment_name(name, base, ".open");
	e->fd = hn_file_open(e->dir, name, O_RDWR);
	if (e->fd < 0 || hn_file_truncate(e->fd, whole - base) != 0 || hn_file_sync(e->fd) != 0)
		return HN_FAIL(err, HN_E_IO, (size_t)base, "tail");
	e->base = base;
	e->end = e->synced = whole;
	return HN_OK;
}

static void
unlink_named(int dir, uint64_t base, const char *suffix)
{
	char name[HN_SEGMENT_NAME];

	hn_segment_name(name, base, suffix);
	(void)!hn_file_unlink(dir, name);
}

static enum hn_rc
take_full(struct hn_evidence *e, uint64_t base, uint64_t end, struct hn_err *err)
{
	uint64_t whole;
	const enum hn_rc rc = walk_tail(e, base, &whole, err);

	if (rc != HN_OK)
		return rc;
	if (hn_evidence_push_full(e, (struct hn_evidence_full){ base, end }) != HN_OK)
		return HN_FAIL(err, HN_E_NOMEM, 0, "tails");
	return HN_OK;
}

/* Entry ${i}: sealed, sealed with its tail still there, a full tail, or the live one. */
static enum hn_rc
take_entry(struct hn_evidence *e, const struct hn_evidence_dir *d, size_t i, struct hn_err *err)
{
	const struct hn_evidence_entry *entry = &d->entry[i];
	bool is_sound = false;

	if (entry->has_seg) {
		const enum hn_rc rc = take_sealed(e, entry->base, &is_sound, err);

		if (rc != HN_OK)
			return rc;
		if (is_sound || !entry->has_open) {
			if (entry->has_open)
				unlink_named(e->dir, entry->base, ".open");
			return HN_OK;
		}
		/* The tail is the better copy: it will be sealed anew. */
		e->n_sealed--;
		if (e->n_sealed > 0)
			memcpy(e->head, e->sealed[e->n_sealed - 1].hash, sizeof(e->head));
		else
			memset(e->head, 0, sizeof(e->head));
		unlink_named(e->dir, entry->base, ".seg");
	}
	if (i + 1 < d->n)
		return take_full(e, entry->base, d->entry[i + 1].base, err);
	return take_live(e, entry->base, err);
}

static uint64_t
end_of_sealed(const struct hn_evidence *e)
{
	const uint64_t base = e->n_sealed > 0 ? e->sealed[e->n_sealed - 1].base : 0;
	struct hn_segment s;
	uint64_t end = base;

	if (e->n_sealed > 0 && hn_segment_open(e->dir, base, &s, NULL) == HN_OK) {
		end = s.head.end;
		hn_segment_close(&s);
	}
	return end;
}

static enum hn_rc
recover(struct hn_evidence *e, struct hn_err *err)
{
	struct hn_evidence_anchor anchor = { 0 };
	struct hn_evidence_dir d = { 0 };
	enum hn_rc rc = hn_evidence_anchor_read(e->dir, &anchor);

	if (rc != HN_OK && rc != HN_E_NOTFOUND && rc != HN_E_CORRUPT)
		return HN_FAIL(err, rc, 0, "anchor");
	hn_evidence_dir_sweep(e->dir);
	rc = hn_evidence_dir_list(e->dir, &d, err);
	e->deleted = anchor.deleted;
	memcpy(e->head, anchor.prev, sizeof(e->head));
	for (size_t i = 0; rc == HN_OK && i < d.n; i++) {
		if (d.entry[i].base < anchor.base) {
			unlink_named(e->dir, d.entry[i].base, ".seg");
			continue;
		}
		rc = take_entry(e, &d, i, err);
		if (rc == HN_OK && e->n_full == 0 && e->fd < 0 &&
		    hn_bookmarks_copy(&e->sealed_bookmarks, &e->bookmarks) != HN_OK)
			rc = HN_FAIL(err, HN_E_NOMEM, 0, "bookmarks");
	}
	hn_evidence_dir_fini(&d);
	if (rc == HN_OK && e->fd < 0)
		rc = hn_evidence_tail_new(e, e->n_sealed > 0 ? end_of_sealed(e) : anchor.base, err);
	return rc;
}

enum hn_rc
hn_evidence_open(const char *path, struct hn_evidence **out, struct hn_err *err)
{
	struct hn_evidence *e = hn_alloc(1, sizeof(*e));
	enum hn_rc rc;

	if (e == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "log");
	e->dir = e->fd = -1;
	e->batch = HN_BUF(HN_EVIDENCE_BATCH_MAX + 1);
	(void)pthread_mutex_init(&e->lock, NULL);
	rc = hn_dir_open(path, true, &e->dir, err);
	if (rc == HN_OK)
		rc = hn_dir_lock(e->dir, err);
	if (rc == HN_OK)
		rc = recover(e, err);
	if (rc == HN_OK)
		*out = e;
	else
		hn_evidence_close(e);
	return rc;
}
