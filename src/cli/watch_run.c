#include "cli/watch_run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/watch_file.h"

#define OPEN_MAX 256u			/* files read side by side */
#define FOLLOW_EVERY_MS 500

static volatile sig_atomic_t is_told_to_stop;

/*
 * The files that are open, the one whose next record is the oldest on top: a binary heap.
 * A detector must see what happened in the order in which it happened, whatever file tells of it.
 */
struct merge {
	struct watch *w;
	size_t n;
	struct watch_file *open[OPEN_MAX];
};

/* A file that waits to be opened, and the time of its first record. */
struct turn {
	uint32_t number;
	int64_t first_ms;
};

bool
watch_is_told_to_stop(void)
{
	return is_told_to_stop != 0;
}

static void
stop(int signo)
{
	(void)signo;
	is_told_to_stop = 1;
}

void
watch_catch_signals(void)
{
	const struct sigaction act = { .sa_handler = stop };
	const int signals[] = { SIGINT, SIGTERM };

	for (size_t i = 0; i < HN_COUNT(signals); i++)
		(void)sigaction(signals[i], &act, NULL);
}

/* Older first; of the same instant, the one that was named first. */
static bool
is_before(const struct watch_file *a, const struct watch_file *b)
{
	if (a->record.at_ms != b->record.at_ms)
		return a->record.at_ms < b->record.at_ms;
	return a->number < b->number;
}

static void
swap(struct merge *m, size_t a, size_t b)
{
	struct watch_file *f = m->open[a];

	m->open[a] = m->open[b];
	m->open[b] = f;
}

static void
sift_down(struct merge *m, size_t i)
{
	for (;;) {
		size_t least = i;

		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < m->n; child++)
			if (is_before(m->open[child], m->open[least]))
				least = child;
		if (least == i)
			return;
		swap(m, i, least);
		i = least;
	}
}

static void
add(struct merge *m, struct watch_file *f)
{
	size_t i = m->n++;

	m->open[i] = f;
	for (; i > 0 && is_before(m->open[i], m->open[(i - 1) / 2]); i = (i - 1) / 2)
		swap(m, i, (i - 1) / 2);
}

static void
finish(struct watch_file *f)
{
	watch_file_count(f);
	watch_file_close(f);
	hn_free(f);
}

/* The top's next record has come to its turn; then the one behind it decides where the file stands. */
static void
see_top(struct merge *m)
{
	struct watch_file *f = m->open[0];

	watch_file_see(f);
	watch_file_advance(f);
	if (!f->has_record) {
		m->open[0] = m->open[--m->n];
		if (!m->w->is_following)
			finish(f);
	}
	sift_down(m, 0);
}

/* A file that cannot be opened is told; *out is NULL then. */
static enum hn_rc
open_one(struct watch *w, uint32_t number, struct watch_file **out, struct hn_err *err)
{
	struct watch_file *f = hn_alloc(1, sizeof(*f));
	enum hn_rc rc = f != NULL ? watch_file_open(w, number, f, err) : HN_FAIL(err, HN_E_NOMEM, 0, "file");

	*out = NULL;
	if (rc == HN_OK) {
		*out = f;
		return HN_OK;
	}
	if (rc == HN_E_IO) {
		watch_tell_fault(w, w->files.paths[number], 0, NULL, strerror(errno));
		w->had_unreadable = true;
		rc = HN_OK;
	}
	hn_free(f);
	return rc;
}

static enum hn_rc
open_next(struct merge *m, uint32_t number, struct hn_err *err)
{
	struct watch_file *f;
	const enum hn_rc rc = open_one(m->w, number, &f, err);

	if (rc != HN_OK || f == NULL)
		return rc;
	watch_file_advance(f);
	if (f->has_record)
		add(m, f);
	else
		finish(f);
	return HN_OK;
}

