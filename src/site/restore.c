#include "site/restore.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/load.h"
#include "base/mem.h"
#include "site/backup.h"
#include "site/backup_file.h"
#include "site/restore_place.h"
#include "store/audit.h"
#include "store/db.h"
#include "store/file.h"

#define STAGE_SUFFIX ".restoring"
#define UNFINISHED ".unfinished"	/* in the stage until all has been checked: what has it may be deleted */
#define ASIDE_TRIES 100
#define OUTSIDE_MAX 8u	/* members that lie outside of data_dir: configuration, lists, certificate and key */
#define PATH_ROOM (SITE_PATH_MAX + 64u)

/* A file outside of data_dir: it waits beside its place until all has been checked. */
struct outside {
	enum backup_kind kind;
	char path[SITE_PATH_MAX];
	char part[PATH_ROOM];
};

struct restore {
	const struct restore_job *job;
	struct restore_result *out;
	struct backup_file file;
	struct hn_buf text;		/* of the configuration */
	struct site_config config;
	struct site_config staged;	/* the same with data_dir = stage */
	char stage[SITE_PATH_MAX];
	char suffix[64];		/* of what is moved aside */
	int lock[3];
	struct outside outside[OUTSIDE_MAX];
	size_t n_outside;
	bool has_config;		/* there was one before */
	bool is_staged;
	int fd;				/* being written */
	size_t member;
	uint64_t done;
	uint64_t offset;		/* core's place in the evidence log */
};

static enum hn_rc
fail_at(struct restore *r, const char *path, struct hn_err *err, struct hn_err why)
{
	(void)snprintf(r->out->at, sizeof(r->out->at), "%.1000s", path);
	return hn_fail(err, why);
}

#define FAIL_AT(r, path, err, rc, what) fail_at((r), (path), (err), (struct hn_err){ (rc), 0, (what), __FILE__, __LINE__ })

static const struct backup_member *
member_of(const struct restore *r, enum backup_kind kind)
{
	const struct backup_manifest *m = &r->file.manifest;

	for (size_t i = 0; i < m->n; i++)
		if (m->member[i].kind == kind)
			return &m->member[i];
	return NULL;
}

static enum hn_rc
open_backup(struct restore *r, struct hn_err *err)
{
	enum hn_rc rc;

	(void)snprintf(r->out->at, sizeof(r->out->at), "%s", r->job->backup);
	rc = backup_file_open(r->job->backup, &r->file, err);
	if (rc != HN_OK)
		return rc;
	if (r->file.manifest.schema > (int64_t)HN_MIGRATIONS)
		return HN_FAIL(err, HN_E_UNSUPPORTED, (size_t)r->file.manifest.schema, "schema");
	return HN_OK;
}

static enum hn_rc
take_text(void *ctx, struct hn_view v, uint64_t at, struct hn_err *err)
{
	struct restore *r = ctx;

	(void)at;
	hn_buf_put(&r->text, v);
	return r->text.failed ? HN_FAIL(err, HN_E_LIMIT, 0, "configuration") : HN_OK;
}

/* The configuration that is there, else the saved one. */
static enum hn_rc
take_config(struct restore *r, struct hn_err *err)
{
	struct site_fault fault = { 0 };
	enum hn_rc rc;

	r->has_config = access(r->job->config_path, F_OK) == 0;
	if (r->has_config) {
		(void)snprintf(r->out->at, sizeof(r->out->at), "%s", r->job->config_path);
		rc = hn_load_file(r->job->config_path, &r->text, err);
	} else {
		const size_t i = (size_t)(member_of(r, BACKUP_CONFIG) - r->file.manifest.member);

		rc = backup_file_member(&r->file, i, (struct backup_taker){ take_text, r }, err);
	}
	if (rc != HN_OK)
		return rc;
	rc = site_config_parse(hn_buf_view(&r->text), &r->config, &fault);
	if (rc != HN_OK) {
		(void)snprintf(r->out->fault, sizeof(r->out->fault), "%zu: %.230s", fault.line, fault.text);
		return FAIL_AT(r, r->job->config_path, err, rc, "configuration");
	}
	while (r->config.data_dir.n > 1 && r->config.data_dir.p[r->config.data_dir.n - 1] == '/')
		r->config.data_dir.n--;
	(void)snprintf(r->out->data_dir, sizeof(r->out->data_dir), "%.*s", (int)r->config.data_dir.n, r->config.data_dir.p);
	r->config.data_dir = hn_view_of(r->out->data_dir);
	(void)snprintf(r->stage, sizeof(r->stage), "%.900s" STAGE_SUFFIX, r->out->data_dir);
	r->staged = r->config;
	r->staged.data_dir = hn_view_of(r->stage);
	return HN_OK;
}

