#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "site/backup_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum hn_rc
count(void *ctx, struct hn_view v, uint64_t at, struct hn_err *err)
{
	uint64_t *n = ctx;

	(void)err;
	if (at != *n)
		abort();
	*n += v.n;
	return HN_OK;
}

/* Members lie one behind the other, are handed over whole or refused, and belong below data_dir or nowhere. */
static void
check_members(const struct backup_file *f)
{
	static const struct site_config c = { .data_dir = HN_INIT("/d") };
	char path[SITE_PATH_MAX];

	for (size_t i = 0; i < f->manifest.n; i++) {
		const struct backup_member *m = &f->manifest.member[i];
		uint64_t n = 0;

		if (BACKUP_MAGIC_BYTES + m->at + m->size_bytes > f->size_bytes)
			abort();
		if (backup_file_member(f, i, (struct backup_taker){ count, &n }, NULL) == HN_OK && n != m->size_bytes)
			abort();
		if (backup_path(&c, m, path) && (!hn_view_starts(hn_view_of(path), HN_LIT("/d/")) ||
		    hn_view_search(hn_view_of(path), HN_LIT("..")) < strlen(path)))
			abort();
	}
}

/* Property: a manifest that is read is written back byte for byte. */
static void
check_manifest(struct hn_view v)
{
	struct backup_manifest m;
	struct hn_buf again = HN_BUF(BACKUP_MANIFEST_MAX);

	if (backup_manifest_read(v, &m, NULL) == HN_OK) {
		backup_manifest_put(&again, &m);
		if (again.failed || !hn_view_eq(hn_buf_view(&again), v))
			abort();
		backup_manifest_fini(&m);
	}
	hn_buf_fini(&again);
}

/* The bytes as a file; and as the manifest between what a file begins and ends with, so that its hash is right. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hn_view v = { (const char *)data, size };
	struct hn_buf sealed = HN_BUF(size + 4096);
	struct backup_file f;
	const struct hn_view tries[2] = { v, { 0 } };

	check_manifest(v);
	hn_buf_put(&sealed, BACKUP_MAGIC);
	hn_buf_put(&sealed, v);
	backup_seal_put(&sealed, v);
	for (size_t i = 0; i < HN_COUNT(tries); i++) {
		const struct hn_view bytes = i == 0 ? tries[i] : hn_buf_view(&sealed);
		const int fd = memfd_create("backup", MFD_CLOEXEC);
		char path[64];

		if (fd < 0 || write(fd, bytes.p, bytes.n) != (ssize_t)bytes.n)
			abort();
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (backup_file_open(path, &f, NULL) == HN_OK) {
			check_members(&f);
			backup_file_close(&f);
		}
		(void)close(fd);
	}
	hn_buf_fini(&sealed);
	return 0;
}
