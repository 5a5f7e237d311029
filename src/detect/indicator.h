#ifndef DETECT_INDICATOR_H
#define DETECT_INDICATOR_H

#include "detect/detector.h"

/*
 * Holds against a record that it names something known to be bad.  One finding per machine of ours and indicator.  What
 * it is worth depends on the kind of indicator and how sure its list is of it, on who speaks to whom (our machine calls it:
 * much; it knocks at our door and is turned away: nothing), on whether it was let through, and on how often it happens.
 */
extern const struct detector indicator_detector;

#endif
