#include "store/migrate.h"

#include <assert.h>

#include "store/db_handle.h"
#include "store/sql_table.h"

#define SET_VERSION_MAX 64u

enum hn_rc
hn_migrate_version(struct hn_db *db, int64_t *out, struct hn_err *err)
{
	return hn_db_number(db, "PRAGMA user_version", out, err);
}

static enum hn_rc
apply(struct hn_db *db, size_t number, struct hn_err *err)
{
	const struct hn_sql_text *m = &hn_migration_text[number - 1];
	char set_version[SET_VERSION_MAX];
	enum hn_rc rc;

	/* A pragma takes no bound value; the number is ours. */
	(void)snprintf(set_version, sizeof(set_version), "PRAGMA user_version = %zu", number);
	rc = hn_db_begin(db, err);
	if (rc != HN_OK)
		return rc;
	rc = hn_db_exec(db, m->text, m->name, err);
	if (rc == HN_OK)
		rc = hn_db_exec(db, set_version, m->name, err);
	if (rc == HN_OK)
		return hn_db_commit(db, err);
	hn_db_rollback(db);
	return rc;
}

enum hn_rc
hn_migrate(struct hn_db *db, struct hn_err *err)
{
	int64_t version = 0;
	enum hn_rc rc = hn_migrate_version(db, &version, err);

	if (rc != HN_OK)
		return rc;
	if (version < 0 || version > (int64_t)HN_MIGRATIONS)
		return HN_FAIL(err, HN_E_UNSUPPORTED, (size_t)version, "schema");
	for (size_t number = (size_t)version + 1; rc == HN_OK && number <= HN_MIGRATIONS; number++)
		rc = apply(db, number, err);
	return rc;
}
