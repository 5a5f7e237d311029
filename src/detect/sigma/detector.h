#ifndef DETECT_SIGMA_DETECTOR_H
#define DETECT_SIGMA_DETECTOR_H

#include "detect/detector.h"

/*
 * Records against the Sigma rules in force (detect_conf.rules).  A rule's own level is the first reason; what it is and has
 * been through (status, made for hunting) weighs against it: of critical and high rules at least medium comes, of low and
 * informational ones at most low.  The finding bears the rule's id, title, author, link and licence.
 */
extern const struct detector sigma_detector;

#endif
