#include "store/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static hn_file_gate *gate_now;
static void *gate_ctx;

void
hn_file_gate_set(hn_file_gate *gate, void *ctx)
{
	gate_now = gate;
	gate_ctx = ctx;
}

/* 0 or HN_FILE_SHORT: go on; otherwise errno is set and the call must fail. */
static int
ask(enum hn_file_op op, const char *name)
{
	const int told = gate_now != NULL ? gate_now(gate_ctx, op, name) : 0;

	if (told > 0)
		errno = told;
	return told;
}

enum hn_rc
hn_dir_open(const char *path, bool make, int *out_fd, struct hn_err *err)
{
	int fd;

	assert(path != NULL && out_fd != NULL);
	if (make && mkdir(path, 0750) != 0 && errno != EEXIST)
		return HN_FAIL(err, HN_E_IO, 0, "folder");
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return HN_FAIL(err, errno == ENOENT ? HN_E_NOTFOUND : HN_E_IO, 0, "folder");
	*out_fd = fd;
	return HN_OK;
}

enum hn_rc
hn_dir_lock(int dir, struct hn_err *err)
{
	if (flock(dir, LOCK_EX | LOCK_NB) == 0)
		return HN_OK;
	return HN_FAIL(err, errno == EWOULDBLOCK ? HN_E_CONFLICT : HN_E_IO, 0, "folder's lock");
}

int
hn_file_open(int dir, const char *name, int flags)
{
	int fd;

	if ((flags & O_CREAT) != 0 && ask(HN_FILE_OPEN, name) > 0)
		return -1;
	do
		fd = openat(dir, name, flags | O_CLOEXEC | O_NOFOLLOW, 0640);
	while (fd < 0 && errno == EINTR);
	return fd;
}

ssize_t
hn_file_write(int fd, struct hn_view v, uint64_t at)
{
	size_t done = 0;

	while (done < v.n) {
		const int told = ask(HN_FILE_WRITE, "");
		const size_t want = told == HN_FILE_SHORT ? (v.n - done + 1) / 2 : v.n - done;
		const ssize_t n = told > 0 ? -1 : pwrite(fd, v.p + done, want, (off_t)(at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return done > 0 ? (ssize_t)done : -1;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int
hn_file_write_all(int fd, struct hn_view v, uint64_t at)
{
	return hn_file_write(fd, v, at) == (ssize_t)v.n ? 0 : -1;
}

int
hn_file_truncate(int fd, uint64_t size)
{
	return ask(HN_FILE_TRUNCATE, "") > 0 ? -1 : ftruncate(fd, (off_t)size);
}

int
hn_file_sync(int fd)
{
	int rc;

	do
		rc = ask(HN_FILE_SYNC, "") > 0 ? -1 : fsync(fd);
	while (rc != 0 && errno == EINTR);
	return rc;
}

int
hn_file_rename(int dir, const char *from, const char *to)
{
	return ask(HN_FILE_RENAME, to) > 0 ? -1 : renameat(dir, from, dir, to);
}

int
hn_file_unlink(int dir, const char *name)
{
	return ask(HN_FILE_UNLINK, name) > 0 ? -1 : unlinkat(dir, name, 0);
}

ssize_t
hn_file_read(int fd, void *p, size_t n, uint64_t at)
{
	size_t done = 0;

	while (done < n) {
		const ssize_t got = pread(fd, (char *)p + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

enum hn_rc
hn_file_replace(int dir, const char *name, struct hn_view v, struct hn_err *err)
{
	char temp[64];
	int fd;

	if ((size_t)snprintf(temp, sizeof(temp), "%s.tmp", name) >= sizeof(temp))
		return HN_FAIL(err, HN_E_LIMIT, 0, "name");
	fd = hn_file_open(dir, temp, O_WRONLY | O_CREAT | O_TRUNC);
	if (fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "temporary file");

	const bool is_down = hn_file_write_all(fd, v, 0) == 0 && hn_file_sync(fd) == 0;

	(void)close(fd);
	if (!is_down || hn_file_rename(dir, temp, name) != 0) {
		(void)unlinkat(dir, temp, 0);
		return HN_FAIL(err, HN_E_IO, 0, "replace");
	}
	return hn_file_sync(dir) == 0 ? HN_OK : HN_FAIL(err, HN_E_IO, 0, "sync");
}
