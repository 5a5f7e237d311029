#include "site/sense.h"

#include <assert.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "detect/finding_wire.h"
#include "detect/indicator_table.h"
#include "detect/sigma/cache.h"
#include "event/log.h"
#include "site/learnt.h"
#include "site/house.h"
#include "site/outbox.h"
#include "site/sense_source.h"

#define FINDINGS_MAX 4096u
#define FINDINGS_BYTES (64u << 20)
#define HOLD_MS 50			/* results wait so long for further batches: one commit for all of them */
#define HOLD_BATCHES 64u		/* what many lines tell alike is then remembered once */
#define OUTBOX_HIGH (4u << 20)		/* bytes waiting for core above which no further batch is begun */

struct sense {
	struct site_child *child;
	struct hn_arena line_arena;
	struct scope scope;
	struct house house;
	const struct indicator_table *indicators;
	struct detect_conf detect_conf;
	struct indicator_table *indicators_owned;
	const struct sigma_set *rules;
	struct sigma_set *rules_owned;
	struct engine *engine;
	struct findings *findings;
	struct site_observed_set *observed;
	struct site_outbox outbox;	/* to core */
	struct hn_buf body;		/* of the message being made */
	uint64_t begin;			/* of the batches whose end core has not been told */
	uint64_t next;			/* where those that were read end */
	unsigned held;			/* how many of them */
	struct hn_timer hold;
	bool has_begun;
	uint64_t quiet;			/* what is before was told by an earlier sense: it is read for memory's sake alone */
	bool is_quiet;			/* the batch at hand is before it */
	int save_fd;			/* core asked for what is remembered: a file to write it into; -1: no */
	bool is_resumed;		/* core has told what an earlier sense had learnt */
	int64_t newest_ms;
	struct sense_source source[SITE_SOURCES_MAX];
};

static void
put_body(struct sense *s, enum site_msg type)
{
	if (s->body.failed || site_outbox_put(&s->outbox, type, hn_buf_view(&s->body)) != HN_OK) {
		/* More than fits is our own limit: begin again from what core has, rather than lose some of it. */
		hn_log(HN_LOG_ERROR, "sense-outbox-full", "bytes=%zu", s->outbox.waiting.n);
		site_child_end(s->child);
	}
	hn_buf_reset(&s->body);
}

static void
send_observed(struct sense *s)
{
	while (site_observed_take(s->observed, &s->body))
		put_body(s, SITE_MSG_SENSE_OBSERVED);
}

static void
remember(void *ctx, const struct record *r, const struct observables *o)
{
	struct sense *s = ctx;

	if (s->is_quiet || site_observed_add(s->observed, r, o))
		return;
	send_observed(s);
	if (!site_observed_add(s->observed, r, o))
		hn_log(HN_LOG_WARNING, "observables-left-out", "n=%zu", o->n);
}

void
sense_see(struct sense *s, const struct record *r)
{
	if (r->at_ms > s->newest_ms)
		s->newest_ms = r->at_ms;
	engine_see(s->engine, r, s->findings);
}

/* Everything found since the last end goes to core, then the end itself. */
static void
send_results(struct sense *s)
{
	size_t n;
	const struct finding *const *all;

	engine_tick(s->engine, s->newest_ms, s->findings);
	all = findings_sorted(s->findings, &n);
	for (size_t i = 0; i < n; i++) {
		finding_put(&s->body, all[i]);
		put_body(s, SITE_MSG_SENSE_FINDING);
	}
	send_observed(s);
	for (size_t i = 0; i < s->child->config->n_sources; i++)
		if (s->source[i].has_changed) {
			sense_source_put(&s->source[i], &s->body);
			put_body(s, SITE_MSG_SENSE_SOURCE);
		}
	hn_put_u64(&s->body, s->begin);
	hn_put_u64(&s->body, s->next);
	hn_put_u64(&s->body, findings_left_out(s->findings));
	put_body(s, SITE_MSG_BATCH_END);
	findings_reset(s->findings);
	s->has_begun = false;
	s->held = 0;
	hn_loop_cancel(s->child->loop, &s->hold);
}

