#include "cli/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

/* One walk: what is added to, and with what. */
struct walk {
	struct files *files;
	struct hn_arena *arena;
	struct files_fault fault;
	struct hn_err *err;
};

static enum hn_rc
add_file(struct walk *w, const char *path, uint64_t bytes)
{
	struct files *f = w->files;
	struct hn_view copy;

	if (f->n == FILES_MAX)
		return HN_FAIL(w->err, HN_E_LIMIT, FILES_MAX, "number of files");
	if (f->paths == NULL)
		f->paths = hn_arena_get(w->arena, FILES_MAX * sizeof(*f->paths));
	copy = hn_arena_copy(w->arena, hn_view_of(path));
	if (f->paths == NULL || copy.p == NULL)
		return HN_FAIL(w->err, HN_E_NOMEM, f->n, "list of files");
	f->paths[f->n++] = copy.p;
	f->bytes += bytes;
	return HN_OK;
}

static int
compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_not_dot(const struct dirent *d)
{
	return strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
}

static enum hn_rc walk_path(struct walk *w, const char *path, unsigned depth);

static enum hn_rc
walk_folder(struct walk *w, const char *path, unsigned depth)
{
	struct dirent **names = NULL;
	const int n = depth < FILES_DEPTH_MAX ? scandir(path, &names, is_not_dot, compare_names) : -1;
	enum hn_rc rc = HN_OK;

	if (n < 0)
		w->fault.say(w->fault.ctx, path, depth < FILES_DEPTH_MAX ? errno : ELOOP);
	for (int i = 0; i < n; i++) {
		struct hn_buf b = HN_BUF(65536);

		hn_buf_printf(&b, "%s/%s", path, names[i]->d_name);
		if (rc == HN_OK && hn_buf_cstr(&b) != NULL)
			rc = walk_path(w, b.p, depth + 1);
		hn_buf_fini(&b);
		hn_free(names[i]);
	}
	hn_free(names);
	return rc;
}

static enum hn_rc
walk_path(struct walk *w, const char *path, unsigned depth)
{
	struct stat link, st;

	if (lstat(path, &link) != 0 || stat(path, &st) != 0) {
		w->fault.say(w->fault.ctx, path, errno);
		return HN_OK;
	}
	if (S_ISDIR(st.st_mode))
		return depth > 0 && S_ISLNK(link.st_mode) ? HN_OK : walk_folder(w, path, depth);
	if (depth == 0 || S_ISREG(st.st_mode))
		return add_file(w, path, (uint64_t)st.st_size);
	return HN_OK;
}

enum hn_rc
files_add(struct files *f, const char *path, struct hn_arena *arena, struct files_fault fault, struct hn_err *err)
{
	struct walk w = { f, arena, fault, err };
	struct stat st;

	if (strcmp(path, "-") == 0)
		return add_file(&w, path, 0);
	if (stat(path, &st) != 0)
		return HN_FAIL(err, HN_E_NOTFOUND, 0, "path");
	return walk_path(&w, path, 0);
}

/* A file by what it is, whatever its name. */
struct identity {
	dev_t dev;
	ino_t ino;
	size_t number;
};

static int
compare_identities(const void *a, const void *b)
{
	const struct identity *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static size_t
identify(const struct files *f, struct identity *out)
{
	struct stat st;
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->paths[i], "-") != 0 && stat(f->paths[i], &st) == 0 && S_ISREG(st.st_mode))
			out[n++] = (struct identity){ st.st_dev, st.st_ino, i };
	return n;
}

enum hn_rc
files_unique(struct files *f, struct hn_err *err)
{
	struct identity *all = hn_alloc(f->n + 1, sizeof(*all));
	size_t n, kept = 0;

	if (all == NULL)
		return HN_FAIL(err, HN_E_NOMEM, f->n, "list of files");
	n = identify(f, all);
	qsort(all, n, sizeof(*all), compare_identities);
	for (size_t i = 1; i < n; i++)
		if (all[i].dev == all[i - 1].dev && all[i].ino == all[i - 1].ino)
			f->paths[all[i].number] = NULL;
	for (size_t i = 0; i < f->n; i++)
		if (f->paths[i] != NULL)
			f->paths[kept++] = f->paths[i];
	f->n = kept;
	hn_free(all);
	return HN_OK;
}
