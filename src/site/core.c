#include "site/core.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wire.h"
#include "site/core_memory.h"
#include "site/core_parts.h"
#include "site/triage.h"

#define SECOND_MS 1000
#define LISTS_MS 200

void
core_tell(struct core *c, enum site_change what, struct hn_view id)
{
	struct hn_buf b = HN_BUF(256);
	enum hn_rc rc;

	hn_put_u8(&b, (uint8_t)what);
	hn_put_bytes(&b, id);
	rc = b.failed ? HN_OK : site_child_send(c->child, HN_WEB, SITE_MSG_CHANGED, hn_buf_view(&b));
	(void)rc;	/* no console is there, or it lags: it reads all anew when it is back */
	hn_buf_fini(&b);
}

/*
 * View measures silence with our clock, and says in words what it cannot see in the database.  Intake must not take sense for
 * caught that waits for us.
 */
static void
core_tell_condition(struct core *c)
{
	struct hn_buf b = HN_BUF(32);
	enum hn_rc rc;

	hn_put_i64(&b, c->steady.clock.now_ms - c->steady.clock.mono_ms);
	hn_put_u8(&b, (uint8_t)((c->steady.clock.doubt_ms > 0 ? SITE_CONDITION_CLOCK : 0) |
	    (c->has_end ? SITE_CONDITION_DATABASE : 0)));
	rc = b.failed ? HN_OK : site_child_send(c->child, HN_VIEW, SITE_MSG_CONDITION, hn_buf_view(&b));
	rc = b.failed ? rc : site_child_send(c->child, HN_INTAKE, SITE_MSG_CONDITION, hn_buf_view(&b));
	(void)rc;	/* told again in a second */
	hn_buf_fini(&b);
}

/* What `hinomi doctor` sees of it: a file that is there while we wait. */
static void
mark_held(struct core *c)
{
	char folder[SITE_PATH_MAX], path[SITE_PATH_MAX + 16];
	int fd;

	if (c->has_end == c->is_marked || !site_place_path(c->child->config, SITE_PLACE_STATE, folder))
		return;
	(void)snprintf(path, sizeof(path), "%s/" SITE_HELD_NAME, folder);
	if (!c->has_end) {
		c->is_marked = unlink(path) != 0 && errno != ENOENT;
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	c->is_marked = fd >= 0;
	if (fd >= 0)
		(void)close(fd);
}

static void
every_second(void *arg)
{
	struct core *c = arg;
	const int64_t now_ms = site_steady_now(&c->steady);
	enum hn_rc rc;

	core_batch_retry(c);
	mark_held(c);
	core_login_tick(c);
	core_learnt_tick(c);
	if (!c->has_end)
		core_retain_tick(c);
	if (!c->has_end && c->pending.n == 0)
		core_memory_merge(c->memory, c->pool, now_ms, site_steady_least(&c->steady));
	core_tell_condition(c);
	core_tell(c, SITE_CHANGE_STATE, HN_LIT(""));
	rc = hn_loop_after(c->child->loop, &c->second, SECOND_MS);
	assert(rc == HN_OK);
}

/* Lists and rules are in force within a second of their coming: most of that is left to sense, which reads and checks them. */
static void
look_for_lists(void *arg)
{
	struct core *c = arg;
	enum hn_rc rc;

	core_indicators_check(c, false);
	rc = hn_loop_after(c->child->loop, &c->lists, LISTS_MS);
	assert(rc == HN_OK);
}

static enum hn_rc
open_db(struct core *c, struct hn_err *err)
{
	char folder[SITE_PATH_MAX];
	char path[SITE_PATH_MAX + 16];

	if (!site_place_path(c->child->config, SITE_PLACE_DB, folder))
		return HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	(void)snprintf(path, sizeof(path), "%s/site.db", folder);
	const enum hn_rc rc = hn_db_open(path, HN_DB_WRITE, &c->db, err);

	return rc == HN_OK ? site_triage_attach(c->db, err) : rc;
}

static enum hn_rc
core_start(struct site_child *child, struct hn_err *err)
{
	struct core *c = child->state;
	char folder[SITE_PATH_MAX];
	enum hn_rc rc;

	c->child = child;
	c->is_marked = true;	/* by an earlier process, perhaps */
	c->pending = HN_BUF(CORE_PENDING_MAX);
	c->second = (struct hn_timer){ .fire = every_second, .arg = c };
	c->lists = (struct hn_timer){ .fire = look_for_lists, .arg = c };
	site_outbox_init(&c->to_sense, child, HN_SENSE);
	core_indicators_init(c);
	if (site_place_path(child->config, SITE_PLACE_OBSERVABLES, folder))
		site_steady_open(&c->steady, folder);
	rc = open_db(c, err);
	if (rc == HN_OK)
		rc = hn_pool_new(child->loop, 1, 2, &c->pool, err);
	if (rc == HN_OK)
		rc = core_retain_start(c, err);
	if (rc == HN_OK)
		rc = core_batch_start(c, err);
	if (rc == HN_OK)
		rc = core_learnt_start(c, err);
	if (rc == HN_OK)
		rc = core_login_start(c, err);
	if (rc == HN_OK)
		rc = hn_loop_after(child->loop, &c->lists, LISTS_MS);
	return rc == HN_OK ? hn_loop_after(child->loop, &c->second, SECOND_MS) : rc;
}

static enum hn_rc
core_message(struct site_child *child, enum hn_role_id from, const struct hn_msg *m)
{
	struct core *c = child->state;

	switch (from) {
	case HN_SENSE:
		return core_batch_message(c, m);
	case HN_WEB:
		return m->type == SITE_MSG_ACT ? core_act_message(c, m->body) : core_login_message(c, m);
	case HN_INTAKE:
		return m->type == SITE_MSG_SOURCE_COUNTS ? core_batch_counts(c, m->body) :
		    core_batch_quarantined(c, m->body);
	default:
		return m->type == SITE_MSG_ROLE_STATE ? core_learnt_role_state(c, m->body) : HN_OK;
	}
}

static void
core_peer_changed(struct site_child *child, enum hn_role_id peer, bool is_there)
{
	core_batch_peer(child->state, peer, is_there);
	if (peer == HN_VIEW && is_there)
		core_tell_condition(child->state);
}

static void
core_writable(struct site_child *child, enum hn_role_id peer)
{
	struct core *c = child->state;

	if (peer == HN_SENSE)
		site_outbox_send(&c->to_sense);
}

static void
core_stop(struct site_child *child)
{
	struct core *c = child->state;

	hn_pool_free(c->pool);		/* waits for a merge that is at work */
	core_learnt_stop(c);
	core_memory_close(c->memory);
	site_steady_close(&c->steady);
	hn_db_close(c->db);
	site_outbox_fini(&c->to_sense);
	hn_buf_fini(&c->pending);
}

const struct site_role_ops core_ops = {
	.state_bytes = sizeof(struct core),
	.start = core_start,
	.message = core_message,
	.peer_changed = core_peer_changed,
	.writable = core_writable,
	.stop = core_stop,
};