/* The parent holds data_dir as long as it lives, intake and core their folders. */
static enum hn_rc
lock_all(struct restore *r, struct hn_err *err)
{
	char path[3][SITE_PATH_MAX];

	(void)snprintf(path[0], SITE_PATH_MAX, "%s", r->config.data_dir.p);
	if (!site_place_path(&r->config, SITE_PLACE_EVIDENCE, path[1]) ||
	    !site_place_path(&r->config, SITE_PLACE_OBSERVABLES, path[2]))
		return HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	for (size_t i = 0; i < HN_COUNT(r->lock); i++) {
		enum hn_rc rc = hn_dir_open(path[i], false, &r->lock[i], err);

		if (rc == HN_E_NOTFOUND)
			continue;
		if (rc == HN_OK)
			rc = hn_dir_lock(r->lock[i], err);
		if (rc != HN_OK)
			return FAIL_AT(r, path[0], err, rc == HN_E_CONFLICT ? HN_E_AGAIN : rc, "lock");
	}
	return HN_OK;
}

static enum hn_rc
look_at_site(struct restore *r, struct hn_err *err)
{
	bool is_empty = true;
	enum hn_rc rc = access(r->out->data_dir, F_OK) == 0 ? restore_is_empty(r->out->data_dir, &is_empty, err) : HN_OK;

	if (rc != HN_OK || (!is_empty && !r->job->force))
		return FAIL_AT(r, r->out->data_dir, err, rc != HN_OK ? rc : HN_E_CONFLICT, "data_dir");
	for (int64_t i = 0; i == 0 || (i < ASIDE_TRIES && access(r->out->aside, F_OK) == 0); i++) {
		char stamp[BACKUP_STAMP];

		backup_stamp(stamp, hn_clock_ms() + i * 1000);
		(void)snprintf(r->suffix, sizeof(r->suffix), ".before-restore-%s", stamp);
		(void)snprintf(r->out->aside, sizeof(r->out->aside), "%.900s%s", r->out->data_dir, r->suffix);
	}
	if (access(r->out->data_dir, F_OK) != 0)
		r->out->aside[0] = '\0';
	return HN_OK;
}

static enum hn_rc
hash_into(void *ctx, const char *path, uint8_t out[HN_SHA256_BYTES])
{
	struct hn_buf *piece = ctx;
	struct hn_sha256 *hash = hn_sha256_new();
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t at = 0;
	ssize_t n = 1;

	while (hash != NULL && fd >= 0 && n > 0) {
		n = hn_file_read(fd, piece->p, piece->size, at);
		hn_sha256_put(hash, (struct hn_view){ piece->p, n > 0 ? (size_t)n : 0 });
		at += n > 0 ? (uint64_t)n : 0;
	}
	if (hash != NULL)
		hn_sha256_end(hash, out);
	if (fd >= 0)
		(void)close(fd);
	return fd >= 0 && n == 0 ? HN_OK : HN_E_IO;
}

/* Whether ${path} holds what was saved already. */
static bool
is_same(const struct backup_member *m, const char *path)
{
	struct hn_buf piece = HN_BUF(65536);
	uint8_t hash[HN_SHA256_BYTES];
	bool same = false;

	if (hn_buf_room(&piece, 65536) != NULL && hash_into(&piece, path, hash) == HN_OK)
		same = memcmp(hash, m->sha256, sizeof(hash)) == 0;
	hn_buf_fini(&piece);
	return same;
}

