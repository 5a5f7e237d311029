#ifndef SITE_STEADY_H
#define SITE_STEADY_H

#include "base/steady.h"

/* A steady clock (base/steady.h) that a role keeps over its restarts, in the file "clock" of one of its folders. */
struct site_steady {
	struct hn_steady clock;
	int dir;
	int64_t saved_ms;	/* monotonic */
	bool was_doubted;
};

/* A clock that cannot be kept begins at the wall clock. */
void site_steady_open(struct site_steady *s, const char *folder);
void site_steady_close(struct site_steady *s);

/* What is believed: ms since 1970 UTC.  Tells the log of jumps, and keeps the reading now and then. */
int64_t site_steady_now(struct site_steady *s);

/* The same or the wall clock, whichever is earlier: what is deleted for its age is held against this. */
int64_t site_steady_least(struct site_steady *s);

#endif
