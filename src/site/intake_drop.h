#ifndef SITE_INTAKE_DROP_H
#define SITE_INTAKE_DROP_H

/*
 * A folder into which files are dropped: each is read once, whole, when it has stopped changing, then moved to "read/"
 * below it.  What is not lines goes as a document, in pieces.  Only intake*.c include this.
 */

#include "site/intake.h"

/* Begin to watch the folder of source ${index}.  Errors: HN_E_NOMEM. */
enum hn_rc intake_drop_open(struct intake *in, uint32_t index, struct hn_err *err) HN_MUST_CHECK;

/* Go on with the file at hand, or look for the next one; called by a timer.  true: there is more to read at once. */
bool intake_drop_poll(struct intake *in, struct intake_drop *d);

#endif
