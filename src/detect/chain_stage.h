#ifndef DETECT_CHAIN_STAGE_H
#define DETECT_CHAIN_STAGE_H

#include "detect/finding.h"

/* What an attack does, in about the order of MITRE ATT&CK's tactics (attack.mitre.org, Enterprise, version 15). */
enum chain_stage {
	STAGE_ENTRY,		/* TA0001: got in */
	STAGE_CREDENTIAL,	/* TA0006: passwords tried or taken */
	STAGE_FOOTHOLD,		/* TA0002, TA0003, TA0004: a program runs, stays, gets rights; or was brought in (T1105) */
	STAGE_COMMAND,		/* TA0011: calls home; at any time */
	STAGE_DISCOVERY,	/* TA0007 */
	STAGE_LATERAL,		/* TA0008 */
	STAGE_EVASION,		/* TA0005: protection stopped, traces removed */
	STAGE_EXFILTRATION,	/* TA0009, TA0010 */
	STAGE_IMPACT,		/* TA0040 */
	STAGES
};

/*
 * The stage that ${f}'s techniques tell of: of the first one that tells of any.  false: none does (what a whole internet tries
 * from outside, T1595, is none).
 */
bool chain_stage_of(const struct finding *f, enum chain_stage *out);

/* "chain.entry": has words under "part.NAME". */
const char *chain_stage_name(enum chain_stage s);

/* How far along: what happens in the wrong order is no chain. */
unsigned chain_stage_rank(enum chain_stage s);

#endif
