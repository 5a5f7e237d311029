#include "cli/watch_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define CHUNK_BYTES (256u << 10)
#define PROGRESS_EVERY_MS 250
#define FOLLOW_EVERY_MS 500
#define FOLLOW_FILES_MAX 1000u

static volatile sig_atomic_t is_told_to_stop;

static const char *
path_of(const struct watch_file *f)
{
	return f->watch->files.paths[f->number];
}

static void
see_line(void *ctx, struct hn_view line, uint64_t number)
{
	struct watch_file *f = ctx;
	struct watch *w = f->watch;
	struct record *r = &w->record;
	struct hn_err err;

	r->line = number;
	r->source = f->number;
	if (stream_line(f->stream, line, number, r, &err) == HN_OK) {
		if (r->at_ms > w->newest_ms)
			w->newest_ms = r->at_ms;
		if (r->at_ms >= w->from_ms && r->at_ms < w->to_ms)
			engine_see(w->engine, r, w->findings);
		else
			w->outside++;
	}
	if (w->line_arena.used > 0)
		hn_arena_reset(&w->line_arena);
}

static void
see_fault(void *ctx, uint64_t number, const struct hn_err *why)
{
	struct watch_file *f = ctx;

	f->had_fault = true;
	stream_fault(f->stream, number, why);
}

static void
close_file(struct watch_file *f)
{
	if (f->fd > STDIN_FILENO)
		(void)close(f->fd);
	input_free(f->input);
	stream_free(f->stream);
	*f = (struct watch_file){ .fd = -1 };
}

/* HN_E_IO: this file cannot be opened (errno); the others are none the worse for it. */
static enum hn_rc
open_file(struct watch *w, uint32_t number, struct watch_file *f, struct hn_err *err)
{
	const char *path = w->files.paths[number];
	const char *format = arguments_value(w->args, "format", "auto");
	enum hn_rc rc;

	*f = (struct watch_file){ .watch = w, .number = number, .fd = STDIN_FILENO };
	if (strcmp(path, "-") != 0)
		f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (f->fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "open");
	rc = stream_new(hn_view_of(format), &w->reader_conf, &f->stream, err);
	if (rc == HN_OK)
		rc = input_new((struct input_limits){ 0 }, (struct input_ops){ see_line, see_fault, f }, &f->input, err);
	if (rc != HN_OK)
		close_file(f);
	return rc;
}

/* Push what the file has now; *more: there may be more at once.  HN_E_IO: reading failed (errno). */
static enum hn_rc
read_some(struct watch_file *f, char *chunk, bool *more)
{
	const ssize_t n = read(f->fd, chunk, CHUNK_BYTES);

	*more = n > 0;
	if (n < 0)
		return errno == EINTR ? (*more = true, HN_OK) : HN_E_IO;
	f->at += (uint64_t)n;
	f->watch->bytes += (uint64_t)n;
	if (n > 0 && input_push(f->input, (struct hn_view){ chunk, (size_t)n }) != HN_OK) {
		f->container_broken = true;
		*more = false;
	}
	return HN_OK;
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

/* Add the file's counts to the run's, and name the first places that could not be read. */
static void
take_counts(struct watch_file *f)
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

static void
read_file(struct watch_file *f, char *chunk, int64_t *told_ms)
{
	bool more = true;

	while (more && !is_told_to_stop) {
		const int64_t now_ms = hn_clock_monotonic_ms();

		if (read_some(f, chunk, &more) != HN_OK) {
			watch_tell_fault(f->watch, path_of(f), 0, NULL, strerror(errno));
			f->watch->had_unreadable = true;
			return;
		}
		if (now_ms - *told_ms >= PROGRESS_EVERY_MS) {
			*told_ms = now_ms;
			watch_progress(f->watch, false);
		}
	}
	if (input_end(f->input) != HN_OK)
		f->container_broken = true;
}

static void
stop(int signo)
{
	(void)signo;
	is_told_to_stop = 1;
}

static void
catch_signals(void)
{
	const struct sigaction act = { .sa_handler = stop };
	const int signals[] = { SIGINT, SIGTERM };

	for (size_t i = 0; i < HN_COUNT(signals); i++)
		(void)sigaction(signals[i], &act, NULL);
}

/* One file from its beginning to its end. */
static enum hn_rc
read_whole(struct watch *w, uint32_t number, char *chunk, int64_t *told_ms, struct hn_err *err)
{
	struct watch_file f;
	const enum hn_rc rc = open_file(w, number, &f, err);

	if (rc == HN_E_IO) {
		watch_tell_fault(w, w->files.paths[number], 0, NULL, strerror(errno));
		w->had_unreadable = true;
		return HN_OK;
	}
	if (rc != HN_OK)
		return rc;
	read_file(&f, chunk, told_ms);
	take_counts(&f);
	close_file(&f);
	return HN_OK;
}

enum hn_rc
watch_read_all(struct watch *w, struct hn_err *err)
{
	char *chunk = hn_alloc(CHUNK_BYTES, 1);
	int64_t told_ms = w->started_ms;
	enum hn_rc rc = chunk != NULL ? HN_OK : HN_FAIL(err, HN_E_NOMEM, 0, "buffer");

	catch_signals();
	for (uint32_t i = 0; rc == HN_OK && i < w->files.n && !is_told_to_stop; i++)
		rc = read_whole(w, i, chunk, &told_ms, err);
	if (rc == HN_OK)
		engine_tick(w->engine, w->newest_ms, w->findings);
	watch_progress(w, true);
	hn_free(chunk);
	return rc;
}

/* Push what is new in each file, then show what is new among the findings. */
static void
follow_once(struct watch *w, struct watch_file *all, size_t n, char *chunk)
{
	size_t found;

	for (size_t i = 0; i < n; i++) {
		bool more = all[i].fd >= 0 && !all[i].container_broken;

		while (more && read_some(&all[i], chunk, &more) == HN_OK && !is_told_to_stop)
			;
	}
	engine_tick(w->engine, w->newest_ms, w->findings);
	const struct finding *const *sorted = findings_sorted(w->findings, &found);

	for (size_t i = 0; i < found; i++)
		watch_show(w, sorted[i]);
	(void)fflush(w->args->out);
	findings_reset(w->findings);
}

enum hn_rc
watch_follow(struct watch *w, struct hn_err *err)
{
	char *chunk = hn_alloc(CHUNK_BYTES, 1);
	struct watch_file *all = hn_alloc(FOLLOW_FILES_MAX, sizeof(*all));
	const size_t n = w->files.n;
	enum hn_rc rc = chunk != NULL && all != NULL ? HN_OK : HN_FAIL(err, HN_E_NOMEM, 0, "buffer");

	if (rc == HN_OK && n > FOLLOW_FILES_MAX)
		rc = HN_FAIL(err, HN_E_LIMIT, FOLLOW_FILES_MAX, "number of files to follow");
	catch_signals();
	for (uint32_t i = 0; rc == HN_OK && i < n; i++) {
		rc = open_file(w, i, &all[i], err);
		if (rc == HN_E_IO) {
			watch_tell_fault(w, w->files.paths[i], 0, NULL, strerror(errno));
			w->had_unreadable = true;
			rc = HN_OK;
		}
	}
	while (rc == HN_OK && !is_told_to_stop) {
		follow_once(w, all, n, chunk);
		(void)usleep(FOLLOW_EVERY_MS * 1000);
	}
	for (size_t i = 0; all != NULL && i < n; i++)
		if (all[i].stream != NULL) {
			take_counts(&all[i]);
			close_file(&all[i]);
		}
	hn_free(all);
	hn_free(chunk);
	return rc;
}
