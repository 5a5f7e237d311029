#include "cli/indicator_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "detect/indicator_import.h"

#define CHUNK 262144u

bool
indicator_files_open(struct indicator_files *f, const struct arguments *a, const char *path)
{
	const int fd = f->n < INDICATOR_FILES_MAX ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0) {
		command_say(a, "indicators.error.open", path, f->n < INDICATOR_FILES_MAX ? strerror(errno) : "-", NULL);
		return false;
	}
	f->at[f->n].path = path;
	f->at[f->n++].fd = fd;
	return true;
}

void
indicator_files_close(struct indicator_files *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->at[i].fd >= 0)
			(void)close(f->at[i].fd);
	f->n = 0;
}

static void
say_faults(const struct arguments *a, const char *path, const struct indicator_report *r)
{
	for (size_t i = 0; i < r->n_faults; i++) {
		char place[4096];

		(void)snprintf(place, sizeof(place), "%s:%" PRIu64, path, r->faults[i].line);
		command_say(a, "indicators.fault", place, r->faults[i].text, r->faults[i].what);
	}
	if (r->refused + r->unread > r->n_faults) {
		char more[32];

		(void)snprintf(more, sizeof(more), "%" PRIu64, r->refused + r->unread - r->n_faults);
		command_say(a, "indicators.fault.more", path, more, NULL);
	}
}

/* Push all of ${fd} in. */
static enum hn_rc
push_file(int fd, struct indicator_import *im, uint64_t *bytes, struct hn_err *err)
{
	static char chunk[CHUNK];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		const enum hn_rc rc = indicator_import_push(im, (struct hn_view){ chunk, (size_t)n }, err);

		if (rc != HN_OK)
			return rc;
		*bytes += (uint64_t)n;
	}
	return n == 0 ? indicator_import_end(im, err) : HN_FAIL(err, HN_E_IO, 0, strerror(errno));
}

/* "lists/isac.csv" is "isac.csv" */
static struct hn_view
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return hn_view_of(slash != NULL ? slash + 1 : path);
}

/* What reading one file and the next have in common. */
struct reading {
	const struct arguments *args;
	const struct indicator_about *defaults;
	struct indicator_build *build;
	struct indicator_total *total;
	int64_t from_ms;
};

static bool
read_one(const struct reading *g, int fd, const char *path)
{
	struct indicator_about about = *g->defaults;
	struct indicator_total *total = g->total;
	struct indicator_import *im = NULL;
	const struct indicator_report *r;
	struct hn_err err = { .what = "" };
	enum hn_rc rc;

	if (about.feed.n == 0)
		about.feed = name_of(path);
	rc = indicator_import_new(g->build, &about, g->from_ms, &im, &err);
	if (rc == HN_OK)
		rc = push_file(fd, im, &total->bytes, &err);
	if (rc != HN_OK) {
		command_say(g->args, "indicators.error.file", path, err.what, NULL);
		indicator_import_free(im);
		return false;
	}
	r = indicator_import_report(im);
	say_faults(g->args, path, r);
	total->files++;
	total->read += r->read;
	total->added += r->added;
	total->refused += r->refused;
	total->unread += r->unread;
	total->passed += r->passed;
	indicator_import_free(im);
	return true;
}

bool
indicator_files_read(struct indicator_files *f, const struct arguments *a, const struct indicator_about *defaults,
    struct indicator_build *b, struct indicator_total *total)
{
	const struct reading g = { a, defaults, b, total, f->from_ms };
	bool ok = true;

	for (size_t i = 0; i < f->n; i++) {
		ok = read_one(&g, f->at[i].fd, f->at[i].path) && ok;
		(void)close(f->at[i].fd);
		f->at[i].fd = -1;
	}
	return ok;
}

uint64_t
indicator_files_seed(void)
{
	uint64_t seed = 0;

	while (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		;
	return seed;
}
