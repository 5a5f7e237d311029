#include "store/evidence_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/wire.h"
#include "store/file.h"
#include "store/segment.h"

#define ANCHOR_NAME "anchor"
#define ANCHOR_MAGIC HN_LIT("HNEVIDAN")
#define ANCHOR_BYTES (8u + 8u + HN_EVIDENCE_HASH + 8u + HN_EVIDENCE_HASH)
#define FIRST_ENTRIES 64u

enum hn_rc
hn_evidence_dir_add(struct hn_evidence_dir *d, struct hn_evidence_entry e)
{
	if (d->n == d->size) {
		const size_t size = d->size > 0 ? d->size * 2 : FIRST_ENTRIES;
		struct hn_evidence_entry *p = hn_realloc(d->entry, size, sizeof(*p));

		if (p == NULL)
			return HN_E_NOMEM;
		d->entry = p;
		d->size = size;
	}
	d->entry[d->n++] = e;
	return HN_OK;
}

static int
compare(const void *a, const void *b)
{
	const struct hn_evidence_entry *x = a, *y = b;

	return x->base < y->base ? -1 : x->base > y->base;
}

/* Two names of one base become one entry. */
static void
merge_pairs(struct hn_evidence_dir *d)
{
	size_t to = 0;

	if (d->n == 0)
		return;
	qsort(d->entry, d->n, sizeof(*d->entry), compare);
	for (size_t i = 1; i < d->n; i++) {
		if (d->entry[i].base != d->entry[to].base) {
			d->entry[++to] = d->entry[i];
			continue;
		}
		d->entry[to].has_seg |= d->entry[i].has_seg;
		d->entry[to].has_open |= d->entry[i].has_open;
	}
	d->n = to + 1;
}

static enum hn_rc
note_name(struct hn_evidence_dir *d, const char *name)
{
	struct hn_evidence_entry e = { 0 };
	const char *suffix;

	if (hn_view_ends(hn_view_of(name), HN_LIT(".tmp")))
		d->has_temp = true;
	if (!hn_segment_name_read(name, &e.base, &suffix))
		return HN_OK;
	e.has_seg = hn_view_eq(hn_view_of(suffix), HN_LIT(".seg"));
	e.has_open = hn_view_eq(hn_view_of(suffix), HN_LIT(".open"));
	return e.has_seg || e.has_open ? hn_evidence_dir_add(d, e) : HN_OK;
}

static DIR *
stream_of(int fd)
{
	const int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again >= 0 ? fdopendir(again) : NULL;

	if (dir == NULL && again >= 0)
		(void)close(again);
	return dir;
}

enum hn_rc
hn_evidence_dir_list(int fd, struct hn_evidence_dir *out, struct hn_err *err)
{
	struct hn_evidence_dir d = { 0 };
	enum hn_rc rc = HN_OK;
	DIR *dir = stream_of(fd);

	if (dir == NULL)
		return HN_FAIL(err, HN_E_IO, 0, "folder");
	while (rc == HN_OK) {
		struct dirent *entry;

		errno = 0;
		entry = readdir(dir);
		if (entry == NULL) {
			rc = errno != 0 ? HN_FAIL(err, HN_E_IO, 0, "folder") : HN_OK;
			break;
		}
		if (note_name(&d, entry->d_name) != HN_OK)
			rc = HN_FAIL(err, HN_E_NOMEM, 0, "folder");
	}
	(void)closedir(dir);
	if (rc != HN_OK) {
		hn_evidence_dir_fini(&d);
		return rc;
	}
	merge_pairs(&d);
	*out = d;
	return HN_OK;
}

void
hn_evidence_dir_fini(struct hn_evidence_dir *d)
{
	hn_free(d->entry);
	*d = (struct hn_evidence_dir){ 0 };
}

size_t
hn_evidence_dir_find(const struct hn_evidence_dir *d, uint64_t offset)
{
	size_t low = 0, high = d->n;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (d->entry[mid].base <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 ? low - 1 : d->n;
}

void
hn_evidence_dir_sweep(int fd)
{
	DIR *dir = stream_of(fd);
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (hn_view_ends(hn_view_of(entry->d_name), HN_LIT(".tmp")))
			(void)unlinkat(fd, entry->d_name, 0);
	(void)closedir(dir);
}

static struct hn_view
bytes_of(const uint8_t *hash)
{
	const void *p = hash;

	return (struct hn_view){ p, HN_EVIDENCE_HASH };
}

enum hn_rc
hn_evidence_anchor_read(int fd, struct hn_evidence_anchor *out)
{
	char bytes[ANCHOR_BYTES + 1];
	struct hn_evidence_anchor a;
	uint8_t hash[HN_EVIDENCE_HASH];
	const int file = hn_file_open(fd, ANCHOR_NAME, O_RDONLY);
	ssize_t n;

	if (file < 0)
		return errno == ENOENT ? HN_E_NOTFOUND : HN_E_IO;
	n = hn_file_read(file, bytes, sizeof(bytes), 0);
	(void)close(file);
	if (n != (ssize_t)ANCHOR_BYTES)
		return HN_E_CORRUPT;

	struct hn_get g = HN_GET(((struct hn_view){ bytes, ANCHOR_BYTES }));

	if (!hn_view_starts(g.rest, ANCHOR_MAGIC))
		return HN_E_CORRUPT;
	g.rest = hn_view_skip(g.rest, ANCHOR_MAGIC.n);
	a.base = hn_get_u64(&g);
	memcpy(a.prev, g.rest.p, sizeof(a.prev));
	g.rest = hn_view_skip(g.rest, sizeof(a.prev));
	a.deleted = hn_get_u64(&g);
	hn_sha256((struct hn_view){ bytes, ANCHOR_BYTES - HN_EVIDENCE_HASH }, hash);
	if (!hn_view_eq(g.rest, bytes_of(hash)))
		return HN_E_CORRUPT;
	*out = a;
	return HN_OK;
}

enum hn_rc
hn_evidence_anchor_write(int fd, const struct hn_evidence_anchor *a, struct hn_err *err)
{
	struct hn_buf b = HN_BUF(ANCHOR_BYTES);
	uint8_t hash[HN_EVIDENCE_HASH];
	enum hn_rc rc;

	hn_buf_put(&b, ANCHOR_MAGIC);
	hn_put_u64(&b, a->base);
	hn_buf_put(&b, bytes_of(a->prev));
	hn_put_u64(&b, a->deleted);
	if (!b.failed)
		hn_sha256(hn_buf_view(&b), hash);
	hn_buf_put(&b, bytes_of(hash));
	rc = b.failed ? HN_FAIL(err, HN_E_NOMEM, 0, "anchor") : hn_file_replace(fd, ANCHOR_NAME, hn_buf_view(&b), err);
	hn_buf_fini(&b);
	return rc;
}
