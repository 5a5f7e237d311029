#include "site/intake.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "event/log.h"
#include "site/parent.h"

#define FIRST_SOURCE_AT 40u	/* in a batch: behind its header and the first line's offset and time */
#define WATCHDOG_MS 30000	/* a batch that takes sense so long has caught it */

static void
watch(struct intake *in)
{
	hn_loop_cancel(in->child->loop, &in->send.watchdog);
	if (in->send.n_window > 0 && hn_loop_after(in->child->loop, &in->send.watchdog, WATCHDOG_MS) != HN_OK)
		site_child_end(in->child);
}

static void
catch_sense(void *arg)
{
	struct intake *in = arg;
	struct hn_buf b = HN_BUF(64);

	if (in->send.n_window == 0 || !in->send.has_sense)
		return;
	if (in->send.is_core_held) {
		watch(in);
		return;
	}
	in->send.is_killer = true;
	hn_put_u8(&b, HN_SENSE);
	hn_put_bytes(&b, HN_LIT("no progress on a batch"));
	if (site_child_send(in->child, HN_PARENT, SITE_MSG_FAULT, hn_buf_view(&b)) != HN_OK)
		hn_log(HN_LOG_ERROR, "fault", "the parent cannot be told");
	hn_buf_fini(&b);
}

enum hn_rc
intake_send_start(struct intake *in, struct hn_err *err)
{
	char path[SITE_PATH_MAX];

	in->send.body = HN_BUF(SITE_BATCH_MAX);
	in->send.watchdog = (struct hn_timer){ .fire = catch_sense, .arg = in };
	if (!site_place_path(in->child->config, SITE_PLACE_EVIDENCE, path))
		return HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	return hn_evidence_reader_open(path, &in->send.reader, err);
}

uint64_t
intake_send_backlog(const struct intake *in)
{
	struct hn_evidence_state state;

	hn_evidence_state(in->log, &state);
	return state.end > in->send.done ? state.end - in->send.done : 0;
}

/* The suspect that holds ${offset}, or the next one behind it; NULL: none. */
static struct intake_suspect *
suspect_from(struct intake_send *s, uint64_t offset)
{
	struct intake_suspect *first = NULL;

	for (size_t i = 0; i < s->n_suspects; i++)
		if (s->suspect[i].next > offset && (first == NULL || s->suspect[i].begin < first->begin))
			first = &s->suspect[i];
	return first;
}

static void
forget_suspect(struct intake_send *s, struct intake_suspect *gone)
{
	*gone = s->suspect[--s->n_suspects];
}

static bool
is_quarantined(const struct intake_suspect *suspect)
{
	return suspect->deaths >= 2;
}

/* Suspects that were done after all.  One in quarantine stays one until core is behind it: sense may begin before it again. */
static void
forgive(struct intake_send *s, uint64_t done, bool is_committed)
{
	for (size_t i = s->n_suspects; i > 0; i--)
		if (s->suspect[i - 1].next <= done && (is_committed || !is_quarantined(&s->suspect[i - 1])))
			forget_suspect(s, &s->suspect[i - 1]);
}

/*
 * A record of the log cannot be read, and may have been the last piece of a document: whatever document is open ends here,
 * or sense would wait for its end, and core for sense.
 */
static uint32_t
put_ends(struct intake *in, uint64_t offset)
{
	uint32_t lines = 0;

	for (size_t i = 0; i < in->child->config->n_sources; i++) {
		const struct site_source *source = &in->child->config->source[i];

		if (source->kind != SITE_DROP)
			continue;
		site_batch_line(&in->send.body, &(struct site_line){ .offset = offset, .received_ms = hn_clock_ms(),
			.source = source->id, .flags = SITE_LINE_DOCUMENT, .raw = { "", 0 } });
		lines++;
	}
	return lines;
}

