#ifndef DETECT_SCAN_H
#define DETECT_SCAN_H

#include "detect/detector.h"

/*
 * One machine that tries many machines or many ports within minutes, mostly in vain (ATT&CK T1046, T1018): counted per source in
 * windows of five minutes, only attempts that brought nothing.  A source that does so on several days is an inventory or
 * vulnerability scanner and weighs less each day; what comes from the outside is the weather of the internet and stays low.
 */
extern const struct detector scan_detector;

#define SCAN_SOURCES_MAX 20000u		/* 8 MB */

#endif
