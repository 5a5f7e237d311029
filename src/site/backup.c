#include "site/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/db.h"
#include "store/evidence_pieces.h"
#include "store/file.h"
#include "store/migrate.h"
#include "store/observable_dir.h"

#define PIECE_BYTES (1u << 20)
#define NAME_ROOM 16u	/* what a temporary name adds */

struct backup {
	const struct backup_job *job;
	struct backup_result *out;
	char folder[SITE_PATH_MAX], name[SITE_PATH_MAX];	/* of the output */
	char part[SITE_PATH_MAX + NAME_ROOM], copy[SITE_PATH_MAX + NAME_ROOM];	/* temporary names: the backup, the database */
	int dir;
	int fd;
	uint64_t at;		/* bytes written */
	struct hn_buf piece;
};

static enum hn_rc
fail_at(struct backup *b, const char *path, struct hn_err *err, struct hn_err why)
{
	(void)snprintf(b->out->at, sizeof(b->out->at), "%s", path);
	return hn_fail(err, why);
}

#define FAIL_AT(b, path, err, rc, what) fail_at((b), (path), (err), (struct hn_err){ (rc), 0, (what), __FILE__, __LINE__ })

static enum hn_rc
put(struct backup *b, struct hn_view v, struct hn_err *err)
{
	if (hn_file_write_all(b->fd, v, b->at) != 0)
		return FAIL_AT(b, b->job->output, err, HN_E_IO, "write");
	b->at += v.n;
	return HN_OK;
}

/* ${member}->size_bytes of ${fd}, hashed as they go. */
static enum hn_rc
put_bytes(struct backup *b, struct backup_member *member, int fd, struct hn_err *err)
{
	struct hn_sha256 *hash = hn_sha256_new();
	enum hn_rc rc = hash != NULL ? HN_OK : HN_FAIL(err, HN_E_NOMEM, 0, "hash");
	uint64_t done = 0;

	while (rc == HN_OK && done < member->size_bytes) {
		const uint64_t left = member->size_bytes - done;
		const ssize_t n = hn_file_read(fd, b->piece.p, left < PIECE_BYTES ? (size_t)left : PIECE_BYTES, done);

		if (n <= 0) {
			errno = n == 0 ? ESTALE : errno;
			rc = FAIL_AT(b, backup_kinds[member->kind].name, err, HN_E_IO, "read");
			break;
		}
		hn_sha256_put(hash, (struct hn_view){ b->piece.p, (size_t)n });
		rc = put(b, (struct hn_view){ b->piece.p, (size_t)n }, err);
		done += (uint64_t)n;
		if (rc == HN_OK && b->job->progress != NULL)
			b->job->progress(b->job->ctx, backup_kinds[member->kind].name, b->at);
	}
	if (hash != NULL)
		hn_sha256_end(hash, member->sha256);
	return rc;
}

static enum hn_rc
put_member(struct backup *b, struct backup_member member, int fd, struct hn_err *err)
{
	enum hn_rc rc = put_bytes(b, &member, fd, err);

	if (rc != HN_OK)
		return rc;
	rc = backup_manifest_add(&b->out->manifest, &member);
	return rc == HN_OK ? HN_OK : HN_FAIL(err, rc, b->out->manifest.n, "members");
}

/* The file ${path} as it is now; one that is not there is left out unless it is needed. */
static enum hn_rc
put_file(struct backup *b, struct backup_member member, const char *path, struct hn_err *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	enum hn_rc rc;

	if (fd < 0 && errno == ENOENT && !backup_kinds[member.kind].is_needed)
		return HN_OK;
	if (fd < 0)
		return FAIL_AT(b, path, err, HN_E_IO, "open");
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		rc = FAIL_AT(b, path, err, HN_E_IO, "no plain file");
	} else {
		member.size_bytes = (uint64_t)st.st_size;
		rc = put_member(b, member, fd, err);
	}
	(void)close(fd);
	return rc;
}

static enum hn_rc
take_int(void *ctx, const struct hn_row *row)
{
	*(int64_t *)ctx = hn_row_int(row, 0);
	return HN_OK;
}

