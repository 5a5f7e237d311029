#ifndef DETECT_TRIAGE_H
#define DETECT_TRIAGE_H

#include "detect/detector.h"

/*
 * From what a detector holds against a record to what is worth a person's time: the circumstances weigh too, and in one place
 * for all detectors.  A detector weighs the form of what it saw (how regular, how many, how much); triage adds how rare and how
 * new the peer is and what kind of machine it happened to.
 */

/* Hand ${f} in, with the circumstances of ${s} as further parts: how every detector of behaviour reports. */
void detect_hit(const struct sight *s, struct finding *f, struct findings *out);

#endif
