#include "site/intake.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/statfs.h>

#include "base/clock.h"
#include "event/log.h"
#include "site/identity.h"
#include "site/intake_bulk.h"
#include "site/intake_drop.h"
#include "site/intake_folder.h"
#include "site/intake_tls.h"

#define SYNC_MS 500		/* acknowledged lines are on disk at most one second later */
#define GATHER_MS 20		/* lines wait so long for company: a message per line would cost more than the line */
#define POLL_MS 200		/* of tailed files: shares of other machines do not tell of changes */
#define SECOND_MS 1000
#define UPKEEP_MS 10000
#define RETAIN_MS 600000
#define COUNTS_MAX 65536u

static void
again(struct intake *in, struct hn_timer *t, int64_t in_ms)
{
	if (hn_loop_after(in->child->loop, t, in_ms) != HN_OK)
		site_child_end(in->child);
}

static void
note_failure(struct intake *in, struct intake_source *s, const struct hn_err *err)
{
	s->counts.state = SITE_SOURCE_HELD;
	if (!in->is_disk_full)
		hn_log(HN_LOG_ERROR, "append", "source=%s what=\"%s\" errno=%d", s->config->name.p, err->what, errno);
	if (errno == ENOSPC || errno == EDQUOT)
		in->is_disk_full = true;	/* until statfs says otherwise */
}

void
intake_append(struct intake *in, uint32_t index, struct hn_evidence_record *r, size_t n, size_t *done)
{
	struct intake_source *s = &in->source[index];
	const int64_t now_ms = hn_clock_ms();
	struct hn_err err = { 0 };
	size_t taken = 0;

	for (size_t i = 0; i < n; i++) {
		r[i].received_ms = now_ms;
		r[i].source = s->config->id;
	}
	*done = 0;
	if (n == 0)
		return;
	if (in->is_disk_full || hn_evidence_append(in->log, r, n, &taken, &err) != HN_OK) {
		note_failure(in, s, &err);
		return;
	}
	for (size_t i = 0; i < taken; i++) {
		s->counts.bytes += r[i].raw.n;
		s->counts.cut += (r[i].flags & SITE_LINE_CUT) != 0;
	}
	s->counts.lines += taken;
	s->counts.last_at_ms = now_ms;
	s->counts.state = SITE_SOURCE_OK;
	*done = taken;
	if (!in->needs_sync) {
		in->needs_sync = true;
		again(in, &in->sync, SYNC_MS);
	}
	if (!in->is_gathering) {
		in->is_gathering = true;
		again(in, &in->gather, GATHER_MS);
	}
}

static void
send_gathered(void *arg)
{
	struct intake *in = arg;

	in->is_gathering = false;
	intake_send_more(in);
}

bool
intake_is_disk_full(const struct intake *in)
{
	return in->is_disk_full;
}

bool
intake_is_held(const struct intake *in)
{
	return in->is_disk_full || intake_send_backlog(in) > INTAKE_BACKLOG_MAX;
}

static void
sync_log(void *arg)
{
	struct intake *in = arg;
	struct hn_err err;

	if (hn_evidence_sync(in->log, &err) == HN_OK) {
		in->needs_sync = false;
		return;
	}
	hn_log(HN_LOG_ERROR, "sync", "errno=%d", errno);
	again(in, &in->sync, SYNC_MS);
}

static void
poll_files(void *arg)
{
	struct intake *in = arg;
	bool has_more = false;

	for (size_t i = 0; i < in->child->config->n_sources; i++) {
		struct intake_source *s = &in->source[i];

		if (s->tail != NULL)
			has_more |= intake_tail_poll(in, s->tail);
		if (s->drop != NULL)
			has_more |= intake_drop_poll(in, s->drop);
		if (s->net != NULL && !intake_is_held(in))
			intake_net_resume(in, s->net);
	}
	again(in, &in->poll, has_more && !intake_is_held(in) ? 0 : POLL_MS);
}

/* While the disk takes nothing no source is well, whether it has something to say or not. */
static void
put_counts(struct hn_buf *b, const struct site_counts *counts, bool is_disk_full)
{
	struct site_counts c = *counts;

	if (is_disk_full && c.state == SITE_SOURCE_OK)
		c.state = SITE_SOURCE_HELD;
	site_counts_put(b, &c);
}

