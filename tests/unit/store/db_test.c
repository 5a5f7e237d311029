#include "unit/store/scratch.h"

#include "store/audit.h"
#include "store/db.h"

#define DB_PATH (SCRATCH_PATH + 16)

struct place {
	char folder[SCRATCH_PATH];
	char db[DB_PATH];
};

static struct hn_db *
opened(const struct place *p, enum hn_db_mode mode)
{
	struct hn_db *db = NULL;

	assert_int_equal(hn_db_open(p->db, mode, &db, NULL), HN_OK);
	return db;
}

static void
place_make(struct place *p)
{
	scratch_make(p->folder);
	(void)snprintf(p->db, sizeof(p->db), "%s/site.db", p->folder);
}

static enum hn_rc
take_int(void *ctx, const struct hn_row *row)
{
	*(int64_t *)ctx = hn_row_int(row, 0);
	return HN_OK;
}

static int64_t
progress(struct hn_db *db)
{
	int64_t offset = -1;

	assert_int_equal(hn_db_ask(db, HN_SQL_PROGRESS_GET, NULL, 0, (struct hn_rows){ take_int, &offset }, NULL), HN_OK);
	return offset;
}

static enum hn_rc
set_progress(struct hn_db *db, int64_t offset)
{
	const struct hn_value v[] = { HN_SQL_INT(offset), HN_SQL_INT(1) };

	return hn_db_run(db, HN_SQL_PROGRESS_SET, v, HN_COUNT(v), NULL);
}

static void
a_transaction_stands_or_falls_whole(void **state)
{
	struct place p;
	struct hn_db *db, *reader;

	(void)state;
	place_make(&p);
	db = opened(&p, HN_DB_WRITE);
	assert_int_equal(progress(db), -1);
	assert_int_equal(hn_db_begin(db, NULL), HN_OK);
	assert_int_equal(set_progress(db, 5), HN_OK);
	hn_db_rollback(db);
	assert_int_equal(progress(db), -1);
	assert_int_equal(hn_db_begin(db, NULL), HN_OK);
	assert_int_equal(set_progress(db, 7), HN_OK);
	reader = opened(&p, HN_DB_READ);
	assert_int_equal(progress(reader), -1);
	assert_int_equal(hn_db_commit(db, NULL), HN_OK);
	assert_int_equal(progress(reader), 7);
	assert_int_equal(set_progress(reader, 9), HN_E_DENIED);
	hn_db_close(reader);
	hn_db_close(db);
	scratch_remove(p.folder);
}

static void
errors_are_ours(void **state)
{
	struct place p;
	struct hn_db *db, *none = NULL;
	struct hn_err err = { 0 };
	const struct hn_value bad_id[] = { HN_SQL_BLOB("x", 1), HN_SQL_TEXT(HN_LIT("admin")), HN_SQL_INT(0), HN_SQL_INT(0) };
	const struct hn_value bad_type[] = { HN_SQL_TEXT(HN_LIT("no number")), HN_SQL_INT(0) };

	(void)state;
	place_make(&p);
	assert_int_equal(hn_db_open(p.db, HN_DB_READ, &none, &err), HN_E_IO);
	assert_null(none);
	db = opened(&p, HN_DB_WRITE);
	assert_int_equal(hn_db_run(db, HN_SQL_TOKEN_ADD, bad_id, HN_COUNT(bad_id), &err), HN_E_CONFLICT);
	assert_string_equal(err.what, "token_add");
	assert_int_not_equal(hn_db_run(db, HN_SQL_PROGRESS_SET, bad_type, HN_COUNT(bad_type), NULL), HN_OK);
	hn_db_close(db);
	/* A file that is no database is named so, and is not written to. */
	scratch_empty(p.folder);
	const int fd = open(p.db, O_WRONLY | O_CREAT, 0600);

	for (int i = 0; i < 1000; i++)
		assert_int_equal(write(fd, "not a database. ", 16), 16);
	(void)close(fd);
	assert_int_equal(hn_db_open(p.db, HN_DB_WRITE, &none, &err), HN_E_CORRUPT);
	scratch_remove(p.folder);
}

/* On a full disk the commit fails, what was before is whole, and writing goes on when there is room. */
static void
a_full_disk_leaves_the_state_before(void **state)
{
	static char big[200000];
	struct place p;
	struct hn_db *db;
	const struct hn_value put[] = { HN_SQL_TEXT(HN_LIT("k")), HN_SQL_TEXT(((struct hn_view){ big, sizeof(big) })) };

	(void)state;
	memset(big, 'x', sizeof(big));
	place_make(&p);
	db = opened(&p, HN_DB_WRITE);
	assert_int_equal(set_progress(db, 3), HN_OK);
	assert_int_equal(hn_db_limit(db, 1, NULL), HN_OK);	/* no further page */
	assert_int_equal(hn_db_begin(db, NULL), HN_OK);
	assert_int_equal(set_progress(db, 4), HN_OK);
	assert_int_equal(hn_db_run(db, HN_SQL_SETTING_PUT, put, 2, NULL), HN_E_IO);
	hn_db_rollback(db);
	assert_int_equal(progress(db), 3);
	assert_int_equal(hn_db_limit(db, 0, NULL), HN_OK);
	assert_int_equal(hn_db_run(db, HN_SQL_SETTING_PUT, put, 2, NULL), HN_OK);
	assert_int_equal(hn_db_check(db, NULL), HN_OK);
	hn_db_close(db);
	scratch_remove(p.folder);
}

