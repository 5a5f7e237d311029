#include "base/steady.h"

#include <inttypes.h>

#include "base/num.h"

static bool
is_near(int64_t a, int64_t b)
{
	return a - b <= HN_STEADY_SLACK_MS && b - a <= HN_STEADY_SLACK_MS;
}

static void
believe(struct hn_steady *s, int64_t wall_ms)
{
	s->now_ms = wall_ms;
	s->doubt_ms = 0;
	s->apart_ms = 0;
}

void
hn_steady_start(struct hn_steady *s, const struct hn_steady *saved, int64_t wall_ms, int64_t mono_ms)
{
	*s = saved != NULL ? *saved : (struct hn_steady){ .now_ms = wall_ms };
	/* The monotonic clock begins anew with the machine: how long that was off nobody knows. */
	if (saved == NULL || mono_ms < s->mono_ms) {
		s->mono_ms = mono_ms;
		if (wall_ms > s->now_ms && wall_ms - s->now_ms <= HN_STEADY_AWAY_MS)
			believe(s, wall_ms);
	}
	(void)hn_steady_step(s, wall_ms, mono_ms);
}

int64_t
hn_steady_step(struct hn_steady *s, int64_t wall_ms, int64_t mono_ms)
{
	const int64_t gone_ms = mono_ms > s->mono_ms ? mono_ms - s->mono_ms : 0;

	s->now_ms += gone_ms;
	s->mono_ms = mono_ms;
	if (is_near(wall_ms, s->now_ms)) {
		believe(s, wall_ms);
	} else if (s->doubt_ms == 0 || !is_near(wall_ms - s->now_ms, s->apart_ms)) {
		s->apart_ms = wall_ms - s->now_ms;	/* it jumped, perhaps once more */
		s->doubt_ms = 1;
	} else {
		s->doubt_ms += gone_ms;
		if (s->doubt_ms > HN_STEADY_DOUBT_MS)
			believe(s, wall_ms);
	}
	return s->now_ms;
}

void
hn_steady_put(struct hn_buf *b, const struct hn_steady *s)
{
	hn_buf_printf(b, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", s->now_ms, s->mono_ms, s->doubt_ms, s->apart_ms);
}

static bool
take_number(struct hn_view *v, char behind, int64_t *out)
{
	const bool is_less = v->n > 0 && v->p[0] == '-';
	const struct hn_view from = hn_view_skip(*v, is_less ? 1 : 0);
	const char *end = from.n > 0 ? memchr(from.p, behind, from.n) : NULL;
	uint64_t n;

	if (end == NULL || hn_num_u64((struct hn_view){ from.p, (size_t)(end - from.p) }, INT64_MAX / 4, &n) != HN_OK)
		return false;
	*out = is_less ? -(int64_t)n : (int64_t)n;
	*v = hn_view_skip(from, (size_t)(end - from.p) + 1);
	return true;
}

bool
hn_steady_get(struct hn_view v, struct hn_steady *out)
{
	struct hn_steady s = { 0 };
	const bool is_read = take_number(&v, ' ', &s.now_ms) && take_number(&v, ' ', &s.mono_ms) &&
	    take_number(&v, ' ', &s.doubt_ms) && take_number(&v, '\n', &s.apart_ms);

	if (!is_read || v.n > 0 || s.mono_ms < 0 || s.doubt_ms < 0)
		return false;
	*out = s;
	return true;
}
