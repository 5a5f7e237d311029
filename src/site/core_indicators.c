#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "site/core_parts.h"
#include "site/table.h"

void
core_indicators_init(struct core *c)
{
	if (!site_table_path(c->child->config, c->table.path))
		c->table.path[0] = '\0';	/* then there is none to open */
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
