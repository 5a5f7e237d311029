#ifndef HN_STORE_DB_H
#define HN_STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/view.h"
#include "store/sql.h"

/*
 * The site's state in SQLite (WAL, synchronous=FULL, foreign keys on).  Statements are named in db/statements/NAME.sql and
 * built in; SQL is never put together at run time.  One process (core) opens it for writing, any number for reading.
 *
 * Errors of all functions: HN_E_IO (the disk; errno is ENOSPC when it is full; an open transaction can only be rolled
 * back), HN_E_CORRUPT (the file fails its checks), HN_E_AGAIN (busy for longer than HN_DB_BUSY_MS), HN_E_CONFLICT (a
 * constraint), HN_E_DENIED (read-only), HN_E_LIMIT, HN_E_NOMEM.  err->what is the statement's name.
 */

#define HN_DB_BUSY_MS 2000
#define HN_DB_VALUE_MAX (16u << 20)	/* bytes of one value */
#define HN_DB_BINDS_MAX 24u

struct hn_db;

enum hn_db_mode {
	HN_DB_READ,	/* the file must exist and be of our schema */
	HN_DB_WRITE,	/* made when absent, brought to our schema (store/migrate.h) */
};

/* HN_E_UNSUPPORTED: of a later version than this program; HN_E_AGAIN (read): of an earlier one, a writer must open first. */
enum hn_rc hn_db_open(const char *path, enum hn_db_mode mode, struct hn_db **out, struct hn_err *err) HN_MUST_CHECK;

/* NULL is allowed. */
void hn_db_close(struct hn_db *db);

/* What is bound to ?1, ?2, ...: views must live until the call returns. */
enum hn_value_type { HN_VALUE_NULL, HN_VALUE_INT, HN_VALUE_REAL, HN_VALUE_TEXT, HN_VALUE_BLOB };

struct hn_value {
	enum hn_value_type type;
	int64_t i;
	double r;
	struct hn_view v;
};

#define HN_SQL_INT(n) ((struct hn_value){ .type = HN_VALUE_INT, .i = (int64_t)(n) })
#define HN_SQL_REAL(x) ((struct hn_value){ .type = HN_VALUE_REAL, .r = (x) })
#define HN_SQL_TEXT(view) ((struct hn_value){ .type = HN_VALUE_TEXT, .v = (view) })
#define HN_SQL_BLOB(p_, n_) ((struct hn_value){ .type = HN_VALUE_BLOB, .v = { (const char *)(const void *)(p_), (n_) } })

/* A row of an answer; views live until the callback returns.  A column of another type or NULL is 0 or empty. */
struct hn_row;
int64_t hn_row_int(const struct hn_row *row, int column);
double hn_row_real(const struct hn_row *row, int column);
struct hn_view hn_row_text(const struct hn_row *row, int column);	/* also of a blob */

/* Called for each row; another value than HN_OK ends the answer and is what the call returns. */
struct hn_rows {
	enum hn_rc (*row)(void *ctx, const struct hn_row *row);
	void *ctx;
};

/* Run ${sql} with ${n} values, without or with an answer. */
enum hn_rc hn_db_run(struct hn_db *db, enum hn_sql sql, const struct hn_value *values, size_t n, struct hn_err *err)
    HN_MUST_CHECK;
enum hn_rc hn_db_ask(struct hn_db *db, enum hn_sql sql, const struct hn_value *values, size_t n,
    struct hn_rows rows, struct hn_err *err) HN_MUST_CHECK;

/* Rows that the last statement changed. */
int64_t hn_db_changes(const struct hn_db *db);

/*
 * A question about texts that SQL cannot answer, under ${name} in statements: called with ${n} texts (at most
 * HN_DB_ASKED_MAX), which hold until it returns.  ${name} must live as long as ${db}.
 */
#define HN_DB_ASKED_MAX 8
typedef bool hn_db_question(const struct hn_view *texts);
enum hn_rc hn_db_teach(struct hn_db *db, const char *name, int n, hn_db_question *question, struct hn_err *err) HN_MUST_CHECK;

/* One at a time; write transactions take the write lock at once. */
enum hn_rc hn_db_begin(struct hn_db *db, struct hn_err *err) HN_MUST_CHECK;
enum hn_rc hn_db_commit(struct hn_db *db, struct hn_err *err) HN_MUST_CHECK;	/* on failure: rolled back */
void hn_db_rollback(struct hn_db *db);		/* also when there is none */
bool hn_db_in_transaction(const struct hn_db *db);

/* Copy the whole database, as of one moment, into the new file ${path}, beside readers and the writer. */
enum hn_rc hn_db_backup(struct hn_db *db, const char *path, struct hn_err *err) HN_MUST_CHECK;

/* SQLite's own check of every page; HN_E_CORRUPT: it found something. */
enum hn_rc hn_db_check(struct hn_db *db, struct hn_err *err) HN_MUST_CHECK;

/* Never more than ${bytes} of file (0: no limit): beyond, writing fails as on a full disk. */
enum hn_rc hn_db_limit(struct hn_db *db, uint64_t bytes, struct hn_err *err) HN_MUST_CHECK;

#endif