static void
act(struct hn_db *db, int i)
{
	char object[32];
	const int n = snprintf(object, sizeof(object), "finding %d", i);
	const struct hn_audit_act a = { .at_ms = 1000 + i, .who = HN_LIT("tanaka"), .role = HN_LIT("admin"),
		.act = HN_LIT("finding.status"), .object = { object, (size_t)n }, .before = HN_LIT("new"), .after = HN_LIT("seen") };

	assert_int_equal(hn_db_begin(db, NULL), HN_OK);
	assert_int_equal(hn_audit_add(db, &a, NULL), HN_OK);
	assert_int_equal(hn_db_commit(db, NULL), HN_OK);
}

static void
overwrite(const char *file, const char *from, const char *to)
{
	static char bytes[1 << 20];
	const int fd = open(file, O_RDWR);
	const ssize_t n = pread(fd, bytes, sizeof(bytes), 0);
	const char *at = n > 0 ? memmem(bytes, (size_t)n, from, strlen(from)) : NULL;

	assert_non_null(at);
	assert_int_equal(pwrite(fd, to, strlen(to), at - bytes), (ssize_t)strlen(to));
	(void)close(fd);
}

static void
the_audit_chain_names_the_row_that_was_changed(void **state)
{
	struct place p;
	struct hn_db *db;
	struct hn_audit_head head, later = { .seq = 21 };
	struct hn_audit_verdict v;

	(void)state;
	place_make(&p);
	db = opened(&p, HN_DB_WRITE);
	assert_int_equal(hn_audit_head(db, &head, NULL), HN_OK);
	assert_int_equal(head.seq, 0);
	for (int i = 1; i <= 20; i++)
		act(db, i);
	assert_int_equal(hn_audit_head(db, &head, NULL), HN_OK);
	assert_int_equal(head.seq, 20);
	assert_int_equal(hn_audit_verify(db, &head, &v, NULL), HN_OK);
	assert_true(v.is_whole);
	assert_memory_equal(v.head.hash, head.hash, HN_AUDIT_HASH);
	/* Rows cut off at the end are missed by whoever knows the head. */
	assert_int_equal(hn_audit_verify(db, &later, &v, NULL), HN_OK);
	assert_false(v.is_whole);
	assert_string_equal(v.what, "head");
	hn_db_close(db);
	/* An intruder writes to the file itself. */
	overwrite(p.db, "finding 13", "finding 93");
	db = opened(&p, HN_DB_WRITE);
	assert_int_equal(hn_audit_verify(db, NULL, &v, NULL), HN_OK);
	assert_false(v.is_whole);
	assert_int_equal(v.seq, 13);
	assert_string_equal(v.what, "hash");
	assert_int_equal(v.head.seq, 12);
	hn_db_close(db);
	scratch_remove(p.folder);
}

static void
a_one_time_token_works_once(void **state)
{
	static const char hash[32] = "0123456789abcdef0123456789abcde";
	struct place p;
	struct hn_db *db;
	const struct hn_value add[] = { HN_SQL_BLOB(hash, 32), HN_SQL_TEXT(HN_LIT("admin")), HN_SQL_INT(10), HN_SQL_INT(100) };
	const struct { int64_t at; int64_t changes; } uses[] = { { 100, 0 }, { 50, 1 }, { 51, 0 } };

	(void)state;
	place_make(&p);
	db = opened(&p, HN_DB_WRITE);
	assert_int_equal(hn_db_run(db, HN_SQL_TOKEN_ADD, add, HN_COUNT(add), NULL), HN_OK);
	for (size_t i = 0; i < HN_COUNT(uses); i++) {
		const struct hn_value use[] = { HN_SQL_BLOB(hash, 32), HN_SQL_INT(uses[i].at) };

		assert_int_equal(hn_db_run(db, HN_SQL_TOKEN_USE, use, HN_COUNT(use), NULL), HN_OK);
		assert_int_equal(hn_db_changes(db), uses[i].changes);
	}
	hn_db_close(db);
	scratch_remove(p.folder);
}

static void
a_backup_is_the_same_database(void **state)
{
	struct place p;
	char copy[DB_PATH + 8];
	struct hn_db *db, *other = NULL;

	(void)state;
	place_make(&p);
	(void)snprintf(copy, sizeof(copy), "%s.copy", p.db);
	db = opened(&p, HN_DB_WRITE);
	assert_int_equal(set_progress(db, 42), HN_OK);
	assert_int_equal(hn_db_backup(db, copy, NULL), HN_OK);
	hn_db_close(db);
	assert_int_equal(hn_db_open(copy, HN_DB_WRITE, &other, NULL), HN_OK);
	assert_int_equal(progress(other), 42);
	assert_int_equal(hn_db_check(other, NULL), HN_OK);
	hn_db_close(other);
	scratch_remove(p.folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_transaction_stands_or_falls_whole),
		cmocka_unit_test(errors_are_ours),
		cmocka_unit_test(a_full_disk_leaves_the_state_before),
		cmocka_unit_test(the_audit_chain_names_the_row_that_was_changed),
		cmocka_unit_test(a_one_time_token_works_once),
		cmocka_unit_test(a_backup_is_the_same_database),
	};

	return cmocka_run_group_tests_name("store/db", tests, NULL, NULL);
}
