#ifndef HN_BASE_LOAD_H
#define HN_BASE_LOAD_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Append the whole file ${path} to ${b}, whose max bounds it.  Errors: HN_E_IO (errno says why), HN_E_LIMIT (it does not
 * fit, or memory is out).
 */
enum hn_rc hn_load_file(const char *path, struct hn_buf *b, struct hn_err *err) HN_MUST_CHECK;

#endif
