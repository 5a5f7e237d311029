#ifndef RECORD_REFANG_H
#define RECORD_REFANG_H

#include <stdbool.h>

#include "base/view.h"

/* Values as reports write them, with marks that keep people from clicking them: "hxxp://evil[.]example", "a(dot)example". */

/* Whether ${v} may have such marks; false: refang would change nothing. */
bool refang_is_needed(struct hn_view v);

/* ${v} without them at ${to}, which has v.n bytes of room; returns how many it is. */
size_t refang(struct hn_view v, char *to);

#endif
