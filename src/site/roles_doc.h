#ifndef SITE_ROLES_DOC_H
#define SITE_ROLES_DOC_H

#include "base/buf.h"

/* docs/roles.md, made from the rows of roles and messages; a test holds it against the file. */
void site_roles_doc(struct hn_buf *b);

#endif
