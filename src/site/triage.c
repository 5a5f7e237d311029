#include "site/triage.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "detect/allow.h"
#include "store/audit.h"

#define OBJECT_MAX 64u
#define AFTER_MAX (ALLOW_LINE_MAX + 2 * SITE_REASON_MAX + 128u)

/* expects(value, source, destination, user, rule) */
static bool
expects(const struct hn_view *texts)
{
	return allow_expects(texts[0], texts[1], texts[2], texts[3], texts[4]);
}

enum hn_rc
site_triage_attach(struct hn_db *db, struct hn_err *err)
{
	return hn_db_teach(db, "expects", 5, expects, err);
}

static enum hn_rc
take_number(void *ctx, const struct hn_row *row)
{
	*(int64_t *)ctx = hn_row_int(row, 0);
	return HN_OK;
}

enum hn_rc
site_triage_settle(struct hn_db *db, const uint8_t id[FINDING_ID_BYTES], struct hn_err *err)
{
	const struct hn_value key[] = { HN_SQL_BLOB(id, FINDING_ID_BYTES) };
	int64_t n = 0;
	enum hn_rc rc = hn_db_run(db, HN_SQL_FINDING_SETTLE, key, HN_COUNT(key), err);

	if (rc == HN_OK)
		rc = hn_db_ask(db, HN_SQL_ALLOW_ANY, NULL, 0, (struct hn_rows){ take_number, &n }, err);
	return rc == HN_OK && n > 0 ? hn_db_run(db, HN_SQL_ALLOW_ONE, key, HN_COUNT(key), err) : rc;
}

static bool
is_reason(struct hn_view reason)
{
	return reason.n > 0 && reason.n <= SITE_REASON_MAX && hn_view_find(reason, '\n') == reason.n;
}

/* {"verdict":"false","reason":"..."} and the like: what is told of an act. */
static enum hn_rc
audit(struct hn_db *db, const struct site_actor *by, const char *act, struct hn_view object, struct hn_view after,
    struct hn_err *err)
{
	const struct hn_audit_act row = { .at_ms = by->now_ms, .who = by->who, .role = by->role, .from = by->from,
		.act = hn_view_of(act), .object = object, .before = HN_LIT(""), .after = after };

	return hn_audit_add(db, &row, err);
}

/* End the transaction: all of it or nothing. */
static enum hn_rc
finish(struct hn_db *db, enum hn_rc rc, struct hn_err *err)
{
	if (rc == HN_OK)
		return hn_db_commit(db, err);
	hn_db_rollback(db);
	return rc;
}

static enum hn_rc
audit_verdict(struct hn_db *db, const uint8_t id[FINDING_ID_BYTES], struct hn_view verdict, const struct site_actor *by,
    struct hn_err *err)
{
	struct hn_buf object = HN_BUF(OBJECT_MAX), after = HN_BUF(AFTER_MAX);
	enum hn_rc rc;

	hn_buf_hex(&object, id, FINDING_ID_BYTES);
	hn_buf_put(&after, HN_LIT("{\"verdict\":"));
	hn_buf_json(&after, verdict);
	hn_buf_put(&after, HN_LIT(",\"reason\":"));
	hn_buf_json(&after, by->reason);
	hn_buf_char(&after, '}');
	rc = audit(db, by, "finding.verdict", hn_buf_view(&object), hn_buf_view(&after), err);
	hn_buf_fini(&object);
	hn_buf_fini(&after);
	return rc;
}

static enum hn_rc
put_verdict(struct hn_db *db, const uint8_t id[FINDING_ID_BYTES], struct hn_view verdict, const struct site_actor *by,
    struct hn_err *err)
{
	const bool is_back = hn_view_eq(verdict, HN_LIT("none"));
	const struct hn_value key = HN_SQL_BLOB(id, FINDING_ID_BYTES);
	const struct hn_value put[] = { key, HN_SQL_TEXT(verdict), HN_SQL_TEXT(by->reason), HN_SQL_TEXT(by->who),
		HN_SQL_INT(by->now_ms) };
	const struct hn_value own[] = { key, HN_SQL_TEXT(is_back ? HN_LIT("") : verdict), HN_SQL_INT(by->now_ms) };
	enum hn_rc rc = hn_db_run(db, HN_SQL_VERDICT_OF_FINDING, own, HN_COUNT(own), err);

