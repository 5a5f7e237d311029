#include "site/restore_place.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "store/file.h"

/* Call ${each} for all below ${path} and for itself; folders come before and behind what is in them. */
static enum hn_rc
walk(const char *path, enum hn_rc (*each)(void *ctx, const FTSENT *e), void *ctx, struct hn_err *err)
{
	char copy[SITE_PATH_MAX];
	char *const paths[] = { copy, NULL };
	enum hn_rc rc = HN_OK;
	FTSENT *e;
	FTS *f;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	f = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (f == NULL)
		return HN_FAIL(err, HN_E_IO, 0, "folder");
	while (rc == HN_OK && (errno = 0, e = fts_read(f)) != NULL) {
		if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR || (e->fts_info == FTS_NS && e->fts_errno != ENOENT)) {
			errno = e->fts_errno;
			rc = HN_FAIL(err, HN_E_IO, 0, "folder");
		} else if (e->fts_info != FTS_NS) {
			rc = each(ctx, e);
		}
	}
	if (rc == HN_OK && errno != 0 && errno != ENOENT)
		rc = HN_FAIL(err, HN_E_IO, 0, "folder");

	const int why = errno;

	(void)fts_close(f);
	errno = why;
	return rc;
}

static bool
is_folder(const FTSENT *e)
{
	return e->fts_info == FTS_D || e->fts_info == FTS_DP || e->fts_info == FTS_DC || e->fts_info == FTS_DOT;
}

static enum hn_rc
note_file(void *ctx, const FTSENT *e)
{
	bool *is_empty = ctx;

	*is_empty = *is_empty && is_folder(e);
	return HN_OK;
}

enum hn_rc
restore_is_empty(const char *path, bool *out, struct hn_err *err)
{
	bool is_empty = true;
	const enum hn_rc rc = walk(path, note_file, &is_empty, err);

	if (rc == HN_OK)
		*out = is_empty;
	return rc;
}

static enum hn_rc
remove_one(void *ctx, const FTSENT *e)
{
	(void)ctx;
	if (e->fts_info == FTS_D)
		return HN_OK;
	return (is_folder(e) ? rmdir(e->fts_accpath) : unlink(e->fts_accpath)) == 0 ? HN_OK : HN_E_IO;
}

enum hn_rc
restore_remove(const char *path, struct hn_err *err)
{
	const enum hn_rc rc = walk(path, remove_one, NULL, err);

	return rc == HN_OK ? HN_OK : HN_FAIL(err, rc, 0, "remove");
}

static enum hn_rc
own_one(void *ctx, const FTSENT *e)
{
	const struct passwd *pw = ctx;

	return e->fts_info == FTS_D || lchown(e->fts_accpath, pw->pw_uid, pw->pw_gid) == 0 ? HN_OK : HN_E_IO;
}

enum hn_rc
restore_own(const char *path, const char *user, struct hn_err *err)
{
	struct passwd *pw;
	enum hn_rc rc;

	if (geteuid() != 0)
		return HN_OK;
	pw = getpwnam(user);
	if (pw == NULL)
		return HN_FAIL(err, HN_E_NOTFOUND, 0, "user");
	rc = walk(path, own_one, pw, err);
	return rc == HN_OK ? HN_OK : HN_FAIL(err, rc, 0, "chown");
}

enum hn_rc
restore_make_parents(const char *path, mode_t mode, struct hn_err *err)
{
	char folder[SITE_PATH_MAX];

	for (size_t i = 1; path[i] != '\0' && i < sizeof(folder); i++) {
		if (path[i] != '/')
			continue;
		(void)snprintf(folder, sizeof(folder), "%.*s", (int)i, path);
		if (mkdir(folder, mode) == 0) {
			if (chmod(folder, mode) != 0)
				return HN_FAIL(err, HN_E_IO, i, "folder");
		} else if (errno != EEXIST) {
			return HN_FAIL(err, HN_E_IO, i, "folder");
		}
	}
	return HN_OK;
}

static enum hn_rc
sync_folder_of(const char *path, struct hn_err *err)
{
	char folder[SITE_PATH_MAX];
	const char *slash = strrchr(path, '/');
	enum hn_rc rc;
	int fd;

	(void)snprintf(folder, sizeof(folder), "%.*s", slash == path ? 1 : (int)(slash - path), path);
	rc = hn_dir_open(folder, false, &fd, err);
	if (rc != HN_OK)
		return rc;
	if (hn_file_sync(fd) != 0)
		rc = HN_FAIL(err, HN_E_IO, 0, "sync");
	(void)close(fd);
	return rc;
}

enum hn_rc
restore_exchange(const char *from, const char *to, const char *aside, struct hn_err *err)
{
	bool ok;

	if (access(to, F_OK) != 0) {
		ok = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0;
	} else if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) == 0) {
		ok = rename(from, aside) == 0;
	} else {
		ok = errno == EINVAL && rename(to, aside) == 0;
		if (ok && rename(from, to) != 0) {
			const int why = errno;

			(void)!rename(aside, to);
			errno = why;
			ok = false;
		}
	}
	if (ok)
		return sync_folder_of(to, err);
	return HN_FAIL(err, errno == EBUSY || errno == EXDEV ? HN_E_UNSUPPORTED : HN_E_IO, 0, "mount point");
}
