#ifndef DETECT_LATERAL_WEIGH_H
#define DETECT_LATERAL_WEIGH_H

#include "detect/few.h"
#include "detect/finding.h"
#include "detect/lateral_act.h"

#define LATERAL_WORD_MAX 63u		/* bytes kept of a name that the words tell */

/* A name as it was last told. */
struct lateral_word {
	uint8_t n;
	char text[LATERAL_WORD_MAX];
};

/* A machine that reaches others: what detect/lateral.h keeps of it. */
struct lateral_actor {
	int64_t first_ms;
	int64_t day;			/* today, in days since 1970 */
	uint64_t days;			/* on which it worked on others in an ordinary way; bit 0: today */
	int64_t minutes_ms, span_ms;	/* when the windows began */
	uint32_t most;			/* machines on its busiest ordinary day */
	uint32_t ever_before;		/* machines until yesterday */
	uint32_t used;			/* a bit per service: before today */
	uint32_t using;			/* and today */
	uint32_t signs;			/* of this span, a bit each */
	uint32_t most_minutes;		/* new machines in the fullest ten minutes of this span */
	int32_t control, told;		/* of this span, in hundredths of log-odds */
	uint32_t is_odd, is_installed;
	uint32_t told_machines;		/* of this span, when it was last told of */
	uint32_t most_told, most_run;	/* machines, in any span that was told of */
	uint32_t unused;
	struct few minutes, span;	/* new machines that do not serve */
	struct few today, ever;		/* all that do not serve */
	struct few run, run_named;	/* machines on which it started something, in this span: by address and by name */
	struct lateral_word target, user, what;	/* of the last act, or of the last new connection where there was none */
};

/* On how many machines it started something: the wire tells of addresses, machines of names; the larger number counts. */
uint32_t lateral_run(const struct lateral_actor *a);

/* It worked on others on days before. */
bool lateral_is_manager(const struct lateral_actor *a);

/* It does what its kind does: a manager, or a roll-out.  Less than a finding is not even a sign of something. */
bool lateral_is_ordinary(const struct lateral_actor *a);

/* Add the parts for and against ${a}; ${is_learning}: the house is not known yet, ${is_serving}: many machines use it. */
void lateral_weigh(struct finding *f, const struct lateral_actor *a, bool is_learning, bool is_serving);

/* Name the techniques of what ${a} did. */
void lateral_name_techniques(struct finding *f, const struct lateral_actor *a);

#endif
