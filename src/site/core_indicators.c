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
	if (!site_rules_path(c->child->config, c->rules.path))
		c->rules.path[0] = '\0';
}

/* Hand sense the file when it is another than before, or always. */
static void
check(struct core *c, struct core_table *t, enum site_msg type, bool always)
{
	const int fd = open(t->path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0) {
		const struct core_table now = {
			.device = (int64_t)st.st_dev, .inode = (int64_t)st.st_ino,
			.changed_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
		};
		const bool is_new = now.device != t->device || now.inode != t->inode || now.changed_ns != t->changed_ns;

		if ((is_new || always) && site_child_send_fd(c->child, HN_SENSE, type, HN_LIT(""), fd) == HN_OK) {
			t->device = now.device;
			t->inode = now.inode;
			t->changed_ns = now.changed_ns;
		}
	}
	(void)close(fd);
}

void
core_indicators_check(struct core *c, bool always)
{
	check(c, &c->table, SITE_MSG_INDICATORS, always);
	check(c, &c->rules, SITE_MSG_RULES, always);
}
