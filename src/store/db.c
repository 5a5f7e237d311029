#include "store/db.h"

#include <assert.h>
#include <errno.h>

#include "base/mem.h"
#include "store/db_handle.h"
#include "store/migrate.h"
#include "store/sql_table.h"

#define BACKUP_ALL (-1)	/* pages in one step: between two steps a busy writer would make it begin anew, for ever */

struct hn_row {
	sqlite3_stmt *stmt;
};

enum hn_rc
hn_db_fail(const struct hn_db *db, int answer, const char *what, struct hn_err *err)
{
	static const struct {
		int answer;
		enum hn_rc rc;
	} rows[] = {
		{ SQLITE_NOMEM, HN_E_NOMEM }, { SQLITE_BUSY, HN_E_AGAIN }, { SQLITE_LOCKED, HN_E_AGAIN },
		{ SQLITE_CORRUPT, HN_E_CORRUPT }, { SQLITE_NOTADB, HN_E_CORRUPT }, { SQLITE_CONSTRAINT, HN_E_CONFLICT },
		{ SQLITE_READONLY, HN_E_DENIED }, { SQLITE_PERM, HN_E_DENIED }, { SQLITE_AUTH, HN_E_DENIED },
		{ SQLITE_TOOBIG, HN_E_LIMIT }, { SQLITE_MISMATCH, HN_E_SYNTAX }, { SQLITE_CANTOPEN, HN_E_IO },
	};
	const int plain = answer & 0xff;

	/* SQLite keeps the errno of a failed call to itself; a full disk must be told from a broken one. */
	if (plain == SQLITE_FULL)
		errno = ENOSPC;
	else if (plain == SQLITE_IOERR || plain == SQLITE_CANTOPEN)
		errno = db->handle != NULL && sqlite3_system_errno(db->handle) != 0 ? sqlite3_system_errno(db->handle) : EIO;
	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (rows[i].answer == plain)
			return HN_FAIL(err, rows[i].rc, 0, what);
	return HN_FAIL(err, HN_E_IO, 0, what);
}

enum hn_rc
hn_db_exec(struct hn_db *db, const char *text, const char *what, struct hn_err *err)
{
	const int answer = sqlite3_exec(db->handle, text, NULL, NULL, NULL);

	return answer == SQLITE_OK ? HN_OK : hn_db_fail(db, answer, what, err);
}

enum hn_rc
hn_db_number(struct hn_db *db, const char *text, int64_t *out, struct hn_err *err)
{
	sqlite3_stmt *stmt = NULL;
	int answer = sqlite3_prepare_v2(db->handle, text, -1, &stmt, NULL);

	if (answer == SQLITE_OK)
		answer = sqlite3_step(stmt);
	if (answer == SQLITE_ROW)
		*out = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return answer == SQLITE_ROW ? HN_OK : hn_db_fail(db, answer, "pragma", err);
}

static enum hn_rc
set_up(struct hn_db *db, enum hn_db_mode mode, struct hn_err *err)
{
	static const char both[] = "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
	    "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;";
	static const char writer[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;"
	    "PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 16777216;";
	int64_t version = 0;
	enum hn_rc rc;

	(void)sqlite3_busy_timeout(db->handle, HN_DB_BUSY_MS);
	(void)sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, (int)HN_DB_VALUE_MAX);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	rc = hn_db_exec(db, both, "open", err);
	if (rc == HN_OK && mode == HN_DB_WRITE)
		rc = hn_db_exec(db, writer, "open", err);
	if (rc == HN_OK && mode == HN_DB_WRITE)
		return hn_migrate(db, err);
	if (rc == HN_OK)
		rc = hn_migrate_version(db, &version, err);
	if (rc == HN_OK && version != (int64_t)HN_MIGRATIONS)
		rc = HN_FAIL(err, version > (int64_t)HN_MIGRATIONS ? HN_E_UNSUPPORTED : HN_E_AGAIN, (size_t)version, "schema");
	return rc;
}

enum hn_rc
hn_db_open(const char *path, enum hn_db_mode mode, struct hn_db **out, struct hn_err *err)
{
	const int flags = mode == HN_DB_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	struct hn_db *db = hn_alloc(1, sizeof(*db));
	enum hn_rc rc = HN_OK;
	int answer;

	if (db == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "open");
	answer = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	rc = answer == SQLITE_OK ? set_up(db, mode, err) : hn_db_fail(db, answer, "open", err);
	if (rc == HN_OK)
		*out = db;
	else
		hn_db_close(db);
	return rc;
}

