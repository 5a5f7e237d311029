#ifndef HN_BASE_TEXT_H
#define HN_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/view.h"

/*
 * Length in bytes (1 to 4) of the UTF-8 character at the start of ${v}; 0: there is none (empty, cut, overlong,
 * surrogate, above U+10FFFF).  Source: RFC 3629, section 4.
 */
size_t hn_utf8_len(struct hn_view v);

/* Whether all of ${v} is UTF-8. */
bool hn_utf8_is_valid(struct hn_view v);

#endif
