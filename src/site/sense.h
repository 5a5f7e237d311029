#ifndef SITE_SENSE_H
#define SITE_SENSE_H

#include "site/child.h"

/*
 * The role that reads and detects: batches of the evidence log in, findings and observables out.  It has no files, no network,
 * and nothing that outlives it: when it or core ends, a new one begins at the last offset that core has committed.
 */
extern const struct site_role_ops sense_ops;

#endif
