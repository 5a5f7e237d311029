#include <errno.h>
#include <inttypes.h>

#include "base/clock.h"
#include "base/wire.h"
#include "detect/finding_wire.h"
#include "site/core_memory.h"
#include "site/core_parts.h"
#include "site/findings.h"
#include "site/observed.h"

#define MERGE_ARENA_BYTES (16u << 20)
#define FORMAT_MAX 64u
#define SETTING_KEY_MAX 64u

/* What BATCH_END says. */
struct end {
	uint64_t begin, next, left_out;
};

/* One commit in the making. */
struct commit {
	struct core *core;
	struct hn_arena arena;
	int64_t now_ms;
	struct end end;
	struct hn_err err;
};

static enum hn_rc
commit_finding(struct commit *t, struct hn_view body)
{
	struct finding f;
	enum hn_rc rc = finding_take(body, &f, &t->err);

	if (rc == HN_OK)
		rc = site_finding_merge(t->core->db, &f, t->now_ms, &t->arena, &t->err);
	hn_arena_reset(&t->arena);
	return rc;
}

static enum hn_rc
commit_observed(struct commit *t, struct hn_view body)
{
	struct hn_get g = HN_GET(body);
	const uint32_t n = hn_get_u32(&g);
	struct site_observed seen;

	for (uint32_t i = 0; i < n; i++) {
		if (!site_observed_get(&g, &seen))
			return HN_FAIL(&t->err, HN_E_SYNTAX, i, "observed");
		core_memory_add(t->core->memory, &seen);
	}
	return hn_get_done(&g) ? HN_OK : HN_FAIL(&t->err, HN_E_SYNTAX, n, "observed");
}

static void
key_of(uint32_t source, char key[SETTING_KEY_MAX])
{
	(void)snprintf(key, SETTING_KEY_MAX, "source-lines:%" PRIu32, source);
}

static enum hn_rc
commit_source(struct commit *t, struct hn_view body)
{
	struct hn_get g = HN_GET(body);
	const uint32_t id = hn_get_u32(&g);
	const uint64_t records = hn_get_u64(&g);
	const uint64_t unread = hn_get_u64(&g);
	const struct hn_view format = hn_get_bytes(&g, FORMAT_MAX);
	const struct hn_view lines = hn_get_bytes(&g, HN_MSG_MAX);
	char key[SETTING_KEY_MAX];
	enum hn_rc rc;

	if (!hn_get_done(&g))
		return HN_FAIL(&t->err, HN_E_SYNTAX, 0, "source");
	const struct hn_value count[] = {
		HN_SQL_INT(id), HN_SQL_INT(records + unread > 0 ? site_steady_now(&t->core->steady) : 0),
		HN_SQL_INT(records), HN_SQL_INT(unread), HN_SQL_INT(0), HN_SQL_INT(0), HN_SQL_TEXT(format),
	};

	rc = hn_db_run(t->core->db, HN_SQL_SOURCE_COUNT, count, HN_COUNT(count), &t->err);
	if (rc != HN_OK || lines.n == 0)
		return rc;
	key_of(id, key);
	const struct hn_value keep[] = { HN_SQL_TEXT(hn_view_of(key)), HN_SQL_TEXT(lines) };

	return hn_db_run(t->core->db, HN_SQL_SETTING_PUT, keep, HN_COUNT(keep), &t->err);
}

static enum hn_rc
commit_message(struct commit *t, uint32_t type, struct hn_view body)
{
	static const struct {
		enum site_msg type;
		enum hn_rc (*commit)(struct commit *t, struct hn_view body);
	} rows[] = {
		{ SITE_MSG_SENSE_FINDING, commit_finding }, { SITE_MSG_SENSE_OBSERVED, commit_observed },
		{ SITE_MSG_SENSE_SOURCE, commit_source },
	};

	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (rows[i].type == type)
			return rows[i].commit(t, body);
	return HN_OK;	/* BATCH_END itself */
}

/* Walk what is pending: every message, in order. */
static enum hn_rc
walk(struct commit *t, enum hn_rc (*each)(struct commit *t, uint32_t type, struct hn_view body))
{
	struct hn_get g = HN_GET(hn_buf_view(&t->core->pending));
	enum hn_rc rc = HN_OK;

	while (rc == HN_OK && g.rest.n > 0) {
		const uint32_t type = hn_get_u32(&g);
		const struct hn_view body = hn_get_bytes(&g, HN_MSG_MAX);

		assert(!g.failed);
		rc = each(t, type, body);
	}
	return rc;
}

