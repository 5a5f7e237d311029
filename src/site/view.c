#include "site/view.h"

#include <inttypes.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/wire.h"
#include "event/log.h"
#include "site/finding_show.h"
#include "site/outbox.h"
#include "site/stores.h"
#include "site/triage.h"

#define ANSWER_MAX (4u << 20)		/* bytes of one answer */
#define PIECE_MAX 131072u		/* bytes of it in one message */
#define ARENA_MAX (16u << 20)
#define ONE_MAX (1u << 20)		/* bytes of one finding with its evidence */
#define LIMIT_DEFAULT 50u
#define LIMIT_MAX 200u
#define STORES_MS 60000		/* how old a look at the folders may be */

struct view {
	struct site_child *child;
	struct hn_db *db;		/* NULL: core has not made it yet */
	struct hn_arena arena;
	struct hn_buf json;
	struct site_outbox out;
	struct site_store_use stores[SITE_STORES];
	int64_t steady_ms;		/* core's steady clock less the monotonic one */
	bool has_steady;		/* core has told it; until then the wall clock serves */
	unsigned conditions;		/* site_condition, as core told last */
	int64_t stores_ms;		/* monotonic: when they were looked at; 0: not yet */
	char db_path[SITE_PATH_MAX + 16];
};

/* One question: the texts, in the order of site_view_route. */
struct ask {
	struct view *view;
	uint32_t request;
	struct hn_view text[SITE_VIEW_TEXTS_MAX];
	struct hn_err err;
};

static struct hn_view
source_name(void *ctx, uint32_t id)
{
	const struct view *v = ctx;

	for (size_t i = 0; i < v->child->config->n_sources; i++)
		if (v->child->config->source[i].id == id)
			return v->child->config->source[i].name;
	return HN_LIT("");
}

static void
put_number(struct hn_buf *b, const char *name, uint64_t n)
{
	hn_buf_printf(b, "\"%s\":%" PRIu64, name, n);
}

/* What is summed over the sources, while their rows go by. */
struct sources {
	struct ask *ask;
	bool is_list;		/* each as JSON, else only the sums */
	size_t n;
	uint64_t speaking, silent, never, held, records, unread, dropped;
	struct hn_buf unchecked;	/* JSON texts: names of those that do not speak */
};

static const struct site_source *
config_of(const struct view *v, int64_t id)
{
	for (size_t i = 0; i < v->child->config->n_sources; i++)
		if ((int64_t)v->child->config->source[i].id == id)
			return &v->child->config->source[i];
	return NULL;
}

/* How long ago a time of core's steady clock was: the wall clock may have jumped since. */
static int64_t
age_of(const struct view *v, int64_t ms)
{
	const int64_t now_ms = v->has_steady ? v->steady_ms + hn_clock_monotonic_ms() : hn_clock_ms();

	return now_ms > ms ? now_ms - ms : 0;
}

static const char *
state_of(struct sources *s, const struct site_source *config, const struct hn_row *row)
{
	const int64_t last_ms = hn_row_int(row, 5);

	if (hn_view_eq(hn_row_text(row, 4), HN_LIT("held"))) {
		s->held++;
		return "held";
	}
	if (last_ms == 0) {
		s->never++;
		return "never";
	}
	if (config->silent_after_s > 0 && age_of(s->ask->view, last_ms) > (int64_t)config->silent_after_s * 1000) {
		s->silent++;
		return "silent";
	}
	s->speaking++;
	return "speaking";
}

static void
put_source(struct view *v, const struct hn_row *row, const struct site_source *config, const char *state)
{
	struct hn_buf *b = &v->json;
	const int64_t last_ms = hn_row_int(row, 5);

	hn_buf_printf(b, "{\"id\":%" PRIi64 ",\"name\":", hn_row_int(row, 0));
	hn_buf_json(b, hn_row_text(row, 1));
	hn_buf_put(b, HN_LIT(",\"kind\":"));
	hn_buf_json(b, hn_row_text(row, 2));
	hn_buf_put(b, HN_LIT(",\"format\":"));
	hn_buf_json(b, hn_row_text(row, 3));
	hn_buf_put(b, HN_LIT(",\"trouble\":"));
	hn_buf_json(b, hn_row_text(row, 4));
	hn_buf_put(b, HN_LIT(",\"last_at\":"));
	if (last_ms > 0) {
		hn_buf_char(b, '"');
		hn_time_put(b, hn_clock_ms() - age_of(v, last_ms));	/* as the clock on the wall has it */
		hn_buf_char(b, '"');
	} else {
		hn_buf_put(b, HN_LIT("null"));
	}
	hn_buf_printf(b, ",\"records\":%" PRIi64 ",\"unread\":%" PRIi64 ",\"dropped\":%" PRIi64, hn_row_int(row, 6),
	    hn_row_int(row, 7), hn_row_int(row, 8));
	hn_buf_printf(b, ",\"state\":\"%s\",\"silent_after_s\":%" PRIu64 "}", state, config->silent_after_s);
}

