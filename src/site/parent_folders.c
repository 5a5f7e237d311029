#include "site/parent_folders.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event/log.h"
#include "store/file.h"

/* The folder ${path}, made when it is missing, and the user's own.  A symbolic link in its place is refused. */
static enum hn_rc
make(const char *path, const struct passwd *pw, mode_t mode, struct hn_err *err)
{
	struct stat st;
	int fd;
	enum hn_rc rc = HN_OK;

	if (mkdir(path, mode) != 0 && errno != EEXIST)
		return HN_FAIL(err, HN_E_IO, 0, "mkdir");
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "open of a folder");
	if (pw != NULL && (fstat(fd, &st) != 0 || ((st.st_uid != pw->pw_uid || st.st_gid != pw->pw_gid) &&
	    fchown(fd, pw->pw_uid, pw->pw_gid) != 0)))
		rc = HN_FAIL(err, HN_E_IO, 0, "chown");
	close(fd);
	return rc;
}

enum hn_rc
site_folders_make(const struct site_config *c, char bad[SITE_PATH_MAX], struct hn_err *err)
{
	const struct passwd *pw = NULL;
	enum hn_rc rc;

	(void)snprintf(bad, SITE_PATH_MAX, "%s", c->data_dir.p);
	if (geteuid() == 0) {
		pw = getpwnam(c->user.p);
		if (pw == NULL)
			return HN_FAIL(err, HN_E_NOTFOUND, 0, "user");
	}
	rc = make(bad, pw, 0750, err);
	for (unsigned place = 0; rc == HN_OK && place < SITE_PLACES_OWN; place++) {
		if (!site_place_path(c, (enum site_place)place, bad))
			return HN_FAIL(err, HN_E_LIMIT, place, "data_dir");
		rc = make(bad, pw, 0700, err);
	}
	return rc;
}

static bool
is_same_folder(int a, int b)
{
	struct stat x, y;

	return a >= 0 && fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static enum hn_rc
lock(const struct site_config *c, int *lock_fd, struct hn_err *err)
{
	int fd;
	enum hn_rc rc = hn_dir_open(c->data_dir.p, false, &fd, err);

	if (rc != HN_OK)
		return rc;
	if (is_same_folder(*lock_fd, fd)) {
		close(fd);
		return HN_OK;
	}
	rc = hn_dir_lock(fd, err);
	if (rc != HN_OK) {
		close(fd);
		return rc;
	}
	if (*lock_fd >= 0)
		close(*lock_fd);
	*lock_fd = fd;
	return HN_OK;
}

enum hn_rc
site_folders_prepare(const struct site_config *c, int *lock_fd)
{
	char path[SITE_PATH_MAX];
	struct hn_err err = { 0 };
	enum hn_rc rc = site_folders_make(c, path, &err);

	if (rc == HN_E_NOTFOUND)
		hn_log(HN_LOG_ERROR, "user", "the system user \"%s\" does not exist; ./run and the Debian package "
		    "create it: useradd --system --no-create-home --shell /usr/sbin/nologin %s", c->user.p, c->user.p);
	else if (rc != HN_OK)
		hn_log(HN_LOG_ERROR, "data_dir", "%s: %s: %s", path, err.what, strerror(errno));
	if (rc != HN_OK)
		return rc;
	rc = lock(c, lock_fd, &err);
	if (rc != HN_OK)
		hn_log(HN_LOG_ERROR, "data_dir", "%s: %s", c->data_dir.p,
		    rc == HN_E_CONFLICT ? "another site runs there, or is being restored" : strerror(errno));
	return rc;
}