static enum hn_rc
tell_finding(struct commit *t, uint32_t type, struct hn_view body)
{
	struct finding f;

	if (type == SITE_MSG_SENSE_FINDING && finding_take(body, &f, NULL) == HN_OK)
		core_tell(t->core, SITE_CHANGE_FINDING, (struct hn_view){ (const char *)f.id, FINDING_ID_BYTES });
	return HN_OK;
}

void
core_tell_committed(struct core *c)
{
	struct hn_buf b = HN_BUF(16);
	enum hn_rc rc;

	hn_put_u64(&b, c->committed);
	hn_put_u64(&b, core_learnt_offset(c));
	rc = site_child_send(c->child, HN_INTAKE, SITE_MSG_COMMITTED, hn_buf_view(&b));
	(void)rc;	/* the next one says more; a new intake is told when it is there */
	hn_buf_fini(&b);
}

static enum hn_rc
commit_all(struct commit *t)
{
	struct core *c = t->core;
	enum hn_rc rc = hn_db_begin(c->db, &t->err);

	if (rc != HN_OK)
		return rc;
	core_memory_reset(c->memory);
	rc = walk(t, commit_message);
	if (rc == HN_OK)
		rc = site_progress_set(c->db, t->end.next, t->now_ms, &t->err);
	/* What is remembered comes first: twice the same does no harm, a loss would not be noticed. */
	if (rc == HN_OK)
		rc = core_memory_flush(c->memory, t->end.next, site_steady_now(&c->steady), &t->err);
	if (rc == HN_OK)
		return hn_db_commit(c->db, &t->err);
	hn_db_rollback(c->db);
	return rc;
}

static bool
take_end(struct core *c, struct end *out)
{
	struct hn_get g = HN_GET(hn_view_skip(hn_buf_view(&c->pending), c->pending.n - 24));

	out->begin = hn_get_u64(&g);
	out->next = hn_get_u64(&g);
	out->left_out = hn_get_u64(&g);
	return hn_get_done(&g) && out->begin <= out->next;
}

/*
 * Commit the pending batch.  HN_E_SYNTAX: it is not as promised.  HN_E_CONFLICT: it does not begin where the last one
 * ended (an old sense's last words beside a new one): whoever sent it begins again.  Otherwise HN_OK: it is committed, or kept
 * until the disk has room.
 */
static enum hn_rc
commit_pending(struct core *c)
{
	struct commit t = { .core = c, .now_ms = hn_clock_ms(), .arena = HN_ARENA(MERGE_ARENA_BYTES), .err = { .what = "" } };
	enum hn_rc rc;

	if (!take_end(c, &t.end))
		return HN_E_SYNTAX;
	if (t.end.begin != c->committed)
		return HN_E_CONFLICT;
	rc = commit_all(&t);
	hn_arena_fini(&t.arena);
	if (rc == HN_E_SYNTAX || rc == HN_E_LIMIT)
		return rc;
	if (rc != HN_OK) {
		if (!c->has_end)
			hn_log(HN_LOG_ERROR, "not-committed", "rc=%d what=%s errno=%d: tried again each second; make room on "
			    "the disk or raise [database] budget_mb", (int)rc, t.err.what, errno);
		c->has_end = true;
		site_child_pause(c->child, HN_SENSE, true);
		return HN_OK;
	}
	if (t.end.left_out > 0)
		hn_log(HN_LOG_WARNING, "findings-left-out", "n=%" PRIu64, t.end.left_out);
	if (c->observed_left_out > 0)
		hn_log(HN_LOG_WARNING, "observables-left-out", "messages=%" PRIu64, c->observed_left_out);
	c->observed_left_out = 0;
	c->committed = t.end.next;
	(void)walk(&t, tell_finding);
	hn_buf_reset(&c->pending);
	if (c->has_end) {
		hn_log(HN_LOG_INFO, "committed-again", "what waited is kept");
		site_child_pause(c->child, HN_SENSE, false);
	}
	c->has_end = false;
	core_tell_committed(c);
	return HN_OK;
}

enum hn_rc
core_batch_message(struct core *c, const struct hn_msg *m)
{
	if (m->type == SITE_MSG_SAVED)
		return core_learnt_saved(c, m->body);
	/* A batch that never fitted would be read again for ever: its findings come first, who met what yields. */
	if (m->type == SITE_MSG_SENSE_OBSERVED && c->pending.n > CORE_PENDING_MAX / 2) {
		c->observed_left_out++;
		return HN_OK;
	}
	hn_put_u32(&c->pending, m->type);
	hn_put_bytes(&c->pending, m->body);
	if (c->pending.failed)
		return HN_E_LIMIT;
	if (m->type != SITE_MSG_BATCH_END)
		return HN_OK;
	c->learnt.has_told = true;
	c->learnt.deaths = 0;
	return commit_pending(c);
}