static enum hn_rc
see_source(void *ctx, const struct hn_row *row)
{
	struct sources *s = ctx;
	struct view *v = s->ask->view;
	const struct site_source *config = config_of(v, hn_row_int(row, 0));
	const char *state;

	if (config == NULL)
		return HN_OK;	/* no longer in the configuration */
	state = state_of(s, config, row);
	s->records += (uint64_t)hn_row_int(row, 6);
	s->unread += (uint64_t)hn_row_int(row, 7);
	s->dropped += (uint64_t)hn_row_int(row, 8);
	if (strcmp(state, "speaking") != 0) {
		if (s->unchecked.n > 0)
			hn_buf_char(&s->unchecked, ',');
		hn_buf_json(&s->unchecked, hn_row_text(row, 1));
	}
	if (s->is_list) {
		if (s->n > 0)
			hn_buf_char(&v->json, ',');
		put_source(v, row, config, state);
	}
	s->n++;
	return HN_OK;
}

static enum hn_rc
answer_sources(struct ask *a)
{
	struct sources s = { .ask = a, .is_list = true, .unchecked = HN_BUF(65536) };
	enum hn_rc rc;

	hn_buf_char(&a->view->json, '[');
	rc = hn_db_ask(a->view->db, HN_SQL_SOURCE_ALL, NULL, 0, (struct hn_rows){ see_source, &s }, &a->err);
	hn_buf_char(&a->view->json, ']');
	hn_buf_fini(&s.unchecked);
	return rc;
}

static void
put_levels(struct hn_buf *b, const uint64_t levels[LEVEL_COUNT])
{
	hn_buf_put(b, HN_LIT(",\"findings\":{"));
	for (unsigned i = 0; i < LEVEL_COUNT; i++) {
		if (i > 0)
			hn_buf_char(b, ',');
		put_number(b, finding_level_name((enum finding_level)i), levels[i]);
	}
	hn_buf_char(b, '}');
}

static void
put_disk(struct view *v, struct hn_buf *b)
{
	struct statvfs fs;

	if (statvfs(v->child->config->data_dir.p, &fs) != 0)
		return;
	hn_buf_put(b, HN_LIT(",\"disk\":{"));
	put_number(b, "free_bytes", (uint64_t)fs.f_bavail * fs.f_frsize);
	hn_buf_char(b, ',');
	put_number(b, "total_bytes", (uint64_t)fs.f_blocks * fs.f_frsize);
	hn_buf_char(b, '}');
}

/* What each store uses of its budget, and since when it has something. */
static void
put_stores(struct view *v, struct hn_buf *b)
{
	const int64_t now_ms = hn_clock_monotonic_ms();

	if (v->stores_ms == 0 || now_ms - v->stores_ms > STORES_MS) {
		site_stores_measure(v->child->config, v->stores);
		v->stores_ms = now_ms;
	}
	hn_buf_put(b, HN_LIT(",\"stores\":["));
	for (size_t i = 0; i < SITE_STORES; i++) {
		const struct site_store_use *s = &v->stores[i];

		hn_buf_printf(b, "%s{\"name\":\"%s\",", i > 0 ? "," : "", s->name);
		put_number(b, "used_bytes", s->used_bytes);
		hn_buf_char(b, ',');
		put_number(b, "budget_bytes", s->budget_bytes);
		hn_buf_char(b, ',');
		put_number(b, "keep_days", s->keep_days);
		if (s->oldest_ms != 0) {
			hn_buf_put(b, HN_LIT(",\"oldest_at\":\""));
			hn_time_put(b, s->oldest_ms);
			hn_buf_char(b, '"');
		}
		hn_buf_char(b, '}');
	}
	hn_buf_char(b, ']');
}