static void
tell_counts(struct intake *in)
{
	const size_t n = in->child->config->n_sources;
	struct hn_buf b = HN_BUF(COUNTS_MAX);

	hn_put_u32(&b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put_counts(&b, &in->source[i].counts, in->is_disk_full);
	if (!b.failed && site_child_send(in->child, HN_CORE, SITE_MSG_SOURCE_COUNTS, hn_buf_view(&b)) == HN_OK) {
		for (size_t i = 0; i < n; i++) {
			struct site_counts *c = &in->source[i].counts;

			*c = (struct site_counts){ .source = c->source, .state = c->state, .last_at_ms = c->last_at_ms };
		}
	}
	hn_buf_fini(&b);
}

static void
look_at_disk(struct intake *in)
{
	const uint64_t reserve = in->child->config->reserve_mb << 20;
	struct statfs s;
	bool is_full;

	if (fstatfs(in->evidence_fd, &s) != 0)
		return;
	is_full = (uint64_t)s.f_bavail * (uint64_t)s.f_bsize < reserve;
	if (is_full != in->is_disk_full)
		hn_log(is_full ? HN_LOG_ERROR : HN_LOG_INFO, "disk", is_full ? "less than reserve_mb = %llu is free: receiving "
		    "waits; make room or lower [disk] reserve_mb" : "more than reserve_mb = %llu is free: receiving goes on",
		    (unsigned long long)in->child->config->reserve_mb);
	for (size_t i = 0; i < in->child->config->n_sources && in->is_disk_full && !is_full; i++)
		if (in->source[i].counts.state == SITE_SOURCE_HELD)
			in->source[i].counts.state = SITE_SOURCE_OK;
	in->is_disk_full = is_full;
}

static void
every_second(void *arg)
{
	struct intake *in = arg;
	const char *const changed = intake_folders_changed(in);

	look_at_disk(in);
	(void)site_steady_now(&in->steady);
	tell_counts(in);
	if (changed != NULL) {
		hn_log(HN_LOG_INFO, "folder", "source=%s what=\"its folder is there now, or another: starting anew\"", changed);
		site_child_end(in->child);
		return;
	}
	again(in, &in->second, SECOND_MS);
}

static void
seal(struct hn_job *job)
{
	struct intake *in = (struct intake *)((char *)job - offsetof(struct intake, seal));

	in->seal_rc = hn_evidence_seal(in->log, NULL);
}

static void
sealed(struct hn_job *job)
{
	struct intake *in = (struct intake *)((char *)job - offsetof(struct intake, seal));
	struct hn_evidence_state state;

	in->is_sealing = false;
	if (in->seal_rc != HN_OK && in->seal_rc != HN_E_AGAIN && in->seal_rc != in->seal_said)
		hn_log(HN_LOG_ERROR, "seal", "rc=%d", in->seal_rc);
	in->seal_said = in->seal_rc;
	hn_evidence_state(in->log, &state);
	if (in->seal_rc == HN_OK && state.unsealed > 0 && hn_pool_submit(in->pool, &in->seal) == HN_OK)
		in->is_sealing = true;
}

static void
retain(struct intake *in)
{
	const struct site_config *c = in->child->config;
	const int64_t before_ms = site_steady_least(&in->steady) - (int64_t)c->evidence_keep_days * 86400000;
	uint32_t deleted = 0;
	struct hn_err err;

	in->next_retain_ms = hn_loop_now_ms(in->child->loop) + RETAIN_MS;
	if (hn_evidence_retain(in->log, before_ms, c->evidence_budget_mb << 20, &deleted, &err) != HN_OK)
		hn_log(HN_LOG_ERROR, "retain", "what=\"%s\"", err.what);
	if (deleted > 0)
		hn_log(HN_LOG_INFO, "retain", "segments=%u", deleted);
}

/* Cut the log's tail when it is old, seal what is cut, delete what is too old or too much. */
static void
keep_up(void *arg)
{
	struct intake *in = arg;
	struct hn_evidence_state state;
	struct hn_err err;

	if (hn_evidence_cut(in->log, hn_clock_ms(), false, &err) != HN_OK)
		hn_log(HN_LOG_ERROR, "cut", "what=\"%s\"", err.what);
	hn_evidence_state(in->log, &state);
	if (!in->is_sealing && hn_loop_now_ms(in->child->loop) >= in->next_retain_ms)
		retain(in);
	if (!in->is_sealing && state.unsealed > 0 && hn_pool_submit(in->pool, &in->seal) == HN_OK)
		in->is_sealing = true;
	again(in, &in->upkeep, state.unsealed > 1 && in->seal_said == HN_OK ? SECOND_MS : UPKEEP_MS);
}

static enum hn_rc
open_log(struct intake *in, struct hn_err *err)
{
	char path[SITE_PATH_MAX];
	struct hn_evidence_state state;
	enum hn_rc rc;

	if (!site_place_path(in->child->config, SITE_PLACE_EVIDENCE, path))
		return HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	in->evidence_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in->evidence_fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "evidence folder");
	site_steady_open(&in->steady, path);
	rc = hn_evidence_open(path, &in->log, err);
	if (rc != HN_OK)
		return rc;
	hn_evidence_state(in->log, &state);
	hn_log(HN_LOG_INFO, "log-opened", "start=%llu end=%llu", (unsigned long long)state.start, (unsigned long long)state.end);
	return HN_OK;
}

