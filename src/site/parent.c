#include "site/parent.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/load.h"
#include "base/mem.h"
#include "base/wire.h"
#include "event/jail.h"
#include "event/log.h"
#include "event/loop.h"
#include "site/child.h"
#include "site/config_value.h"
#include "site/listener.h"
#include "site/messages.h"
#include "site/parent_folders.h"

#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 30000
#define LIVED_MS 60000		/* a role that lived so long starts with the first back-off again */
#define STOP_MS 5000		/* then it is killed */

/* What starting the roles needs; the rest of root's rights is given up. */
#define CAPABILITIES (1ull << CAP_SETUID | 1ull << CAP_SETGID | 1ull << CAP_SETPCAP | 1ull << CAP_KILL | \
	1ull << CAP_NET_BIND_SERVICE | 1ull << CAP_CHOWN | 1ull << CAP_FOWNER | 1ull << CAP_DAC_OVERRIDE | \
	1ull << CAP_DAC_READ_SEARCH)

struct parent;

struct kid {
	struct parent *parent;
	enum hn_role_id id;
	enum site_role_state state;
	pid_t pid;			/* 0: none */
	struct hn_chan *chan;
	struct hn_timer timer;		/* start anew; or, while it stops, kill */
	int64_t since_ms;		/* wall clock, of the state */
	int64_t next_start_ms;		/* wall clock; 0: not waiting */
	int64_t started_ms;		/* monotonic */
	uint32_t deaths;		/* in a row */
	int last_status;		/* of waitpid */
	bool was_ready;			/* ever */
	bool is_companion;		/* it ended because core did */
};

enum ending { GO_ON, RELOAD, QUIT };

struct parent {
	const char *config_path;
	struct hn_loop *loop;
	struct hn_buf text;		/* of the configuration in force */
	struct site_config *config;
	struct site_listeners listeners;
	int lock_fd;			/* data_dir: ours alone as long as we live; -1: not yet */
	int exe_fd;
	struct kid kid[HN_ROLES];
	enum ending ending;
	size_t stage;			/* of stopping */
	int code;
};

/* Who stops when: first what receives, then what it feeds. */
static const unsigned stages[] = {
	HN_ROLE_BIT(HN_WEB) | HN_ROLE_BIT(HN_VIEW) | HN_ROLE_BIT(HN_INTAKE), HN_ROLE_BIT(HN_SENSE), HN_ROLE_BIT(HN_CORE),
};

/* Who starts when: first what others feed. */
static const enum hn_role_id starts[] = { HN_CORE, HN_VIEW, HN_SENSE, HN_INTAKE, HN_WEB };

static void stop_stage(struct parent *p);

static const char *
name_of(const struct kid *k)
{
	return hn_roles[k->id].name;
}

static void
tell_state_to(const struct kid *to, const struct kid *k)
{
	struct hn_buf b = HN_BUF(64);

	if (to->state != SITE_ROLE_RUNNING || to->chan == NULL)
		return;
	hn_put_u8(&b, (uint8_t)k->id);
	hn_put_u8(&b, (uint8_t)k->state);
	hn_put_i64(&b, k->since_ms);
	hn_put_i64(&b, k->next_start_ms);
	hn_put_u32(&b, k->deaths);
	hn_put_u32(&b, (uint32_t)k->last_status);
	if (b.failed || hn_chan_send(to->chan, SITE_MSG_ROLE_STATE, hn_buf_view(&b)) != HN_OK)
		hn_log(HN_LOG_WARNING, "role-state", "%s cannot be told", name_of(to));
	hn_buf_fini(&b);
}

/* Tell core, for the page; and intake how sense ended, for what was on its way. */
static void
tell_state(const struct kid *k)
{
	tell_state_to(&k->parent->kid[HN_CORE], k);
	if (k->id == HN_SENSE)
		tell_state_to(&k->parent->kid[HN_INTAKE], k);
}

static void
set_state(struct kid *k, enum site_role_state state)
{
	k->state = state;
	k->since_ms = hn_clock_ms();
	k->next_start_ms = 0;
	tell_state(k);
}

static void
give_peer(struct kid *to, enum hn_role_id peer, int fd)
{
	const char id = (char)peer;

	if (hn_chan_send_fds(to->chan, SITE_MSG_PEER, (struct hn_view){ &id, 1 }, &fd, 1) != HN_OK)
		hn_log(HN_LOG_ERROR, "peer", "%s cannot be given its channel", name_of(to));
}

