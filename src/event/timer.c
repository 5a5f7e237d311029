#include "event/timer.h"

#include <assert.h>

#include "base/mem.h"

#define FIRST_SIZE 16u

void
hn_timers_fini(struct hn_timers *ts)
{
	for (size_t i = 0; i < ts->n; i++)
		ts->heap[i]->slot = 0;
	hn_free(ts->heap);
	*ts = (struct hn_timers){ 0 };
}

static void
place(struct hn_timers *ts, struct hn_timer *t, size_t i)
{
	ts->heap[i] = t;
	t->slot = i + 1;
}

static void
rise(struct hn_timers *ts, size_t i)
{
	struct hn_timer *t = ts->heap[i];

	while (i > 0 && ts->heap[(i - 1) / 2]->at_ms > t->at_ms) {
		place(ts, ts->heap[(i - 1) / 2], i);
		i = (i - 1) / 2;
	}
	place(ts, t, i);
}

static void
sink(struct hn_timers *ts, size_t i)
{
	struct hn_timer *t = ts->heap[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < ts->n && ts->heap[child + 1]->at_ms < ts->heap[child]->at_ms)
			child++;
		if (child >= ts->n || ts->heap[child]->at_ms >= t->at_ms)
			break;
		place(ts, ts->heap[child], i);
		i = child;
	}
	place(ts, t, i);
}

static enum hn_rc
grow(struct hn_timers *ts)
{
	const size_t size = ts->size > 0 ? ts->size * 2 : FIRST_SIZE;
	struct hn_timer **heap;

	if (ts->n < ts->size)
		return HN_OK;
	if (size > HN_TIMERS_MAX)
		return HN_E_LIMIT;
	heap = hn_realloc(ts->heap, size, sizeof(struct hn_timer *));
	if (heap == NULL)
		return HN_E_NOMEM;
	ts->heap = heap;
	ts->size = size;
	return HN_OK;
}

enum hn_rc
hn_timers_set(struct hn_timers *ts, struct hn_timer *t, int64_t at_ms)
{
	enum hn_rc rc;

	assert(t->fire != NULL);
	hn_timers_unset(ts, t);
	rc = grow(ts);
	if (rc != HN_OK)
		return rc;
	t->at_ms = at_ms;
	place(ts, t, ts->n++);
	rise(ts, ts->n - 1);
	return HN_OK;
}

void
hn_timers_unset(struct hn_timers *ts, struct hn_timer *t)
{
	const size_t i = t->slot - 1;
	struct hn_timer *last;

	if (t->slot == 0)
		return;
	assert(i < ts->n && ts->heap[i] == t);
	last = ts->heap[--ts->n];
	t->slot = 0;
	if (last == t)
		return;
	place(ts, last, i);
	rise(ts, i);
	sink(ts, last->slot - 1);
}

bool
hn_timers_next(const struct hn_timers *ts, int64_t *at_ms)
{
	if (ts->n == 0)
		return false;
	*at_ms = ts->heap[0]->at_ms;
	return true;
}

void
hn_timers_run(struct hn_timers *ts, int64_t now_ms)
{
	/* At most as many as are set now: a timer that sets itself to the past cannot hold the loop. */
	for (size_t left = ts->n; left > 0 && ts->n > 0 && ts->heap[0]->at_ms <= now_ms; left--) {
		struct hn_timer *t = ts->heap[0];

		hn_timers_unset(ts, t);
		t->fire(t->arg);
	}
}
