#ifndef DETECT_EXFILTRATION_H
#define DETECT_EXFILTRATION_H

#include "detect/detector.h"

/*
 * Much that leaves the house: bytes that one machine sends to one registrable domain outside within a day, held against what the
 * machine sent on its days of the last four weeks, against what came back, and against its custom with that peer (a backup that
 * runs every night).  Rarity and newness of the peer come from triage.  Needs logs that count what was sent: a native Squid log
 * counts only what came back.
 * Source: ATT&CK T1041, T1048, T1567; the host's own upper quantile as the measure: C. Estan, G. Magin, Interactive traffic
 * analysis and visualization, LISA 2005.
 */
extern const struct detector exfiltration_detector;

#define EXFILTRATION_PAIRS_MAX 60000u		/* 8 MB */
#define EXFILTRATION_MACHINES_MAX 16000u	/* 2 MB */

#endif
