#include "unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/load.h"
#include "site/backup_file.h"
#include "site/restore.h"
#include "site/restore_place.h"
#include "store/db.h"
#include "store/migrate.h"

#define FILE_MAX (4u << 20)
#define FOLDER 64
#define DUMPED 98304u	/* progress in the dumps: core's place in the evidence log */

/* A member to be: its kind, number and bytes. */
struct row {
	enum backup_kind kind;
	uint64_t number;
	struct hn_view bytes;
};

/* A whole backup of ${rows} in ${b}, sealed. */
static void
put_backup(struct hn_buf *b, struct backup_manifest *m, const struct row *rows, size_t n)
{
	struct hn_buf text = HN_BUF(FILE_MAX);

	hn_buf_put(b, BACKUP_MAGIC);
	for (size_t i = 0; i < n; i++) {
		struct backup_member one = { .kind = rows[i].kind, .number = rows[i].number, .size_bytes = rows[i].bytes.n };

		hn_sha256(rows[i].bytes, one.sha256);
		assert_int_equal(backup_manifest_add(m, &one), HN_OK);
		hn_buf_put(b, rows[i].bytes);
	}
	backup_manifest_put(&text, m);
	hn_buf_put(b, hn_buf_view(&text));
	backup_seal_put(b, hn_buf_view(&text));
	assert_false(b->failed || text.failed);
	hn_buf_fini(&text);
	backup_manifest_fini(m);
}

static void
write_file(const char *path, struct hn_view v)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, v.p, v.n), v.n);
	(void)close(fd);
}

static enum hn_rc
drop(void *ctx, struct hn_view v, uint64_t at, struct hn_err *err)
{
	(void)ctx, (void)v, (void)at, (void)err;
	return HN_OK;
}

/* Read all of the file: HN_OK only when every member is as it was saved. */
static enum hn_rc
read_all(const char *path)
{
	struct backup_file f;
	enum hn_rc rc = backup_file_open(path, &f, NULL);

	if (rc != HN_OK)
		return rc;
	for (size_t i = 0; rc == HN_OK && i < f.manifest.n; i++)
		rc = backup_file_member(&f, i, (struct backup_taker){ drop, NULL }, NULL);
	backup_file_close(&f);
	return rc;
}

static const struct row small[] = {
	{ BACKUP_DATABASE, 0, HN_INIT("a database") }, { BACKUP_CONFIG, 0, HN_INIT("[site]\n") }, { BACKUP_TOKEN, 0, HN_INIT("") },
	{ BACKUP_DAY, 20610, HN_INIT("a day") }, { BACKUP_SEGMENT, 0, HN_INIT("one") }, { BACKUP_SEGMENT, 4096, HN_INIT("two") },
};

