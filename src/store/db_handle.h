#ifndef HN_STORE_DB_HANDLE_H
#define HN_STORE_DB_HANDLE_H

#include <sqlite3.h>

#include "store/db.h"

/* For db.c and migrate.c. */
struct hn_db {
	sqlite3 *handle;
	sqlite3_stmt *stmt[HN_SQL_COUNT];	/* prepared at first use, kept */
};

/* What SQLite answered, as ours; ${what} is a literal. */
enum hn_rc hn_db_fail(const struct hn_db *db, int answer, const char *what, struct hn_err *err);

/* Run built-in text that gives no rows. */
enum hn_rc hn_db_exec(struct hn_db *db, const char *text, const char *what, struct hn_err *err) HN_MUST_CHECK;

/* The number that ${text} answers with. */
enum hn_rc hn_db_number(struct hn_db *db, const char *text, int64_t *out, struct hn_err *err) HN_MUST_CHECK;

#endif