/* What the manifest says of the copy: whatever the site commits meanwhile is not in it. */
static enum hn_rc
look_at_copy(const char *path, struct backup_manifest *m, struct hn_err *err)
{
	struct hn_db *db = NULL;
	int64_t offset = 0;
	enum hn_rc rc = hn_db_open(path, HN_DB_READ, &db, err);

	if (rc == HN_OK)
		rc = hn_db_check(db, err);
	if (rc == HN_OK)
		rc = hn_migrate_version(db, &m->schema, err);
	if (rc == HN_OK)
		rc = hn_audit_head(db, &m->audit, err);
	if (rc == HN_OK)
		rc = hn_db_ask(db, HN_SQL_PROGRESS_GET, NULL, 0, (struct hn_rows){ take_int, &offset }, err);
	if (rc == HN_OK)
		m->offset = (uint64_t)offset;
	hn_db_close(db);
	return rc;
}

/* The database as of one moment, by way of a temporary copy beside the backup. */
static enum hn_rc
put_database(struct backup *b, struct hn_err *err)
{
	const struct backup_member member = { .kind = BACKUP_DATABASE };
	char path[SITE_PATH_MAX], copy[2 * SITE_PATH_MAX + NAME_ROOM];
	struct hn_db *db = NULL;
	enum hn_rc rc;

	if (!backup_path(b->job->config, &member, path))
		return HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	if (access(path, F_OK) != 0)
		return FAIL_AT(b, path, err, errno == ENOENT ? HN_E_NOTFOUND : HN_E_IO, "database");
	(void)snprintf(copy, sizeof(copy), "%s/%s", b->folder, b->copy);
	(void)snprintf(b->out->at, sizeof(b->out->at), "%s", path);
	rc = hn_db_open(path, HN_DB_READ, &db, err);
	if (rc == HN_OK)
		rc = hn_db_backup(db, copy, err);
	hn_db_close(db);
	if (rc == HN_OK)
		rc = look_at_copy(copy, &b->out->manifest, err);
	return rc == HN_OK ? put_file(b, member, copy, err) : rc;
}

/* What is one file each, in the order of the kinds. */
static enum hn_rc
put_files(struct backup *b, struct hn_err *err)
{
	enum hn_rc rc = put_file(b, (struct backup_member){ .kind = BACKUP_CONFIG }, b->job->config_path, err);

	for (unsigned k = BACKUP_CONFIG + 1; rc == HN_OK && k <= BACKUP_SECRET; k++) {
		const struct backup_member member = { .kind = (enum backup_kind)k };
		char path[SITE_PATH_MAX];

		if (k == BACKUP_SECRET && !b->job->with_evidence)
			continue;
		if (backup_path(b->job->config, &member, path))
			rc = put_file(b, member, path, err);
	}
	return rc;
}

/* All days of one kind; those that are not there are left out: a merge has moved them on, and its end is taken later. */
static enum hn_rc
put_days(struct backup *b, const struct hn_days *days, enum backup_kind kind, struct hn_err *err)
{
	enum hn_rc rc = HN_OK;

	for (size_t i = 0; rc == HN_OK && i < days->n; i++) {
		const struct backup_member member = { .kind = kind, .number = (uint64_t)days->day[i] };
		char path[SITE_PATH_MAX];

		if (days->day[i] >= 0 && backup_path(b->job->config, &member, path))
			rc = put_file(b, member, path, err);
	}
	return rc;
}

static enum hn_rc
put_observables(struct backup *b, struct hn_err *err)
{
	char path[SITE_PATH_MAX];
	struct hn_days days = { 0 };
	int dir = -1;
	enum hn_rc rc;

	if (!site_place_path(b->job->config, SITE_PLACE_OBSERVABLES, path))
		return HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	rc = hn_dir_open(path, false, &dir, err);
	if (rc == HN_E_NOTFOUND)
		return HN_OK;
	if (rc == HN_OK)
		rc = hn_days_list(dir, &days, err);
	for (unsigned k = BACKUP_JOURNAL; rc == HN_OK && k <= BACKUP_DAY; k++)
		rc = put_days(b, &days, (enum backup_kind)k, err);
	hn_days_fini(&days);
	if (dir >= 0)
		(void)close(dir);
	return rc;
}