/* What the detectors remember, as of all that was read, into the file that core gave. */
static void
save(struct sense *s)
{
	struct hn_buf all = HN_BUF(SITE_LEARNT_MAX);
	bool is_whole;

	engine_save(s->engine, &all);
	is_whole = !all.failed && site_learnt_write(s->save_fd, s->next, hn_buf_view(&all)) == HN_OK;
	hn_buf_fini(&all);
	if (!is_whole)
		hn_log(HN_LOG_WARNING, "learnt-not-saved", "offset=%" PRIu64, s->next);
	(void)close(s->save_fd);
	s->save_fd = -1;
	hn_put_u64(&s->body, s->next);
	hn_put_u8(&s->body, is_whole ? 1 : 0);
	put_body(s, SITE_MSG_SAVED);
}

/* Only where nothing is half told: no document is open, and core has been told of all that was read. */
static void
save_if_asked(struct sense *s)
{
	if (s->save_fd >= 0 && s->next > 0 && !s->has_begun)
		save(s);
}

static struct sense_source *
find_source(struct sense *s, uint32_t id)
{
	for (size_t i = 0; i < s->child->config->n_sources; i++)
		if (s->source[i].config->id == id)
			return &s->source[i];
	return NULL;	/* taken out of the configuration since */
}

static bool
has_open_document(const struct sense *s)
{
	for (size_t i = 0; i < s->child->config->n_sources; i++)
		if (s->source[i].document != NULL)
			return true;
	return false;
}

static void
hold_is_over(void *arg)
{
	struct sense *s = arg;

	if (s->held == 0 || has_open_document(s))
		return;
	send_results(s);
	save_if_asked(s);
	site_outbox_send(&s->outbox);
}

/* A batch that an earlier sense has told of is read: what it was learnt from it stays, what it tells is known. */
static void
batch_known(struct sense *s, uint64_t next)
{
	engine_tick(s->engine, s->newest_ms, s->findings);
	findings_reset(s->findings);
	for (size_t i = 0; i < s->child->config->n_sources; i++)
		sense_source_known(&s->source[i]);
	s->next = next;
	s->has_begun = false;
}

/* A batch has been read up to ${next}: its results go to core soon, with those of the batches that come meanwhile. */
static void
batch_read(struct sense *s, uint64_t next)
{
	s->next = next;
	s->held++;
	if (s->held >= HOLD_BATCHES || findings_count(s->findings) > FINDINGS_MAX / 2 || s->save_fd >= 0)
		send_results(s);
	else if (s->held == 1 && hn_loop_after(s->child->loop, &s->hold, HOLD_MS) != HN_OK)
		send_results(s);
}

/*
 * While a document is open its batches have no end for core: a successor must begin at its first piece again.
 */
static enum hn_rc
on_lines(struct sense *s, const struct hn_msg *m)
{
	struct site_batch batch;
	struct site_line line;
	enum hn_rc rc = site_batch_open(m, &batch);

	if (rc != HN_OK)
		return rc;
	if (!s->has_begun) {
		s->begin = batch.begin;
		s->has_begun = true;
		s->is_quiet = batch.begin < s->quiet;
	}
	while (site_batch_next(&batch, &line)) {
		struct sense_source *source = find_source(s, line.source);

		if (source != NULL)
			sense_source_line(source, &line);
	}
	rc = site_batch_is_whole(&batch) ? HN_OK : HN_E_SYNTAX;
	if (rc == HN_OK && !has_open_document(s)) {
		(s->is_quiet ? batch_known : batch_read)(s, batch.next);
		save_if_asked(s);
	}
	if (rc == HN_OK) {
		hn_put_u64(&s->body, batch.next);
		rc = site_child_send(s->child, HN_INTAKE, SITE_MSG_BATCH_DONE, hn_buf_view(&s->body));
		hn_buf_reset(&s->body);
		rc = rc == HN_E_SYNTAX ? rc : HN_OK;	/* intake gone or full: it begins anew */
	}
	site_batch_close(&batch);
	site_outbox_send(&s->outbox);
	if (s->outbox.waiting.n > OUTBOX_HIGH)
		site_child_pause(s->child, HN_INTAKE, true);
	return rc;
}

