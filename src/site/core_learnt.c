/*
 * What the detectors remember outlives sense: every so often core hands sense a memory file, sense writes into it what it
 * remembers at some offset, and when the database has come that far too, the file's bytes take the place of the old ones on
 * disk.  A new sense is given them and reads the log from their offset on, quietly up to where the database stands.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wire.h"
#include "site/core_parts.h"
#include "site/learnt.h"
#include "site/parent.h"
#include "store/file.h"

#define NEW_NAME SITE_LEARNT_NAME ".new"
#define COPY_BYTES (1u << 20)
#define WHOLE_LOG_BYTES (256u << 20)	/* where nothing was kept yet, a log of so many bytes is read from its beginning */

static struct core_learnt *
learnt_of(struct hn_job *job)
{
	return (struct core_learnt *)(void *)((char *)job - offsetof(struct core_learnt, keep));
}

/* In a thread of the pool: the memory file to the disk, under another name. */
static void
keep(struct hn_job *job)
{
	struct core_learnt *l = learnt_of(job);
	struct hn_buf piece = HN_BUF(COPY_BYTES);
	char *p = hn_buf_room(&piece, COPY_BYTES);
	const int fd = hn_file_open(l->folder, NEW_NAME, O_WRONLY | O_CREAT | O_TRUNC);
	uint64_t at = 0;
	ssize_t n = -1;

	while (fd >= 0 && p != NULL && (n = hn_file_read(l->memory, p, COPY_BYTES, at)) > 0) {
		if (hn_file_write_all(fd, (struct hn_view){ p, (size_t)n }, at) != 0) {
			n = -1;
			break;
		}
		at += (uint64_t)n;
	}
	l->is_kept = n == 0 && hn_file_sync(fd) == 0;
	if (fd >= 0)
		(void)close(fd);
	hn_buf_fini(&piece);
}

static void
forget_memory(struct core_learnt *l)
{
	if (l->memory >= 0)
		(void)close(l->memory);
	l->memory = -1;
	l->is_saved = false;
}

static void
kept(struct hn_job *job)
{
	struct core_learnt *l = learnt_of(job);
	const bool is_wanted = l->is_kept && l->run == l->kept_run;

	l->is_keeping = false;
	forget_memory(l);
	if (!is_wanted) {
		if (!l->is_kept)
			hn_log(HN_LOG_WARNING, "learnt-not-kept", "errno=%d: what detectors remember is kept later", errno);
		if (hn_file_unlink(l->folder, NEW_NAME) != 0 && errno != ENOENT)
			hn_log(HN_LOG_WARNING, "learnt-left", "errno=%d", errno);
		return;
	}
	if (hn_file_rename(l->folder, NEW_NAME, SITE_LEARNT_NAME) != 0 || hn_file_sync(l->folder) != 0) {
		hn_log(HN_LOG_WARNING, "learnt-not-kept", "errno=%d", errno);
		return;
	}
	l->offset = l->saved;
	l->has_file = true;
	l->is_given_up = false;
}

static void
read_header(struct core *c)
{
	struct core_learnt *l = &c->learnt;
	struct site_learnt header;
	char bytes[SITE_LEARNT_HEADER];
	const int fd = hn_file_open(l->folder, SITE_LEARNT_NAME, O_RDONLY);
	const struct hn_view v = { bytes, sizeof(bytes) };

	if (fd < 0)
		return;
	if (hn_file_read(fd, bytes, sizeof(bytes), 0) == (ssize_t)sizeof(bytes) && site_learnt_get(v, &header) == HN_OK &&
	    header.offset <= c->committed) {
		l->offset = header.offset;
		l->has_file = true;
	} else {
		hn_log(HN_LOG_WARNING, "learnt-foreign", "what detectors remembered is not of this log: they learn anew");
	}
	(void)close(fd);
}

enum hn_rc
core_learnt_start(struct core *c, struct hn_err *err)
{
	struct core_learnt *l = &c->learnt;
	char path[SITE_PATH_MAX];

	l->memory = -1;
	l->keep = (struct hn_job){ .work = keep, .done = kept };
	if (!site_place_path(c->child->config, SITE_PLACE_STATE, path))
		return HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	if (hn_dir_open(path, false, &l->folder, err) != HN_OK)
		return HN_E_IO;
	read_header(c);
	return HN_OK;
}

