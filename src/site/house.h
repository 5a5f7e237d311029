#ifndef SITE_HOUSE_H
#define SITE_HOUSE_H

#include "detect/house.h"
#include "site/config.h"

/*
 * What ${c} says of the house, for the detectors, into ${out} (large: from hn_alloc or static), which holds as long as ${c}.
 * The zone is loaded here: call it before the jail.  Errors: what site_zone_of returns.
 */
enum hn_rc site_house_read(const struct site_config *c, struct house *out, struct hn_err *err) HN_MUST_CHECK;

#endif
