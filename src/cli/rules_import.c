#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/job_jail.h"
#include "cli/place.h"
#include "cli/rule_files.h"
#include "cli/rules.h"
#include "detect/sigma/cache.h"
#include "site/table.h"

#define PATHS_MAX 256u

static bool
write_all(int fd, struct hn_view v)
{
	while (v.n > 0) {
		const ssize_t n = write(fd, v.p, v.n);

		if (n < 0 && errno != EINTR)
			return false;
		v = hn_view_skip(v, n > 0 ? (size_t)n : 0);
	}
	return fsync(fd) == 0;
}

/* The whole of it under its name, or nothing. */
static bool
publish(const char *path, struct hn_view bytes)
{
	char beside[SITE_PATH_MAX + 8];
	int fd;
	bool ok;

	(void)snprintf(beside, sizeof(beside), "%s.new", path);
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);	/* the folder says who may */
	if (fd < 0)
		return false;
	ok = write_all(fd, bytes);
	ok = close(fd) == 0 && ok;
	return ok && rename(beside, path) == 0;
}

/* Only the rules can be read and only the store be written. */
static bool
enter_jail(const struct arguments *a, const char *store)
{
	struct hn_jail_path paths[PATHS_MAX + 1] = { { store, true } };
	size_t n = 1;

	for (size_t i = 0; i < a->n_operands; i++)
		paths[n++].path = a->operands[i];
	return job_jail_enter(a, paths, n, HN_CALLS_READ_FILES | HN_CALLS_WRITE_FILES);
}

static bool
keep(const struct arguments *a, const struct sigma_set *set, const char *path)
{
	struct hn_buf b = HN_BUF(SIGMA_CACHE_MAX);
	char rules[32], size[32];
	bool ok;

	sigma_cache_put(set, &b);
	ok = !b.failed && publish(path, hn_buf_view(&b));
	(void)snprintf(rules, sizeof(rules), "%zu", sigma_set_count(set));
	(void)snprintf(size, sizeof(size), "%zu", b.n / 1000);
	if (ok)
		command_say(a, "rules.imported", path, rules, size);
	else
		command_say(a, "rules.error.write", path, strerror(errno), NULL);
	hn_buf_fini(&b);
	return ok;
}

static enum exit_code
import(const struct arguments *a)
{
	char path[SITE_PATH_MAX], store[SITE_PATH_MAX];
	struct sigma_set *set = NULL;
	size_t unread = 0;
	bool ok;

	if (!place_table(a, site_rules_path, SITE_RULES_NAME, path) || !place_make_folder(a, path, store))
		return EXIT_NOT_DONE;
	ok = enter_jail(a, store) && rule_files_read(a, a->operands, a->n_operands, &set, &unread) && keep(a, set, path);
	sigma_set_free(set);
	return !ok ? EXIT_NOT_DONE : unread > 0 ? EXIT_PARTLY : EXIT_DONE;
}

const struct command rules_import_command = {
	.name = "rules import", .operands = "PATH...", .operands_min = 1, .operands_max = PATHS_MAX,
	.options = { PLACE_TABLE_OPTIONS }, .run = import,
};