void
hn_db_close(struct hn_db *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < HN_SQL_COUNT; i++)
		(void)sqlite3_finalize(db->stmt[i]);

	const int answer = sqlite3_close(db->handle);

	assert(answer == SQLITE_OK);	/* a statement or backup of ours was left open */
	(void)answer;
	hn_free(db);
}

/* The pointer to the question goes round through SQLite as that of a pointer to it: a function's own is no void *. */
struct taught {
	hn_db_question *question;
};

static void
answer_question(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	const struct taught *t = sqlite3_user_data(ctx);
	struct hn_view texts[HN_DB_ASKED_MAX];

	assert(n <= HN_DB_ASKED_MAX);
	for (int i = 0; i < n; i++) {
		const void *p = sqlite3_value_text(values[i]);

		texts[i] = p != NULL ? (struct hn_view){ p, (size_t)sqlite3_value_bytes(values[i]) } : HN_LIT("");
	}
	sqlite3_result_int(ctx, t->question(texts) ? 1 : 0);
}

enum hn_rc
hn_db_teach(struct hn_db *db, const char *name, int n, hn_db_question *question, struct hn_err *err)
{
	struct taught *t = hn_alloc(1, sizeof(*t));
	int answer;

	assert(n <= HN_DB_ASKED_MAX);
	if (t == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "teach");
	t->question = question;
	answer = sqlite3_create_function_v2(db->handle, name, n, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, t,
	    answer_question, NULL, NULL, hn_free);
	return answer == SQLITE_OK ? HN_OK : hn_db_fail(db, answer, "teach", err);
}

int64_t
hn_row_int(const struct hn_row *row, int column)
{
	return sqlite3_column_int64(row->stmt, column);
}

double
hn_row_real(const struct hn_row *row, int column)
{
	return sqlite3_column_double(row->stmt, column);
}

struct hn_view
hn_row_text(const struct hn_row *row, int column)
{
	const void *p = sqlite3_column_blob(row->stmt, column);
	const int n = sqlite3_column_bytes(row->stmt, column);

	return p != NULL && n > 0 ? (struct hn_view){ p, (size_t)n } : (struct hn_view){ "", 0 };
}

static int
bind_one(sqlite3_stmt *stmt, int at, const struct hn_value *v)
{
	const char *p = v->v.n > 0 ? v->v.p : "";

	switch (v->type) {
	case HN_VALUE_INT:
		return sqlite3_bind_int64(stmt, at, v->i);
	case HN_VALUE_REAL:
		return sqlite3_bind_double(stmt, at, v->r);
	case HN_VALUE_TEXT:
		return sqlite3_bind_text64(stmt, at, p, v->v.n, SQLITE_STATIC, SQLITE_UTF8);
	case HN_VALUE_BLOB:
		return sqlite3_bind_blob64(stmt, at, p, v->v.n, SQLITE_STATIC);
	case HN_VALUE_NULL:
		break;
	}
	return sqlite3_bind_null(stmt, at);
}

static int
prepare(struct hn_db *db, enum hn_sql sql, const struct hn_value *values, size_t n)
{
	int answer = SQLITE_OK;

	if (db->stmt[sql] == NULL)
		answer = sqlite3_prepare_v3(db->handle, hn_sql_text[sql].text, -1, SQLITE_PREPARE_PERSISTENT, &db->stmt[sql],
		    NULL);
	assert(answer != SQLITE_OK || n == (size_t)sqlite3_bind_parameter_count(db->stmt[sql]));
	for (size_t i = 0; answer == SQLITE_OK && i < n; i++)
		answer = bind_one(db->stmt[sql], (int)i + 1, &values[i]);
	return answer;
}

enum hn_rc
hn_db_ask(struct hn_db *db, enum hn_sql sql, const struct hn_value *values, size_t n, struct hn_rows rows,
    struct hn_err *err)
{
	enum hn_rc rc = HN_OK;
	int answer;

	assert(db != NULL && sql < HN_SQL_COUNT && n <= HN_DB_BINDS_MAX);
	answer = prepare(db, sql, values, n);
	if (answer == SQLITE_OK) {
		const struct hn_row row = { db->stmt[sql] };

		while (rc == HN_OK && (answer = sqlite3_step(row.stmt)) == SQLITE_ROW)
			if (rows.row != NULL)
				rc = rows.row(rows.ctx, &row);
	}
	/* A callback that ended the answer has its own reason, and has filled in err if it wanted. */
	if (rc == HN_OK && answer != SQLITE_DONE)
		rc = hn_db_fail(db, answer, hn_sql_text[sql].name, err);
	(void)sqlite3_reset(db->stmt[sql]);
	if (db->stmt[sql] != NULL)	/* it could not be prepared: the disk, or a schema that is not ours */
		(void)sqlite3_clear_bindings(db->stmt[sql]);
	return rc;
}