static enum hn_rc
on_remembered(struct sense *s, struct hn_view body)
{
	struct hn_get g = HN_GET(body);
	const uint32_t id = hn_get_u32(&g);
	const struct hn_view lines = hn_get_bytes(&g, HN_MSG_MAX);
	struct sense_source *source;

	if (!hn_get_done(&g))
		return HN_E_SYNTAX;
	source = find_source(s, id);
	if (source != NULL)
		sense_source_recall(source, lines);
	return HN_OK;
}

/* A new table of indicators: in force from the next record on; the old one is given back. */
static enum hn_rc
on_indicators(struct sense *s, const struct hn_msg *m)
{
	struct indicator_table *table;
	struct hn_err err = { .what = "" };
	const enum hn_rc rc = indicator_table_open(m->fds[0], &table, &err);

	if (rc != HN_OK) {
		hn_log(HN_LOG_ERROR, "indicators-refused", "what=%s", err.what);
		return HN_OK;	/* the table in force stays */
	}
	indicator_table_close(s->indicators_owned);
	s->indicators = s->indicators_owned = table;
	return HN_OK;
}

/* New rules, in the same way. */
static enum hn_rc
on_rules(struct sense *s, const struct hn_msg *m)
{
	struct sigma_set *set;
	struct hn_err err = { .what = "" };
	const enum hn_rc rc = sigma_cache_open(m->fds[0], &set, &err);

	if (rc != HN_OK) {
		hn_log(HN_LOG_ERROR, "rules-refused", "what=%s", err.what);
		return HN_OK;	/* the rules in force stay */
	}
	sigma_set_free(s->rules_owned);
	s->rules = s->rules_owned = set;
	return HN_OK;
}

/* Go on with what an earlier sense remembered; what cannot be read is learnt anew. */
static enum hn_rc
on_learnt(struct sense *s, const struct hn_msg *m)
{
	struct hn_buf all = HN_BUF(SITE_LEARNT_HEADER + SITE_LEARNT_MAX);
	struct site_learnt l;
	struct hn_err err = { .what = "file" };
	enum hn_rc rc = site_learnt_read(m->fds[0], &all, &l);

	if (rc == HN_OK)
		rc = engine_load(s->engine, hn_view_skip(hn_buf_view(&all), SITE_LEARNT_HEADER), &err);
	hn_buf_fini(&all);
	if (rc == HN_OK)
		return rc;
	hn_log(HN_LOG_ERROR, "learnt-refused", "rc=%d what=\"%s\": detectors learn anew", (int)rc, err.what);
	engine_close(s->engine);
	s->engine = NULL;
	return engine_open(&s->detect_conf, 0, (struct engine_memory){ remember, s }, &s->engine, &err);
}

static enum hn_rc
on_resume(struct sense *s, const struct hn_msg *m)
{
	struct hn_get g = HN_GET(m->body);

	s->quiet = hn_get_u64(&g);
	s->is_resumed = true;
	site_child_pause(s->child, HN_INTAKE, false);
	return hn_get_done(&g) ? HN_OK : HN_E_SYNTAX;
}

static enum hn_rc
on_save(struct sense *s, const struct hn_msg *m)
{
	if (s->save_fd >= 0)
		return HN_E_SYNTAX;
	s->save_fd = m->fds[0];
	m->fds[0] = -1;		/* ours now */
	save_if_asked(s);
	site_outbox_send(&s->outbox);
	return HN_OK;
}