/* A fresh pair of channels between two living roles. */
static void
join(struct kid *a, struct kid *b)
{
	struct hn_err err;
	int fds[2];

	if (hn_chan_pair(fds, &err) != HN_OK) {
		hn_log(HN_LOG_ERROR, "peer", "%s: errno=%d", err.what, errno);
		return;
	}
	give_peer(a, b->id, fds[0]);
	give_peer(b, a->id, fds[1]);
	close(fds[0]);
	close(fds[1]);
}

static void
give_listeners(struct kid *k)
{
	const struct site_listeners *ls = &k->parent->listeners;

	for (size_t i = 0; i < ls->n; i++) {
		const struct site_listener *l = &ls->row[i];
		struct hn_buf b = HN_BUF(4);

		if (k->id != (l->is_web ? HN_WEB : HN_INTAKE))
			continue;
		hn_put_u32(&b, l->source);
		if (hn_chan_send_fds(k->chan, SITE_MSG_LISTENER, hn_buf_view(&b), &l->fd, 1) != HN_OK)
			hn_log(HN_LOG_ERROR, "listener", "%s cannot be given its socket", name_of(k));
		hn_buf_fini(&b);
	}
}

static enum hn_rc
on_ready(struct kid *k, const struct hn_msg *m)
{
	if (k->state != SITE_ROLE_STARTING)
		return HN_E_SYNTAX;
	k->was_ready = true;
	hn_log(HN_LOG_INFO, "role-ready", "name=%s pid=%d landlock=%d seccomp=%d", name_of(k), (int)k->pid,
	    (unsigned char)m->body.p[0], m->body.p[1]);
	set_state(k, SITE_ROLE_RUNNING);
	if (k->id == HN_CORE)
		for (size_t i = 0; i < HN_COUNT(starts); i++)
			if (starts[i] != HN_CORE)
				tell_state(&k->parent->kid[starts[i]]);
	return HN_OK;
}

/* A peer that broke the rules may be in other hands: it ends at once. */
static enum hn_rc
on_fault(struct kid *k, const struct hn_msg *m)
{
	struct hn_get g = HN_GET(m->body);
	const unsigned peer = hn_get_u8(&g);
	const struct hn_view why = hn_get_bytes(&g, 255);
	struct kid *bad;

	if (!hn_get_done(&g) || peer >= HN_ROLES || (hn_roles[k->id].peers >> peer & 1) == 0)
		return HN_E_SYNTAX;
	bad = &k->parent->kid[peer];
	hn_log(HN_LOG_ERROR, "role-fault", "name=%s reported_by=%s what=\"%.*s\"", name_of(bad), name_of(k), (int)why.n, why.p);
	if (bad->pid > 0)
		kill(bad->pid, SIGKILL);
	return HN_OK;
}

static enum hn_rc
on_message(void *arg, const struct hn_msg *m)
{
	return m->type == SITE_MSG_READY ? on_ready(arg, m) : m->type == SITE_MSG_FAULT ? on_fault(arg, m) : HN_E_SYNTAX;
}

static void
on_closed(void *arg, const struct hn_err *why)
{
	struct kid *k = arg;

	hn_chan_free(k->chan);
	k->chan = NULL;
	if (why->rc == HN_E_SYNTAX && k->pid > 0) {
		hn_log(HN_LOG_ERROR, "role-fault", "name=%s reported_by=parent what=\"%s\"", name_of(k), why->what);
		kill(k->pid, SIGKILL);
	}
}

/* In the new process, with nothing but the control socket. */
static void
become(const struct kid *k, int control_fd)
{
	char name[16] = { 0 };
	char *const argv[] = { (char[]){ "hinomi" }, (char[]){ "role" }, name, NULL };
	char *none[] = { NULL };
	sigset_t all;

	(void)snprintf(name, sizeof(name), "%s", name_of(k));
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	if (dup2(control_fd, SITE_CONTROL_FD) != SITE_CONTROL_FD)
		_exit(SITE_EXIT_FAILED);
	if (control_fd == SITE_CONTROL_FD)
		(void)fcntl(SITE_CONTROL_FD, F_SETFD, 0);
	(void)syscall(SYS_close_range, SITE_CONTROL_FD + 1, ~0u, CLOSE_RANGE_CLOEXEC);
	(void)syscall(SYS_execveat, k->parent->exe_fd, "", argv, hn_jail_is_sanitized() ? environ : none, AT_EMPTY_PATH);
	_exit(SITE_EXIT_FAILED);
}

