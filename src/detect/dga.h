#ifndef DETECT_DGA_H
#define DETECT_DGA_H

#include "detect/detector.h"

/*
 * A machine that asks for one name after another that does not exist: malware that looks for its master under names made
 * by a rule (domain generation, ATT&CK T1568.002).  Counted per machine in windows of five minutes: different registrable
 * domains that do not exist and that no three machines ask for; unlikely ones (made_up.h) weigh more, but a rule that joins
 * words is known by the number alone.
 * Source: M. Antonakakis et al., From throw-away traffic to bots, USENIX Security 2012: the burst of NXDOMAIN decides.
 */
extern const struct detector dga_detector;

#define DGA_MACHINES_MAX 20000u		/* 10 MB */
#define DGA_SITES_MAX 50000u		/* 2 MB */

#endif
