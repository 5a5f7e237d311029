#include "cli/rule_files.h"

#include <errno.h>

#include "base/load.h"
#include "cli/files.h"
#include "detect/sigma/load.h"

#define RULE_FAULTS_SHOWN 20u
#define PATHS_BYTES (32u << 20)

struct reading {
	const struct arguments *args;
	struct sigma_set *set;
	size_t unread;
	bool failed;
};

static void
say_unread(void *ctx, struct hn_view file, const char *why)
{
	struct reading *g = ctx;
	char name[1024];

	(void)snprintf(name, sizeof(name), "%.*s", (int)file.n, file.p);
	if (g->unread++ < RULE_FAULTS_SHOWN)
		command_say(g->args, "rules.unread", name, why, NULL);
}

static void
say_fault(void *ctx, const char *path, int error)
{
	say_unread(ctx, hn_view_of(path), strerror(error));
}

/* Of a folder's files those that may be rules. */
static bool
may_be_rules(const char *path)
{
	static const struct hn_view ends[] = {
		HN_INIT(".yml"), HN_INIT(".yaml"), HN_INIT(".tar"), HN_INIT(".gz"), HN_INIT(".zst"),
		HN_INIT(".table"),
	};

	for (size_t i = 0; i < HN_COUNT(ends); i++)
		if (hn_view_ends(hn_view_of(path), ends[i]))
			return true;
	return false;
}

static void
read_file(struct reading *g, const char *path)
{
	struct hn_buf bytes = HN_BUF(RULE_FILES_BYTES);
	struct hn_err err = { .what = "" };

	if (hn_load_file(path, &bytes, &err) != HN_OK) {
		say_fault(g, path, errno);
	} else if (sigma_load(g->set, hn_view_of(path), hn_buf_view(&bytes), (struct sigma_unread){ say_unread, g }, &err) !=
	    HN_OK) {
		command_say(g->args, "rules.unread", path, err.what, NULL);
		g->failed = true;
	}
	hn_buf_fini(&bytes);
}

static void
read_path(struct reading *g, const char *path)
{
	struct hn_arena arena = HN_ARENA(PATHS_BYTES);
	struct files files = { 0 };
	const struct files_fault fault = { say_fault, g };

	if (files_add(&files, path, &arena, fault, NULL) != HN_OK) {
		say_fault(g, path, ENOENT);
		g->failed = true;
	}
	for (size_t i = 0; i < files.n && !g->failed; i++)
		if (strcmp(files.paths[i], path) == 0 || may_be_rules(files.paths[i]))
			read_file(g, files.paths[i]);
	hn_arena_fini(&arena);
}

bool
rule_files_read(const struct arguments *a, const char *const *paths, size_t n, struct sigma_set **out, size_t *unread)
{
	struct reading g = { .args = a };
	struct hn_err err = { .what = "" };

	if (sigma_set_new(&g.set, &err) != HN_OK)
		return false;
	for (size_t i = 0; i < n && !g.failed; i++)
		read_path(&g, paths[i]);
	if (!g.failed && sigma_set_seal(g.set, &err) != HN_OK) {
		command_say(a, "rules.unread", "-", err.what, NULL);
		g.failed = true;
	}
	if (g.failed) {
		sigma_set_free(g.set);
		return false;
	}
	*out = g.set;
	*unread = g.unread;
	return true;
}