/* Where member ${m} is written now; *outside: to be moved later, NULL: below the stage.  HN_SKIP: it need not be. */
static enum hn_rc
target_of(struct restore *r, const struct backup_member *m, char path[PATH_ROOM], struct hn_err *err)
{
	const struct hn_view data = r->config.data_dir, stage = r->staged.data_dir;
	struct outside *o = &r->outside[r->n_outside];
	char plain[SITE_PATH_MAX];
	struct hn_view v;

	if (m->kind == BACKUP_CONFIG)
		(void)snprintf(plain, sizeof(plain), "%s%s", r->job->config_path, r->has_config ? ".saved" : "");
	else if (!backup_path(&r->staged, m, plain))
		return HN_SKIP;
	v = hn_view_of(plain);
	if (hn_view_starts(v, stage) && plain[stage.n] == '/') {
		(void)snprintf(path, PATH_ROOM, "%s", plain);
		return HN_OK;
	}
	if (hn_view_starts(v, data) && plain[data.n] == '/') {
		(void)snprintf(path, PATH_ROOM, "%s%s", r->stage, plain + data.n);
		return restore_make_parents(path, 0700, err);
	}
	if (is_same(m, m->kind == BACKUP_CONFIG ? r->job->config_path : plain))
		return HN_SKIP;
	if (m->kind != BACKUP_CONFIG && access(plain, F_OK) == 0 && !r->job->force)
		return FAIL_AT(r, plain, err, HN_E_CONFLICT, "file");
	assert(r->n_outside < OUTSIDE_MAX);
	o->kind = m->kind;
	(void)snprintf(o->path, sizeof(o->path), "%s", plain);
	(void)snprintf(o->part, sizeof(o->part), "%s" STAGE_SUFFIX, plain);
	(void)snprintf(path, PATH_ROOM, "%s", o->part);
	r->n_outside++;
	(void)unlink(path);
	return restore_make_parents(path, 0755, err);
}

static enum hn_rc
take_bytes(void *ctx, struct hn_view v, uint64_t at, struct hn_err *err)
{
	struct restore *r = ctx;

	if (hn_file_write_all(r->fd, v, at) != 0)
		return FAIL_AT(r, r->out->data_dir, err, HN_E_IO, "write");
	r->done += v.n;
	if (r->job->progress != NULL)
		r->job->progress(r->job->ctx, backup_kinds[r->file.manifest.member[r->member].kind].name, r->done,
		    r->file.manifest.bytes);
	return HN_OK;
}

static enum hn_rc
extract(struct restore *r, size_t i, struct hn_err *err)
{
	const struct backup_member *m = &r->file.manifest.member[i];
	char path[PATH_ROOM];
	enum hn_rc rc = target_of(r, m, path, err);

	/* What need not be written is read all the same: nothing is put in place from a damaged file. */
	r->member = i;
	r->fd = rc == HN_SKIP ? open("/dev/null", O_WRONLY | O_CLOEXEC) :
	    rc == HN_OK ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
	if (rc < 0)
		return rc;
	if (r->fd < 0)
		return FAIL_AT(r, path, err, HN_E_IO, "create");
	rc = backup_file_member(&r->file, i, (struct backup_taker){ take_bytes, r }, err);
	if (rc == HN_E_CORRUPT)
		(void)snprintf(r->out->at, sizeof(r->out->at), "%s", backup_kinds[m->kind].name);
	if (close(r->fd) != 0 && rc == HN_OK)
		rc = FAIL_AT(r, path, err, HN_E_IO, "close");
	return rc;
}

static void
mark_path(const struct restore *r, char out[PATH_ROOM])
{
	(void)snprintf(out, PATH_ROOM, "%s/" UNFINISHED, r->stage);
}

/*
 * Delete the stage, ours or what a killed restore left.  One without the mark is not deleted: that restore may have been
 * killed when the site before had just come to lie there.
 */
static enum hn_rc
remove_stage(const struct restore *r, struct hn_err *err)
{
	char mark[PATH_ROOM];

	mark_path(r, mark);
	if (access(r->stage, F_OK) != 0)
		return HN_OK;
	return access(mark, F_OK) == 0 ? restore_remove(r->stage, err) : HN_FAIL(err, HN_E_CONFLICT, 0, "left over");
}

static enum hn_rc
make_stage(struct restore *r, struct hn_err *err)
{
	char mark[PATH_ROOM];
	enum hn_rc rc = remove_stage(r, err);
	int fd;

	if (rc == HN_OK)
		rc = restore_make_parents(r->stage, 0755, err);
	if (rc == HN_OK && mkdir(r->stage, 0700) != 0)
		rc = HN_FAIL(err, HN_E_IO, 0, "folder");
	if (rc != HN_OK)
		return rc;
	mark_path(r, mark);
	fd = open(mark, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "folder");
	(void)close(fd);
	return HN_OK;
}

