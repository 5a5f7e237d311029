#ifndef SITE_CORE_H
#define SITE_CORE_H

#include "site/child.h"

/*
 * The only writer of the database.  What sense found in a batch is committed together with the offset of the evidence log
 * up to which it was read, so that after any crash nothing is missing and nothing is there twice.
 */
extern const struct site_role_ops core_ops;

#endif