static enum hn_rc
prepare(struct site_child *c, struct hn_err *err)
{
	struct intake *in = c->state;
	bool has_tls = false;
	enum hn_rc rc;

	intake_folders_note(in, c->config);
	in->certificate = HN_BUF(SITE_PEM_MAX);
	in->key = HN_BUF(SITE_PEM_MAX);
	for (size_t i = 0; i < c->config->n_sources; i++)
		has_tls = has_tls || site_kinds[c->config->source[i].kind].has_tls;
	if (!has_tls)
		return HN_OK;
	rc = site_identity_load(c->config, &in->certificate, &in->key, err);
	if (rc != HN_OK)
		return rc;
	return intake_tls_load(in->certificate.p, in->key.p, &in->tls, err);
}

static enum hn_rc
start(struct site_child *c, struct hn_err *err)
{
	struct intake *in = c->state;
	enum hn_rc rc;

	in->child = c;
	in->seal = (struct hn_job){ .work = seal, .done = sealed };
	in->sync = (struct hn_timer){ .fire = sync_log, .arg = in };
	in->gather = (struct hn_timer){ .fire = send_gathered, .arg = in };
	in->poll = (struct hn_timer){ .fire = poll_files, .arg = in };
	in->second = (struct hn_timer){ .fire = every_second, .arg = in };
	in->upkeep = (struct hn_timer){ .fire = keep_up, .arg = in };
	rc = open_log(in, err);
	if (rc == HN_OK)
		rc = intake_send_start(in, err);
	if (rc == HN_OK)
		rc = hn_pool_new(c->loop, 1, 4, &in->pool, err);
	for (uint32_t i = 0; rc == HN_OK && i < c->config->n_sources; i++) {
		in->source[i].config = &c->config->source[i];
		in->source[i].counts.source = c->config->source[i].id;
		if (c->config->source[i].kind == SITE_TAIL)
			rc = intake_tail_open(in, i, err);
		if (rc == HN_OK && c->config->source[i].kind == SITE_DROP)
			rc = intake_drop_open(in, i, err);
	}
	if (rc != HN_OK)
		return rc;
	look_at_disk(in);
	again(in, &in->poll, 0);
	again(in, &in->second, SECOND_MS);
	again(in, &in->upkeep, UPKEEP_MS);
	return HN_OK;
}

static enum hn_rc
take_listener(struct intake *in, const struct hn_msg *m)
{
	struct hn_get g = HN_GET(m->body);
	const uint32_t index = hn_get_u32(&g);
	enum hn_rc (*open_source)(struct intake *, uint32_t, int, struct hn_err *);
	struct hn_err err;

	if (!hn_get_done(&g) || index >= in->child->config->n_sources || in->source[index].net != NULL ||
	    in->source[index].bulk != NULL)
		return HN_E_SYNTAX;
	open_source = in->source[index].config->kind == SITE_ELASTIC_BULK ? intake_bulk_open : intake_net_open;
	if (open_source(in, index, m->fds[0], &err) == HN_OK) {
		m->fds[0] = -1;
		return HN_OK;
	}
	hn_log(HN_LOG_ERROR, "listener", "source=%s what=\"%s\"", in->source[index].config->name.p, err.what);
	in->source[index].counts.state = SITE_SOURCE_BROKEN;
	return HN_OK;
}

static enum hn_rc
message(struct site_child *c, enum hn_role_id from, const struct hn_msg *m)
{
	struct intake *in = c->state;

	(void)from;	/* the table of messages says who may send what */
	switch (m->type) {
	case SITE_MSG_LISTENER:
		return take_listener(in, m);
	case SITE_MSG_BATCH_DONE:
		return intake_send_done(in, m->body);
	case SITE_MSG_COMMITTED:
		return intake_send_committed(in, m->body);
	case SITE_MSG_CONDITION:
		return intake_send_condition(in, m->body);
	case SITE_MSG_ROLE_STATE:
		return intake_send_role_state(in, m->body);
	default:
		return HN_E_UNSUPPORTED;
	}
}

static void
peer_changed(struct site_child *c, enum hn_role_id peer, bool is_there)
{
	intake_send_peer(c->state, peer, is_there);
}

static void
writable(struct site_child *c, enum hn_role_id peer)
{
	struct intake *in = c->state;

	if (peer != HN_SENSE)
		return;
	in->send.is_full = false;
	intake_send_more(in);
}

static void
stop(struct site_child *c)
{
	struct intake *in = c->state;

	hn_pool_free(in->pool);		/* waits for a seal that is at work */
	hn_evidence_close(in->log);
	site_steady_close(&in->steady);
}

const struct site_role_ops intake_role = {
	.state_bytes = sizeof(struct intake),
	.prepare = prepare,
	.start = start,
	.message = message,
	.peer_changed = peer_changed,
	.writable = writable,
	.stop = stop,
};
