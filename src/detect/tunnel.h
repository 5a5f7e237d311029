#ifndef DETECT_TUNNEL_H
#define DETECT_TUNNEL_H

#include "detect/detector.h"

/*
 * Look-ups of names that carry data: what is new below one registrable domain is counted in bytes per machine and hour, in
 * constant memory.  Whoever sends data must ask for ever new names, so the bytes of names not asked before bound what was
 * carried; programs of every day ask the same names again.  How long the names are, what they ask for, what came back, and how
 * many machines do the same weigh with it.
 * Source: Y. Ozery, A. Nadler, A. Shabtai, Information based heavy hitters for real-time DNS data exfiltration detection and
 * prevention, arXiv 2307.02614 (2023); ATT&CK T1071.004, T1048.
 */
extern const struct detector tunnel_detector;

#define TUNNEL_PAIRS_MAX 20000u		/* of machine and domain; 6 MB */
#define TUNNEL_SITES_MAX 20000u		/* 4 MB */
#define TUNNEL_RESOLVERS_MAX 4096u

#endif
