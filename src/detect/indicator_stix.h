#ifndef DETECT_INDICATOR_STIX_H
#define DETECT_INDICATOR_STIX_H

#include <jansson.h>

#include "detect/indicator_sink.h"

/*
 * The indicators of a STIX 2.1 bundle: what their patterns name.  Revoked and expired ones are passed over; TLP comes from
 * the markings, confidence from the object, the feed's name from who made it.  Observables of a bundle are not indicators
 * and not taken.  Source: STIX 2.1, sections 4.7 and 9; TLP 2.0 marking definitions (OASIS).
 */
void indicator_stix_take(const json_t *bundle, struct indicator_sink *s);

#endif