/* Gather lines from ${from} up to ${limit}; an empty batch: there are none now. */
static struct intake_batch
gather(struct intake *in, uint64_t from, uint64_t limit)
{
	struct intake_send *s = &in->send;
	struct intake_batch b = { .begin = from, .next = from };
	struct hn_evidence_record r;
	uint64_t behind;
	enum hn_rc rc;
	struct hn_err err;

	site_batch_begin(&s->body, from);
	while (s->body.n < SITE_BATCH_BYTES && b.next < limit) {
		rc = hn_evidence_next(s->reader, b.next, &r, &err);
		if (rc == HN_E_CORRUPT) {
			hn_log(HN_LOG_ERROR, "log-damaged", "offset=%llu what=\"%s\"", (unsigned long long)err.at, err.what);
			behind = hn_evidence_skip(s->reader, b.next);
			if (behind <= b.next)
				break;
			b.lines += put_ends(in, b.next);
			b.next = behind;
			continue;
		}
		if (rc != HN_OK || r.offset >= limit || (b.lines > 0 && s->body.n + r.raw.n > SITE_BATCH_BYTES))
			break;
		site_batch_line(&s->body, &(struct site_line){ r.offset, r.received_ms, r.source, r.flags, r.raw });
		b.next = r.next;
		b.lines++;
	}
	site_batch_end(&s->body, b.next, b.lines);
	return b;
}

/*
 * What goes in place of the lines between ${from} and ${next}, which are in quarantine: nothing, but for pieces of documents,
 * which go without their bytes.  So sense knows that they are missing, and core that nothing more comes before ${next}.
 */
static struct intake_batch
gather_gap(struct intake *in, uint64_t from, uint64_t next)
{
	struct intake_send *s = &in->send;
	struct intake_batch b = { .begin = from, .next = next };
	struct hn_evidence_record r;

	site_batch_begin(&s->body, from);
	for (uint64_t at = from; hn_evidence_next(s->reader, at, &r, NULL) == HN_OK && r.offset < next; at = r.next) {
		if ((r.flags & SITE_LINE_DOCUMENT) == 0)
			continue;
		site_batch_line(&s->body, &(struct site_line){ r.offset, r.received_ms, r.source, r.flags, { "", 0 } });
		b.lines++;
	}
	site_batch_end(&s->body, b.next, b.lines);
	return b;
}