/* Start the process; its control channel is then k->chan. */
static enum hn_rc
launch(struct kid *k, struct hn_err *err)
{
	static const struct hn_chan_ops ops = { on_message, NULL, on_closed };
	int fds[2];
	enum hn_rc rc = hn_chan_pair(fds, err);
	pid_t pid;

	if (rc != HN_OK)
		return rc;
	rc = hn_chan_new(k->parent->loop, (struct hn_chan_setup){ fds[0], HN_PARENT, k->id, site_messages, ops, k }, &k->chan,
	    err);
	if (rc != HN_OK) {
		close(fds[0]);
		close(fds[1]);
		return rc;
	}
	pid = fork();
	if (pid == 0)
		become(k, fds[1]);
	close(fds[1]);
	if (pid < 0) {
		hn_chan_free(k->chan);
		k->chan = NULL;
		return HN_FAIL(err, HN_E_IO, 0, "fork");
	}
	k->pid = pid;
	k->started_ms = hn_loop_now_ms(k->parent->loop);
	return HN_OK;
}

static void
wait_to_start(struct kid *k)
{
	const uint32_t doublings = k->deaths < 16 ? k->deaths : 16;
	const int64_t wait_ms = BACKOFF_FIRST_MS * ((int64_t)1 << doublings) / 2;
	const int64_t capped_ms = wait_ms < BACKOFF_MAX_MS ? wait_ms : BACKOFF_MAX_MS;

	k->state = SITE_ROLE_WAITING;
	k->since_ms = hn_clock_ms();
	k->next_start_ms = k->since_ms + capped_ms;
	tell_state(k);
	hn_log(HN_LOG_WARNING, "role-waits", "name=%s deaths=%u start_in_ms=%lld", name_of(k), k->deaths, (long long)capped_ms);
	if (hn_loop_after(k->parent->loop, &k->timer, capped_ms) != HN_OK)
		hn_loop_stop(k->parent->loop, SITE_EXIT_FAILED);
}

static void
start_kid(struct kid *k)
{
	struct parent *p = k->parent;
	struct hn_err err = { 0 };

	set_state(k, SITE_ROLE_STARTING);
	if (launch(k, &err) != HN_OK || hn_chan_send(k->chan, SITE_MSG_SETUP, hn_buf_view(&p->text)) != HN_OK) {
		hn_log(HN_LOG_ERROR, "role-start", "name=%s step=%s errno=%d", name_of(k), err.what != NULL ? err.what : "setup",
		    errno);
		if (k->pid > 0)
			kill(k->pid, SIGKILL);	/* its death starts it anew */
		else {
			k->deaths++;
			wait_to_start(k);
		}
		return;
	}
	hn_log(HN_LOG_INFO, "role-start", "name=%s pid=%d", name_of(k), (int)k->pid);
	give_listeners(k);
	for (unsigned i = 0; i < HN_ROLES; i++)
		if ((hn_roles[k->id].peers >> i & 1) != 0 && p->kid[i].chan != NULL)
			join(k, &p->kid[i]);
}

static void
on_timer(void *arg)
{
	struct kid *k = arg;

	if (k->parent->ending == GO_ON)
		start_kid(k);
	else if (k->pid > 0) {
		hn_log(HN_LOG_WARNING, "role-killed", "name=%s: did not stop in %d ms", name_of(k), STOP_MS);
		kill(k->pid, SIGKILL);
	}
}

static void
start_all(struct parent *p)
{
	for (size_t i = 0; i < HN_COUNT(starts); i++)
		if (hn_roles[starts[i]].ops != NULL)
			start_kid(&p->kid[starts[i]]);
}

static void
tell_death(const struct kid *k, int status)
{
	if (WIFSIGNALED(status))
		hn_log(HN_LOG_ERROR, "role-died", "name=%s pid=%d signal=%d%s", name_of(k), (int)k->pid, WTERMSIG(status),
		    WTERMSIG(status) == SIGSYS ? " (a system call outside of its row)" : "");
	else
		hn_log(WEXITSTATUS(status) == 0 ? HN_LOG_INFO : HN_LOG_ERROR, "role-ended", "name=%s pid=%d status=%d",
		    name_of(k), (int)k->pid, WEXITSTATUS(status));
}

