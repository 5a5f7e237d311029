#ifndef DETECT_PROTECTION_H
#define DETECT_PROTECTION_H

#include "detect/detector.h"

/*
 * A security tool that is stopped and stays so (ATT&CK T1562.001).  Updates stop their tool too, and start it again within
 * minutes: a stop is low after two minutes, and worth a look when the machine has gone on for fifteen minutes without it.  A
 * machine that goes down or comes up gets its fifteen minutes anew, and a service that stayed stopped on two days before is one
 * that comes and goes.  From the third machine within six hours on, one finding
 * tells of all.  Sources: Service Control Manager's events 7036 and 7040, Microsoft Defender's 5000, 5001, 5010 and 5012.
 */
extern const struct detector protection_detector;

#define PROTECTION_MACHINES_MAX 4096u	/* 6 MB: with something stopped */

#endif
