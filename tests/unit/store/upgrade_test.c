#include "unit/store/scratch.h"

#include "base/load.h"
#include "store/audit.h"
#include "store/db_handle.h"
#include "store/sql_table.h"

/*
 * From each schema that ever landed to this program's: db/dumps/NNNN.sql is a site's database of schema NNNN with rows in
 * every table.  A migration without its dump fails here.
 */

#define PATH_MAX_BYTES (SCRATCH_PATH + 32)
#define DUMP_MAX (8u << 20)
#define SHAPE_MAX (1u << 20)
#define TEXT_MAX_BYTES 4096u

/* What a schema is, whatever way led to it: columns, keys, indexes and triggers, each as one line of text. */
static const char shape_sql[] =
    "SELECT line FROM (SELECT 'column ' || t.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' ||"
    " ifnull(c.dflt_value, '-') || ' ' || c.pk || ' ' || c.hidden || ' strict ' || l.strict || ' rowid ' || l.wr AS line"
    " FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c JOIN pragma_table_list l ON l.name = t.name"
    " WHERE t.type = 'table'"
    " UNION ALL SELECT 'key ' || t.name || '.' || k.\"from\" || ' ' || k.\"table\" || '.' || k.\"to\" || ' ' || k.on_delete"
    " FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) k WHERE t.type = 'table'"
    " UNION ALL SELECT 'index ' || t.name || ' ' || CASE i.origin WHEN 'c' THEN i.name ELSE i.origin END || ' ' ||"
    " i.\"unique\" || ' ' || i.partial || ' ' || x.seqno || ' ' || ifnull(x.name, '-') || ' ' || x.desc || ' ' || x.coll"
    " FROM sqlite_schema t JOIN pragma_index_list(t.name) i JOIN pragma_index_xinfo(i.name) x WHERE t.type = 'table'"
    " UNION ALL SELECT type || ' ' || name || ' ' || tbl_name || ' ' || sql FROM sqlite_schema"
    " WHERE type IN ('trigger', 'view')) ORDER BY line";

/* The tables of the dump that is attached as "was". */
static const char tables_sql[] = "SELECT name FROM was.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";

/* The columns of a table that it had and still has. */
static const char kept_sql[] = "SELECT group_concat('\"' || n.name || '\"') FROM pragma_table_info(?1, 'main') n"
    " JOIN pragma_table_info(?1, 'was') w ON w.name = n.name";

static sqlite3_stmt *
prepared(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sqlite3_errmsg(db), sql);
	return stmt;
}

static const char *
text_of(sqlite3_stmt *stmt)
{
	const void *p = sqlite3_column_text(stmt, 0);

	return p != NULL ? p : "";
}

static int64_t
number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = prepared(db, sql);
	int64_t n;

	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	return n;
}

static void
run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %.80s", sqlite3_errmsg(db), sql);
}

static struct hn_buf
shape_of(sqlite3 *db)
{
	struct hn_buf b = HN_BUF(SHAPE_MAX);
	sqlite3_stmt *stmt = prepared(db, shape_sql);

	while (sqlite3_step(stmt) == SQLITE_ROW)
		hn_buf_printf(&b, "%s\n", text_of(stmt));
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	assert_non_null(hn_buf_cstr(&b));
	assert_true(b.n > 0);
	return b;
}

/* The two databases have the same shape; otherwise the first line that differs is told. */
static void
same_shape(sqlite3 *db, sqlite3 *wanted, size_t number_of_dump, const char *what)
{
	struct hn_buf a = shape_of(db), b = shape_of(wanted);
	struct hn_view x = hn_buf_view(&a), y = hn_buf_view(&b), left, right;

	while (x.n > 0 || y.n > 0) {
		(void)hn_view_cut(&x, '\n', &left);
		(void)hn_view_cut(&y, '\n', &right);
		if (!hn_view_eq(left, right))
			fail_msg("dump %04zu, %s: \"%.*s\" where \"%.*s\" should be", number_of_dump, what, (int)left.n, left.p,
			    (int)right.n, right.p);
	}
	hn_buf_fini(&a);
	hn_buf_fini(&b);
}