/* Whatever bit is turned and wherever it is cut, the file is refused. */
static void
every_damage_is_seen(void **state)
{
	struct backup_manifest m = { .schema = 1, .program = HN_LIT("0.1"), .site = HN_LIT("h") };
	struct hn_buf b = HN_BUF(FILE_MAX);
	char folder[FOLDER] = "/tmp/hinomi-backup-XXXXXX", path[FOLDER + 16];

	(void)state;
	put_backup(&b, &m, small, HN_COUNT(small));
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/b", folder);
	write_file(path, hn_buf_view(&b));
	assert_int_equal(read_all(path), HN_OK);
	for (size_t n = 0; n < b.n; n++) {
		write_file(path, (struct hn_view){ b.p, n });
		if (read_all(path) == HN_OK)
			fail_msg("cut at %zu: taken", n);
	}
	for (size_t i = 0; i < b.n; i++) {
		b.p[i] = (char)(b.p[i] ^ 1 << i % 8);
		write_file(path, hn_buf_view(&b));
		if (read_all(path) == HN_OK)
			fail_msg("byte %zu changed: taken", i);
		b.p[i] = (char)(b.p[i] ^ 1 << i % 8);
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	hn_buf_fini(&b);
}

/* Manifests whose hash is right but whose words are not. */
static void
manifests_are_read_strictly(void **state)
{
	static const struct {
		const char *name;
		struct backup_member member[3];
		size_t n;
		enum hn_rc rc;
	} rows[] = {
		{ "least", { { BACKUP_DATABASE }, { BACKUP_CONFIG } }, 2, HN_OK },
		{ "no database", { { BACKUP_CONFIG }, { BACKUP_TOKEN } }, 2, HN_E_SYNTAX },
		{ "no configuration", { { BACKUP_DATABASE }, { BACKUP_TOKEN } }, 2, HN_E_SYNTAX },
		{ "twice", { { BACKUP_DATABASE }, { BACKUP_CONFIG }, { BACKUP_CONFIG } }, 3, HN_E_SYNTAX },
		{ "another order", { { BACKUP_CONFIG }, { BACKUP_DATABASE } }, 2, HN_E_SYNTAX },
		{ "a number where none is", { { BACKUP_DATABASE }, { BACKUP_CONFIG, 1 } }, 2, HN_E_SYNTAX },
		{ "unknown kind", { { BACKUP_DATABASE }, { BACKUP_CONFIG }, { BACKUP_KINDS } }, 3, HN_E_SYNTAX },
		{ "a day beyond days", { { BACKUP_DATABASE }, { BACKUP_CONFIG }, { BACKUP_DAY, 1u << 31 } }, 3, HN_E_LIMIT },
		{ "sizes that overflow", { { BACKUP_DATABASE, 0, UINT64_MAX }, { BACKUP_CONFIG, 0, 2 } }, 2, HN_E_LIMIT },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct backup_member member[3];
		struct backup_manifest m = { .schema = 1, .member = member, .n = rows[i].n }, got;
		struct hn_buf b = HN_BUF(FILE_MAX);
		enum hn_rc rc;

		memcpy(member, rows[i].member, sizeof(member));
		backup_manifest_put(&b, &m);
		rc = backup_manifest_read(hn_buf_view(&b), &got, NULL);
		if (rc != rows[i].rc)
			fail_msg("%s: %d", rows[i].name, rc);
		if (rc == HN_OK)
			backup_manifest_fini(&got);
		hn_buf_char(&b, 'x');
		assert_int_not_equal(backup_manifest_read(hn_buf_view(&b), &got, NULL), HN_OK);
		b.p[0] = 2;
		assert_int_equal(backup_manifest_read(hn_buf_view(&b), &got, NULL), HN_E_UNSUPPORTED);
		hn_buf_fini(&b);
	}
}

/* A folder for a restore, and a backup that has an evidence log which is empty and begins at ${evidence}. */
struct place {
	char folder[FOLDER], backup[FOLDER + 16], config[FOLDER + 16], data[FOLDER + 16];
	struct restore_job job;
	struct restore_result result;
};

static void
place_make(struct place *p, int64_t schema, struct hn_view database, int64_t audit_seq, uint64_t evidence)
{
	struct backup_manifest m = { .schema = schema, .audit.seq = audit_seq, .anchor.base = evidence };
	struct hn_buf b = HN_BUF(FILE_MAX), config = HN_BUF(1024);

	(void)snprintf(p->folder, sizeof(p->folder), "/tmp/hinomi-restore-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	(void)snprintf(p->backup, sizeof(p->backup), "%s/backup", p->folder);
	(void)snprintf(p->config, sizeof(p->config), "%s/conf", p->folder);
	(void)snprintf(p->data, sizeof(p->data), "%s/data", p->folder);
	hn_buf_printf(&config, "[site]\ndata_dir = %s\nuser = nobody\n", p->data);

	const struct row rows[] = { { BACKUP_DATABASE, 0, database }, { BACKUP_CONFIG, 0, hn_buf_view(&config) } };

	if (audit_seq > 0) {
		struct hn_audit_head head = { 0 };
		struct hn_db *db = NULL;
		char path[FOLDER + 16];

		(void)snprintf(path, sizeof(path), "%s/look", p->folder);
		write_file(path, database);
		assert_int_equal(hn_db_open(path, HN_DB_WRITE, &db, NULL), HN_OK);
		assert_int_equal(hn_audit_head(db, &head, NULL), HN_OK);
		hn_db_close(db);
		assert_int_equal(unlink(path), 0);
		m.audit = head;
		m.audit.seq = audit_seq;
	}
	put_backup(&b, &m, rows, HN_COUNT(rows));
	write_file(p->backup, hn_buf_view(&b));
	p->job = (struct restore_job){ .config_path = p->config, .backup = p->backup };
	hn_buf_fini(&b);
	hn_buf_fini(&config);
}

static void
place_remove(struct place *p)
{
	restore_result_fini(&p->result);
	assert_int_equal(restore_remove(p->folder, NULL), HN_OK);
}

/* The bytes of a database of schema ${n}, from its dump. */
static struct hn_buf
dump_of(size_t n)
{
	struct hn_buf text = HN_BUF(FILE_MAX), b = HN_BUF(FILE_MAX);
	char path[512], made[FOLDER] = "/tmp/hinomi-dump-XXXXXX";
	sqlite3 *db = NULL;
	const int fd = mkstemp(made);

	assert_true(fd >= 0);
	(void)close(fd);
	(void)snprintf(path, sizeof(path), "%s/db/dumps/%04zu.sql", getenv("HINOMI_SOURCE"), n);
	assert_int_equal(hn_load_file(path, &text, NULL), HN_OK);
	assert_int_equal(sqlite3_open(made, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, hn_buf_cstr(&text), NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(hn_load_file(made, &b, NULL), HN_OK);
	assert_int_equal(unlink(made), 0);
	hn_buf_fini(&text);
	return b;
}

/* Every schema that ever landed is brought to ours by a restore. */
static void
earlier_schemas_are_migrated(void **state)
{
	(void)state;
	for (size_t n = 1; n <= HN_MIGRATIONS; n++) {
		struct hn_buf database = dump_of(n);
		struct place p;
		struct hn_db *db = NULL;
		char path[FOLDER + 32];
		int64_t version = 0;

		place_make(&p, (int64_t)n, hn_buf_view(&database), 3, DUMPED);
		assert_int_equal(restore_site(&p.job, &p.result, NULL), HN_OK);
		assert_string_equal(p.result.data_dir, p.data);
		assert_string_equal(p.result.config, p.config);
		(void)snprintf(path, sizeof(path), "%s/db/site.db", p.data);
		assert_int_equal(hn_db_open(path, HN_DB_READ, &db, NULL), HN_OK);
		assert_int_equal(hn_migrate_version(db, &version, NULL), HN_OK);
		assert_int_equal(version, HN_MIGRATIONS);
		hn_db_close(db);
		restore_result_fini(&p.result);
		/* It is there now: not again. */
		assert_int_equal(restore_site(&p.job, &p.result, NULL), HN_E_CONFLICT);
		place_remove(&p);
		hn_buf_fini(&database);
	}
}

static void
is_untouched(const struct place *p)
{
	struct stat st;
	char path[FOLDER + 32];

	(void)snprintf(path, sizeof(path), "%s.restoring", p->data);
	assert_int_not_equal(stat(p->data, &st), 0);
	assert_int_not_equal(stat(p->config, &st), 0);
	assert_int_not_equal(stat(path, &st), 0);
	(void)snprintf(path, sizeof(path), "%s.restoring", p->config);
	assert_int_not_equal(stat(path, &st), 0);
}

/* What is whole by its hashes may still be no site: nothing is put in place. */
static void
what_is_no_site_is_refused(void **state)
{
	struct hn_buf database = dump_of(HN_MIGRATIONS);
	const struct {
		const char *name;
		int64_t schema, audit_seq;
		uint64_t evidence;
		struct hn_view database;
		enum hn_rc rc;
	} rows[] = {
		{ "a later schema", HN_MIGRATIONS + 1, 3, DUMPED, hn_buf_view(&database), HN_E_UNSUPPORTED },
		{ "an audit chain cut short", HN_MIGRATIONS, 4, DUMPED, hn_buf_view(&database), HN_E_CORRUPT },
		{ "evidence cut short", HN_MIGRATIONS, 3, DUMPED - 1, hn_buf_view(&database), HN_E_CORRUPT },
		{ "an audit chain with more", HN_MIGRATIONS, 2, DUMPED, hn_buf_view(&database), HN_E_CORRUPT },
		{ "no database", HN_MIGRATIONS, 0, DUMPED, HN_INIT("This is no database at all, and long enough to be looked at."),
		    HN_E_CORRUPT },
		{ "half a database", HN_MIGRATIONS, 0, DUMPED, { database.p, database.n / 2 }, HN_E_CORRUPT },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct place p;
		enum hn_rc rc;

		place_make(&p, rows[i].schema, rows[i].database, rows[i].audit_seq, rows[i].evidence);
		rc = restore_site(&p.job, &p.result, NULL);
		if (rc != rows[i].rc)
			fail_msg("%s: %d", rows[i].name, rc);
		is_untouched(&p);
		place_remove(&p);
	}
	hn_buf_fini(&database);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_damage_is_seen),
		cmocka_unit_test(manifests_are_read_strictly),
		cmocka_unit_test(earlier_schemas_are_migrated),
		cmocka_unit_test(what_is_no_site_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
