#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "site/core_parts.h"

#define TABLE_NAME "indicators.table"

/* The table is where `hinomi indicators import` puts it: at [indicators] path, else in the site's own folder. */
void
core_indicators_init(struct core *c)
{
	const struct hn_view given = c->child->config->indicators;
	struct stat st;
	char folder[SITE_PATH_MAX] = "";

	if (given.n > 0 && stat(given.p, &st) == 0 && !S_ISDIR(st.st_mode))
		(void)snprintf(c->table.path, sizeof(c->table.path), "%s", given.p);
	else if (given.n > 0)
		(void)snprintf(c->table.path, sizeof(c->table.path), "%s/" TABLE_NAME, given.p);
	else if (site_place_path(c->child->config, SITE_PLACE_STATE, folder) && strlen(folder) + 32 < SITE_PATH_MAX)
		(void)snprintf(c->table.path, sizeof(c->table.path), "%.900s/" TABLE_NAME, folder);
}

void
core_indicators_check(struct core *c, bool always)
{
	const int fd = open(c->table.path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0) {
		const struct core_table now = {
			.device = (int64_t)st.st_dev, .inode = (int64_t)st.st_ino,
			.changed_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
		};
		const bool is_new = now.device != c->table.device || now.inode != c->table.inode ||
		    now.changed_ns != c->table.changed_ns;

		if ((is_new || always) &&
		    site_child_send_fd(c->child, HN_SENSE, SITE_MSG_INDICATORS, HN_LIT(""), fd) == HN_OK) {
			c->table.device = now.device;
			c->table.inode = now.inode;
			c->table.changed_ns = now.changed_ns;
		}
	}
	(void)close(fd);
}