/* What is amiss with the site as a whole, by name: the page has words for each. */
static void
put_notices(struct view *v, struct hn_buf *b)
{
	struct statvfs fs;
	const bool is_disk_full = statvfs(v->child->config->data_dir.p, &fs) == 0 &&
	    (uint64_t)fs.f_bavail * fs.f_frsize < v->child->config->reserve_mb << 20;
	const struct {
		bool is_so;
		const char *name;
	} rows[] = {
		{ is_disk_full, "disk" }, { (v->conditions & SITE_CONDITION_DATABASE) != 0, "database" },
		{ (v->conditions & SITE_CONDITION_CLOCK) != 0, "clock" },
	};
	const char *between = "";

	hn_buf_put(b, HN_LIT(",\"notices\":["));
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		if (!rows[i].is_so)
			continue;
		hn_buf_printf(b, "%s\"%s\"", between, rows[i].name);
		between = ",";
	}
	hn_buf_char(b, ']');
}

static enum hn_rc
answer_state(struct ask *a)
{
	struct view *v = a->view;
	struct hn_buf *b = &v->json;
	struct sources s = { .ask = a, .unchecked = HN_BUF(65536) };
	uint64_t levels[LEVEL_COUNT] = { 0 };
	enum hn_rc rc = site_findings_levels(v->db, levels, &a->err);

	if (rc == HN_OK)
		rc = hn_db_ask(v->db, HN_SQL_SOURCE_ALL, NULL, 0, (struct hn_rows){ see_source, &s }, &a->err);
	hn_buf_put(b, HN_LIT("{\"site\":"));
	hn_buf_json(b, v->child->config->name);
	hn_buf_put(b, HN_LIT(",\"at\":\""));
	hn_time_put(b, hn_clock_ms());
	hn_buf_char(b, '"');
	put_levels(b, levels);
	hn_buf_printf(b, ",\"sources\":{\"total\":%zu,\"speaking\":%" PRIu64 ",\"silent\":%" PRIu64 ",\"never\":%" PRIu64
	    ",\"held\":%" PRIu64 "}", s.n, s.speaking, s.silent, s.never, s.held);
	hn_buf_put(b, HN_LIT(",\"unchecked\":["));
	hn_buf_put(b, hn_buf_view(&s.unchecked));
	hn_buf_printf(b, "],\"records\":%" PRIu64 ",\"unread\":%" PRIu64 ",\"dropped\":%" PRIu64, s.records, s.unread,
	    s.dropped);
	put_disk(v, b);
	put_notices(v, b);
	put_stores(v, b);
	hn_buf_put(b, HN_LIT(",\"version\":\"" HINOMI_VERSION "\"}"));
	hn_buf_fini(&s.unchecked);
	return rc;
}

static enum hn_rc
load(struct ask *a, struct hn_view hex, struct site_finding *out)
{
	uint8_t id[FINDING_ID_BYTES];

	if (hn_num_bytes(hex, id, sizeof(id)) != HN_OK)
		return HN_E_NOTFOUND;
	return site_finding_load(a->view->db, id, &a->view->arena, out, &a->err);
}

static enum hn_rc
answer_finding(struct ask *a)
{
	const struct finding_sources sources = { source_name, a->view };
	struct site_finding f;
	const enum hn_rc rc = load(a, a->text[0], &f);

	if (rc == HN_OK)
		site_finding_json(&a->view->json, &f, &sources);
	return rc;
}

/* HN_E_SYNTAX: a level, kind or number that there is not. */
static enum hn_rc
read_filter(struct ask *a, struct site_findings_filter *filter, size_t *limit)
{
	uint64_t n = LIMIT_DEFAULT;

	*filter = (struct site_findings_filter){
		.level = LEVEL_INFO, .kind = a->text[1], .text = a->text[2], .since_ms = INT64_MIN, .status = { "", 0 },
		.verdict = a->text[5], .machine = a->text[6],
	};
	if (a->text[0].n > 0 && !finding_level_find(a->text[0], &filter->level))
		return HN_E_SYNTAX;
	if (a->text[4].n > 0 && hn_num_u64(a->text[4], LIMIT_MAX, &n) != HN_OK)
		return HN_E_SYNTAX;
	*limit = n > 0 ? (size_t)n : 1;
	return HN_OK;
}

