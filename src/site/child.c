#include "site/child.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/wire.h"
#include "event/jail.h"
#include "event/log.h"

#define PATHS_MAX (SITE_PLACES + SITE_SOURCES_MAX)
#define ARENA_MAX (1024u * 1024u)

struct link {
	struct child *child;
	enum hn_role_id peer;
	struct hn_chan *chan;
};

/* One per process: the whole of a running role. */
struct child {
	struct site_child pub;		/* first: ops get a pointer to it */
	struct site_config config;
	struct link link[HN_ROLES];
	bool has_setup;
	bool is_ending;
	int code;
};

static struct child *
child_of(struct site_child *c)
{
	return (struct child *)c;
}

static const struct site_role_ops *
ops_of(const struct child *c)
{
	return c->pub.role->ops;
}

static void
finish(struct child *c, int code)
{
	if (c->is_ending)
		return;
	c->is_ending = true;
	if (c->has_setup && code == SITE_EXIT_OK && ops_of(c)->stop != NULL)
		ops_of(c)->stop(&c->pub);
	hn_loop_stop(c->pub.loop, code);
}

void
site_child_end(struct site_child *c)
{
	finish(child_of(c), SITE_EXIT_OK);
}

static void
fail(struct child *c, const char *step, const struct hn_err *err, int code)
{
	hn_log(HN_LOG_ERROR, "role-failed", "step=%s what=\"%s\" rc=%d errno=%d at=%s:%d", step,
	    err->what != NULL ? err->what : "", err->rc, errno, err->file != NULL ? err->file : "", err->line);
	finish(c, code);
}

/* The paths of a jail as they are gathered. */
struct paths {
	const struct site_config *config;
	struct hn_arena *arena;
	struct hn_jail_path *row;
	size_t n;
};

static bool
add_path(struct paths *to, struct hn_view path, bool writes)
{
	const struct hn_view copy = hn_arena_copy(to->arena, path);

	if (copy.p == NULL || to->n == PATHS_MAX)
		return false;
	to->row[to->n++] = (struct hn_jail_path){ copy.p, writes };
	return true;
}

/* The folder of a file: a log that rotates is another file of the same folder. */
static struct hn_view
folder_of(struct hn_view path)
{
	while (path.n > 1 && path.p[path.n - 1] != '/')
		path.n--;
	if (path.n > 1)
		path.n--;
	return path;
}

/* A list may be replaced by a rename: then its folder is what has to be readable. */
static bool
add_list(struct paths *to, struct hn_view path)
{
	struct stat st;

	if (path.n == 0)
		return true;
	return add_path(to, stat(path.p, &st) == 0 && S_ISDIR(st.st_mode) ? path : folder_of(path), false);
}

static bool
add_sources(struct paths *to, enum site_source_kind kind)
{
	for (size_t i = 0; i < to->config->n_sources; i++) {
		const struct site_source *s = &to->config->source[i];

		if (s->kind != (uint64_t)kind)
			continue;
		if (!add_path(to, kind == SITE_TAIL ? folder_of(s->path) : s->path, kind == SITE_DROP))
			return false;
	}
	return true;
}

static bool
add_place(struct paths *to, enum site_place place, bool writes)
{
	const struct site_config *config = to->config;
	char path[SITE_PATH_MAX];

	switch (place) {
	case SITE_PLACE_SOURCES:
		return add_sources(to, SITE_TAIL);
	case SITE_PLACE_DROPS:
		return add_sources(to, SITE_DROP);
	case SITE_PLACE_INDICATORS:
		return add_list(to, config->indicators) && add_list(to, config->allow);
	case SITE_PLACE_RULES:
		return add_list(to, config->rules);
	default:
		return site_place_path(config, place, path) && add_path(to, hn_view_of(path), writes);
	}
}

enum hn_rc
site_child_jail(const struct hn_role *role, const struct site_config *config, struct hn_arena *arena,
    struct hn_jail *out, struct hn_err *err)
{
	struct paths paths = { .config = config, .arena = arena };

	paths.row = hn_arena_get(arena, PATHS_MAX * sizeof(*paths.row));
	if (paths.row == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "paths");
	for (unsigned place = 0; place < SITE_PLACES; place++) {
		const bool writes = (role->writes >> place & 1) != 0;

		if ((writes || (role->reads >> place & 1) != 0) &&
		    !add_place(&paths, (enum site_place)place, writes))
			return HN_FAIL(err, HN_E_LIMIT, place, "paths");
	}
	*out = (struct hn_jail){
		.user = config->user.p, .capabilities = role->capabilities, .paths = paths.row, .n_paths = paths.n,
		.calls = role->calls,
		.files_max = role->files_max, .memory_max_bytes = (uint64_t)role->memory_max_mb << 20,
		.is_reduced = config->jail == SITE_JAIL_REDUCED,
	};
	return HN_OK;
}

