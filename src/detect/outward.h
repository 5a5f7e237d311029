#ifndef DETECT_OUTWARD_H
#define DETECT_OUTWARD_H

#include "detect/detector.h"

/*
 * Machines that should never speak to the internet (ATT&CK T1071, T1041): one that has worked in the house on many days and
 * never spoke to the outside, or to three parties at most (its maker's service), and now speaks to somebody new.  A server that
 * many machines use weighs more.  How sure it can be that a machine keeps to its ways follows from the days on which it did:
 * after n of them the chance of another kind of day is 1/(n + 2) (Laplace's rule of succession).
 * A server that the house has declared (detect/house.h) needs no past: any talk is told, or none.
 * Look-ups of names and of the time do not count; what speaks once, or to what half the house speaks to, is hardly worth a look.
 */
extern const struct detector outward_detector;

#define OUTWARD_MACHINES_MAX 20000u	/* 5 MB */

#endif
