#include "cli/indicator_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "detect/indicator_import.h"

#define CHUNK 262144u

#define PATHS_BYTES_MAX (64u << 20)

/* Who is told of a file that cannot be looked at, and whether there was one. */
struct unseen {
	const struct arguments *args;
	bool any;
};

static void
say_unseen(void *ctx, const char *path, int error)
{
	struct unseen *u = ctx;

	command_say(u->args, "indicators.error.open", path, strerror(error), NULL);
	u->any = true;
}

bool
indicator_files_add(struct indicator_files *f, const struct arguments *a, const char *path)
{
	struct unseen unseen = { .args = a };
	const struct files_fault fault = { say_unseen, &unseen };
	enum hn_rc rc;

	f->paths.max = PATHS_BYTES_MAX;
	rc = files_add(&f->all, path, &f->paths, fault, NULL);
	if (rc != HN_OK)
		command_say(a, "indicators.error.open", path, rc == HN_E_NOTFOUND ? strerror(ENOENT) : strerror(ENOMEM), NULL);
	return rc == HN_OK && !unseen.any;
}

void
indicator_files_fini(struct indicator_files *f)
{
	hn_arena_fini(&f->paths);
	f->all = (struct files){ 0 };
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

/* Whether ${path} is the hashes.csv of a MISP feed: beside it stands the feed's manifest. */
static bool
is_feed_index(const char *path)
{
	char manifest[PATH_MAX];
	const struct hn_view name = name_of(path);
	const int folder_n = (int)(name.p - path);

	if (!hn_view_eq(name, HN_LIT("hashes.csv")) || (size_t)folder_n + 16 > sizeof(manifest))
		return false;
	(void)snprintf(manifest, sizeof(manifest), "%.*smanifest.json", folder_n, path);
	return access(manifest, F_OK) == 0;
}

static bool
open_and_read(const struct reading *g, const char *path)
{
	const int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0) {
		command_say(g->args, "indicators.error.open", path, strerror(errno), NULL);
		return false;
	}
	ok = read_one(g, fd, path);
	if (fd != STDIN_FILENO)
		(void)close(fd);
	return ok;
}

bool
indicator_files_read(const struct indicator_files *f, const struct arguments *a, const struct indicator_about *defaults,
    struct indicator_build *b, struct indicator_total *total)
{
	const struct reading g = { a, defaults, b, total, f->from_ms };
	bool ok = true;

	for (size_t i = 0; i < f->all.n; i++)
		if (!is_feed_index(f->all.paths[i]))
			ok = open_and_read(&g, f->all.paths[i]) && ok;
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