/* The file ${path} as db/dumps/ has it for schema ${n}. */
static void
load_dump(size_t n, const char *path)
{
	char dump[512];
	struct hn_buf text = HN_BUF(DUMP_MAX);
	sqlite3 *db = NULL, *fresh = NULL;

	(void)snprintf(dump, sizeof(dump), "%s/db/dumps/%04zu.sql", getenv("HINOMI_SOURCE"), n);
	if (hn_load_file(dump, &text, NULL) != HN_OK)
		fail_msg("schema %zu has no dump: make %s with tools/dump_schema.py", n, dump);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	run(db, hn_buf_cstr(&text));
	assert_int_equal(number(db, "PRAGMA user_version"), n);
	assert_int_equal(sqlite3_open(":memory:", &fresh), SQLITE_OK);
	for (size_t i = 0; i < n; i++)
		run(fresh, hn_migration_text[i].text);
	same_shape(db, fresh, n, "against its own migrations");
	assert_int_equal(sqlite3_close(fresh), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	hn_buf_fini(&text);
}

/* What ${table} held is there in the columns that are left of it; and it held something. */
static void
rows_are_kept(sqlite3 *db, const char *table)
{
	char sql[TEXT_MAX_BYTES], columns[TEXT_MAX_BYTES / 4];
	sqlite3_stmt *stmt = prepared(db, kept_sql);

	assert_int_equal(sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	(void)snprintf(columns, sizeof(columns), "%s", text_of(stmt));
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM was.\"%s\"", table);
	if (number(db, sql) == 0)
		fail_msg("the dump has no row in %s: add one", table);
	if (columns[0] == '\0')
		fail_msg("the table %s is gone", table);
	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM (SELECT %s FROM was.\"%s\" EXCEPT SELECT %s FROM main.\"%s\")",
	    columns, table, columns, table);
	if (number(db, sql) != 0)
		fail_msg("%s lost rows", table);
}

static void
all_rows_are_kept(sqlite3 *db, const char *was)
{
	char sql[TEXT_MAX_BYTES];
	sqlite3_stmt *stmt;
	size_t tables = 0;

	(void)snprintf(sql, sizeof(sql), "ATTACH 'file:%s?mode=ro' AS was", was);
	run(db, sql);
	stmt = prepared(db, tables_sql);
	for (; sqlite3_step(stmt) == SQLITE_ROW; tables++)
		rows_are_kept(db, text_of(stmt));
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	assert_true(tables > 0);
	run(db, "DETACH was");
}

static void
upgrade_from(size_t n, sqlite3 *head)
{
	char folder[SCRATCH_PATH], was[PATH_MAX_BYTES], now[PATH_MAX_BYTES];
	struct hn_audit_verdict v = { 0 };
	struct hn_db *db = NULL;

	scratch_make(folder);
	(void)snprintf(was, sizeof(was), "%s/was.db", folder);
	(void)snprintf(now, sizeof(now), "%s/now.db", folder);
	load_dump(n, was);
	load_dump(n, now);
	assert_int_equal(hn_db_open(now, HN_DB_WRITE, &db, NULL), HN_OK);
	assert_int_equal(number(db->handle, "PRAGMA user_version"), HN_MIGRATIONS);
	same_shape(db->handle, head, n, "brought to the head");
	all_rows_are_kept(db->handle, was);
	assert_int_equal(number(db->handle, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	assert_int_equal(hn_db_check(db, NULL), HN_OK);
	assert_int_equal(hn_audit_verify(db, NULL, &v, NULL), HN_OK);
	assert_true(v.is_whole);
	assert_int_equal(v.head.seq, number(db->handle, "SELECT count(*) FROM audit"));
	assert_true(v.head.seq >= 3);
	hn_db_close(db);
	scratch_remove(folder);
}

static void
every_schema_comes_to_the_head(void **state)
{
	char folder[SCRATCH_PATH], path[PATH_MAX_BYTES];
	struct hn_db *head = NULL;

	(void)state;
	scratch_make(folder);
	(void)snprintf(path, sizeof(path), "%s/head.db", folder);
	assert_int_equal(hn_db_open(path, HN_DB_WRITE, &head, NULL), HN_OK);
	for (size_t n = 1; n <= HN_MIGRATIONS; n++)
		upgrade_from(n, head->handle);
	hn_db_close(head);
	scratch_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_schema_comes_to_the_head) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
