#include "site/intake.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "event/log.h"
#include "site/frame.h"
#include "site/tail_mark.h"

#define BUFFER_BYTES (SITE_LINE_MAX + INTAKE_READ_BYTES)	/* a greatest line and what comes behind it */
#define QUIET_POLLS 5u		/* a file that was renamed is done when nothing came for so many polls: its writer has let go */
#define DONE_FILES 8u
#define READS_PER_POLL 64u	/* then the other sources have their turn */

struct intake_tail {
	uint32_t index;
	const struct site_source *config;
	int fd;				/* -1: none is open */
	struct tail_mark mark;		/* behind the last line in the evidence log */
	struct site_framer framer;
	uint64_t size_before;
	unsigned quiet;			/* polls without growth since the name went to another file */
	int64_t after_ns;		/* the file that was done last: its mtime; the next is younger */
	uint64_t done[DONE_FILES];	/* inodes of the files done last: the mtimes of neighbours may be equal */
	size_t n_done;
};

/* One buffer for all: a file is read again from its mark, so nothing stays here between polls. */
static char buffer[BUFFER_BYTES];

static uint64_t
fingerprint(int fd, uint64_t *bytes)
{
	char head[TAIL_FINGERPRINT_MAX];
	const size_t want = *bytes < sizeof(head) ? (size_t)*bytes : sizeof(head);
	const ssize_t n = want > 0 ? pread(fd, head, want, 0) : 0;

	*bytes = n > 0 ? (uint64_t)n : 0;
	return tail_fingerprint((struct hn_view){ head, (size_t)*bytes });
}

/* Begin at the start of the file that is open as ${fd}. */
static void
begin_file(struct intake_tail *t, int fd, const struct stat *st)
{
	t->fd = fd;
	t->mark = (struct tail_mark){ .dev = st->st_dev, .ino = st->st_ino,
		.head_hash = tail_fingerprint((struct hn_view){ 0 }) };
	t->framer = (struct site_framer){ .kind = SITE_FRAME_LINES, .max = t->config->max_line_bytes };
	t->quiet = 0;
	t->size_before = 0;
}

/* Whether the file is still the one whose lines we have: its beginning has not changed and it has not shrunk. */
static bool
is_same(const struct intake_tail *t, const struct stat *st)
{
	uint64_t bytes = t->mark.head_bytes;
	const uint64_t hash = fingerprint(t->fd, &bytes);

	return (uint64_t)st->st_size >= t->mark.offset && bytes == t->mark.head_bytes && hash == t->mark.head_hash;
}

static int
open_file(const char *path, struct stat *st)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	close(fd);
	return -1;
}

static int64_t
mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
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
	    mtime_ns(&st) < s->after->after_ns || is_done(s->after, st.st_ino))
		return;
	if (s->found[0] != '\0' && mtime_ns(&st) >= s->found_ns)
		return;
	(void)snprintf(s->found, sizeof(s->found), "%s", path);
	s->found_ns = mtime_ns(&st);
}

/* Look at the log and at the files beside it whose names begin with its name ("access.log", "access.log.1"). */
static bool
search_files(const struct intake_tail *t, struct search *s)
{
	char folder[SITE_PATH_MAX], path[SITE_PATH_MAX];
	struct hn_view name = t->config->path;
	const struct dirent *e;
	DIR *d;

	while (hn_view_find(name, '/') < name.n)
		name = hn_view_skip(name, hn_view_find(name, '/') + 1);
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(t->config->path.n - name.n), t->config->path.p);
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
	fd = open_file(s.found, &st);
	if (fd < 0)
		return false;
	begin_file(t, fd, &st);
	t->mark = *m;
	t->framer.skips_line = m->is_in_cut_line;
	if (is_same(t, &st))
		return true;
	close(fd);
	t->fd = -1;
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
		(void)snprintf(s.found, sizeof(s.found), "%s", t->config->path.p);
	fd = open_file(s.found, &st);
	if (fd < 0) {
		in->source[t->index].counts.state = errno == ENOENT ? SITE_SOURCE_MISSING : SITE_SOURCE_BROKEN;
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
	t->index = index;
	t->config = in->source[index].config;
	t->fd = -1;
	in->source[index].tail = t;
	if (!tail_mark_get(hn_evidence_bookmark(in->log, t->config->id), &mark))
		return HN_OK;
	if (!find_marked(t, &mark))
		hn_log(HN_LOG_WARNING, "tail", "%s: the file of the bookmark is gone; reading the log from its start",
		    t->config->path.p);
	return HN_OK;
}

