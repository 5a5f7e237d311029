#ifndef HN_BASE_TEXT_H
#define HN_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/view.h"

/*
 * Length in bytes (1 to 4) of the UTF-8 character at the start of ${v}; 0: there is none (empty, cut, overlong,
 * surrogate, above U+10FFFF).  Source: RFC 3629, section 4.
 */
size_t hn_utf8_len(struct hn_view v);

/* Whether all of ${v} is UTF-8. */
bool hn_utf8_is_valid(struct hn_view v);

/*
 * Learn the Japanese character set from the C library's iconv, once.  It opens files: call it before the jail is
 * entered.  false: the library lacks CP932; then such text becomes U+FFFD.
 */
bool hn_text_init(void);

/*
 * ${v} as UTF-8: itself where it is that already.  Otherwise the one of Shift_JIS (as Windows has it, CP932), EUC-JP and
 * ISO-2022-JP that fits it best is taken for its encoding and it is rewritten in ${a}; bytes that fit nowhere become
 * U+FFFD.  One line at a time: the lines of a file may differ.  Errors: HN_E_NOMEM: no room in ${a}.
 */
enum hn_rc hn_text_utf8(struct hn_arena *a, struct hn_view v, struct hn_view *out) HN_MUST_CHECK;

#endif
