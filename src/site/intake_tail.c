#include "site/intake.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "event/log.h"
#include "site/intake_file.h"

#define QUIET_POLLS 5u		/* a file that was renamed is done when nothing came for so many polls: its writer has let go */
#define DONE_FILES 8u
#define READS_PER_POLL 64u	/* then the other sources have their turn */

struct intake_tail {
	struct intake_file file;
	uint64_t size_before;
	unsigned quiet;			/* polls without growth since the name went to another file */
	int64_t after_ns;		/* the file that was done last: its mtime; the next is younger */
	uint64_t done[DONE_FILES];	/* inodes of the files done last: the mtimes of neighbours may be equal */
	size_t n_done;
};

/* Begin at the start of the file that is open as ${fd}. */
static void
begin_file(struct intake_tail *t, int fd, const struct stat *st)
{
	intake_file_begin(&t->file, fd, st);
	t->quiet = 0;
	t->size_before = 0;
}

static bool
is_compressed(struct hn_view name)
{
	return hn_view_ends(name, HN_LIT(".gz")) || hn_view_ends(name, HN_LIT(".zst")) || hn_view_ends(name, HN_LIT(".xz")) ||
	    hn_view_ends(name, HN_LIT(".bz2"));
}

/* What a search among the rotated files of a log is for. */
struct search {
	uint64_t dev, ino;	/* this file; ino 0: the oldest that came after those that are done */
	const struct intake_tail *after;
	char found[SITE_PATH_MAX];
	int64_t found_ns;
};

static bool
is_done(const struct intake_tail *t, uint64_t ino)
{
	for (size_t i = 0; i < DONE_FILES && i < t->n_done; i++)
		if (t->done[i] == ino)
			return true;
	return false;
}

static void
consider(struct search *s, const char *path)
{
	struct stat st;
	const bool wants_one = s->ino != 0;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	if (wants_one ? st.st_dev != s->dev || st.st_ino != s->ino :
	    intake_file_mtime_ns(&st) < s->after->after_ns || is_done(s->after, st.st_ino))
		return;
	if (s->found[0] != '\0' && intake_file_mtime_ns(&st) >= s->found_ns)
		return;
	(void)snprintf(s->found, sizeof(s->found), "%s", path);
	s->found_ns = intake_file_mtime_ns(&st);
}

/* Look at the log and at the files beside it whose names begin with its name ("access.log", "access.log.1"). */
static bool
search_files(const struct intake_tail *t, struct search *s)
{
	char folder[SITE_PATH_MAX], path[SITE_PATH_MAX];
	struct hn_view name = t->file.config->path;
	const struct dirent *e;
	DIR *d;

	while (hn_view_find(name, '/') < name.n)
		name = hn_view_skip(name, hn_view_find(name, '/') + 1);
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(t->file.config->path.n - name.n), t->file.config->path.p);
	d = opendir(folder);
	while (d != NULL && (e = readdir(d)) != NULL) {
		const struct hn_view entry = hn_view_of(e->d_name);

		if (!hn_view_starts(entry, name) || is_compressed(entry))
			continue;
		(void)snprintf(path, sizeof(path), "%.700s%.300s", folder, e->d_name);
		consider(s, path);
	}
	if (d != NULL)
		closedir(d);
	return s->found[0] != '\0';
}

/* Open the file of a mark that an earlier run left, wherever it was renamed to. */
static bool
find_marked(struct intake_tail *t, const struct tail_mark *m)
{
	struct search s = { .dev = m->dev, .ino = m->ino };
	struct stat st;
	int fd;

	if (!search_files(t, &s))
		return false;
	fd = intake_file_open(s.found, &st);
	if (fd < 0)
		return false;
	begin_file(t, fd, &st);
	intake_file_resume(&t->file, m);
	if (intake_file_is_same(&t->file, &st))
		return true;
	close(fd);
	t->file.fd = -1;
	return false;
}

/* Open what comes next: the oldest file that is younger than the one just done, at last the log itself. */
static void
open_next(struct intake *in, struct intake_tail *t)
{
	struct search s = { .after = t };
	struct stat st;
	int fd;

	if (t->n_done == 0 || !search_files(t, &s))
		(void)snprintf(s.found, sizeof(s.found), "%s", t->file.config->path.p);
	fd = intake_file_open(s.found, &st);
	if (fd < 0) {
		in->source[t->file.index].counts.state = errno == ENOENT ? SITE_SOURCE_MISSING : SITE_SOURCE_BROKEN;
		return;
	}
	if (is_done(t, st.st_ino)) {
		close(fd);	/* still only one that is done */
		return;
	}
	begin_file(t, fd, &st);
}

enum hn_rc
intake_tail_open(struct intake *in, uint32_t index, struct hn_err *err)
{
	struct intake_tail *t = hn_alloc(1, sizeof(*t));
	struct tail_mark mark;

	if (t == NULL)
		return HN_FAIL(err, HN_E_NOMEM, index, "tail");
	t->file.index = index;
	t->file.config = in->source[index].config;
	t->file.fd = -1;
	in->source[index].tail = t;
	if (!tail_mark_get(hn_evidence_bookmark(in->log, t->file.config->id), &mark))
		return HN_OK;
	if (!find_marked(t, &mark))
		hn_log(HN_LOG_WARNING, "tail", "%s: the file of the bookmark is gone; reading the log from its start",
		    t->file.config->path.p);
	return HN_OK;
}

/* The name now means another file (or none): when its writer has let go of ours, ours is done. */
static void
follow_rename(struct intake *in, struct intake_tail *t, const struct stat *st)
{
	struct stat now;

	if (stat(t->file.config->path.p, &now) == 0 && now.st_ino == t->file.mark.ino && now.st_dev == t->file.mark.dev) {
		t->quiet = 0;
		return;
	}
	t->quiet = (uint64_t)st->st_size == t->size_before ? t->quiet + 1 : 0;
	if (t->quiet < QUIET_POLLS || !intake_file_rest(in, &t->file))
		return;
	t->after_ns = intake_file_mtime_ns(st);
	t->done[t->n_done++ % DONE_FILES] = t->file.mark.ino;
	close(t->file.fd);
	t->file.fd = -1;
	open_next(in, t);
}

bool
intake_tail_poll(struct intake *in, struct intake_tail *t)
{
	struct stat st;
	uint64_t before;
	bool has_more;

	if (t->file.fd < 0)
		open_next(in, t);
	if (t->file.fd < 0)
		return false;
	if (intake_is_held(in)) {
		in->source[t->file.index].counts.state = SITE_SOURCE_HELD;
		return false;
	}
	if (fstat(t->file.fd, &st) != 0)
		return false;
	if (!intake_file_is_same(&t->file, &st)) {
		hn_log(HN_LOG_INFO, "tail-truncated", "%s", t->file.config->path.p);
		begin_file(t, t->file.fd, &st);
	}
	in->source[t->file.index].counts.state = SITE_SOURCE_OK;
	before = t->file.mark.offset;
	for (unsigned i = 0; i < READS_PER_POLL; i++)
		if (!intake_file_lines(in, &t->file))
			break;
	has_more = t->file.mark.offset > before && t->file.mark.offset < (uint64_t)st.st_size;
	follow_rename(in, t, &st);
	t->size_before = (uint64_t)st.st_size;
	return has_more;
}
