#include "store/audit.h"

#include <assert.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/wire.h"

#define ROW_MAX (4u << 20)	/* bytes of one row's canonical form */

struct entry {
	struct hn_audit_act act;
	int64_t seq;
	struct hn_view prev, hash;
};

/*
 * The canonical form: a name for the form, the hash before, number and time, then each text behind its length, so that
 * no two different rows have the same bytes.
 */
static enum hn_rc
hash_of(const struct entry *e, uint8_t out[HN_AUDIT_HASH])
{
	const struct hn_audit_act *a = &e->act;
	const struct hn_view texts[] = { a->who, a->role, a->from, a->act, a->object, a->before, a->after };
	struct hn_buf b = HN_BUF(ROW_MAX);
	enum hn_rc rc = HN_OK;

	hn_buf_put(&b, HN_LIT("hinomi audit 1"));
	hn_put_bytes(&b, e->prev);
	hn_put_i64(&b, e->seq);
	hn_put_i64(&b, a->at_ms);
	for (size_t i = 0; i < HN_COUNT(texts); i++)
		hn_put_bytes(&b, texts[i]);
	if (b.failed)
		rc = HN_E_LIMIT;
	else
		hn_sha256(hn_buf_view(&b), out);
	hn_buf_fini(&b);
	return rc;
}

static enum hn_rc
take_head(void *ctx, const struct hn_row *row)
{
	struct hn_audit_head *head = ctx;
	const struct hn_view hash = hn_row_text(row, 1);

	if (hash.n != HN_AUDIT_HASH)
		return HN_E_CORRUPT;
	head->seq = hn_row_int(row, 0);
	memcpy(head->hash, hash.p, HN_AUDIT_HASH);
	return HN_OK;
}

enum hn_rc
hn_audit_head(struct hn_db *db, struct hn_audit_head *out, struct hn_err *err)
{
	struct hn_audit_head head = { 0 };
	const enum hn_rc rc = hn_db_ask(db, HN_SQL_AUDIT_LAST, NULL, 0, (struct hn_rows){ take_head, &head }, err);

	if (rc == HN_OK)
		*out = head;
	return rc;
}

static struct hn_view
bytes_of(const uint8_t *hash)
{
	const void *p = hash;

	return (struct hn_view){ p, HN_AUDIT_HASH };
}

enum hn_rc
hn_audit_add(struct hn_db *db, const struct hn_audit_act *act, struct hn_err *err)
{
	struct hn_audit_head head;
	struct entry e = { .act = *act };
	uint8_t hash[HN_AUDIT_HASH];
	enum hn_rc rc;

	assert(hn_db_in_transaction(db));
	rc = hn_audit_head(db, &head, err);
	if (rc != HN_OK)
		return rc;
	e.seq = head.seq + 1;
	e.prev = bytes_of(head.hash);
	if (hash_of(&e, hash) != HN_OK)
		return HN_FAIL(err, HN_E_LIMIT, ROW_MAX, "audit row");

	const struct hn_value values[] = {
		HN_SQL_INT(e.seq), HN_SQL_INT(act->at_ms), HN_SQL_TEXT(act->who), HN_SQL_TEXT(act->role),
		HN_SQL_TEXT(act->from), HN_SQL_TEXT(act->act), HN_SQL_TEXT(act->object), HN_SQL_TEXT(act->before),
		HN_SQL_TEXT(act->after), HN_SQL_BLOB(head.hash, HN_AUDIT_HASH), HN_SQL_BLOB(hash, HN_AUDIT_HASH),
	};

	return hn_db_run(db, HN_SQL_AUDIT_ADD, values, HN_COUNT(values), err);
}

struct walk {
	struct hn_audit_verdict v;
	const struct hn_audit_head *known;
};

static enum hn_rc
broken(struct walk *w, int64_t seq, const char *what)
{
	w->v.is_whole = false;
	w->v.seq = seq;
	w->v.what = what;
	return HN_E_CORRUPT;
}

static enum hn_rc
check_row(void *ctx, const struct hn_row *row)
{
	enum { SEQ, AT, WHO, ROLE, FROM, ACT, OBJECT, BEFORE, AFTER, PREV, HASH };
	struct walk *w = ctx;
	uint8_t hash[HN_AUDIT_HASH];
	const struct entry e = {
		.seq = hn_row_int(row, SEQ), .prev = hn_row_text(row, PREV), .hash = hn_row_text(row, HASH),
		.act = { hn_row_int(row, AT), hn_row_text(row, WHO), hn_row_text(row, ROLE), hn_row_text(row, FROM),
		    hn_row_text(row, ACT), hn_row_text(row, OBJECT), hn_row_text(row, BEFORE), hn_row_text(row, AFTER) },
	};

	if (e.seq != w->v.head.seq + 1)
		return broken(w, e.seq, "seq");
	if (!hn_view_eq(e.prev, bytes_of(w->v.head.hash)))
		return broken(w, e.seq, "prev_hash");
	if (hash_of(&e, hash) != HN_OK || !hn_view_eq(e.hash, bytes_of(hash)))
		return broken(w, e.seq, "hash");
	if (w->known != NULL && w->known->seq == e.seq && memcmp(w->known->hash, hash, sizeof(hash)) != 0)
		return broken(w, e.seq, "head");
	w->v.head.seq = e.seq;
	memcpy(w->v.head.hash, hash, sizeof(hash));
	return HN_OK;
}

enum hn_rc
hn_audit_verify(struct hn_db *db, const struct hn_audit_head *known, struct hn_audit_verdict *out, struct hn_err *err)
{
	struct walk w = { .v = { .is_whole = true }, .known = known };
	enum hn_rc rc = hn_db_ask(db, HN_SQL_AUDIT_ALL, NULL, 0, (struct hn_rows){ check_row, &w }, err);

	if (rc == HN_OK && known != NULL && known->seq > w.v.head.seq)
		rc = broken(&w, w.v.head.seq + 1, "head");
	if (rc == HN_E_CORRUPT && !w.v.is_whole)
		rc = HN_OK;
	if (rc == HN_OK)
		*out = w.v;
	return rc;
}