static int
compare_turns(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;

	if (x->first_ms != y->first_ms)
		return x->first_ms < y->first_ms ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* When the file's first record was: by a look at its beginning, of which nothing else is kept. */
static int64_t
first_time(struct watch *w, uint32_t number)
{
	const uint64_t bytes = w->bytes;
	int64_t first_ms = INT64_MIN;
	struct watch_file *f = hn_alloc(1, sizeof(*f));

	if (f == NULL || strcmp(w->files.paths[number], "-") == 0 || watch_file_open(w, number, f, NULL) != HN_OK) {
		hn_free(f);
		return first_ms;	/* it is opened at once, and says then what is wrong */
	}
	watch_file_advance(f);
	if (f->has_record)
		first_ms = f->record.at_ms;
	watch_file_close(f);
	hn_free(f);
	w->bytes = bytes;
	return first_ms;
}

/* In which order the files are opened; where all can be open at once, it does not matter. */
static struct turn *
take_turns(struct watch *w)
{
	struct turn *turns = hn_alloc(w->files.n + 1, sizeof(*turns));

	for (uint32_t i = 0; turns != NULL && i < w->files.n; i++)
		turns[i] = (struct turn){ i, w->files.n > OPEN_MAX && !is_told_to_stop ? first_time(w, i) : INT64_MIN };
	if (turns != NULL)
		qsort(turns, w->files.n, sizeof(*turns), compare_turns);
	return turns;
}

static bool
is_due(const struct merge *m, const struct turn *t)
{
	return m->n == 0 || (m->n < OPEN_MAX && t->first_ms <= m->open[0]->record.at_ms);
}

static enum hn_rc
merge_all(struct merge *m, const struct turn *turns, struct hn_err *err)
{
	size_t next = 0;
	enum hn_rc rc = HN_OK;

	while (rc == HN_OK && !is_told_to_stop && (m->n > 0 || next < m->w->files.n)) {
		if (next < m->w->files.n && is_due(m, &turns[next]))
			rc = open_next(m, turns[next++].number, err);
		else
			see_top(m);
	}
	for (size_t i = 0; i < m->n; i++)	/* told to stop */
		finish(m->open[i]);
	return rc;
}

enum hn_rc
watch_read_all(struct watch *w, struct hn_err *err)
{
	struct merge *m = hn_alloc(1, sizeof(*m));
	struct turn *turns;
	enum hn_rc rc = HN_FAIL(err, HN_E_NOMEM, 0, "files");

	watch_catch_signals();
	w->chunk = hn_alloc(WATCH_CHUNK_BYTES, 1);
	turns = w->chunk != NULL ? take_turns(w) : NULL;
	if (m != NULL && turns != NULL) {
		m->w = w;
		rc = merge_all(m, turns, err);
	}
	if (rc == HN_OK)
		engine_tick(w->engine, w->newest_ms, w->findings);
	watch_progress(w, true);
	hn_free(w->chunk);
	hn_free(turns);
	hn_free(m);
	return rc;
}

/* Show what is new among the findings. */
static void
show_new(struct watch *w)
{
	size_t found;
	const struct finding *const *sorted;

	engine_tick(w->engine, w->newest_ms, w->findings);
	sorted = findings_sorted(w->findings, &found);
	for (size_t i = 0; i < found; i++)
		watch_show(w, sorted[i]);
	(void)fflush(w->args->out);
	findings_reset(w->findings);
}

/* Whether another file has come in the place of the one that is open, or this one was cut. */
static bool
is_replaced(const struct watch_file *f)
{
	struct stat now, then;

	return f->fd != STDIN_FILENO && stat(f->watch->files.paths[f->number], &now) == 0 && fstat(f->fd, &then) == 0 &&
	    (now.st_ino != then.st_ino || now.st_dev != then.st_dev || now.st_size < lseek(f->fd, 0, SEEK_CUR));
}

/* The file's next record; where the file was rotated, the new one's first. */
static void
advance_or_reopen(struct watch *w, uint32_t number, struct watch_file **f)
{
	if (*f == NULL || (*f)->container_broken)
		return;
	(*f)->at_end = false;
	watch_file_advance(*f);
	if ((*f)->has_record || !is_replaced(*f))
		return;
	finish(*f);
	if (open_one(w, number, f, NULL) == HN_OK && *f != NULL)
		watch_file_advance(*f);
}

/* What has been written to the files since, in order. */
static void
follow_once(struct merge *m, struct watch_file **all)
{
	for (uint32_t i = 0; i < m->w->files.n; i++) {
		advance_or_reopen(m->w, i, &all[i]);
		if (all[i] != NULL && all[i]->has_record)
			add(m, all[i]);
	}
	while (m->n > 0 && !is_told_to_stop)
		see_top(m);
	m->n = 0;
	show_new(m->w);
}

enum hn_rc
watch_follow(struct watch *w, struct hn_err *err)
{
	struct merge *m = hn_alloc(1, sizeof(*m));
	struct watch_file **all = hn_alloc(OPEN_MAX, sizeof(struct watch_file *));
	enum hn_rc rc = HN_OK;

	w->chunk = hn_alloc(WATCH_CHUNK_BYTES, 1);
	w->is_following = true;
	if (m == NULL || all == NULL || w->chunk == NULL)
		rc = HN_FAIL(err, HN_E_NOMEM, 0, "files");
	else if (w->files.n > OPEN_MAX)
		rc = HN_FAIL(err, HN_E_LIMIT, OPEN_MAX, "number of files to follow");
	watch_catch_signals();
	for (uint32_t i = 0; rc == HN_OK && i < w->files.n; i++)
		rc = open_one(w, i, &all[i], err);
	if (rc == HN_OK)
		m->w = w;
	while (rc == HN_OK && !is_told_to_stop) {
		follow_once(m, all);
		(void)usleep(FOLLOW_EVERY_MS * 1000);
	}
	for (size_t i = 0; all != NULL && i < w->files.n && i < OPEN_MAX; i++)
		if (all[i] != NULL)
			finish(all[i]);
	hn_free(all);
	hn_free(m);
	hn_free(w->chunk);
	return rc;
}
