#include "event/jail_files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Landlock's own numbers (linux/landlock.h, stable): Debian 12's header ends at ABI 2, newer kernels know more.
 * On x86-64 and arm64 the three calls have the same numbers.
 */
#define CREATE_RULESET 444
#define ADD_RULE 445
#define RESTRICT_SELF 446
#define VERSION_FLAG 1u
#define RULE_PATH_BENEATH 1

#define FS_EXECUTE (1ull << 0)
#define FS_WRITE_FILE (1ull << 1)
#define FS_READ_FILE (1ull << 2)
#define FS_READ_DIR (1ull << 3)
#define FS_ABI1 ((1ull << 13) - 1)
#define FS_REFER (1ull << 13)		/* ABI 2: rename between folders */
#define FS_TRUNCATE (1ull << 14)	/* ABI 3 */
#define FS_IOCTL_DEV (1ull << 15)	/* ABI 5 */
#define FS_REMOVE_DIR (1ull << 4)
#define FS_REMOVE_FILE (1ull << 5)
#define FS_MAKE_DIR (1ull << 7)
#define FS_MAKE_REG (1ull << 8)

#define FS_READS (FS_READ_FILE | FS_READ_DIR)
#define FS_WRITES (FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG | FS_REFER | FS_TRUNCATE)
#define FS_OF_A_FILE (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)

#define NET_BIND_AND_CONNECT 3ull	/* ABI 4 */
#define SCOPE_ABSTRACT_AND_SIGNAL 3ull	/* ABI 6 */

struct ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

struct path_beneath {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

/* What kernels of each version can be asked to handle. */
static const struct {
	size_t size;		/* bytes of the structure it takes */
	struct ruleset handled;
} by_abi[] = {
	[0] = { 0, { 0, 0, 0 } },
	[1] = { 8, { FS_ABI1, 0, 0 } },
	[2] = { 8, { FS_ABI1 | FS_REFER, 0, 0 } },
	[3] = { 8, { FS_ABI1 | FS_REFER | FS_TRUNCATE, 0, 0 } },
	[4] = { 16, { FS_ABI1 | FS_REFER | FS_TRUNCATE, NET_BIND_AND_CONNECT, 0 } },
	[5] = { 16, { FS_ABI1 | FS_REFER | FS_TRUNCATE | FS_IOCTL_DEV, NET_BIND_AND_CONNECT, 0 } },
	[6] = { 24, { FS_ABI1 | FS_REFER | FS_TRUNCATE | FS_IOCTL_DEV, NET_BIND_AND_CONNECT, SCOPE_ABSTRACT_AND_SIGNAL } },
};

unsigned
hn_jail_landlock_abi(void)
{
	const long abi = syscall(CREATE_RULESET, NULL, 0, VERSION_FLAG);

	return abi > 0 ? (unsigned)abi : 0;
}

static enum hn_rc
allow(int ruleset_fd, uint64_t handled, const struct hn_jail_path *p, struct hn_err *err)
{
	struct path_beneath rule = { 0 };
	struct stat st;
	long rc;
	const int fd = open(p->path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? HN_OK : HN_FAIL(err, HN_E_IO, 0, "open of an allowed path");
	rule.parent_fd = fd;
	rule.allowed = FS_READS | (p->writes ? FS_WRITES : 0);
	if (fstat(fd, &st) != 0 || !S_ISDIR(st.st_mode))
		rule.allowed &= FS_OF_A_FILE;
	rule.allowed &= handled;
	rc = syscall(ADD_RULE, ruleset_fd, RULE_PATH_BENEATH, &rule, 0);
	close(fd);
	return rc == 0 ? HN_OK : HN_FAIL(err, HN_E_IO, 0, "landlock_add_rule");
}

enum hn_rc
hn_jail_files(const struct hn_jail_path *paths, size_t n, unsigned abi, struct hn_err *err)
{
	const size_t row = abi < HN_COUNT(by_abi) ? abi : HN_COUNT(by_abi) - 1;
	const struct ruleset r = by_abi[row].handled;
	const int fd = (int)syscall(CREATE_RULESET, &r, by_abi[row].size, 0);
	enum hn_rc rc = HN_OK;

	if (fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "landlock_create_ruleset");
	for (size_t i = 0; rc == HN_OK && i < n; i++)
		rc = allow(fd, r.fs, &paths[i], err);
	if (rc == HN_OK && syscall(RESTRICT_SELF, fd, 0) != 0)
		rc = HN_FAIL(err, HN_E_IO, 0, "landlock_restrict_self");
	close(fd);
	return rc;
}
