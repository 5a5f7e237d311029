#include "site/intake_conn.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "event/log.h"
#include "site/frame.h"
#include "site/intake_tls.h"

#define SLACK_BYTES 16u		/* a length in front of a message */
#define READS_PER_TURN 8u
#define READ_BYTES 16384u		/* at once; a TLS record is not longer */

struct intake_conn {
	struct intake_conn *next;
	struct intake *in;
	uint32_t index;
	struct hn_watch watch;
	struct site_framer framer;
	struct hn_buf buf;		/* bytes that are not in the log yet */
	struct hn_timer idle;
	struct intake_tls *tls;		/* NULL: none */
	int64_t heard_ms;		/* monotonic: when it last spoke */
	bool is_waiting;		/* the log has no room: reading stopped */
	bool is_over;			/* the peer has said all */
};

struct intake_conn **
intake_conn_link(struct intake_conn *c)
{
	return &c->next;
}

static void
end(struct intake_conn *c)
{
	intake_net_gone(c->in->source[c->index].net, c);
	hn_loop_cancel(c->in->child->loop, &c->idle);
	hn_loop_remove(c->in->child->loop, &c->watch);
	intake_tls_free(c->tls);
	close(c->watch.fd);
	hn_buf_fini(&c->buf);
	hn_free(c);
}

static bool settle(struct intake_conn *c);

/* Who waits for us is not idle; of one who has gone silent in the middle of a message what came of it is kept. */
static void
end_idle(void *arg)
{
	struct intake_conn *c = arg;

	if (c->is_waiting && hn_loop_after(c->in->child->loop, &c->idle, INTAKE_IDLE_MS) == HN_OK)
		return;
	c->is_over = true;
	(void)settle(c);
}

bool
intake_conn_end_quietest(struct intake_conn *first)
{
	struct intake_conn *quietest = NULL;

	for (struct intake_conn *c = first; c != NULL; c = c->next)
		if (!c->is_waiting && c->buf.n == 0 && (quietest == NULL || c->heard_ms < quietest->heard_ms))
			quietest = c;
	if (quietest != NULL)
		end(quietest);
	return quietest != NULL;
}

/* Messages in the buffer to the log; false: the log has no room. */
static bool
drain(struct intake_conn *c)
{
	static struct hn_evidence_record record[INTAKE_RECORDS_MAX];
	static size_t behind[INTAKE_RECORDS_MAX];
	static struct site_framer framer_behind[INTAKE_RECORDS_MAX];

	for (;;) {
		struct hn_view in = hn_buf_view(&c->buf);
		struct site_framer framer = c->framer;
		size_t n = 0, used = 0, done;

		while (n < INTAKE_RECORDS_MAX) {
			const struct site_frame f = site_frame_next(&framer, hn_view_skip(in, used));

			if (f.used == 0)
				break;
			used += f.used;
			if (!f.is_message)
				continue;
			record[n] = (struct hn_evidence_record){ .flags = f.is_cut ? SITE_LINE_CUT : 0, .raw = f.raw };
			framer_behind[n] = framer;
			behind[n++] = used;
		}
		intake_append(c->in, c->index, record, n, &done);
		if (done < n) {
			if (done > 0) {
				hn_buf_drop(&c->buf, behind[done - 1]);
				c->framer = framer_behind[done - 1];
			}
			return false;
		}
		hn_buf_drop(&c->buf, used);
		c->framer = framer;
		if (used == 0)
			return true;
	}
}

/* What is left when the peer has closed: a message without its LF. */
static bool
drain_rest(struct intake_conn *c)
{
	struct hn_evidence_record r = { .flags = HN_EVIDENCE_NO_NEWLINE, .raw = hn_buf_view(&c->buf) };
	size_t done;

	if (c->buf.n == 0 || c->framer.skips_line || c->framer.skip_bytes > 0)
		return true;
	if (r.raw.n > c->framer.max) {
		r.raw.n = c->framer.max;
		r.flags |= SITE_LINE_CUT;
	}
	intake_append(c->in, c->index, &r, 1, &done);
	return done == 1;
}

static void
wait_for_room(struct intake_conn *c)
{
	c->is_waiting = true;
	hn_loop_change(c->in->child->loop, &c->watch, 0);
}