/* Why the jail cannot be entered, with the remedy. */
static void
tell_jail(const struct child *c, const struct hn_err *err)
{
	if (err->rc == HN_E_NOTFOUND)
		hn_log(HN_LOG_ERROR, "jail", "the system user \"%s\" does not exist; ./run and the Debian package create "
		    "it: useradd --system --no-create-home --shell /usr/sbin/nologin %s", c->config.user.p, c->config.user.p);
	else if (err->rc == HN_E_UNSUPPORTED)
		hn_log(HN_LOG_ERROR, "jail", "this kernel has no %s; use Debian 12's kernel, or accept less with "
		    "jail = reduced in [site]", err->what);
}

static enum hn_rc
enter(struct child *c, struct hn_jail_state *state, struct hn_err *err)
{
	struct hn_arena arena = HN_ARENA(ARENA_MAX);
	struct hn_jail jail;
	enum hn_rc rc = site_child_jail(c->pub.role, &c->config, &arena, &jail, err);
	uint8_t unused[HN_SHA256_BYTES];

	hn_sha256(HN_LIT(""), unused);	/* OpenSSL reads a file at its first use: not in the jail */
	if (rc == HN_OK)
		rc = hn_jail_enter(&jail, state, err);
	hn_arena_fini(&arena);
	if (rc != HN_OK)
		tell_jail(c, err);
	return rc;
}

static enum hn_rc
set_up(struct child *c, struct hn_view text)
{
	struct hn_jail_state jail;
	struct site_fault fault;
	struct hn_err err = { 0 };
	uint8_t ready[2];

	if (c->has_setup || site_config_parse(text, &c->config, &fault) != HN_OK)
		return HN_E_SYNTAX;
	if (ops_of(c)->prepare != NULL && ops_of(c)->prepare(&c->pub, &err) != HN_OK) {
		fail(c, "prepare", &err, SITE_EXIT_CONFIG);
		return HN_OK;
	}
	if (enter(c, &jail, &err) != HN_OK) {
		fail(c, "jail", &err, SITE_EXIT_CONFIG);
		return HN_OK;
	}
	c->has_setup = true;
	if (ops_of(c)->start != NULL && ops_of(c)->start(&c->pub, &err) != HN_OK) {
		fail(c, "start", &err, SITE_EXIT_FAILED);
		return HN_OK;
	}
	ready[0] = (uint8_t)(jail.landlock_abi < 255 ? jail.landlock_abi : 255);
	ready[1] = jail.has_seccomp;
	if (site_child_send(&c->pub, HN_PARENT, SITE_MSG_READY, (struct hn_view){ (char *)ready, 2 }) != HN_OK)
		finish(c, SITE_EXIT_FAILED);
	return HN_OK;
}

static enum hn_rc
deliver(void *arg, const struct hn_msg *m)
{
	struct link *l = arg;
	struct child *c = l->child;

	if (c->is_ending)
		return HN_OK;
	return ops_of(c)->message != NULL ? ops_of(c)->message(&c->pub, l->peer, m) : HN_E_UNSUPPORTED;
}

static void
writable(void *arg)
{
	struct link *l = arg;

	if (!l->child->is_ending && ops_of(l->child)->writable != NULL)
		ops_of(l->child)->writable(&l->child->pub, l->peer);
}

static void
tell_change(struct link *l)
{
	struct child *c = l->child;

	if (!c->is_ending && ops_of(c)->peer_changed != NULL)
		ops_of(c)->peer_changed(&c->pub, l->peer, l->chan != NULL);
}

/* A peer that broke the rules is reported, so that the parent starts it anew. */
static void
report_fault(struct link *l, const struct hn_err *why)
{
	struct hn_buf body = HN_BUF(256);

	hn_put_u8(&body, (uint8_t)l->peer);
	hn_put_bytes(&body, hn_view_of(why->what));
	if (site_child_send(&l->child->pub, HN_PARENT, SITE_MSG_FAULT, hn_buf_view(&body)) != HN_OK)
		hn_log(HN_LOG_ERROR, "peer-fault", "peer=%d what=\"%s\"", (int)l->peer, why->what);
	hn_buf_fini(&body);
}

static void
peer_closed(void *arg, const struct hn_err *why)
{
	struct link *l = arg;

	hn_chan_free(l->chan);
	l->chan = NULL;
	if (why->rc == HN_E_SYNTAX)
		report_fault(l, why);
	tell_change(l);
}

static const struct hn_chan_ops peer_ops = { deliver, writable, peer_closed };

static enum hn_rc
connect_peer(struct child *c, const struct hn_msg *m)
{
	const unsigned peer = (unsigned char)m->body.p[0];
	struct link *l;

	if (peer >= HN_ROLES || (c->pub.role->peers >> peer & 1) == 0)
		return HN_E_SYNTAX;
	l = &c->link[peer];
	if (l->chan != NULL) {
		hn_chan_free(l->chan);
		l->chan = NULL;
		tell_change(l);
	}
	if (hn_chan_new(c->pub.loop, (struct hn_chan_setup){ m->fds[0], c->pub.id, peer, site_messages, peer_ops, l },
	    &l->chan, NULL) != HN_OK)
		return HN_E_NOMEM;
	m->fds[0] = -1;
	tell_change(l);
	return HN_OK;
}

