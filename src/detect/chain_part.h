#ifndef DETECT_CHAIN_PART_H
#define DETECT_CHAIN_PART_H

/* One chain: only chain*.c include this. */

#include "detect/chain_stage.h"
#include "detect/findings.h"

#define CHAIN_NAME_MAX 64u
#define CHAIN_RAW_MAX 512u		/* bytes kept of the line that a stage began with */
#define CHAIN_MACHINES_MAX 32u		/* counted exactly up to here */

/* What was seen of a stage: its best sign. */
struct chain_seen {
	int64_t first_ms, last_ms;	/* last_ms 0: nothing */
	double logit;			/* of the best sign's chance, within its level */
	uint64_t line;
	int64_t at_ms;
	uint32_t source, raw_n;
	uint8_t best[FINDING_ID_BYTES];
	char raw[CHAIN_RAW_MAX];
};

struct chain {
	uint64_t into;			/* the chain that it became part of; 0: none */
	int64_t first_ms;		/* 0: nothing yet */
	uint64_t signs, told_signs;
	int64_t told_ms;
	double told;			/* sum of weights when it was last told */
	uint32_t is_told, told_stages, told_members, n_members;
	uint32_t n_machines, machines[CHAIN_MACHINES_MAX], unused;
	char machine[CHAIN_NAME_MAX];	/* where it began: its name, for good once it was told */
	char account[CHAIN_NAME_MAX];
	uint8_t members[FINDING_MEMBERS_MAX][FINDING_ID_BYTES];
	struct chain_seen stage[STAGES];
};

/* A hit of another detector, weighed by itself. */
struct chain_sign {
	const struct finding *hit;
	const struct record *record;
	enum chain_stage stage;
};

/* The machine that a record says somebody reached. */
struct hn_view chain_target(const struct record *r);

/* Whether ${a} gives a common chain its name: it was told, or began earlier. */
bool chain_is_before(const struct chain *a, const struct chain *b);

/* What ${from} has seen is ${c}'s; where it was told, its finding sinks and becomes a member of ${c}'s. */
void chain_take_in(struct chain *c, const struct chain *from, struct findings *out);

/* Add a sign on the machine (or account) ${who}; true: there is something to tell. */
bool chain_add(struct chain *c, const struct chain_sign *sign, uint64_t who);

/* The hit weighs less than it did: where it was a stage's best sign, that stage was none; true: ${c} was told with it. */
bool chain_fade(struct chain *c, const struct chain_sign *sign);

/* Whether one of its signs is worth a person's time by itself: what its machines do to others may belong to it. */
bool chain_is_suspect(const struct chain *c);

/* Report ${c}, which grew by ${sign}. */
void chain_tell(struct chain *c, const struct chain_sign *sign, struct findings *out);

#endif
