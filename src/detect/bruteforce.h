#ifndef DETECT_BRUTEFORCE_H
#define DETECT_BRUTEFORCE_H

#include "detect/detector.h"

/*
 * Passwords tried one after another (ATT&CK T1110): guessing (one account), spraying (many accounts from one source), and either
 * one that succeeds.  Lines that tell of one attempt count once.  What comes from the outside is everyday weather and stays low
 * until a sign-in succeeds; a program that keeps trying an old password, always the same account from the same machine at its
 * own slow pace, is no attack; a person's typing errors are never told.
 */
extern const struct detector bruteforce_detector;

#define BRUTEFORCE_SOURCES_MAX 40000u	/* 12 MB: a source that failed longest ago is forgotten */

#endif