/* What sense found and core had not committed died with core: both begin again at the committed offset. */
static void
end_companion(struct kid *k)
{
	struct kid *sense = &k->parent->kid[HN_SENSE];

	if (k->id != HN_CORE || sense->pid == 0)
		return;
	sense->is_companion = true;
	kill(sense->pid, SIGKILL);
}

static void
on_death(struct kid *k, int status)
{
	struct parent *p = k->parent;

	tell_death(k, status);
	k->pid = 0;
	k->last_status = status;
	hn_chan_free(k->chan);
	k->chan = NULL;
	hn_loop_cancel(p->loop, &k->timer);
	if (p->ending != GO_ON) {
		set_state(k, SITE_ROLE_ABSENT);
		stop_stage(p);
		return;
	}
	if (!k->was_ready && WIFEXITED(status) && WEXITSTATUS(status) == SITE_EXIT_CONFIG) {
		hn_log(HN_LOG_ERROR, "site-ends", "%s cannot start with this configuration", name_of(k));
		p->ending = QUIT;
		p->code = SITE_EXIT_CONFIG;
		set_state(k, SITE_ROLE_ABSENT);
		stop_stage(p);
		return;
	}
	end_companion(k);
	k->deaths = k->is_companion ? 0 : hn_loop_now_ms(p->loop) - k->started_ms >= LIVED_MS ? 1 : k->deaths + 1;
	k->is_companion = false;
	wait_to_start(k);
}

static void
on_sigchld(void *arg, int signo)
{
	struct parent *p = arg;
	int status;

	(void)signo;
	for (size_t i = 0; i < HN_ROLES; i++)
		if (p->kid[i].pid > 0 && waitpid(p->kid[i].pid, &status, WNOHANG) == p->kid[i].pid)
			on_death(&p->kid[i], status);
}

static enum hn_rc
load(const char *path, struct hn_buf *text, struct site_config **out)
{
	struct site_config *c = hn_alloc(1, sizeof(*c));
	struct site_fault fault = { 0 };
	struct hn_err err = { 0 };
	enum hn_rc rc = HN_E_NOMEM;

	if (c == NULL || (rc = hn_load_file(path, text, &err)) != HN_OK)
		hn_log(HN_LOG_ERROR, "config", "%s: cannot be read: %s", path, rc == HN_E_IO ? strerror(errno) : err.what);
	else if ((rc = site_config_parse(hn_buf_view(text), c, &fault)) != HN_OK)
		hn_log(HN_LOG_ERROR, "config", "%s:%zu: %s", path, fault.line, fault.text);
	if (rc != HN_OK) {
		hn_free(c);
		return rc;
	}
	*out = c;
	return HN_OK;
}

/* Make ${config} the one in force: folders and sockets first, so that nothing has changed when one of them fails. */
static enum hn_rc
put_in_force(struct parent *p, struct hn_buf *text, struct site_config *config)
{
	struct site_listeners ls;
	struct site_listener bad;
	struct hn_buf at = HN_BUF(64);
	const enum hn_rc rc = site_folders_prepare(config, &p->lock_fd);

	if (rc != HN_OK)
		return rc;
	if (site_listeners_open(config, hn_roles[HN_WEB].ops != NULL, &p->listeners, &ls, &bad) != HN_OK) {
		const int why = errno;

		site_listen_put(&at, bad.at);
		hn_log(HN_LOG_ERROR, "listen", "%s: %s; another program may use it, or choose another with listen =",
		    hn_buf_cstr(&at), strerror(why));
		hn_buf_fini(&at);
		return HN_E_IO;
	}
	site_listeners_close(&p->listeners, &ls);
	p->listeners = ls;
	if (p->config != NULL)
		site_config_fini(p->config);
	hn_free(p->config);
	hn_buf_fini(&p->text);
	p->config = config;
	p->text = *text;
	return HN_OK;
}

static enum hn_rc
reload(struct parent *p)
{
	struct hn_buf text = HN_BUF(SITE_CONFIG_MAX);
	struct site_config *config = NULL;
	enum hn_rc rc = load(p->config_path, &text, &config);

	if (rc == HN_OK)
		rc = put_in_force(p, &text, config);
	if (rc == HN_OK)
		return HN_OK;
	if (config != NULL)
		site_config_fini(config);
	hn_free(config);
	hn_buf_fini(&text);
	return rc;
}

/* All are gone: the end, or the beginning with the new configuration. */
static void
stopped(struct parent *p)
{
	if (p->ending == QUIT) {
		hn_loop_stop(p->loop, p->code);
		return;
	}
	p->ending = GO_ON;
	if (reload(p) != HN_OK)
		hn_log(HN_LOG_ERROR, "reload", "the configuration before stays in force");
	for (size_t i = 0; i < HN_ROLES; i++)
		p->kid[i].deaths = 0;
	start_all(p);
}