/* Give a new sense the header lines that an earlier one had seen, source by source. */
struct recall {
	struct core *core;
	uint32_t id;
};

static enum hn_rc
recall_row(void *ctx, const struct hn_row *row)
{
	struct recall *r = ctx;
	const struct hn_view lines = hn_row_text(row, 0);
	struct hn_buf b = HN_BUF(HN_MSG_MAX);
	enum hn_rc rc = HN_OK;

	hn_put_u32(&b, r->id);
	hn_put_bytes(&b, lines);
	if (!b.failed)
		rc = site_outbox_put(&r->core->to_sense, SITE_MSG_REMEMBERED, hn_buf_view(&b));
	hn_buf_fini(&b);
	return rc;
}

static void
brief_sense(struct core *c)
{
	char key[SETTING_KEY_MAX];
	struct hn_buf committed = HN_BUF(8);
	enum hn_rc rc = HN_OK;

	core_indicators_check(c, true);
	for (size_t i = 0; rc == HN_OK && i < c->child->config->n_sources; i++) {
		struct recall r = { c, c->child->config->source[i].id };

		key_of(r.id, key);
		const struct hn_value value = HN_SQL_TEXT(hn_view_of(key));

		rc = hn_db_ask(c->db, HN_SQL_SETTING_GET, &value, 1, (struct hn_rows){ recall_row, &r }, NULL);
	}
	hn_put_u64(&committed, c->committed);
	if (rc == HN_OK)
		rc = site_outbox_put(&c->to_sense, SITE_MSG_RESUME, hn_buf_view(&committed));
	if (rc != HN_OK)
		hn_log(HN_LOG_ERROR, "sense-not-briefed", "rc=%d", (int)rc);
	site_outbox_send(&c->to_sense);
	hn_buf_fini(&committed);
}

void
core_batch_peer(struct core *c, enum hn_role_id peer, bool is_there)
{
	if (peer == HN_SENSE) {
		hn_buf_reset(&c->pending);
		site_outbox_reset(&c->to_sense);
		c->has_end = false;
		core_learnt_peer(c, is_there);
		if (is_there)
			brief_sense(c);
	}
	if (peer == HN_INTAKE && is_there)
		core_tell_committed(c);
}

static const char *
state_name(enum site_source_state state)
{
	static const char *const names[] = {
		[SITE_SOURCE_OK] = "ok", [SITE_SOURCE_MISSING] = "missing", [SITE_SOURCE_HELD] = "held",
		[SITE_SOURCE_BROKEN] = "broken",
	};

	return state < HN_COUNT(names) ? names[state] : "broken";
}

static enum hn_rc
count_source(struct core *c, const struct site_counts *s, struct hn_err *err)
{
	const int64_t spoke_ms = s->lines > 0 ? site_steady_now(&c->steady) : 0;
	const struct hn_value count[] = {
		HN_SQL_INT(s->source), HN_SQL_INT(spoke_ms), HN_SQL_INT(0), HN_SQL_INT(s->cut), HN_SQL_INT(s->dropped),
		HN_SQL_INT(s->bytes), HN_SQL_TEXT(HN_LIT("")),
	};
	const struct hn_value state[] = {
		HN_SQL_INT(s->source), HN_SQL_TEXT(hn_view_of(state_name((enum site_source_state)s->state))),
	};
	enum hn_rc rc = hn_db_run(c->db, HN_SQL_SOURCE_COUNT, count, HN_COUNT(count), err);

	return rc == HN_OK ? hn_db_run(c->db, HN_SQL_SOURCE_STATE, state, HN_COUNT(state), err) : rc;
}

/* Intake says each thing once: what the database has no room for now is kept until it has. */
static void
add_counts(struct core *c, const struct site_counts *said)
{
	for (size_t i = 0; i < SITE_SOURCES_MAX; i++) {
		struct site_counts *sum = &c->counts[i];

		if (sum->source != 0 && sum->source != said->source)
			continue;
		sum->source = said->source;
		sum->state = said->state;
		sum->lines += said->lines;
		sum->bytes += said->bytes;
		sum->cut += said->cut;
		sum->dropped += said->dropped;
		return;
	}
}