	if (rc == HN_OK && hn_db_changes(db) == 0)
		return HN_FAIL(err, HN_E_NOTFOUND, 0, "finding");
	if (rc == HN_OK)
		rc = is_back ? hn_db_run(db, HN_SQL_VERDICT_DROP, &key, 1, err) :
		    hn_db_run(db, HN_SQL_VERDICT_PUT, put, HN_COUNT(put), err);
	if (rc == HN_OK)
		rc = hn_db_run(db, HN_SQL_PRIOR_DROP, &key, 1, err);
	if (rc == HN_OK)
		rc = hn_db_run(db, HN_SQL_PRIOR_LEARN, &key, 1, err);
	if (rc == HN_OK)
		rc = hn_db_run(db, HN_SQL_PRIOR_APPLY, &key, 1, err);
	return rc == HN_OK ? hn_db_run(db, HN_SQL_CHAIN_APPLY, NULL, 0, err) : rc;
}

enum hn_rc
site_verdict_set(struct hn_db *db, const uint8_t id[FINDING_ID_BYTES], struct hn_view verdict, const struct site_actor *by,
    struct hn_err *err)
{
	static const struct hn_view all[] = { HN_INIT("true"), HN_INIT("false"), HN_INIT("expected"), HN_INIT("none") };
	size_t i = 0;
	enum hn_rc rc;

	while (i < HN_COUNT(all) && !hn_view_eq(all[i], verdict))
		i++;
	if (i == HN_COUNT(all) || !is_reason(by->reason))
		return HN_FAIL(err, HN_E_SYNTAX, 0, i == HN_COUNT(all) ? "verdict" : "reason");
	rc = hn_db_begin(db, err);
	if (rc != HN_OK)
		return rc;
	rc = put_verdict(db, id, verdict, by, err);
	if (rc == HN_OK)
		rc = audit_verdict(db, id, verdict, by, err);
	return finish(db, rc, err);
}

static enum hn_rc
audit_allow(struct hn_db *db, const char *act, const struct site_allow *a, const struct site_actor *by, struct hn_err *err)
{
	char object[OBJECT_MAX];
	struct hn_buf after = HN_BUF(AFTER_MAX);
	enum hn_rc rc;

	(void)snprintf(object, sizeof(object), "allow %" PRIi64, a->id);
	hn_buf_put(&after, HN_LIT("{\"value\":"));
	hn_buf_json(&after, a->value);
	hn_buf_put(&after, HN_LIT(",\"until\":\""));
	hn_time_put(&after, a->until_ms);
	hn_buf_put(&after, HN_LIT("\",\"reason\":"));
	hn_buf_json(&after, by->reason);
	hn_buf_char(&after, '}');
	rc = audit(db, by, act, hn_view_of(object), hn_buf_view(&after), err);
	hn_buf_fini(&after);
	return rc;
}

static enum hn_rc
add_allow(struct hn_db *db, struct site_allow *a, const struct site_actor *by, struct hn_err *err)
{
	const struct hn_value add[] = { HN_SQL_TEXT(a->value), HN_SQL_INT(a->until_ms), HN_SQL_TEXT(by->reason),
		HN_SQL_TEXT(by->who), HN_SQL_INT(by->now_ms) };
	enum hn_rc rc = hn_db_ask(db, HN_SQL_ALLOW_ADD, add, HN_COUNT(add), (struct hn_rows){ take_number, &a->id }, err);
	const struct hn_value id = HN_SQL_INT(a->id);

	if (rc == HN_OK)
		rc = hn_db_run(db, HN_SQL_ALLOW_APPLY, &id, 1, err);
	if (rc == HN_OK)
		rc = hn_db_run(db, HN_SQL_CHAIN_APPLY, NULL, 0, err);
	return rc == HN_OK ? audit_allow(db, "allow.add", a, by, err) : rc;
}

enum hn_rc
site_allow_add(struct hn_db *db, struct hn_view value, int64_t until_ms, const struct site_actor *by, int64_t *id,
    struct hn_err *err)
{
	struct site_allow a = { .value = hn_view_trim(value), .until_ms = until_ms };
	enum hn_rc rc;

