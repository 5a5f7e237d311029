#ifndef HN_BASE_STEADY_H
#define HN_BASE_STEADY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/view.h"

/*
 * The time of day as far as it can be believed, for what must not happen only because somebody set the wall clock: what is old
 * is deleted by it, silence and the life of a session are measured with it.
 *
 * It follows the wall clock while that goes on as the monotonic clock does.  When the wall clock jumps, it goes on by the
 * monotonic clock alone and is "in doubt"; a wall clock that has then stood where it jumped to for HN_STEADY_DOUBT_MS of
 * running time is believed again: by then a person has seen the warning, and has set the clock right or knows that it is.
 */
#define HN_STEADY_SLACK_MS INT64_C(600000)		/* a smaller step is an ordinary correction */
/* A machine may be off for 31 days and its clock be right when it is back. */
#define HN_STEADY_AWAY_MS INT64_C(2678400000)
#define HN_STEADY_DOUBT_MS INT64_C(604800000)
#define HN_STEADY_TEXT_MAX 128u

struct hn_steady {
	int64_t now_ms;		/* what is believed: ms since 1970 UTC, at mono_ms */
	int64_t mono_ms;
	int64_t doubt_ms;	/* running time for which the wall clock has stood elsewhere; 0: it is believed */
	int64_t apart_ms;	/* where it stood then: wall clock less what is believed */
};

/* The first reading; ${saved}: the last one of an earlier process, or NULL. */
void hn_steady_start(struct hn_steady *s, const struct hn_steady *saved, int64_t wall_ms, int64_t mono_ms);

/* A further reading of both clocks; what is believed now. */
int64_t hn_steady_step(struct hn_steady *s, int64_t wall_ms, int64_t mono_ms);

/* One line of text to keep a reading in; false: ${v} is not one. */
void hn_steady_put(struct hn_buf *b, const struct hn_steady *s);
bool hn_steady_get(struct hn_view v, struct hn_steady *out);

#endif