static enum hn_rc
stage_all(struct restore *r, struct hn_err *err)
{
	char path[SITE_PATH_MAX];
	enum hn_rc rc = make_stage(r, err);

	(void)snprintf(r->out->at, sizeof(r->out->at), "%s", r->stage);
	r->is_staged = rc == HN_OK;
	for (unsigned place = 0; rc == HN_OK && place < SITE_PLACES_OWN; place++)
		if (!site_place_path(&r->staged, (enum site_place)place, path) || mkdir(path, 0700) != 0)
			rc = FAIL_AT(r, path, err, HN_E_IO, "folder");
	for (size_t i = 0; rc == HN_OK && i < r->file.manifest.n; i++)
		rc = extract(r, i, err);
	return rc;
}

static enum hn_rc
take_offset(void *ctx, const struct hn_row *row)
{
	*(uint64_t *)ctx = (uint64_t)hn_row_int(row, 0);
	return HN_OK;
}

/* Bring it to our schema; its pages and its chain are whole, and the chain ends as the manifest says. */
static enum hn_rc
check_database(struct restore *r, struct hn_err *err)
{
	const struct backup_member m = { .kind = BACKUP_DATABASE };
	const struct hn_audit_head *head = &r->file.manifest.audit;
	struct hn_audit_verdict v = { 0 };
	char path[SITE_PATH_MAX];
	struct hn_db *db = NULL;
	enum hn_rc rc;

	if (!backup_path(&r->staged, &m, path))
		return HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	(void)snprintf(r->out->at, sizeof(r->out->at), "%s", backup_kinds[BACKUP_DATABASE].name);
	rc = hn_db_open(path, HN_DB_WRITE, &db, err);
	if (rc == HN_OK)
		rc = hn_db_check(db, err);
	if (rc == HN_OK)
		rc = hn_audit_verify(db, head->seq > 0 ? head : NULL, &v, err);
	if (rc == HN_OK)
		rc = hn_db_ask(db, HN_SQL_PROGRESS_GET, NULL, 0, (struct hn_rows){ take_offset, &r->offset }, err);
	hn_db_close(db);
	if (rc == HN_OK && (!v.is_whole || v.head.seq != head->seq))
		rc = HN_FAIL(err, HN_E_CORRUPT, (size_t)v.seq, "audit chain");
	return rc;
}

static enum hn_rc
check_evidence(struct restore *r, struct hn_err *err)
{
	const struct backup_manifest *m = &r->file.manifest;
	struct hn_evidence_verdict v;
	char path[SITE_PATH_MAX];
	int dir = -1;
	enum hn_rc rc = HN_OK;

	if (!site_place_path(&r->staged, SITE_PLACE_EVIDENCE, path))
		return HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	(void)snprintf(r->out->at, sizeof(r->out->at), "%s", backup_kinds[BACKUP_SEGMENT].name);
	if (m->anchor.base > 0) {
		rc = hn_dir_open(path, false, &dir, err);
		if (rc == HN_OK)
			rc = hn_evidence_anchor_write(dir, &m->anchor, err);
		if (dir >= 0)
			(void)close(dir);
	}
	if (rc == HN_OK)
		rc = hn_evidence_verify(path, &v, err);
	if (rc != HN_OK)
		return rc;
	/* Core's place in the log must be in it; otherwise intake and core would never agree. */
	if (!v.is_whole || memcmp(v.head, m->evidence_head, sizeof(v.head)) != 0 || m->anchor.base + v.bytes < r->offset)
		return HN_FAIL(err, HN_E_CORRUPT, 0, "evidence chain");
	return HN_OK;
}

static mode_t
mode_of(enum backup_kind kind)
{
	return kind == BACKUP_KEY || kind == BACKUP_CONFIG ? 0600 : 0644;	/* lists are read by the site's user */
}

