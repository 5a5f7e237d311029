#ifndef DETECT_RESTART_H
#define DETECT_RESTART_H

#include "detect/detector.h"

/*
 * Many machines that are told to restart or stop within five minutes (ATT&CK T1529): by a command or from afar, as event 1074
 * names the program; restarts by Windows' own updates and by people at their computers do not count.  A house where that
 * happened on a day before does it itself.
 */
extern const struct detector restart_detector;

#endif