static enum hn_rc
put_piece(void *ctx, const struct hn_evidence_piece *p, struct hn_err *err)
{
	const struct backup_member member = { .kind = p->is_sealed ? BACKUP_SEGMENT : BACKUP_TAIL, .number = p->base,
		.size_bytes = p->size_bytes };

	return put_member(ctx, member, p->fd, err);
}

static enum hn_rc
put_evidence(struct backup *b, struct hn_err *err)
{
	struct backup_manifest *m = &b->out->manifest;
	struct hn_evidence_pieces pieces = { .take = put_piece, .ctx = b, .from = m->offset, .wants_all = b->job->with_evidence };
	char path[SITE_PATH_MAX];
	enum hn_rc rc;

	if (!site_place_path(b->job->config, SITE_PLACE_EVIDENCE, path))
		return HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	(void)snprintf(b->out->at, sizeof(b->out->at), "%s", path);
	rc = hn_evidence_pieces_walk(path, &pieces, err);
	if (rc == HN_E_NOTFOUND)
		return HN_OK;
	m->anchor = pieces.anchor;
	memcpy(m->evidence_head, pieces.head, sizeof(m->evidence_head));
	return rc;
}

/* What came later: one file each, as those above. */
static enum hn_rc
put_later_files(struct backup *b, struct hn_err *err)
{
	enum hn_rc rc = HN_OK;

	for (unsigned k = BACKUP_RULES; rc == HN_OK && k <= BACKUP_LEARNT; k++) {
		const struct backup_member member = { .kind = (enum backup_kind)k };
		char path[SITE_PATH_MAX];

		if (backup_path(b->job->config, &member, path))
			rc = put_file(b, member, path, err);
	}
	return rc;
}

static enum hn_rc
put_manifest(struct backup *b, struct hn_err *err)
{
	struct hn_buf m = HN_BUF(BACKUP_MANIFEST_MAX), seal = HN_BUF(BACKUP_SEAL_BYTES);
	enum hn_rc rc = HN_OK;

	backup_manifest_put(&m, &b->out->manifest);
	backup_seal_put(&seal, hn_buf_view(&m));
	if (m.failed || seal.failed)
		rc = HN_FAIL(err, HN_E_LIMIT, b->out->manifest.n, "manifest");
	if (rc == HN_OK)
		rc = put(b, hn_buf_view(&m), err);
	if (rc == HN_OK)
		rc = put(b, hn_buf_view(&seal), err);
	hn_buf_fini(&m);
	hn_buf_fini(&seal);
	return rc;
}

static enum hn_rc
put_all(struct backup *b, struct hn_err *err)
{
	enum hn_rc (*const steps[])(struct backup *b, struct hn_err *err) = {
		put_database, put_files, b->job->with_evidence ? put_observables : NULL, put_evidence, put_later_files,
		put_manifest,
	};
	enum hn_rc rc = put(b, BACKUP_MAGIC, err);

	for (size_t i = 0; rc == HN_OK && i < HN_COUNT(steps); i++)
		if (steps[i] != NULL)
			rc = steps[i](b, err);
	return rc;
}

/* The output's folder and name; the names of the temporary files are fixed, so that the next run finds what a kill left. */
static enum hn_rc
take_names(struct backup *b, struct hn_err *err)
{
	const char *output = b->job->output, *slash = strrchr(output, '/');
	const int n = slash == NULL ? 1 : slash == output ? 1 : (int)(slash - output);

	if (strlen(output) >= sizeof(b->name))
		return FAIL_AT(b, output, err, HN_E_LIMIT, "path");
	(void)snprintf(b->folder, sizeof(b->folder), "%.*s", n, slash == NULL ? "." : output);
	(void)snprintf(b->name, sizeof(b->name), "%s", slash == NULL ? output : slash + 1);
	(void)snprintf(b->part, sizeof(b->part), "%s.part", b->name);
	(void)snprintf(b->copy, sizeof(b->copy), "%s.db.part", b->name);
	return b->name[0] != '\0' ? HN_OK : FAIL_AT(b, output, err, HN_E_CONFLICT, "a folder");
}