	if (a.value.n == 0 || a.value.n > FINDING_TEXT_MAX || hn_view_find(a.value, ',') < a.value.n ||
	    hn_view_find(a.value, '\n') < a.value.n)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "value");
	if (until_ms <= by->now_ms)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "until");
	if (!is_reason(by->reason))
		return HN_FAIL(err, HN_E_SYNTAX, 0, "reason");
	rc = hn_db_begin(db, err);
	if (rc != HN_OK)
		return rc;
	rc = finish(db, add_allow(db, &a, by, err), err);
	if (rc == HN_OK)
		*id = a.id;
	return rc;
}

static void
read_allow(const struct hn_row *row, struct site_allow *a)
{
	*a = (struct site_allow){ .id = hn_row_int(row, 0), .value = hn_row_text(row, 1), .until_ms = hn_row_int(row, 2),
		.reason = hn_row_text(row, 3), .who = hn_row_text(row, 4), .made_ms = hn_row_int(row, 5),
		.ended_ms = hn_row_int(row, 6) };
}

static enum hn_rc
give_row(void *ctx, const struct hn_row *row)
{
	const struct site_allow_each *each = ctx;
	struct site_allow a;

	read_allow(row, &a);
	return each->row(each->ctx, &a);
}

enum hn_rc
site_allow_all(struct hn_db *db, struct site_allow_each each, struct hn_err *err)
{
	return hn_db_ask(db, HN_SQL_ALLOW_ALL, NULL, 0, (struct hn_rows){ give_row, &each }, err);
}

/* The ended row, for the audit: its value in a buffer of ours. */
struct ended {
	struct site_allow a;
	char value[FINDING_TEXT_MAX];
};

static enum hn_rc
take_ended(void *ctx, const struct hn_row *row)
{
	struct ended *e = ctx;
	size_t n;

	read_allow(row, &e->a);
	n = e->a.value.n < sizeof(e->value) ? e->a.value.n : sizeof(e->value);
	memcpy(e->value, e->a.value.p, n);
	e->a.value = (struct hn_view){ e->value, n };
	return HN_OK;
}

static enum hn_rc
give_back(struct hn_db *db, struct hn_err *err)
{
	const enum hn_rc rc = hn_db_run(db, HN_SQL_ALLOW_GIVE_BACK, NULL, 0, err);

	return rc == HN_OK ? hn_db_run(db, HN_SQL_CHAIN_APPLY, NULL, 0, err) : rc;
}

static enum hn_rc
end_allow(struct hn_db *db, int64_t id, const struct site_actor *by, struct hn_err *err)
{
	const struct hn_value key[] = { HN_SQL_INT(id), HN_SQL_INT(by->now_ms) };
	struct ended e = { .a = { .value = HN_LIT("") } };
	enum hn_rc rc = hn_db_run(db, HN_SQL_ALLOW_END, key, HN_COUNT(key), err);

	if (rc == HN_OK && hn_db_changes(db) == 0)
		return HN_FAIL(err, HN_E_NOTFOUND, 0, "allow");
	if (rc == HN_OK)
		rc = give_back(db, err);
	if (rc == HN_OK)
		rc = hn_db_ask(db, HN_SQL_ALLOW_GET, key, 1, (struct hn_rows){ take_ended, &e }, err);
	return rc == HN_OK ? audit_allow(db, "allow.end", &e.a, by, err) : rc;
}

enum hn_rc
site_allow_end(struct hn_db *db, int64_t id, const struct site_actor *by, struct hn_err *err)
{
	enum hn_rc rc;

	if (!is_reason(by->reason))
		return HN_FAIL(err, HN_E_SYNTAX, 0, "reason");
	rc = hn_db_begin(db, err);
	return rc == HN_OK ? finish(db, end_allow(db, id, by, err), err) : rc;
}

enum hn_rc
site_allow_expire(struct hn_db *db, int64_t now_ms, int64_t *n, struct hn_err *err)
{
	const struct hn_value now = HN_SQL_INT(now_ms);
	int64_t ended = 0;
	enum hn_rc rc = hn_db_begin(db, err);

	if (rc != HN_OK)
		return rc;
	rc = hn_db_run(db, HN_SQL_ALLOW_EXPIRE, &now, 1, err);
	if (rc == HN_OK)
		ended = hn_db_changes(db);
	if (rc == HN_OK && ended > 0)
		rc = give_back(db, err);
	rc = finish(db, rc, err);
	if (rc == HN_OK)
		*n = ended;
	return rc;
}
