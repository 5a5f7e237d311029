#ifndef DETECT_LONG_CONNECTION_H
#define DETECT_LONG_CONNECTION_H

#include "detect/detector.h"

/*
 * Connections to the outside that last for hours: a way in that is kept open (ATT&CK T1572, T1219).  One finding per machine and
 * peer; steps at 1, 4, 8, 12 and 24 hours.  Sensors tell of a connection when it ends, firewalls in between too: the longest
 * counts.  What the machine does on most days, and what many machines do, weighs little.
 */
extern const struct detector long_connection_detector;

#define LONG_PAIRS_MAX 20000u		/* 1 MB */

#endif
