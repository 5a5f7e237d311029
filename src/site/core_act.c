#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/wire.h"
#include "site/act.h"
#include "site/core_parts.h"
#include "site/triage.h"

#define WHO_MAX 64u
#define ADDRESS_MAX 64u
#define ZONE_S (9 * 3600)	/* a day ends in Japan */
#define DAY_MS INT64_C(86400000)

/* Whose session it is. */
struct person {
	char who[WHO_MAX], role[WHO_MAX];
	size_t n_who, n_role;
	bool is_there;
};

struct act {
	struct core *core;
	struct site_actor by;
	struct hn_view text[SITE_ACT_TEXTS];
	struct hn_view changed;		/* id of the finding it was done to; empty: none */
	uint8_t id[FINDING_ID_BYTES];
	int64_t number;			/* of the row made */
	struct hn_err err;
};

static enum hn_rc
take_person(void *ctx, const struct hn_row *row)
{
	struct person *p = ctx;
	const struct hn_view who = hn_row_text(row, 0), role = hn_row_text(row, 1);

	p->n_who = who.n < WHO_MAX ? who.n : WHO_MAX;
	p->n_role = role.n < WHO_MAX ? role.n : WHO_MAX;
	memcpy(p->who, who.p, p->n_who);
	memcpy(p->role, role.p, p->n_role);
	p->is_there = true;
	return HN_OK;
}

static enum hn_rc
do_verdict(struct act *a)
{
	if (hn_num_bytes(a->text[0], a->id, sizeof(a->id)) != HN_OK)
		return HN_FAIL(&a->err, HN_E_NOTFOUND, 0, "finding");
	a->changed = (struct hn_view){ (const char *)a->id, sizeof(a->id) };
	return site_verdict_set(a->core->db, a->id, a->text[1], &a->by, &a->err);
}

static enum hn_rc
do_allow(struct act *a)
{
	int64_t until_ms = 0;

	if (a->text[1].n == 10 && hn_time_parse(a->text[1], ZONE_S, &until_ms) == HN_OK)
		until_ms += DAY_MS;
	return site_allow_add(a->core->db, a->text[0], until_ms, &a->by, &a->number, &a->err);
}

static enum hn_rc
do_unallow(struct act *a)
{
	uint64_t number;

	if (hn_num_u64(a->text[0], INT64_MAX, &number) != HN_OK)
		return HN_FAIL(&a->err, HN_E_NOTFOUND, 0, "allow");
	a->number = (int64_t)number;
	return site_allow_end(a->core->db, a->number, &a->by, &a->err);
}

static enum hn_rc
answer(struct core *c, uint32_t request, enum hn_rc done, const struct act *a)
{
	static const struct {
		enum hn_rc rc;
		uint16_t status;
	} rows[] = { { HN_OK, 200 }, { HN_E_NOTFOUND, 404 }, { HN_E_SYNTAX, 400 }, { HN_E_DENIED, 401 } };
	struct hn_buf b = HN_BUF(512);
	char json[128] = "{}";
	uint16_t status = 503;
	enum hn_rc rc;

	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (rows[i].rc == done)
			status = rows[i].status;
	if (done == HN_OK)
		(void)snprintf(json, sizeof(json), "{\"id\":%" PRIi64 "}", a->number);
	else
		(void)snprintf(json, sizeof(json), "{\"error\":\"%s\"}", a->err.what);
	hn_put_u32(&b, request);
	hn_put_u16(&b, status);
	hn_put_u8(&b, 0);
	hn_put_bytes(&b, hn_view_of(json));
	rc = site_child_send(c->child, HN_WEB, SITE_MSG_ANSWER, hn_buf_view(&b));
	hn_buf_fini(&b);
	return rc == HN_E_SYNTAX ? rc : HN_OK;
}

enum hn_rc
core_act_message(struct core *c, struct hn_view body)
{
	static enum hn_rc (*const acts[SITE_ACTS])(struct act *a) = {
		[SITE_ACT_VERDICT] = do_verdict, [SITE_ACT_ALLOW] = do_allow, [SITE_ACT_UNALLOW] = do_unallow,
	};
	struct hn_get g = HN_GET(body);
	const uint32_t request = hn_get_u32(&g);
	const unsigned which = hn_get_u8(&g);
	const struct hn_view hash = hn_get_bytes(&g, HN_SHA256_BYTES), from = hn_get_bytes(&g, ADDRESS_MAX);
	const struct hn_value session[] = { HN_SQL_BLOB(hash.p, hash.n), HN_SQL_INT(site_steady_now(&c->steady)) };
	struct person p = { .is_there = false };
	struct act a = { .core = c, .changed = HN_LIT(""), .err = { .what = "sign-in" } };
	enum hn_rc rc;

	for (size_t i = 0; i < SITE_ACT_TEXTS; i++)
		a.text[i] = hn_get_bytes(&g, SITE_ACT_TEXT_MAX);
	if (!hn_get_done(&g) || hash.n != HN_SHA256_BYTES || which >= SITE_ACTS)
		return HN_E_SYNTAX;
	rc = hn_db_ask(c->db, HN_SQL_SESSION_GET, session, HN_COUNT(session), (struct hn_rows){ take_person, &p }, &a.err);
	if (rc == HN_OK && !p.is_there)
		rc = HN_E_DENIED;
	a.by = (struct site_actor){ .who = { p.who, p.n_who }, .role = { p.role, p.n_role }, .from = from,
		.reason = hn_view_trim(a.text[2]), .now_ms = hn_clock_ms() };
	if (rc == HN_OK)
		rc = acts[which](&a);
	if (rc == HN_OK)
		core_tell(c, a.changed.n > 0 ? SITE_CHANGE_FINDING : SITE_CHANGE_STATE, a.changed);
	return answer(c, request, rc, &a);
}