void
core_learnt_stop(struct core *c)
{
	if (!c->learnt.is_keeping)
		forget_memory(&c->learnt);
	if (c->learnt.folder > 0)
		(void)close(c->learnt.folder);
}

uint64_t
core_learnt_offset(const struct core *c)
{
	if (c->learnt.is_given_up)
		return c->committed;
	if (c->learnt.has_file)
		return c->learnt.offset <= c->committed ? c->learnt.offset : c->committed;
	return c->committed <= WHOLE_LOG_BYTES ? 0 : c->committed;
}

/* Hand sense a file to write into. */
static void
ask(struct core *c)
{
	struct core_learnt *l = &c->learnt;

	l->memory = memfd_create("learnt", MFD_CLOEXEC);
	if (l->memory < 0)
		return;
	if (site_child_send_fd(c->child, HN_SENSE, SITE_MSG_SAVE, HN_LIT(""), l->memory) != HN_OK)
		forget_memory(l);
	else
		l->next_ms = hn_clock_monotonic_ms() + (int64_t)c->child->config->learnt_every_s * 1000;
}

void
core_learnt_tick(struct core *c)
{
	struct core_learnt *l = &c->learnt;

	if (l->has_sense && l->memory < 0 && hn_clock_monotonic_ms() >= l->next_ms)
		ask(c);
	if (!l->is_saved || l->is_keeping || l->saved > c->committed)
		return;
	l->kept_run = l->run;
	l->is_keeping = hn_pool_submit(c->pool, &l->keep) == HN_OK;
}

enum hn_rc
core_learnt_saved(struct core *c, struct hn_view body)
{
	struct core_learnt *l = &c->learnt;
	struct hn_get g = HN_GET(body);
	const uint64_t offset = hn_get_u64(&g);
	const bool is_whole = hn_get_u8(&g) != 0;

	if (!hn_get_done(&g) || l->memory < 0 || l->is_saved || l->is_keeping)
		return HN_E_SYNTAX;
	l->saved = offset;
	l->is_saved = is_whole;
	if (!is_whole)
		forget_memory(l);
	return HN_OK;
}

/* Another sense, or none: what the one before was writing is of no use. */
void
core_learnt_peer(struct core *c, bool is_there)
{
	struct core_learnt *l = &c->learnt;
	int fd;

	l->run++;
	l->has_sense = is_there;
	if (is_there)
		l->has_told = false;
	if (!l->is_keeping)
		forget_memory(l);
	if (!is_there || !l->has_file || l->is_given_up)
		return;
	fd = hn_file_open(l->folder, SITE_LEARNT_NAME, O_RDONLY);
	if (fd >= 0 && site_child_send_fd(c->child, HN_SENSE, SITE_MSG_LEARNT, HN_LIT(""), fd) != HN_OK)
		hn_log(HN_LOG_WARNING, "learnt-not-sent", "detectors learn anew");
	if (fd >= 0)
		(void)close(fd);
}

/* A signal that it brought upon itself; SIGKILL and SIGTERM come from outside and say nothing about what it was given. */
static bool
is_its_fault(int status)
{
	return (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL && WTERMSIG(status) != SIGTERM) ||
	    (WIFEXITED(status) && WEXITSTATUS(status) != SITE_EXIT_OK);
}

enum hn_rc
core_learnt_role_state(struct core *c, struct hn_view body)
{
	struct core_learnt *l = &c->learnt;
	struct hn_get g = HN_GET(body);
	const unsigned role = hn_get_u8(&g), state = hn_get_u8(&g);
	int status;

	(void)hn_get_i64(&g);
	(void)hn_get_i64(&g);
	(void)hn_get_u32(&g);
	status = (int)hn_get_u32(&g);
	if (!hn_get_done(&g))
		return HN_E_SYNTAX;
	if (role != HN_SENSE || state != SITE_ROLE_WAITING || l->has_told || l->is_given_up || !is_its_fault(status))
		return HN_OK;
	if (++l->deaths < 2)
		return HN_OK;
	hn_log(HN_LOG_ERROR, "learnt-given-up", "offset=%" PRIu64 ": sense died of it twice; detectors learn anew", l->offset);
	l->is_given_up = true;
	l->deaths = 0;
	core_tell_committed(c);
	return HN_OK;
}
