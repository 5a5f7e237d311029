#include "record/lines.h"

void
lines_init(struct lines *l, size_t line_max, struct input_ops ops)
{
	*l = (struct lines){
		.ops = ops,
		.line_max = line_max,
		.part = HN_BUF(line_max),
		.join = JOIN(INPUT_OBJECT_MAX),
	};
}

void
lines_fini(struct lines *l)
{
	hn_buf_fini(&l->part);
	join_fini(&l->join);
}

/* The lines of an object that was none, each by itself. */
static void
hand_on_apart(struct lines *l)
{
	struct hn_view rest = join_text(&l->join), line;
	uint64_t number = l->join.first;

	while (rest.n > 0) {
		(void)hn_view_cut(&rest, '\n', &line);
		if (line.n > 0)
			l->ops.line(l->ops.ctx, line, number);
		number++;
	}
	join_close(&l->join);
}

/* What a join's step came to.  false: ${line} is still to be handed on. */
static bool
settle(struct lines *l, enum join_state state)
{
	if (state == JOIN_BROKEN) {
		hand_on_apart(l);
		return false;
	}
	if (state == JOIN_DONE) {
		l->ops.line(l->ops.ctx, join_text(&l->join), l->join.first);
		join_close(&l->join);
	}
	return true;
}

static bool
is_between_objects(struct hn_view line)
{
	line = hn_view_trim(line);
	return line.n == 0 || (line.n == 1 && strchr("[],", line.p[0]) != NULL && line.p[0] != '\0');
}

static void
hand_on(struct lines *l, struct hn_view line)
{
	l->number++;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	while (line.n > 0 && line.p[0] == '\0')
		line = hn_view_skip(line, 1);
	if (join_is_open(&l->join) && settle(l, join_add(&l->join, line)))
		return;
	if (line.n < 8 && is_between_objects(line))
		return;
	if (join_begins(line) && settle(l, join_start(&l->join, line, l->number)))
		return;
	l->ops.line(l->ops.ctx, line, l->number);
}

static void
drop(struct lines *l, enum hn_rc rc, bool whole)
{
	struct hn_err why = { 0 };

	(void)HN_FAIL(&why, rc, l->line_max, rc == HN_E_LIMIT ? "line too long" : "memory");
	l->ops.fault(l->ops.ctx, l->number + 1, &why);
	hn_buf_reset(&l->part);
	l->dropping = !whole;
	l->number += whole ? 1 : 0;
}

/* A run of bytes without a newline; ${whole}: a newline followed. */
static void
add_piece(struct lines *l, struct hn_view piece, bool whole)
{
	if (l->dropping) {
		l->dropping = !whole;
		l->number += whole ? 1 : 0;
		return;
	}
	if (piece.n > l->line_max - l->part.n) {
		drop(l, HN_E_LIMIT, whole);
		return;
	}
	if (l->part.n == 0 && whole) {
		hand_on(l, piece);
		return;
	}
	hn_buf_put(&l->part, piece);
	if (l->part.failed) {
		drop(l, HN_E_NOMEM, whole);
		return;
	}
	if (whole) {
		hand_on(l, hn_buf_view(&l->part));
		hn_buf_reset(&l->part);
	}
}

void
lines_push(struct lines *l, struct hn_view bytes)
{
	struct hn_view piece;

	while (bytes.n > 0) {
		const bool whole = hn_view_cut(&bytes, '\n', &piece);

		add_piece(l, piece, whole);
	}
}

void
lines_end(struct lines *l)
{
	if (l->part.n > 0)
		hand_on(l, hn_buf_view(&l->part));
	hn_buf_reset(&l->part);
	l->dropping = false;
	if (join_is_open(&l->join))
		hand_on_apart(l);
}