/* With its facts, which its words tell. */
static enum hn_rc
put_whole(struct view *v, const uint8_t id[FINDING_ID_BYTES], struct hn_err *err)
{
	const struct finding_sources sources = { source_name, v };
	struct hn_arena arena = HN_ARENA(ONE_MAX);
	struct site_finding s;
	const enum hn_rc rc = site_finding_load(v->db, id, &arena, &s, err);

	if (rc == HN_OK)
		site_finding_json(&v->json, &s, &sources);
	hn_arena_fini(&arena);
	return rc;
}

static enum hn_rc
answer_findings(struct ask *a)
{
	struct view *v = a->view;
	struct site_findings_filter filter;
	struct site_finding behind;
	struct site_findings_page page = { .n = 0 };
	enum hn_rc rc = read_filter(a, &filter, &page.max);

	if (rc == HN_OK && a->text[3].n > 0) {
		rc = load(a, a->text[3], &behind);
		filter.behind = &behind;
	}
	page.rows = hn_arena_get(&v->arena, page.max * sizeof(*page.rows));
	if (rc == HN_OK && page.rows == NULL)
		rc = HN_E_NOMEM;
	if (rc == HN_OK)
		rc = site_findings_page(v->db, &filter, &v->arena, &page, &a->err);
	if (rc != HN_OK)
		return rc;
	hn_buf_put(&v->json, HN_LIT("{\"items\":["));
	for (size_t i = 0; rc == HN_OK && i < page.n; i++) {
		if (i > 0)
			hn_buf_char(&v->json, ',');
		rc = put_whole(v, page.rows[i].f.id, &a->err);
	}
	if (rc != HN_OK)
		return rc;
	hn_buf_put(&v->json, HN_LIT("],\"next\":"));
	if (page.n == page.max) {
		hn_buf_char(&v->json, '"');
		hn_buf_hex(&v->json, page.rows[page.n - 1].f.id, FINDING_ID_BYTES);
		hn_buf_put(&v->json, HN_LIT("\"}"));
	} else {
		hn_buf_put(&v->json, HN_LIT("null}"));
	}
	return HN_OK;
}

static enum hn_rc
put_allow(void *ctx, const struct site_allow *row)
{
	struct hn_buf *b = ctx;

	if (row->ended_ms != 0)
		return HN_OK;
	hn_buf_printf(b, "%s{\"id\":%" PRIi64 ",\"value\":", b->p[b->n - 1] == '[' ? "" : ",", row->id);
	hn_buf_json(b, row->value);
	hn_buf_put(b, HN_LIT(",\"reason\":"));
	hn_buf_json(b, row->reason);
	hn_buf_put(b, HN_LIT(",\"until\":\""));
	hn_time_put(b, row->until_ms);
	hn_buf_put(b, HN_LIT("\",\"made_at\":\""));
	hn_time_put(b, row->made_ms);
	hn_buf_put(b, HN_LIT("\"}"));
	return HN_OK;
}

static enum hn_rc
answer_allow(struct ask *a)
{
	struct hn_buf *b = &a->view->json;
	enum hn_rc rc;

	hn_buf_char(b, '[');
	rc = site_allow_all(a->view->db, (struct site_allow_each){ put_allow, b }, &a->err);
	hn_buf_char(b, ']');
	return rc;
}

/* Core makes the database; until it has, the answer is "not yet". */
static enum hn_rc
open_db(struct view *v, struct hn_err *err)
{
	return v->db != NULL ? HN_OK : hn_db_open(v->db_path, HN_DB_READ, &v->db, err);
}

static uint16_t
status_of(enum hn_rc rc)
{
	static const struct {
		enum hn_rc rc;
		uint16_t status;
	} rows[] = { { HN_OK, 200 }, { HN_E_NOTFOUND, 404 }, { HN_E_SYNTAX, 400 }, { HN_E_LIMIT, 413 } };

	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (rows[i].rc == rc)
			return rows[i].status;
	return 503;
}

