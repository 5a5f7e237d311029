#ifndef DETECT_FINDING_WIRE_H
#define DETECT_FINDING_WIRE_H

#include "detect/finding.h"

#define FINDING_WIRE_MAX 98304u	/* bytes of one finding between processes; evidence that would not fit is left out */

/* Append ${f} in the form that finding_take reads. */
void finding_put(struct hn_buf *b, const struct finding *f);

/*
 * Read one finding, which must be all of ${in}; its texts are views into ${in}.  Errors: HN_E_SYNTAX: a number, a count or a
 * text outside its limits, or bytes left over; ${out} is untouched.
 */
enum hn_rc finding_take(struct hn_view in, struct finding *out, struct hn_err *err) HN_MUST_CHECK;

#endif
