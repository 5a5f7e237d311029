#include "site/intake_drop.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "event/log.h"
#include "site/intake_file.h"

#define SEEN_MAX 1024u		/* files that are watched at once; the others have their turn when these are gone */
#define STUCK_MAX 256u		/* files that were read and cannot be moved */
#define POLLS_PER_SCAN 5u	/* a file that has not changed between two scans is whole */
#define READS_PER_POLL 64u
#define NAME_BYTES 256u

struct seen {
	uint64_t ino, size;
	int64_t mtime_ns;
};

struct intake_drop {
	struct intake_file file;
	char name[NAME_BYTES];		/* of the file that is open */
	uint64_t size;
	bool is_document;
	unsigned polls;
	struct seen seen[SEEN_MAX];	/* of the last scan */
	size_t n_seen;
	uint64_t stuck[STUCK_MAX];	/* inodes */
	size_t n_stuck;
	struct tail_mark begun;		/* is_in_document: the log has a part of this file's document, and not its end */
	bool is_begun_there;		/* the last scan saw it */
};

/* Beginnings of files that are not lines: they are for the reader of documents. */
static const struct hn_view document_heads[] = {
	HN_INIT("ElfFile\0"), HN_INIT("\x1f\x8b"), HN_INIT("\x28\xb5\x2f\xfd"), HN_INIT("PK\x03\x04"),
};

static bool
looks_like_document(int fd)
{
	char head[512];
	const ssize_t n = pread(fd, head, sizeof(head), 0);
	const struct hn_view v = { head, n > 0 ? (size_t)n : 0 };

	for (size_t i = 0; i < HN_COUNT(document_heads); i++)
		if (hn_view_starts(v, document_heads[i]))
			return true;
	return hn_view_find(v, '\0') < v.n;
}

static bool
path_of(const struct intake_drop *d, const char *name, char out[SITE_PATH_MAX])
{
	const int n = snprintf(out, SITE_PATH_MAX, "%s/%s", d->file.config->path.p, name);

	return n > 0 && n < (int)SITE_PATH_MAX;
}

/* Names of files that somebody is still writing. */
static bool
is_unfinished(struct hn_view name)
{
	return name.n == 0 || name.p[0] == '.' || name.n >= NAME_BYTES || hn_view_ends(name, HN_LIT(".part")) ||
	    hn_view_ends(name, HN_LIT(".tmp"));
}

static bool
is_stuck(const struct intake_drop *d, uint64_t ino)
{
	for (size_t i = 0; i < STUCK_MAX && i < d->n_stuck; i++)
		if (d->stuck[i] == ino)
			return true;
	return false;
}

/* Whether the scan before saw it just so. */
static bool
is_quiet(const struct intake_drop *d, const struct seen *s)
{
	for (size_t i = 0; i < d->n_seen; i++)
		if (d->seen[i].ino == s->ino)
			return d->seen[i].size == s->size && d->seen[i].mtime_ns == s->mtime_ns;
	return false;
}

/* Whether it is the file of the document that an earlier run began with. */
static bool
is_begun(const struct intake_drop *d, const struct stat *st)
{
	return d->begun.is_in_document && st->st_ino == d->begun.ino && st->st_dev == d->begun.dev;
}

/*
 * Look through the folder: remember what is there, and name the oldest file that has not changed since the last time;
 * before all others the one that was begun.
 */
static bool
scan(struct intake_drop *d, char best[NAME_BYTES])
{
	static struct seen now[SEEN_MAX];
	DIR *dir = opendir(d->file.config->path.p);
	const struct dirent *e;
	int64_t best_ns = INT64_MAX;
	size_t n = 0;

	d->is_begun_there = false;
	while (dir != NULL && n < SEEN_MAX && (e = readdir(dir)) != NULL) {
		char path[SITE_PATH_MAX];
		struct stat st;

		if (is_unfinished(hn_view_of(e->d_name)) || !path_of(d, e->d_name, path) || lstat(path, &st) != 0 ||
		    !S_ISREG(st.st_mode) || is_stuck(d, st.st_ino))
			continue;
		now[n] = (struct seen){ st.st_ino, (uint64_t)st.st_size, intake_file_mtime_ns(&st) };
		d->is_begun_there = d->is_begun_there || is_begun(d, &st);
		if (is_quiet(d, &now[n]) && (is_begun(d, &st) || now[n].mtime_ns < best_ns)) {
			best_ns = is_begun(d, &st) ? INT64_MIN : now[n].mtime_ns;
			(void)snprintf(best, NAME_BYTES, "%s", e->d_name);
		}
		n++;
	}
	if (dir != NULL)
		closedir(dir);
	memcpy(d->seen, now, n * sizeof(now[0]));
	d->n_seen = n;
	return best_ns != INT64_MAX;
}

/* The document that was begun will not be read on; false: the log has no room to say so. */
static bool
break_off(struct intake *in, struct intake_drop *d)
{
	if (!intake_file_break_off(in, &d->file, &d->begun))
		return false;
	hn_log(HN_LOG_WARNING, "drop", "source=%s a file went away or changed while it was read", d->file.config->name.p);
	d->begun.is_in_document = false;
	return true;
}