static enum hn_rc
control(void *arg, const struct hn_msg *m)
{
	struct link *l = arg;
	struct child *c = l->child;

	if (c->is_ending)
		return HN_OK;
	if (m->type == SITE_MSG_SETUP)
		return set_up(c, m->body);
	if (!c->has_setup)
		return HN_E_SYNTAX;
	if (m->type == SITE_MSG_PEER)
		return connect_peer(c, m);
	return deliver(arg, m);
}

/* Without the parent nobody would start this process anew or tell it of its peers: it ends cleanly. */
static void
control_closed(void *arg, const struct hn_err *why)
{
	struct link *l = arg;

	if (why->rc == HN_E_SYNTAX)
		hn_log(HN_LOG_ERROR, "control", "what=\"%s\"", why->what);
	hn_chan_free(l->chan);
	l->chan = NULL;
	finish(l->child, SITE_EXIT_OK);
}

static void
on_signal(void *arg, int signo)
{
	if (signo == SIGTERM)
		finish(arg, SITE_EXIT_OK);
}

enum hn_rc
site_child_send_fd(struct site_child *pub, enum hn_role_id peer, enum site_msg type, struct hn_view body, int fd)
{
	struct hn_chan *chan = child_of(pub)->link[peer].chan;

	if (chan == NULL)
		return HN_E_NOTFOUND;
	return hn_chan_send_fds(chan, (uint16_t)type, body, &fd, fd >= 0 ? 1 : 0);
}

enum hn_rc
site_child_send(struct site_child *pub, enum hn_role_id peer, enum site_msg type, struct hn_view body)
{
	return site_child_send_fd(pub, peer, type, body, -1);
}

size_t
site_child_queued(const struct site_child *pub, enum hn_role_id peer)
{
	const struct hn_chan *chan = ((const struct child *)pub)->link[peer].chan;

	return chan != NULL ? hn_chan_queued(chan) : 0;
}

void
site_child_pause(struct site_child *pub, enum hn_role_id peer, bool paused)
{
	struct hn_chan *chan = child_of(pub)->link[peer].chan;

	if (chan != NULL)
		hn_chan_pause(chan, paused);
}

static enum hn_rc
open_child(struct child *c, struct hn_err *err)
{
	static const struct hn_chan_ops control_ops = { control, writable, control_closed };
	struct link *parent = &c->link[HN_PARENT];
	enum hn_rc rc = hn_loop_new(&c->pub.loop, err);

	for (unsigned i = 0; i < HN_ROLES; i++)
		c->link[i] = (struct link){ .child = c, .peer = (enum hn_role_id)i };
	if (rc == HN_OK)
		rc = hn_loop_signal(c->pub.loop, SIGTERM, on_signal, c, err);
	if (rc == HN_OK)
		rc = hn_loop_signal(c->pub.loop, SIGINT, on_signal, c, err);	/* a terminal's ^C is the parent's */
	if (rc == HN_OK)
		rc = hn_chan_new(c->pub.loop, (struct hn_chan_setup){ SITE_CONTROL_FD, c->pub.id, HN_PARENT, site_messages,
		    control_ops, parent }, &parent->chan, err);
	return rc;
}

static const struct hn_role *
find(const char *name)
{
	for (size_t i = 0; i < HN_ROLES; i++)
		if (i != HN_PARENT && hn_view_eq(hn_view_of(hn_roles[i].name), hn_view_of(name)))
			return &hn_roles[i];
	return NULL;
}

int
site_child_main(const char *name)
{
	const struct hn_role *role = find(name);
	struct child *c = hn_alloc(1, sizeof(*c));
	struct hn_err err = { 0 };
	int code = SITE_EXIT_FAILED;

	if (role == NULL || role->ops == NULL || c == NULL) {
		hn_log(HN_LOG_ERROR, "role", "\"%s\" is not a role that runs by itself; use hinomi site", name);
		return SITE_EXIT_CONFIG;
	}
	hn_log_init(role->name);
	(void)prctl(PR_SET_NAME, role->name, 0, 0, 0);
	c->pub = (struct site_child){ .id = (enum hn_role_id)(role - hn_roles), .role = role, .config = &c->config,
		.state = hn_alloc(1, role->ops->state_bytes > 0 ? role->ops->state_bytes : 1) };
	if (c->pub.state == NULL || open_child(c, &err) != HN_OK || hn_loop_run(c->pub.loop, &code, &err) != HN_OK)
		hn_log(HN_LOG_ERROR, "role", "cannot run: %s", err.what != NULL ? err.what : "memory");
	/* The process ends here: its memory and descriptors go with it, and no exit handler runs in the jail. */
	_exit(code);
}