/* Everything that is in the buffer; then on with reading, or the end.  False: the connection is no more, or waits. */
static bool
settle(struct intake_conn *c)
{
	if (!drain(c) || (c->is_over && !drain_rest(c))) {
		wait_for_room(c);
		return false;
	}
	if (c->is_over) {
		end(c);
		return false;
	}
	return true;
}

static ssize_t
receive(struct intake_conn *c, char *to, size_t room)
{
	const ssize_t n = c->tls != NULL ? intake_tls_read(c->tls, to, room) : read(c->watch.fd, to, room);

	if (n < 0 && errno == EAGAIN && c->tls != NULL)
		hn_loop_change(c->in->child->loop, &c->watch, intake_tls_wants_write(c->tls) ? EPOLLOUT : EPOLLIN);
	return n;
}

/* One read; false: nothing more now, the connection waits or is no more. */
static bool
read_once(struct intake_conn *c)
{
	size_t room = c->buf.max - c->buf.n;
	char *to;
	ssize_t n;

	if (intake_is_held(c->in)) {
		wait_for_room(c);
		return false;
	}
	room = room < READ_BYTES ? room : READ_BYTES;
	to = hn_buf_room(&c->buf, room);
	if (to == NULL) {
		end(c);
		return false;
	}
	n = receive(c, to, room);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	c->is_over = n <= 0;
	c->buf.n += n > 0 ? (size_t)n : 0;
	return settle(c);
}

static void
read_ready(void *arg, uint32_t events)
{
	struct intake_conn *c = arg;

	(void)events;
	if (c->is_waiting)
		return;		/* a hang-up: what it said before is read when there is room */
	c->heard_ms = hn_clock_monotonic_ms();
	if (hn_loop_after(c->in->child->loop, &c->idle, INTAKE_IDLE_MS) != HN_OK) {
		end(c);
		return;
	}
	/* What TLS has decrypted already raises no event: it is read whatever the turn. */
	for (unsigned i = 0; i < READS_PER_TURN || (c->tls != NULL && intake_tls_has_more(c->tls)); i++)
		if (!read_once(c))
			return;
}

void
intake_conn_resume(struct intake_conn *c)
{
	if (!c->is_waiting)
		return;
	c->is_waiting = false;
	hn_loop_change(c->in->child->loop, &c->watch, EPOLLIN);
	if (settle(c) && c->tls != NULL)
		read_ready(c, EPOLLIN);		/* what is decrypted already raises no event */
}

enum hn_rc
intake_conn_new(struct intake *in, uint32_t index, int fd, struct intake_conn **out, struct hn_err *err)
{
	const struct site_source *s = in->source[index].config;
	struct intake_conn *c = hn_alloc(1, sizeof(*c));
	enum hn_rc rc;

	if (c == NULL)
		return HN_FAIL(err, HN_E_NOMEM, index, "connection");
	c->in = in;
	c->index = index;
	c->heard_ms = hn_clock_monotonic_ms();
	c->framer = (struct site_framer){ .max = s->max_line_bytes,
		.kind = s->kind == SITE_TLS_LINES ? SITE_FRAME_LINES : SITE_FRAME_SYSLOG };
	c->buf = HN_BUF(s->max_line_bytes + SLACK_BYTES + READ_BYTES);
	c->idle = (struct hn_timer){ .fire = end_idle, .arg = c };
	c->watch = (struct hn_watch){ .ready = read_ready, .arg = c, .fd = fd };
	if (site_kinds[s->kind].has_tls && (c->tls = intake_tls_new(in->tls, fd)) == NULL) {
		hn_free(c);
		return HN_FAIL(err, HN_E_NOMEM, index, "TLS");
	}
	rc = hn_loop_add(in->child->loop, &c->watch, EPOLLIN, err);
	if (rc == HN_OK && hn_loop_after(in->child->loop, &c->idle, INTAKE_IDLE_MS) != HN_OK) {
		hn_loop_remove(in->child->loop, &c->watch);
		rc = HN_FAIL(err, HN_E_LIMIT, index, "timer");
	}
	if (rc != HN_OK) {
		intake_tls_free(c->tls);
		hn_free(c);
		return rc;
	}
	*out = c;
	return HN_OK;
}