/* The answer in pieces that fit a message; whatever went wrong is one word for web. */
static void
send_answer(struct ask *a, enum hn_rc rc)
{
	struct view *v = a->view;
	struct hn_view rest = hn_buf_view(&v->json);
	struct hn_buf piece = HN_BUF(PIECE_MAX + 64);

	if (rc == HN_OK && v->json.failed)
		rc = HN_E_LIMIT;
	if (rc != HN_OK)
		rest = HN_LIT("{}");
	if (rc != HN_OK && rc != HN_E_NOTFOUND)
		hn_log(HN_LOG_WARNING, "not-answered", "rc=%d what=%s", (int)rc, a->err.what);
	do {
		const size_t n = rest.n < PIECE_MAX ? rest.n : PIECE_MAX;

		hn_buf_reset(&piece);
		hn_put_u32(&piece, a->request);
		hn_put_u16(&piece, status_of(rc));
		hn_put_u8(&piece, n < rest.n ? 1 : 0);
		hn_put_bytes(&piece, (struct hn_view){ rest.p, n });
		if (site_outbox_put(&v->out, SITE_MSG_ANSWER, hn_buf_view(&piece)) != HN_OK)
			break;
		rest = hn_view_skip(rest, n);
	} while (rest.n > 0);
	hn_buf_fini(&piece);
	site_outbox_send(&v->out);
}

static enum hn_rc
take_condition(struct view *v, struct hn_view body)
{
	struct hn_get g = HN_GET(body);

	v->steady_ms = hn_get_i64(&g);
	v->conditions = hn_get_u8(&g);
	v->has_steady = !g.failed;
	return hn_get_done(&g) ? HN_OK : HN_E_SYNTAX;
}

static enum hn_rc
view_message(struct site_child *c, enum hn_role_id from, const struct hn_msg *m)
{
	static enum hn_rc (*const answer[SITE_VIEW_ROUTES])(struct ask *a) = {
		[SITE_VIEW_STATE] = answer_state, [SITE_VIEW_FINDINGS] = answer_findings,
		[SITE_VIEW_FINDING] = answer_finding, [SITE_VIEW_SOURCES] = answer_sources,
		[SITE_VIEW_ALLOW] = answer_allow,
	};
	struct view *v = c->state;
	struct hn_get g = HN_GET(m->body);
	struct ask a = { .view = v, .err = { .what = "" } };
	unsigned route, n;
	enum hn_rc rc;

	if (from == HN_CORE)
		return take_condition(v, m->body);
	if (from != HN_WEB)
		return HN_OK;
	a.request = hn_get_u32(&g);
	route = hn_get_u8(&g);
	n = hn_get_u8(&g);
	for (unsigned i = 0; i < n && i < SITE_VIEW_TEXTS_MAX; i++)
		a.text[i] = hn_get_bytes(&g, SITE_VIEW_TEXT_MAX);
	if (!hn_get_done(&g) || route >= SITE_VIEW_ROUTES || n > SITE_VIEW_TEXTS_MAX)
		return HN_E_SYNTAX;
	hn_arena_reset(&v->arena);
	hn_buf_reset(&v->json);
	rc = open_db(v, &a.err);
	send_answer(&a, rc == HN_OK ? answer[route](&a) : rc);
	return HN_OK;
}

static enum hn_rc
view_start(struct site_child *c, struct hn_err *err)
{
	struct view *v = c->state;
	char folder[SITE_PATH_MAX];

	v->child = c;
	v->arena = HN_ARENA(ARENA_MAX);
	v->json = HN_BUF(ANSWER_MAX);
	site_outbox_init(&v->out, c, HN_WEB);
	if (!site_place_path(c->config, SITE_PLACE_DB, folder))
		return HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	(void)snprintf(v->db_path, sizeof(v->db_path), "%s/site.db", folder);
	return HN_OK;
}

static void
view_peer_changed(struct site_child *c, enum hn_role_id peer, bool is_there)
{
	struct view *v = c->state;

	(void)is_there;
	if (peer == HN_WEB)
		site_outbox_reset(&v->out);
}

static void
view_writable(struct site_child *c, enum hn_role_id peer)
{
	struct view *v = c->state;

	if (peer == HN_WEB)
		site_outbox_send(&v->out);
}

static void
view_stop(struct site_child *c)
{
	struct view *v = c->state;

	hn_db_close(v->db);
	site_outbox_fini(&v->out);
	hn_buf_fini(&v->json);
	hn_arena_fini(&v->arena);
}

const struct site_role_ops view_ops = {
	.state_bytes = sizeof(struct view),
	.start = view_start,
	.message = view_message,
	.peer_changed = view_peer_changed,
	.writable = view_writable,
	.stop = view_stop,
};