static enum hn_rc
keep_counts(struct core *c, struct hn_err *err)
{
	enum hn_rc rc = hn_db_begin(c->db, err);

	for (size_t i = 0; rc == HN_OK && i < SITE_SOURCES_MAX && c->counts[i].source != 0; i++)
		rc = count_source(c, &c->counts[i], err);
	if (rc == HN_OK)
		rc = hn_db_commit(c->db, err);
	else
		hn_db_rollback(c->db);
	if (rc == HN_OK)
		memset(c->counts, 0, sizeof(c->counts));
	return rc;
}

enum hn_rc
core_batch_counts(struct core *c, struct hn_view body)
{
	struct hn_get g = HN_GET(body);
	const uint32_t n = hn_get_u32(&g);
	struct hn_err err = { .what = "" };
	enum hn_rc rc;

	for (uint32_t i = 0; i < n && !g.failed; i++) {
		struct site_counts s;

		site_counts_get(&g, &s);
		if (!g.failed)
			add_counts(c, &s);
	}
	if (!hn_get_done(&g))
		return HN_E_SYNTAX;
	rc = keep_counts(c, &err);
	if (rc != HN_OK && !c->has_said_counts)
		hn_log(HN_LOG_WARNING, "counts-not-kept", "rc=%d what=%s", (int)rc, err.what);
	c->has_said_counts = rc != HN_OK;
	return HN_OK;
}

/* Lines that the reader died on, twice: kept aside, and a person is told. */
enum hn_rc
core_batch_quarantined(struct core *c, struct hn_view body)
{
	struct site_quarantined q;
	struct hn_arena arena = HN_ARENA(MERGE_ARENA_BYTES);
	struct hn_err err = { .what = "" };
	char rule[64];
	enum hn_rc rc = site_quarantined_get(body, &q);

	if (rc != HN_OK)
		return rc;
	(void)snprintf(rule, sizeof(rule), "quarantine-%" PRIx64, q.begin);
	struct finding f = {
		.kind = FINDING_POLICY, .at_least = LEVEL_MEDIUM, .at_most = LEVEL_MEDIUM, .count = 1,
		.first_ms = hn_clock_ms(), .rule = hn_view_of(rule), .words = HN_LIT("policy.quarantine"), .n_evidence = 1,
	};

	f.last_ms = f.first_ms;
	f.evidence[0] = (struct finding_evidence){ q.source, q.begin, f.first_ms, q.head };
	finding_identify(&f);
	finding_weigh(&f);
	rc = hn_db_begin(c->db, &err);
	if (rc == HN_OK)
		rc = site_finding_merge(c->db, &f, f.first_ms, &arena, &err);
	if (rc == HN_OK)
		rc = hn_db_commit(c->db, &err);
	else
		hn_db_rollback(c->db);
	hn_log(HN_LOG_ERROR, "quarantined", "begin=%" PRIu64 " lines=%u kept=%d", q.begin, q.lines, rc == HN_OK);
	core_tell(c, SITE_CHANGE_FINDING, (struct hn_view){ (const char *)f.id, FINDING_ID_BYTES });
	hn_arena_fini(&arena);
	return HN_OK;
}

static enum hn_rc
put_source(struct core *c, const struct site_source *s, struct hn_err *err)
{
	const struct hn_value values[] = {
		HN_SQL_INT(s->id), HN_SQL_TEXT(s->name), HN_SQL_TEXT(hn_view_of(site_kinds[s->kind].name)),
	};

	return hn_db_run(c->db, HN_SQL_SOURCE_PUT, values, HN_COUNT(values), err);
}

static enum hn_rc
put_sources(struct core *c, struct hn_err *err)
{
	enum hn_rc rc = HN_OK;

	for (size_t i = 0; rc == HN_OK && i < c->child->config->n_sources; i++)
		rc = put_source(c, &c->child->config->source[i], err);
	return rc;
}

void
core_batch_retry(struct core *c)
{
	c->lacks_sources = c->lacks_sources && put_sources(c, NULL) != HN_OK;
	if (c->has_end && commit_pending(c) != HN_OK) {
		hn_buf_reset(&c->pending);
		c->has_end = false;
	}
}

bool
core_lacks_room(enum hn_rc rc)
{
	return rc == HN_E_IO;
}

enum hn_rc
core_batch_start(struct core *c, struct hn_err *err)
{
	enum hn_rc rc = site_progress_get(c->db, &c->committed, err);

	if (rc == HN_OK)
		rc = put_sources(c, err);
	c->lacks_sources = core_lacks_room(rc);
	if (c->lacks_sources)
		rc = HN_OK;
	return rc == HN_OK ? core_memory_open(c->child->config, c->committed, &c->memory, err) : rc;
}
