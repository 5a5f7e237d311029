#include "cli/watch_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define QUEUED_MAX (128u << 20)		/* bytes of waiting lines, of all files: one that unfolds into more is read as it comes */
#define ARENA_BYTES (8u << 20)
#define MANY_FILES 16u		/* side by side: then each is read in smaller pieces */
#define FEW_BYTES (16u << 10)

/* In front of each waiting line. */
struct waiting {
	uint64_t number;
	uint64_t n;
};

static const char *
path_of(const struct watch_file *f)
{
	return f->watch->files.paths[f->number];
}

void
watch_file_see(struct watch_file *f)
{
	struct watch *w = f->watch;
	const struct record *r = &f->record;

	if (r->at_ms > w->newest_ms)
		w->newest_ms = r->at_ms;
	if (r->at_ms >= w->from_ms && r->at_ms < w->to_ms)
		engine_see(w->engine, r, w->findings);
	else
		w->outside++;
}

static bool
read_line(struct watch_file *f, struct hn_view line, uint64_t number)
{
	struct hn_err err;

	if (f->arena.used > 0)
		hn_arena_reset(&f->arena);
	f->record.line = number;
	f->record.source = f->number;
	return stream_line(f->stream, line, number, &f->record, &err) == HN_OK;
}

/* The next line that waits becomes the record, if it is one; false: none waits. */
static bool
take_line(struct watch_file *f)
{
	struct waiting head;

	if (f->lines_at == f->lines.n)
		return false;
	memcpy(&head, f->lines.p + f->lines_at, sizeof(head));
	f->has_record = read_line(f, (struct hn_view){ f->lines.p + f->lines_at + sizeof(head), head.n }, head.number);
	f->lines_at += sizeof(head) + head.n;
	return true;
}

static void
forget_lines(struct watch_file *f)
{
	f->watch->queued -= f->lines.n;
	hn_buf_reset(&f->lines);
	f->lines_at = 0;
}

/* Too much waits: the lines of this file are shown now, whatever their time. */
static void
drain(struct watch_file *f)
{
	while (take_line(f))
		if (f->has_record)
			watch_file_see(f);
	f->has_record = false;
	forget_lines(f);
}

static void
keep_line(void *ctx, struct hn_view line, uint64_t number)
{
	struct watch_file *f = ctx;
	const struct waiting head = { number, line.n };

	/* Alone there is nothing to wait for. */
	if (f->watch->files.n == 1) {
		if (read_line(f, line, number))
			watch_file_see(f);
		return;
	}
	if (f->watch->queued + line.n > QUEUED_MAX)
		drain(f);
	f->watch->queued += sizeof(head) + line.n;
	hn_buf_put(&f->lines, (struct hn_view){ (const char *)&head, sizeof(head) });
	hn_buf_put(&f->lines, line);
}

static void
see_fault(void *ctx, uint64_t number, const struct hn_err *why)
{
	struct watch_file *f = ctx;

	f->had_fault = true;
	stream_fault(f->stream, number, why);
}

void
watch_file_close(struct watch_file *f)
{
	if (f->fd > STDIN_FILENO)
		(void)close(f->fd);
	forget_lines(f);
	input_free(f->input);
	stream_free(f->stream);
	hn_buf_fini(&f->lines);
	hn_arena_fini(&f->arena);
	f->fd = -1;
	f->input = NULL;
	f->stream = NULL;
}

enum hn_rc
watch_file_open(struct watch *w, uint32_t number, struct watch_file *f, struct hn_err *err)
{
	const char *path = w->files.paths[number];
	const char *format = arguments_value(w->args, "format", "auto");
	enum hn_rc rc;

	*f = (struct watch_file){ .watch = w, .number = number, .fd = STDIN_FILENO, .conf = w->reader_conf,
		.arena = HN_ARENA(ARENA_BYTES), .lines = HN_BUF(QUEUED_MAX + 2 * INPUT_OBJECT_MAX) };
	f->conf.arena = &f->arena;
	if (strcmp(path, "-") != 0)
		f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (f->fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "open");
	rc = stream_new(hn_view_of(format), &f->conf, &f->stream, err);
	if (rc == HN_OK)
		rc = input_new((struct input_limits){ 0 }, (struct input_ops){ keep_line, see_fault, f }, &f->input, err);
	if (rc != HN_OK)
		watch_file_close(f);
	return rc;
}

/* Unpack what the file has next. */
static void
read_some(struct watch_file *f)
{
	char *chunk = f->watch->chunk;
	const ssize_t n = read(f->fd, chunk, f->watch->files.n > MANY_FILES ? FEW_BYTES : WATCH_CHUNK_BYTES);

	if (n < 0 && errno == EINTR)
		return;
	f->at_end = n <= 0;
	if (n < 0) {
		watch_tell_fault(f->watch, path_of(f), 0, NULL, strerror(errno));
		f->watch->had_unreadable = true;
		return;
	}
	f->watch->bytes += (uint64_t)n;
	if (n > 0 && input_push(f->input, (struct hn_view){ chunk, (size_t)n }) != HN_OK) {
		f->container_broken = true;
		f->at_end = true;
	}
	watch_progress_due(f->watch);
}

/* A last line without a newline, a document that was waiting for its end. */
static void
end(struct watch_file *f)
{
	f->is_ended = true;
	if (input_end(f->input) != HN_OK)
		f->container_broken = true;
}

void
watch_file_advance(struct watch_file *f)
{
	f->has_record = false;
	while (!f->has_record) {
		if (take_line(f))
			continue;
		forget_lines(f);
		if (f->is_ended || watch_is_told_to_stop() || (f->at_end && f->watch->is_following))
			return;
		if (f->at_end)
			end(f);
		else
			read_some(f);
	}
}

/*
 * Whether the file lies in a folder among logs but is none: no reader knew any of its lines.  One that was named on the
 * command line is meant to be a log.
 */
static bool
is_foreign(const struct watch_file *f)
{
	const struct arguments *a = f->watch->args;

	if (f->had_fault || f->container_broken || stream_format(f->stream)[0] != '\0' ||
	    stream_counts(f->stream)->unread == 0)
		return false;
	for (size_t i = 0; i < a->n_operands; i++)
		if (strcmp(a->operands[i], path_of(f)) == 0)
			return false;
	return true;
}

void
watch_file_count(struct watch_file *f)
{
	const struct stream_counts *c = stream_counts(f->stream);

	if (is_foreign(f)) {
		f->watch->foreign++;
		watch_tell_foreign(f->watch, path_of(f));
		return;
	}
	f->watch->records += c->records;
	f->watch->unread += c->unread;
	for (size_t i = 0; i < c->n_faults; i++)
		watch_tell_fault(f->watch, path_of(f), c->faults[i].line, c->faults[i].why.what, NULL);
	if (c->unread > 0 || f->container_broken)
		f->watch->had_unreadable = true;
}