/* Frames of what was read, as records; the marks behind each are made in ${marks}. */
struct gathered {
	struct hn_evidence_record record[INTAKE_RECORDS_MAX];
	char marks[INTAKE_RECORDS_MAX][TAIL_MARK_BYTES];
	struct tail_mark after[INTAKE_RECORDS_MAX];
	size_t n;
};

static void
gather(struct intake_tail *t, struct hn_view in, struct gathered *g, struct tail_mark *end)
{
	struct tail_mark mark = t->mark;

	g->n = 0;
	while (g->n < INTAKE_RECORDS_MAX) {
		const struct site_frame f = site_frame_next(&t->framer, in);

		if (f.used == 0)
			break;
		in = hn_view_skip(in, f.used);
		mark.offset += f.used;
		mark.is_in_cut_line = t->framer.skips_line;
		if (!f.is_message)
			continue;
		tail_mark_put(&mark, g->marks[g->n]);
		g->after[g->n] = mark;
		g->record[g->n] = (struct hn_evidence_record){ .flags = f.is_cut ? SITE_LINE_CUT : 0,
			.bookmark = { g->marks[g->n], TAIL_MARK_BYTES }, .raw = f.raw };
		g->n++;
	}
	*end = mark;
}

/* Read once from the mark on; false: nothing more can be taken now. */
static bool
read_some(struct intake *in, struct intake_tail *t)
{
	static struct gathered g;
	struct tail_mark end;
	const ssize_t n = pread(t->fd, buffer, t->config->max_line_bytes + INTAKE_READ_BYTES, (off_t)t->mark.offset);
	size_t done;

	if (n <= 0)
		return false;
	if (t->mark.head_bytes < TAIL_FINGERPRINT_MAX) {
		t->mark.head_bytes = TAIL_FINGERPRINT_MAX;
		t->mark.head_hash = fingerprint(t->fd, &t->mark.head_bytes);
	}
	gather(t, (struct hn_view){ buffer, (size_t)n }, &g, &end);
	intake_append(in, t->index, g.record, g.n, &done);
	if (done < g.n) {
		if (done > 0)
			t->mark = g.after[done - 1];
		t->framer.skips_line = t->mark.is_in_cut_line;
		return false;
	}
	const bool moved = end.offset > t->mark.offset;

	t->mark = end;
	return moved;
}

/* The last line of a file that is done, without its LF. */
static bool
take_rest(struct intake *in, struct intake_tail *t)
{
	const ssize_t n = pread(t->fd, buffer, t->config->max_line_bytes, (off_t)t->mark.offset);
	struct hn_evidence_record r = { .flags = HN_EVIDENCE_NO_NEWLINE };
	char mark[TAIL_MARK_BYTES];
	size_t done;

	if (n <= 0)
		return true;
	t->mark.offset += (uint64_t)n;
	tail_mark_put(&t->mark, mark);
	r.raw = (struct hn_view){ buffer, (size_t)n };
	r.bookmark = (struct hn_view){ mark, sizeof(mark) };
	intake_append(in, t->index, &r, 1, &done);
	if (done == 0)
		t->mark.offset -= (uint64_t)n;
	return done > 0;
}

/* The name now means another file (or none): when its writer has let go of ours, ours is done. */
static void
follow_rename(struct intake *in, struct intake_tail *t, const struct stat *st)
{
	struct stat now;

	if (stat(t->config->path.p, &now) == 0 && now.st_ino == t->mark.ino && now.st_dev == t->mark.dev) {
		t->quiet = 0;
		return;
	}
	t->quiet = (uint64_t)st->st_size == t->size_before ? t->quiet + 1 : 0;
	if (t->quiet < QUIET_POLLS || !take_rest(in, t))
		return;
	t->after_ns = mtime_ns(st);
	t->done[t->n_done++ % DONE_FILES] = t->mark.ino;
	close(t->fd);
	t->fd = -1;
	open_next(in, t);
}

void
intake_tail_poll(struct intake *in, struct intake_tail *t)
{
	struct stat st;

	if (t->fd < 0)
		open_next(in, t);
	if (t->fd < 0)
		return;
	if (intake_is_held(in)) {
		in->source[t->index].counts.state = SITE_SOURCE_HELD;
		return;
	}
	if (fstat(t->fd, &st) != 0)
		return;
	if (!is_same(t, &st)) {
		hn_log(HN_LOG_INFO, "tail-truncated", "%s", t->config->path.p);
		begin_file(t, t->fd, &st);
	}
	in->source[t->index].counts.state = SITE_SOURCE_OK;
	for (unsigned i = 0; i < READS_PER_POLL; i++)
		if (!read_some(in, t))
			break;
	follow_rename(in, t, &st);
	t->size_before = (uint64_t)st.st_size;
}