/* Nothing is replaced but an older backup. */
static enum hn_rc
look_at_old(struct backup *b, struct hn_err *err)
{
	char magic[BACKUP_MAGIC_BYTES];
	const int fd = hn_file_open(b->dir, b->name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	ssize_t n;

	if (fd < 0 && errno == ENOENT)
		return HN_OK;
	n = fd >= 0 ? hn_file_read(fd, magic, sizeof(magic), 0) : -1;
	if (fd >= 0)
		(void)close(fd);
	if (n == (ssize_t)sizeof(magic) && hn_view_eq((struct hn_view){ magic, sizeof(magic) }, BACKUP_MAGIC))
		return HN_OK;
	return FAIL_AT(b, b->job->output, err, HN_E_CONFLICT, "another file");
}

static void
sweep(const struct backup *b)
{
	static const char *const suffixes[] = { "", "-journal", "-wal", "-shm" };	/* what SQLite has beside it */
	const int why = errno;

	(void)!hn_file_unlink(b->dir, b->part);
	for (size_t i = 0; i < HN_COUNT(suffixes); i++) {
		char name[sizeof(b->copy) + NAME_ROOM];

		(void)snprintf(name, sizeof(name), "%s%s", b->copy, suffixes[i]);
		(void)!hn_file_unlink(b->dir, name);
	}
	errno = why;
}

static enum hn_rc
open_output(struct backup *b, struct hn_err *err)
{
	enum hn_rc rc = take_names(b, err);
	int copy;

	if (rc == HN_OK) {
		(void)snprintf(b->out->at, sizeof(b->out->at), "%s", b->folder);
		rc = hn_dir_open(b->folder, false, &b->dir, err) == HN_OK ? HN_OK : HN_FAIL(err, HN_E_IO, 0, "folder");
	}
	if (rc == HN_OK)
		rc = look_at_old(b, err);
	if (rc != HN_OK)
		return rc;
	sweep(b);
	b->fd = hn_file_open(b->dir, b->part, O_RDWR | O_CREAT | O_EXCL);
	copy = hn_file_open(b->dir, b->copy, O_RDWR | O_CREAT | O_EXCL);
	if (copy >= 0)
		(void)close(copy);
	return b->fd >= 0 && copy >= 0 ? HN_OK : FAIL_AT(b, b->job->output, err, HN_E_IO, "create");
}

static enum hn_rc
put_in_place(struct backup *b, struct hn_err *err)
{
	if (fchmod(b->fd, 0600) != 0 || hn_file_sync(b->fd) != 0 || hn_file_rename(b->dir, b->part, b->name) != 0 ||
	    hn_file_sync(b->dir) != 0)
		return FAIL_AT(b, b->job->output, err, HN_E_IO, "put in place");
	b->out->file_bytes = b->at;
	return HN_OK;
}

enum hn_rc
backup_make(const struct backup_job *job, struct backup_result *out, struct hn_err *err)
{
	struct backup *b = hn_alloc(1, sizeof(*b));
	const mode_t before = umask(BACKUP_UMASK);
	enum hn_rc rc = HN_E_NOMEM;

	*out = (struct backup_result){ .manifest = { .made_ms = hn_clock_ms(), .program = hn_view_of(HINOMI_VERSION),
		.site = job->config->name, .has_evidence = job->with_evidence } };
	if (b != NULL) {
		*b = (struct backup){ .job = job, .out = out, .dir = -1, .fd = -1, .piece = HN_BUF(PIECE_BYTES) };
		rc = hn_buf_room(&b->piece, PIECE_BYTES) != NULL ? open_output(b, err) : HN_FAIL(err, HN_E_NOMEM, 0, "piece");
	}
	if (rc == HN_OK)
		rc = put_all(b, err);
	if (rc == HN_OK)
		rc = put_in_place(b, err);
	if (rc != HN_OK)
		backup_manifest_fini(&out->manifest);
	if (b != NULL && b->fd >= 0) {
		(void)close(b->fd);
		sweep(b);
	}
	if (b != NULL && b->dir >= 0)
		(void)close(b->dir);
	if (b != NULL)
		hn_buf_fini(&b->piece);
	hn_free(b);
	(void)umask(before);
	return rc;
}
