#ifndef HN_STORE_SQL_TABLE_H
#define HN_STORE_SQL_TABLE_H

#include "store/sql.h"

/* The texts of db/, built in by tools/embed_sql.py; for db.c and migrate.c. */
struct hn_sql_text {
	const char *name;
	const char *text;
};

extern const struct hn_sql_text hn_sql_text[HN_SQL_COUNT];
extern const struct hn_sql_text hn_migration_text[HN_MIGRATIONS];

#endif
