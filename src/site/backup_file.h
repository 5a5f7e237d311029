#ifndef SITE_BACKUP_FILE_H
#define SITE_BACKUP_FILE_H

#include "site/backup_form.h"

/* A backup opened for reading: its seal and manifest are checked, its members when they are read. */
struct backup_file {
	int fd;
	uint64_t size_bytes;
	struct hn_buf bytes;			/* of the manifest, which points into it */
	struct backup_manifest manifest;
};

/*
 * Open ${path}.  Errors: HN_E_IO, HN_E_SYNTAX (it does not begin as a backup), HN_E_CORRUPT (cut, longer or changed),
 * HN_E_UNSUPPORTED (of a later form), HN_E_LIMIT, HN_E_NOMEM.
 */
enum hn_rc backup_file_open(const char *path, struct backup_file *out, struct hn_err *err) HN_MUST_CHECK;
void backup_file_close(struct backup_file *f);

/*
 * Hand the bytes of member ${i} to ${take}, piece by piece; they are good only once this has returned HN_OK.
 * Errors: HN_E_IO, HN_E_CORRUPT (not the bytes that were saved), HN_E_NOMEM, or what ${take} returned.
 */
struct backup_taker {
	enum hn_rc (*take)(void *ctx, struct hn_view v, uint64_t at, struct hn_err *err);
	void *ctx;
};
enum hn_rc backup_file_member(const struct backup_file *f, size_t i, struct backup_taker taker, struct hn_err *err)
    HN_MUST_CHECK;

#endif
