#ifndef DETECT_BRUTEFORCE_H
#define DETECT_BRUTEFORCE_H

#include "detect/detector.h"

/*
 * Passwords tried one after another (ATT&CK T1110): guessing (one account), spraying (a few tries on each of many accounts from
 * one source, within minutes or a day, or at one device from many sources outside), and either one that succeeds.  Lines that
 * tell of one attempt count once.  What comes from the outside is everyday weather and stays low until a sign-in succeeds or the
 * names tried are those of our own accounts; a program that keeps trying an old password, always the same account from the same
 * machine at its own slow pace, is no attack; a person's typing errors, after which they get in, are never told.  Doors: whatever
 * detect/signin.h reads.
 */
extern const struct detector bruteforce_detector;

#define BRUTEFORCE_SOURCES_MAX 20000u	/* 13 MB: a source that failed longest ago is forgotten */
#define BRUTEFORCE_PAIRS_MAX 100000u	/* accounts at a source: 5 MB */
#define BRUTEFORCE_ACCOUNTS_MAX 50000u	/* accounts that have signed in somewhere */

#endif
