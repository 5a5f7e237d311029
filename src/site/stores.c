#include "site/stores.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "site/parent_folders.h"

#define MB_BITS 20u

static void
add_file(int folder, const char *name, struct site_store_use *use)
{
	struct stat st;
	int64_t ms;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return;
	ms = (int64_t)st.st_mtim.tv_sec * 1000;
	use->used_bytes += (uint64_t)st.st_size;
	if (use->oldest_ms == 0 || ms < use->oldest_ms)
		use->oldest_ms = ms;
}

static void
measure(const char *path, struct site_store_use *use)
{
	DIR *dir = opendir(path);
	const struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL)
		add_file(dirfd(dir), e->d_name, use);
	if (dir != NULL)
		(void)closedir(dir);
}

void
site_stores_measure(const struct site_config *c, struct site_store_use out[SITE_STORES])
{
	const struct {
		const char *name;
		enum site_place place;
		uint64_t budget_mb, keep_days;
	} rows[SITE_STORES] = {
		[SITE_STORE_EVIDENCE] = { "evidence", SITE_PLACE_EVIDENCE, c->evidence_budget_mb, c->evidence_keep_days },
		[SITE_STORE_OBSERVABLES] = { "observables", SITE_PLACE_OBSERVABLES, c->observables_budget_mb,
		    c->observables_keep_days },
		[SITE_STORE_DATABASE] = { "database", SITE_PLACE_DB, c->database_budget_mb, c->database_keep_days },
	};
	char path[SITE_PATH_MAX];

	for (size_t i = 0; i < SITE_STORES; i++) {
		out[i] = (struct site_store_use){ .name = rows[i].name, .budget_bytes = rows[i].budget_mb << MB_BITS,
			.keep_days = rows[i].keep_days };
		if (site_place_path(c, rows[i].place, path))
			measure(path, &out[i]);
	}
}
