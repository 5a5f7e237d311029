#ifndef SITE_INTAKE_BULK_H
#define SITE_INTAKE_BULK_H

/* The endpoint that Winlogbeat sends to.  Only intake*.c include this. */

#include "site/intake.h"

/* On failure the descriptor is still the caller's. */
enum hn_rc intake_bulk_open(struct intake *in, uint32_t index, int fd, struct hn_err *err) HN_MUST_CHECK;

#endif
