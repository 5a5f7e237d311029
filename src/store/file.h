#ifndef HN_STORE_FILE_H
#define HN_STORE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/view.h"

#define HN_PATH_MAX 4096u

/*
 * The system calls by which the stores change the disk, each over a gate where a test makes the Nth fail, cuts it
 * short, or follows along.  All retry after EINTR.  On failure errno says why.
 */
enum hn_file_op {
	HN_FILE_OPEN,
	HN_FILE_WRITE,
	HN_FILE_TRUNCATE,
	HN_FILE_SYNC,
	HN_FILE_RENAME,
	HN_FILE_UNLINK,
	HN_FILE_OPS
};

/* Asked before each call: 0: go on; an errno: fail with it; HN_FILE_SHORT (writes): write half.  NULL: no gate. */
#define HN_FILE_SHORT (-1)
typedef int hn_file_gate(void *ctx, enum hn_file_op op, const char *name);
void hn_file_gate_set(hn_file_gate *gate, void *ctx);

/* A folder with its lock or without. */
enum hn_rc hn_dir_open(const char *path, bool make, int *out_fd, struct hn_err *err) HN_MUST_CHECK;

/* The folder's only writer: HN_E_CONFLICT: another process or descriptor has it.  Goes with the descriptor. */
enum hn_rc hn_dir_lock(int dir, struct hn_err *err) HN_MUST_CHECK;

int hn_file_open(int dir, const char *name, int flags) HN_MUST_CHECK;

/* Bytes written from ${v} at ${at}, fewer than asked when the disk took no more; -1: none. */
ssize_t hn_file_write(int fd, struct hn_view v, uint64_t at) HN_MUST_CHECK;

/* All or -1. */
int hn_file_write_all(int fd, struct hn_view v, uint64_t at) HN_MUST_CHECK;

int hn_file_truncate(int fd, uint64_t size) HN_MUST_CHECK;
int hn_file_sync(int fd) HN_MUST_CHECK;		/* data and size, or a folder's names */
int hn_file_rename(int dir, const char *from, const char *to) HN_MUST_CHECK;
int hn_file_unlink(int dir, const char *name) HN_MUST_CHECK;

/* Bytes read into ${p} at ${at}: fewer than ${n} only at the file's end; -1: failed. */
ssize_t hn_file_read(int fd, void *p, size_t n, uint64_t at) HN_MUST_CHECK;

/*
 * Put ${v} into the file ${name} so that after a crash it holds either the old or the new bytes: temporary file, sync,
 * rename, sync of the folder.
 */
enum hn_rc hn_file_replace(int dir, const char *name, struct hn_view v, struct hn_err *err) HN_MUST_CHECK;

#endif