static enum hn_rc
settle(struct restore *r, struct hn_err *err)
{
	enum hn_rc rc = restore_own(r->stage, r->config.user.p, err);
	int fd;

	(void)snprintf(r->out->at, sizeof(r->out->at), "%s", rc == HN_E_NOTFOUND ? r->config.user.p : r->stage);
	if (rc != HN_OK)
		return rc;
	for (size_t i = 0; i < r->n_outside; i++) {
		fd = open(r->outside[i].part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 || fchmod(fd, mode_of(r->outside[i].kind)) != 0 || fsync(fd) != 0)
			rc = FAIL_AT(r, r->outside[i].part, err, HN_E_IO, "sync");
		if (fd >= 0)
			(void)close(fd);
	}
	fd = open(r->stage, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (rc == HN_OK && (fd < 0 || fchmod(fd, 0750) != 0 || syncfs(fd) != 0 || unlinkat(fd, UNFINISHED, 0) != 0 ||
	    fsync(fd) != 0))
		rc = FAIL_AT(r, r->stage, err, HN_E_IO, "sync");
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

static enum hn_rc
put_outside(struct restore *r, const struct outside *o, struct hn_err *err)
{
	char aside[PATH_ROOM];

	(void)snprintf(aside, sizeof(aside), "%s%s", o->path, r->suffix);
	if (o->kind != BACKUP_CONFIG && access(o->path, F_OK) == 0 && rename(o->path, aside) != 0)
		return FAIL_AT(r, o->path, err, HN_E_IO, "rename");
	if (rename(o->part, o->path) != 0)
		return FAIL_AT(r, o->path, err, HN_E_IO, "rename");
	if (o->kind == BACKUP_CONFIG)
		(void)snprintf(r->out->config, sizeof(r->out->config), "%s", o->path);
	return HN_OK;
}

static enum hn_rc
put_in_place(struct restore *r, struct hn_err *err)
{
	bool was_empty = true;
	struct stat ours = { 0 }, now = { 0 };
	const bool is_known = stat(r->stage, &ours) == 0;
	enum hn_rc rc = restore_exchange(r->stage, r->out->data_dir, r->out->aside, err);

	if (rc != HN_OK) {
		const int why = errno;

		/* A mount point, say: what lies there is still what we made. */
		if (is_known && stat(r->stage, &now) == 0 && now.st_ino == ours.st_ino && now.st_dev == ours.st_dev)
			(void)!restore_remove(r->stage, NULL);
		errno = why;
		return FAIL_AT(r, r->out->data_dir, err, rc, "put in place");
	}
	for (size_t i = 0; rc == HN_OK && i < r->n_outside; i++)
		rc = put_outside(r, &r->outside[i], err);
	if (rc == HN_OK && r->out->aside[0] != '\0' && restore_is_empty(r->out->aside, &was_empty, NULL) == HN_OK &&
	    was_empty && restore_remove(r->out->aside, NULL) == HN_OK)
		r->out->aside[0] = '\0';
	return rc;
}

static void
end(struct restore *r, enum hn_rc rc)
{
	const int why = errno;

	for (size_t i = 0; i < HN_COUNT(r->lock); i++)
		if (r->lock[i] >= 0)
			(void)close(r->lock[i]);
	for (size_t i = 0; rc != HN_OK && i < r->n_outside; i++)
		(void)unlink(r->outside[i].part);
	if (r->is_staged)
		(void)!remove_stage(r, NULL);
	if (r->config.data_dir.p != NULL)
		site_config_fini(&r->config);
	hn_buf_fini(&r->text);
	/* The manifest goes on living in the result. */
	r->out->manifest = r->file.manifest;
	r->out->bytes = r->file.bytes;
	if (r->file.fd >= 0)
		(void)close(r->file.fd);
	hn_free(r);
	errno = why;
}

void
restore_result_fini(struct restore_result *r)
{
	backup_manifest_fini(&r->manifest);
	hn_buf_fini(&r->bytes);
}

enum hn_rc
restore_site(const struct restore_job *job, struct restore_result *out, struct hn_err *err)
{
	static enum hn_rc (*const steps[])(struct restore *r, struct hn_err *err) = {
		open_backup, take_config, lock_all, look_at_site, stage_all, check_database, check_evidence, settle, put_in_place,
	};
	struct restore *r = hn_alloc(1, sizeof(*r));
	const mode_t before = umask(BACKUP_UMASK);
	enum hn_rc rc = HN_OK;

	*out = (struct restore_result){ 0 };
	if (r == NULL)
		rc = HN_FAIL(err, HN_E_NOMEM, 0, "restore");
	if (rc == HN_OK) {
		r->job = job;
		r->out = out;
		r->file.fd = -1;
		r->lock[0] = r->lock[1] = r->lock[2] = -1;
		r->text = HN_BUF(SITE_CONFIG_MAX + 1);
	}
	for (size_t i = 0; rc == HN_OK && i < HN_COUNT(steps); i++)
		rc = steps[i](r, err);
	if (r != NULL)
		end(r, rc);
	(void)umask(before);
	return rc;
}
