#ifndef DETECT_MAINTENANCE_H
#define DETECT_MAINTENANCE_H

#include "detect/detector.h"

/*
 * A vendor's remote maintenance that keeps not to what was agreed (ATT&CK T1199): outside its hours, or from elsewhere than by
 * contract (detect/house.h).  Of an account its sign-ins count, of a line without one every connection that stands.  A quarter
 * of an hour more is not told; a fault is mended at night, so that one who comes so on many days is only low.
 */
extern const struct detector maintenance_detector;

#define MAINTENANCE_VISITS_MAX 1024u

#endif
