#ifndef DETECT_SILENCE_H
#define DETECT_SILENCE_H

#include "detect/detector.h"

/*
 * Many machines that fall silent at once, as when they are encrypted, shut down or cut off together (ATT&CK T1486, T1529): each
 * had spoken steadily for two hours, spoke at this time a week ago, and has said nothing for ten minutes and more, while the log
 * that told of it goes on and others still speak.  A log that stops is no finding: hinomi doctor and the page tell of it.
 */
extern const struct detector silence_detector;

#define SILENCE_MACHINES_MAX 20000u	/* 5 MB */
#define SILENCE_SOURCES_MAX 4096u

#endif