enum hn_rc
hn_db_run(struct hn_db *db, enum hn_sql sql, const struct hn_value *values, size_t n, struct hn_err *err)
{
	return hn_db_ask(db, sql, values, n, (struct hn_rows){ 0 }, err);
}

int64_t
hn_db_changes(const struct hn_db *db)
{
	return sqlite3_changes64(db->handle);
}

enum hn_rc
hn_db_begin(struct hn_db *db, struct hn_err *err)
{
	const bool is_reader = sqlite3_db_readonly(db->handle, "main") == 1;

	assert(!hn_db_in_transaction(db));
	return hn_db_exec(db, is_reader ? "BEGIN" : "BEGIN IMMEDIATE", "begin", err);
}

enum hn_rc
hn_db_commit(struct hn_db *db, struct hn_err *err)
{
	const enum hn_rc rc = hn_db_exec(db, "COMMIT", "commit", err);

	if (rc != HN_OK)
		hn_db_rollback(db);
	return rc;
}

void
hn_db_rollback(struct hn_db *db)
{
	if (hn_db_in_transaction(db))
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

bool
hn_db_in_transaction(const struct hn_db *db)
{
	return sqlite3_get_autocommit(db->handle) == 0;
}

static int
copy_all(sqlite3 *to, sqlite3 *from)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int answer;

	if (b == NULL)
		return sqlite3_errcode(to);
	do {
		answer = sqlite3_backup_step(b, BACKUP_ALL);
		if (answer == SQLITE_BUSY || answer == SQLITE_LOCKED)
			(void)sqlite3_sleep(10);
	} while (answer == SQLITE_OK || answer == SQLITE_BUSY || answer == SQLITE_LOCKED);
	(void)sqlite3_backup_finish(b);
	return answer == SQLITE_DONE ? SQLITE_OK : answer;
}

enum hn_rc
hn_db_backup(struct hn_db *db, const char *path, struct hn_err *err)
{
	struct hn_db to = { 0 };
	int answer = sqlite3_open_v2(path, &to.handle,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE, NULL);
	enum hn_rc rc = HN_OK;

	if (answer == SQLITE_OK)
		answer = copy_all(to.handle, db->handle);
	if (answer != SQLITE_OK)
		rc = hn_db_fail(&to, answer, "backup", err);
	/* One file, without a log beside it. */
	if (rc == HN_OK)
		rc = hn_db_exec(&to, "PRAGMA journal_mode = DELETE", "backup", err);
	(void)sqlite3_close(to.handle);
	return rc;
}

enum hn_rc
hn_db_check(struct hn_db *db, struct hn_err *err)
{
	sqlite3_stmt *stmt = NULL;
	int answer = sqlite3_prepare_v2(db->handle, "PRAGMA integrity_check(1)", -1, &stmt, NULL);
	bool is_sound = false;

	if (answer == SQLITE_OK)
		answer = sqlite3_step(stmt);
	if (answer == SQLITE_ROW) {
		const struct hn_row row = { stmt };

		is_sound = hn_view_eq(hn_row_text(&row, 0), HN_LIT("ok"));
	}
	(void)sqlite3_finalize(stmt);
	if (answer != SQLITE_ROW)
		return hn_db_fail(db, answer, "check", err);
	return is_sound ? HN_OK : HN_FAIL(err, HN_E_CORRUPT, 0, "check");
}

enum hn_rc
hn_db_limit(struct hn_db *db, uint64_t bytes, struct hn_err *err)
{
	char text[64];
	int64_t page = 0, got = 0;
	enum hn_rc rc = hn_db_number(db, "PRAGMA page_size", &page, err);

	if (rc != HN_OK)
		return rc;
	assert(page > 0);
	/* A pragma takes no bound value. */
	(void)snprintf(text, sizeof(text), "PRAGMA max_page_count = %llu",
	    bytes > 0 ? (unsigned long long)(bytes / (uint64_t)page) + 1 : 4294967294ull);
	return hn_db_number(db, text, &got, err);
}