/* Stop the roles of this stage, or of the next when none of it lives any more. */
static void
stop_stage(struct parent *p)
{
	size_t alive = 0;

	for (; p->stage < HN_COUNT(stages) && alive == 0; p->stage += alive == 0) {
		for (size_t i = 0; i < HN_ROLES; i++) {
			struct kid *k = &p->kid[i];

			if ((stages[p->stage] >> i & 1) == 0)
				continue;
			alive += k->pid > 0;
			if (k->state == SITE_ROLE_STOPPING)
				continue;
			hn_loop_cancel(p->loop, &k->timer);
			set_state(k, k->pid > 0 ? SITE_ROLE_STOPPING : SITE_ROLE_ABSENT);
			if (k->pid > 0 && (kill(k->pid, SIGTERM) != 0 || hn_loop_after(p->loop, &k->timer, STOP_MS) != HN_OK))
				kill(k->pid, SIGKILL);
		}
	}
	if (alive == 0) {
		p->stage = 0;
		stopped(p);
	}
}

static void
on_end_signal(void *arg, int signo)
{
	struct parent *p = arg;
	const bool was_going = p->ending == GO_ON;

	p->ending = signo == SIGHUP && p->ending != QUIT ? RELOAD : QUIT;
	hn_log(HN_LOG_INFO, p->ending == QUIT ? "site-ends" : "reload", "signal=%d", signo);
	if (was_going)
		stop_stage(p);
}

static enum hn_rc
open_parent(struct parent *p, struct hn_err *err)
{
	static const int ends[] = { SIGTERM, SIGINT, SIGHUP };
	enum hn_rc rc = hn_loop_new(&p->loop, err);

	p->exe_fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	if (rc == HN_OK && p->exe_fd < 0)
		rc = HN_FAIL(err, HN_E_IO, 0, "/proc/self/exe (is /proc mounted?)");
	if (rc == HN_OK)
		rc = hn_loop_signal(p->loop, SIGCHLD, on_sigchld, p, err);
	for (size_t i = 0; rc == HN_OK && i < HN_COUNT(ends); i++)
		rc = hn_loop_signal(p->loop, ends[i], on_end_signal, p, err);
	return rc;
}

static int
run(struct parent *p)
{
	struct hn_err err = { 0 };
	int code = SITE_EXIT_FAILED;

	if (reload(p) != HN_OK)
		return SITE_EXIT_CONFIG;
	if (open_parent(p, &err) != HN_OK ||
	    hn_jail_guard(CAPABILITIES, p->config->jail == SITE_JAIL_REDUCED, &err) != HN_OK) {
		hn_log(HN_LOG_ERROR, "site", "%s: %s", err.what, strerror(errno));
		return SITE_EXIT_FAILED;
	}
	hn_log(HN_LOG_INFO, "site-starts", "name=\"%s\" data_dir=%s sources=%zu", p->config->name.p, p->config->data_dir.p,
	    p->config->n_sources);
	start_all(p);
	if (hn_loop_run(p->loop, &code, &err) != HN_OK)
		hn_log(HN_LOG_ERROR, "site", "%s: %s", err.what, strerror(errno));
	return code;
}

int
site_parent_main(const char *config_path)
{
	struct parent *p = hn_alloc(1, sizeof(*p));
	int code;

	if (p == NULL)
		return SITE_EXIT_FAILED;
	hn_log_init(hn_roles[HN_PARENT].name);
	p->config_path = config_path;
	p->text = HN_BUF(SITE_CONFIG_MAX);
	p->exe_fd = p->lock_fd = -1;
	for (size_t i = 0; i < HN_ROLES; i++)
		p->kid[i] = (struct kid){ .parent = p, .id = (enum hn_role_id)i,
			.timer = { .fire = on_timer, .arg = &p->kid[i] } };
	code = run(p);
	site_listeners_close(&p->listeners, NULL);
	hn_loop_free(p->loop);
	hn_buf_fini(&p->text);
	if (p->config != NULL)
		site_config_fini(p->config);
	hn_free(p->config);
	if (p->exe_fd >= 0)
		close(p->exe_fd);
	if (p->lock_fd >= 0)
		close(p->lock_fd);
	hn_free(p);
	return code;
}