static enum hn_rc
send_by_file(struct intake *in, struct hn_view body)
{
	const int fd = memfd_create("lines", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	enum hn_rc rc = HN_E_NOMEM;

	if (fd < 0)
		return rc;
	if (write(fd, body.p, body.n) == (ssize_t)body.n &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0)
		rc = site_child_send_fd(in->child, HN_SENSE, SITE_MSG_LINES_FD, HN_LIT(""), fd);
	close(fd);
	return rc;
}

static enum hn_rc
send_body(struct intake *in)
{
	const struct hn_view body = hn_buf_view(&in->send.body);

	return body.n <= HN_MSG_MAX ? site_child_send(in->child, HN_SENSE, SITE_MSG_LINES, body) : send_by_file(in, body);
}

/* Keep the lines of a batch on which sense died twice, tell core, and go on behind it. */
static void
quarantine(struct intake *in, const struct intake_suspect *bad, int wait_status)
{
	const struct intake_batch b = gather(in, bad->begin, bad->next);
	struct site_quarantined q = { bad->begin, bad->next, b.lines, 0, wait_status, { 0 } };
	char folder[SITE_PATH_MAX], path[SITE_PATH_MAX + 32];
	struct hn_get g;
	struct hn_buf body = HN_BUF(4096);
	int fd;

	if (b.lines > 0) {
		g = HN_GET(hn_view_skip(hn_buf_view(&in->send.body), FIRST_SOURCE_AT));
		q.source = hn_get_u32(&g);
		(void)hn_get_u16(&g);
		q.head = hn_get_bytes(&g, HN_EVIDENCE_RAW_MAX);
	}
	if (site_place_path(in->child->config, SITE_PLACE_QUARANTINE, folder)) {
		(void)snprintf(path, sizeof(path), "%s/%016llx.lines", folder, (unsigned long long)bad->begin);
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (fd < 0 || write(fd, in->send.body.p, in->send.body.n) != (ssize_t)in->send.body.n)
			hn_log(HN_LOG_ERROR, "quarantine", "%s: errno=%d", path, errno);
		if (fd >= 0)
			close(fd);
	}
	site_quarantined_put(&body, &q);
	if (body.failed || site_child_send(in->child, HN_CORE, SITE_MSG_BATCH_QUARANTINED, hn_buf_view(&body)) != HN_OK)
		hn_log(HN_LOG_ERROR, "quarantine", "core cannot be told");
	hn_log(HN_LOG_ERROR, "batch-quarantined", "begin=%llu next=%llu lines=%u", (unsigned long long)bad->begin,
	    (unsigned long long)bad->next, b.lines);
	hn_buf_fini(&body);
}

/* No batch lies on both sides of where the database stood: one part of it is news, the other is not. */
static uint64_t
limit_of(const struct intake_send *s, uint64_t limit)
{
	return s->sent < s->quiet && s->quiet < limit ? s->quiet : limit;
}

/* One more batch on its way; false: nothing to send, or no room. */
static bool
send_one(struct intake *in)
{
	struct intake_send *s = &in->send;
	struct intake_suspect *suspect = suspect_from(s, s->sent);
	const bool is_near = suspect != NULL && suspect->begin <= s->sent;
	struct intake_batch b;

	if (is_near && is_quarantined(suspect)) {
		b = gather_gap(in, s->sent, suspect->next);
	} else {
		if (is_near && s->n_window > 0)
			return false;	/* alone, so that its death is its own */
		s->is_alone = is_near;
		b = gather(in, s->sent, limit_of(s, is_near ? suspect->next : suspect != NULL ? suspect->begin : UINT64_MAX));
	}
	if (b.next == b.begin)
		return false;
	if (send_body(in) != HN_OK) {
		s->is_full = true;	/* or gone: `writable` or `peer_changed` will tell */
		return false;
	}
	s->window[s->n_window++] = b;
	s->sent = b.next;
	if (s->n_window == 1)
		watch(in);
	return true;
}

void
intake_send_more(struct intake *in)
{
	struct intake_send *s = &in->send;

	if (!s->has_sense || !s->knows_committed)
		return;
	while (s->n_window < INTAKE_WINDOW && !s->is_full && !s->is_alone)
		if (!send_one(in))
			break;
	if (s->n_window == 0)
		s->is_alone = false;
}

/* Both are there, core has said what it holds: begin there. */
static void
begin(struct intake *in)
{
	struct intake_send *s = &in->send;
	struct hn_evidence_state state;

	if (!s->has_sense || !s->knows_committed)
		return;
	hn_evidence_state(in->log, &state);
	s->quiet = s->committed;
	s->sent = s->done = s->again >= state.start ? s->again : s->committed;
	s->n_window = 0;
	s->is_full = s->is_alone = false;
	intake_send_more(in);
}

/* Signals that say that the batch was too much for sense; SIGKILL from outside says nothing about it. */
static bool
is_its_fault(int status, bool is_killer)
{
	return is_killer || (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL && WTERMSIG(status) != SIGTERM) ||
	    (WIFEXITED(status) && WEXITSTATUS(status) != SITE_EXIT_OK);
}

static void
accuse(struct intake *in, int wait_status)
{
	struct intake_send *s = &in->send;
	struct intake_suspect *suspect = suspect_from(s, s->victim.begin);

	if (suspect == NULL || suspect->begin != s->victim.begin || suspect->next != s->victim.next) {
		if (s->n_suspects == INTAKE_SUSPECTS_MAX)
			forget_suspect(s, &s->suspect[0]);
		suspect = &s->suspect[s->n_suspects++];
		*suspect = (struct intake_suspect){ s->victim.begin, s->victim.next, s->victim.lines, 0 };
	}
	suspect->deaths++;
	hn_log(HN_LOG_WARNING, "batch-suspected", "begin=%llu lines=%u deaths=%u", (unsigned long long)suspect->begin,
	    suspect->lines, suspect->deaths);
	if (suspect->deaths == 2)
		quarantine(in, suspect, wait_status);
}

/* Its channel is gone and the parent has said how it died: whose fault was it? */
static void
judge(struct intake *in)
{
	struct intake_send *s = &in->send;

	if (s->has_sense || !s->has_status)
		return;
	/* What was read before killed nobody then: if it does now, core gives up what was learnt, not the lines. */
	if (s->has_victim && s->victim.begin >= s->quiet && is_its_fault(s->status, s->is_killer))
		accuse(in, s->status);
	s->has_victim = s->has_status = s->is_killer = false;
}

void
intake_send_peer(struct intake *in, enum hn_role_id peer, bool is_there)
{
	struct intake_send *s = &in->send;

	if (peer == HN_CORE && !is_there)
		s->knows_committed = false;
	if (peer != HN_SENSE)
		return;
	s->has_sense = is_there;
	if (is_there) {
		s->has_victim = s->has_status = s->is_killer = false;
		begin(in);
		return;
	}
	s->has_victim = s->n_window > 0;
	s->victim = s->window[0];
	s->n_window = 0;
	s->is_alone = false;
	watch(in);
	judge(in);
}

enum hn_rc
intake_send_done(struct intake *in, struct hn_view body)
{
	struct hn_get g = HN_GET(body);
	const uint64_t next = hn_get_u64(&g);
	struct intake_send *s = &in->send;

	if (!hn_get_done(&g) || s->n_window == 0 || s->window[0].next != next)
		return HN_E_SYNTAX;
	s->n_window--;
	memmove(&s->window[0], &s->window[1], s->n_window * sizeof(s->window[0]));
	s->done = next;
	s->is_alone = false;
	forgive(s, next, false);
	watch(in);
	intake_send_more(in);
	return HN_OK;
}

enum hn_rc
intake_send_committed(struct intake *in, struct hn_view body)
{
	struct hn_get g = HN_GET(body);
	const uint64_t committed = hn_get_u64(&g);
	const uint64_t again = hn_get_u64(&g);
	struct intake_send *s = &in->send;
	const bool is_first = !s->knows_committed;
	struct hn_evidence_state state;

	hn_evidence_state(in->log, &state);
	if (!hn_get_done(&g) || committed > state.end || again > committed)
		return HN_E_SYNTAX;
	s->committed = committed;
	s->again = again;
	s->knows_committed = true;
	forgive(s, again, true);
	if (is_first)
		begin(in);
	return HN_OK;
}

enum hn_rc
intake_send_condition(struct intake *in, struct hn_view body)
{
	struct hn_get g = HN_GET(body);
	const bool was_held = in->send.is_core_held;

	(void)hn_get_i64(&g);
	in->send.is_core_held = (hn_get_u8(&g) & SITE_CONDITION_DATABASE) != 0;
	if (was_held && !in->send.is_core_held)
		watch(in);
	return hn_get_done(&g) ? HN_OK : HN_E_SYNTAX;
}

enum hn_rc
intake_send_role_state(struct intake *in, struct hn_view body)
{
	struct hn_get g = HN_GET(body);
	const unsigned role = hn_get_u8(&g);
	const unsigned state = hn_get_u8(&g);
	struct intake_send *s = &in->send;
	int status;

	(void)hn_get_i64(&g);
	(void)hn_get_i64(&g);
	(void)hn_get_u32(&g);
	status = (int)hn_get_u32(&g);
	if (!hn_get_done(&g))
		return HN_E_SYNTAX;
	if (role != HN_SENSE || state != SITE_ROLE_WAITING)
		return HN_OK;
	s->has_status = true;
	s->status = status;
	judge(in);
	return HN_OK;
}
