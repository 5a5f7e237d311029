#include "site/intake_file.h"

#include <fcntl.h>
#include <unistd.h>

#define FIRST_BYTES (64u << 10)	/* enough for a whole line, mostly; what is not gathered would be read in vain */
#define BUFFER_BYTES (SITE_LINE_MAX + INTAKE_READ_BYTES)	/* a greatest line and what comes behind it */

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

/* The mark knows the file by as much of its beginning as there is. */
static void
know_head(struct intake_file *f)
{
	if (f->mark.head_bytes == TAIL_FINGERPRINT_MAX)
		return;
	f->mark.head_bytes = TAIL_FINGERPRINT_MAX;
	f->mark.head_hash = fingerprint(f->fd, &f->mark.head_bytes);
}

int
intake_file_open(const char *path, struct stat *st)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	close(fd);
	return -1;
}

void
intake_file_begin(struct intake_file *f, int fd, const struct stat *st)
{
	f->fd = fd;
	f->mark = (struct tail_mark){ .dev = st->st_dev, .ino = st->st_ino,
		.head_hash = tail_fingerprint((struct hn_view){ 0 }) };
	f->framer = (struct site_framer){ .kind = SITE_FRAME_LINES, .max = f->config->max_line_bytes };
}

void
intake_file_resume(struct intake_file *f, const struct tail_mark *mark)
{
	f->mark = *mark;
	f->framer.skips_line = mark->is_in_cut_line;
}

bool
intake_file_is_same(const struct intake_file *f, const struct stat *st)
{
	uint64_t bytes = f->mark.head_bytes;
	const uint64_t hash = fingerprint(f->fd, &bytes);

	return (uint64_t)st->st_size >= f->mark.offset && bytes == f->mark.head_bytes && hash == f->mark.head_hash;
}

int64_t
intake_file_mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

/* Frames of what was read, as records; the marks behind each are made in ${marks}. */
struct gathered {
	struct hn_evidence_record record[INTAKE_RECORDS_MAX];
	char marks[INTAKE_RECORDS_MAX][TAIL_MARK_BYTES];
	struct tail_mark after[INTAKE_RECORDS_MAX];
	size_t n;
};

static void
gather(struct intake_file *f, struct hn_view in, struct gathered *g, struct tail_mark *end)
{
	struct tail_mark mark = f->mark;

	g->n = 0;
	while (g->n < INTAKE_RECORDS_MAX) {
		const struct site_frame frame = site_frame_next(&f->framer, in);

		if (frame.used == 0)
			break;
		in = hn_view_skip(in, frame.used);
		mark.offset += frame.used;
		mark.is_in_cut_line = f->framer.skips_line;
		if (!frame.is_message)
			continue;
		tail_mark_put(&mark, g->marks[g->n]);
		g->after[g->n] = mark;
		g->record[g->n] = (struct hn_evidence_record){ .flags = frame.is_cut ? SITE_LINE_CUT : 0,
			.bookmark = { g->marks[g->n], TAIL_MARK_BYTES }, .raw = frame.raw };
		g->n++;
	}
	*end = mark;
}

/* Read up to ${n} bytes and find the lines in them; false: there is nothing. */
static bool
read_lines(struct intake_file *f, size_t n, struct gathered *g, struct tail_mark *end)
{
	const ssize_t got = pread(f->fd, buffer, n, (off_t)f->mark.offset);

	g->n = 0;
	*end = f->mark;
	if (got <= 0)
		return false;
	know_head(f);
	gather(f, (struct hn_view){ buffer, (size_t)got }, g, end);
	return true;
}

bool
intake_file_lines(struct intake *in, struct intake_file *f)
{
	static struct gathered g;
	struct tail_mark end;
	const uint64_t before = f->mark.offset;
	size_t done;

	if (!read_lines(f, FIRST_BYTES, &g, &end))
		return false;
	if (end.offset == before && !read_lines(f, f->config->max_line_bytes + INTAKE_READ_BYTES, &g, &end))
		return false;
	if (g.n == 0) {
		f->mark = end;
		return end.offset > before;
	}
	intake_append(in, f->index, g.record, g.n, &done);
	if (done < g.n) {
		if (done > 0)
			f->mark = g.after[done - 1];
		f->framer.skips_line = f->mark.is_in_cut_line;
		return done > 0;
	}
	f->mark = end;
	return end.offset > before;
}

/* ${n} bytes of the buffer as one record with ${flags}; the mark moves behind them when the log has taken it. */
static bool
take(struct intake *in, struct intake_file *f, size_t n, uint16_t flags)
{
	struct tail_mark behind = f->mark;
	struct hn_evidence_record r = { .flags = flags, .raw = { buffer, n } };
	char mark[TAIL_MARK_BYTES];
	size_t done;

	behind.offset += n;
	behind.is_in_document = (flags & SITE_LINE_DOCUMENT) != 0 && (flags & HN_EVIDENCE_CUT) != 0;
	tail_mark_put(&behind, mark);
	r.bookmark = (struct hn_view){ mark, sizeof(mark) };
	intake_append(in, f->index, &r, 1, &done);
	if (done == 1)
		f->mark = behind;
	return done == 1;
}

bool
intake_file_rest(struct intake *in, struct intake_file *f)
{
	const ssize_t n = pread(f->fd, buffer, f->config->max_line_bytes, (off_t)f->mark.offset);

	if (n > 0 && memchr(buffer, '\n', (size_t)n) != NULL)
		return false;	/* lines that the log had no room for */
	return n <= 0 || f->framer.skips_line || take(in, f, (size_t)n, HN_EVIDENCE_NO_NEWLINE);
}

bool
intake_file_piece(struct intake *in, struct intake_file *f, uint64_t size)
{
	const ssize_t n = pread(f->fd, buffer, HN_EVIDENCE_RAW_MAX, (off_t)f->mark.offset);
	bool is_last;

	if (n <= 0)
		return false;
	know_head(f);
	is_last = f->mark.offset + (uint64_t)n >= size;
	return take(in, f, (size_t)n, (uint16_t)(SITE_LINE_DOCUMENT | (is_last ? 0 : HN_EVIDENCE_CUT))) && !is_last;
}

bool
intake_file_break_off(struct intake *in, struct intake_file *f, const struct tail_mark *mark)
{
	const struct tail_mark anew = { .dev = mark->dev, .ino = mark->ino,
		.head_hash = tail_fingerprint((struct hn_view){ 0 }) };
	struct hn_evidence_record r = { .flags = SITE_LINE_DOCUMENT, .raw = { "", 0 } };
	char bytes[TAIL_MARK_BYTES];
	size_t done;

	tail_mark_put(&anew, bytes);
	r.bookmark = (struct hn_view){ bytes, sizeof(bytes) };
	intake_append(in, f->index, &r, 1, &done);
	return done == 1;
}