/* Where to begin in the file that is open: where an earlier run left it, or at its start. */
static void
find_place(struct intake *in, struct intake_drop *d, const struct stat *st)
{
	struct tail_mark mark;

	if (!tail_mark_get(hn_evidence_bookmark(in->log, d->file.config->id), &mark) || mark.ino != d->file.mark.ino ||
	    mark.dev != d->file.mark.dev)
		return;
	intake_file_resume(&d->file, &mark);
	/* A document that was all read and has grown since is another one. */
	if (!intake_file_is_same(&d->file, st) || (d->is_document && !mark.is_in_document && mark.offset < d->size))
		intake_file_begin(&d->file, d->file.fd, st);
}

static void
open_next(struct intake *in, struct intake_drop *d)
{
	char path[SITE_PATH_MAX];
	struct stat st;
	bool is_found;
	int fd;

	if (d->polls++ % POLLS_PER_SCAN != 0)
		return;
	is_found = scan(d, d->name);
	if (d->begun.is_in_document && !d->is_begun_there && !break_off(in, d))
		return;
	if (!is_found || !path_of(d, d->name, path) || (fd = intake_file_open(path, &st)) < 0)
		return;
	if (d->begun.is_in_document && !is_begun(d, &st)) {
		close(fd);	/* it must keep still for a moment first */
		return;
	}
	intake_file_begin(&d->file, fd, &st);
	d->size = (uint64_t)st.st_size;
	d->is_document = looks_like_document(fd);
	find_place(in, d, &st);
	if (d->begun.is_in_document && d->file.mark.offset == 0 && !break_off(in, d)) {
		close(fd);
		d->file.fd = -1;
	}
	d->begun.is_in_document = false;
}

/* Into the folder "read", so that whoever dropped it sees that it was taken. */
static void
put_away(struct intake_drop *d)
{
	char from[SITE_PATH_MAX], folder[SITE_PATH_MAX], to[SITE_PATH_MAX + NAME_BYTES];
	struct stat st;

	close(d->file.fd);
	d->file.fd = -1;
	d->polls = 0;
	if (!path_of(d, d->name, from) || !path_of(d, "read", folder) || lstat(from, &st) != 0)
		return;
	if (st.st_ino != d->file.mark.ino || (uint64_t)st.st_size != d->file.mark.offset)
		return;		/* another file has its name by now, or more has come: it has its turn as a new one */
	(void)mkdir(folder, 0750);
	(void)snprintf(to, sizeof(to), "%s/%s", folder, d->name);
	if (rename(from, to) == 0)
		return;
	hn_log(HN_LOG_WARNING, "drop", "%s was read but cannot be moved to read/: errno=%d; let the site's user write the folder",
	    from, errno);
	d->stuck[d->n_stuck++ % STUCK_MAX] = d->file.mark.ino;
}

/* A document that was cut short while it was read: what the log has of it is no document. */
static bool
has_shrunk(const struct intake_drop *d)
{
	struct stat st;

	return d->file.mark.is_in_document && fstat(d->file.fd, &st) == 0 && (uint64_t)st.st_size <= d->file.mark.offset;
}

/* Leave the file and begin anew with it when it keeps still. */
static void
leave(struct intake *in, struct intake_drop *d)
{
	d->begun = d->file.mark;
	if (!break_off(in, d))
		return;
	close(d->file.fd);
	d->file.fd = -1;
	d->polls = 0;
}

/* Whether all of the file is in the log. */
static bool
read_all(struct intake *in, struct intake_drop *d)
{
	for (unsigned i = 0; i < READS_PER_POLL; i++) {
		if (d->is_document ? intake_file_piece(in, &d->file, d->size) : intake_file_lines(in, &d->file))
			continue;
		if (d->is_document)
			return d->file.mark.offset >= d->size;
		return !intake_is_held(in) && intake_file_rest(in, &d->file);
	}
	return false;
}

bool
intake_drop_poll(struct intake *in, struct intake_drop *d)
{
	uint64_t before;

	if (d->file.fd < 0)
		open_next(in, d);
	if (d->file.fd < 0)
		return false;
	if (intake_is_held(in)) {
		in->source[d->file.index].counts.state = SITE_SOURCE_HELD;
		return false;
	}
	before = d->file.mark.offset;
	if (d->is_document && has_shrunk(d)) {
		leave(in, d);
		return false;
	}
	if (!read_all(in, d))
		return d->file.mark.offset > before && d->file.mark.offset < d->size;
	/* It leaves the folder when its lines are on disk, not only written. */
	if (!in->needs_sync)
		put_away(d);
	return false;
}

enum hn_rc
intake_drop_open(struct intake *in, uint32_t index, struct hn_err *err)
{
	struct intake_drop *d = hn_alloc(1, sizeof(*d));

	if (d == NULL)
		return HN_FAIL(err, HN_E_NOMEM, index, "drop");
	d->file = (struct intake_file){ .index = index, .config = in->source[index].config, .fd = -1 };
	if (!tail_mark_get(hn_evidence_bookmark(in->log, d->file.config->id), &d->begun))
		d->begun.is_in_document = false;
	in->source[index].drop = d;
	return HN_OK;
}
