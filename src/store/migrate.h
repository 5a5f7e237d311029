#ifndef HN_STORE_MIGRATE_H
#define HN_STORE_MIGRATE_H

#include "store/db.h"

/*
 * Bring the database of ${db} to this program's schema: the migrations db/NNNN_name.sql that it has not had, in order,
 * each in a transaction of its own with the number it leads to (PRAGMA user_version).  There is no way back.
 * HN_E_UNSUPPORTED: the file is of a later program; nothing was changed.  Otherwise as in store/db.h; what had been
 * migrated before a failure stays, each step whole.
 */
enum hn_rc hn_migrate(struct hn_db *db, struct hn_err *err) HN_MUST_CHECK;

/* The schema's number: 0 is an empty file, HN_MIGRATIONS this program's. */
enum hn_rc hn_migrate_version(struct hn_db *db, int64_t *out, struct hn_err *err) HN_MUST_CHECK;

#endif