static enum hn_rc
sense_message(struct site_child *c, enum hn_role_id from, const struct hn_msg *m)
{
	struct sense *s = c->state;

	(void)from;
	switch ((enum site_msg)m->type) {
	case SITE_MSG_LINES:
	case SITE_MSG_LINES_FD:
		return on_lines(s, m);
	case SITE_MSG_REMEMBERED:
		return on_remembered(s, m->body);
	case SITE_MSG_INDICATORS:
		return on_indicators(s, m);
	case SITE_MSG_RULES:
		return on_rules(s, m);
	case SITE_MSG_LEARNT:
		return on_learnt(s, m);
	case SITE_MSG_RESUME:
		return on_resume(s, m);
	case SITE_MSG_SAVE:
		return on_save(s, m);
	default:
		return HN_E_SYNTAX;
	}
}

static enum hn_rc
sense_prepare(struct site_child *c, struct hn_err *err)
{
	struct sense *s = c->state;

	s->child = c;
	s->hold = (struct hn_timer){ .fire = hold_is_over, .arg = s };
	s->line_arena = HN_ARENA(SENSE_LINE_ARENA_BYTES);
	if (!hn_text_init())	/* opens the tables of the Japanese encodings */
		hn_log(HN_LOG_WARNING, "no-japanese-encodings", "what=iconv");
	for (size_t i = 0; i < c->config->n_sources; i++) {
		enum hn_rc rc;

		s->source[i].sense = s;
		rc = sense_source_init(&s->source[i], &c->config->source[i], &s->line_arena, err);
		if (rc != HN_OK)
			return rc;
	}
	assert(c->config->internal.n <= SCOPE_NETS_MAX);
	s->scope.n = c->config->internal.n;
	memcpy(s->scope.nets, c->config->internal.net, s->scope.n * sizeof(s->scope.nets[0]));
	return site_house_read(c->config, &s->house, err);
}

static enum hn_rc
sense_start(struct site_child *c, struct hn_err *err)
{
	struct sense *s = c->state;

	s->detect_conf = (struct detect_conf){ .scope = &s->scope, .indicators = &s->indicators, .rules = &s->rules,
		.house = &s->house };
	s->newest_ms = INT64_MIN;
	s->save_fd = -1;
	s->body = HN_BUF(HN_MSG_MAX);
	s->findings = findings_new(FINDINGS_MAX, FINDINGS_BYTES);
	s->observed = site_observed_new();
	if (s->findings == NULL || s->observed == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "sense");
	site_outbox_init(&s->outbox, c, HN_CORE);
	return engine_open(&s->detect_conf, 0, (struct engine_memory){ remember, s }, &s->engine, err);
}

/* Core and sense begin together: what core lost must be read again, and it tells the next sense where. */
static void
sense_peer_changed(struct site_child *c, enum hn_role_id peer, bool is_there)
{
	struct sense *s = c->state;

	if (peer == HN_INTAKE && is_there && !s->is_resumed)
		site_child_pause(c, HN_INTAKE, true);
	if ((peer == HN_CORE || peer == HN_INTAKE) && !is_there && (s->is_resumed || s->has_begun))
		site_child_end(c);
}

static void
sense_writable(struct site_child *c, enum hn_role_id peer)
{
	struct sense *s = c->state;

	if (peer != HN_CORE)
		return;
	site_outbox_send(&s->outbox);
	if (s->is_resumed && s->outbox.waiting.n <= OUTBOX_HIGH)
		site_child_pause(c, HN_INTAKE, false);
}

static void
sense_stop(struct site_child *c)
{
	struct sense *s = c->state;

	engine_close(s->engine);
	findings_free(s->findings);
	site_observed_free(s->observed);
	for (size_t i = 0; i < c->config->n_sources; i++)
		sense_source_fini(&s->source[i]);
	indicator_table_close(s->indicators_owned);
	sigma_set_free(s->rules_owned);
	site_outbox_fini(&s->outbox);
	hn_buf_fini(&s->body);
	hn_arena_fini(&s->line_arena);
}

const struct site_role_ops sense_ops = {
	.state_bytes = sizeof(struct sense),
	.prepare = sense_prepare,
	.start = sense_start,
	.message = sense_message,
	.peer_changed = sense_peer_changed,
	.writable = sense_writable,
	.stop = sense_stop,
};
