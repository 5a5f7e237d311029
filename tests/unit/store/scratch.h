#ifndef TESTS_UNIT_STORE_SCRATCH_H
#define TESTS_UNIT_STORE_SCRATCH_H

/* A folder of a test's own, and what is done to files in it behind the store's back. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/test.h"

#define SCRATCH_PATH 256

static inline void
scratch_make(char path[SCRATCH_PATH])
{
	const char *top = getenv("TMPDIR");

	/* Thousands of syncs want no real disk. */
	if (top == NULL || strlen(top) > 200)
		top = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	(void)snprintf(path, SCRATCH_PATH, "%s/hinomi-store-XXXXXX", top);
	assert_non_null(mkdtemp(path));
}

static inline void
scratch_empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.')
			assert_int_equal(unlinkat(dirfd(dir), e->d_name, 0), 0);
	(void)closedir(dir);
}

static inline void
scratch_remove(const char *path)
{
	scratch_empty(path);
	assert_int_equal(rmdir(path), 0);
}

/* How many names of ${path} end in ${suffix}; the last one is put in ${name} unless NULL. */
static inline size_t
scratch_count(const char *path, const char *suffix, char *name, size_t size)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	size_t n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.' || !hn_view_ends(hn_view_of(e->d_name), hn_view_of(suffix)))
			continue;
		n++;
		if (name != NULL)
			(void)snprintf(name, size, "%s/%s", path, e->d_name);
	}
	(void)closedir(dir);
	return n;
}

static inline size_t
scratch_size(const char *file)
{
	struct stat st;

	assert_int_equal(stat(file, &st), 0);
	return (size_t)st.st_size;
}

static inline void
scratch_flip(const char *file, size_t at)
{
	const int fd = open(file, O_RDWR);
	unsigned char c;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &c, 1, (off_t)at), 1);
	c ^= 0x55;
	assert_int_equal(pwrite(fd, &c, 1, (off_t)at), 1);
	(void)close(fd);
}

/* Copy every file of ${from} into the empty folder ${to}. */
static inline void
scratch_copy(const char *from, const char *to)
{
	static char bytes[1 << 16];
	DIR *dir = opendir(from);
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		char path[2 * SCRATCH_PATH + 256];
		ssize_t n;

		if (e->d_name[0] == '.')
			continue;

		const int in = openat(dirfd(dir), e->d_name, O_RDONLY);

		(void)snprintf(path, sizeof(path), "%s/%s", to, e->d_name);

		const int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		assert_true(in >= 0 && out >= 0);
		while ((n = read(in, bytes, sizeof(bytes))) > 0)
			assert_int_equal(write(out, bytes, (size_t)n), n);
		(void)close(in);
		(void)close(out);
	}
	(void)closedir(dir);
}

#endif
