#ifndef HN_BASE_NUM_H
#define HN_BASE_NUM_H

#include <stdint.h>

#include "base/err.h"
#include "base/view.h"

#define HN_SECONDS_MAX INT64_C(253402300799)	/* 9999-12-31 23:59:59 UTC */

/*
 * Numbers written as text.  All of ${v} must be the number; ${out} is set only on success.
 * Errors: HN_E_SYNTAX (empty, another character), HN_E_LIMIT (over ${max}).
 */
enum hn_rc hn_num_u64(struct hn_view v, uint64_t max, uint64_t *out) HN_MUST_CHECK;
enum hn_rc hn_num_i64(struct hn_view v, int64_t *out) HN_MUST_CHECK;

/* Hexadecimal digits, at most 16, with or without "0x". */
enum hn_rc hn_num_hex(struct hn_view v, uint64_t *out) HN_MUST_CHECK;

/*
 * Seconds since 1970 with an optional fraction ("1286536308.779"), to milliseconds; digits past the third are cut.
 * HN_E_LIMIT: after the year 9999.
 */
enum hn_rc hn_num_seconds_ms(struct hn_view v, int64_t *out_ms) HN_MUST_CHECK;

/* ${n} hexadecimal digit pairs into ${bytes}; HN_E_SYNTAX: another length or character. */
enum hn_rc hn_num_bytes(struct hn_view hex, uint8_t *bytes, size_t n) HN_MUST_CHECK;

#endif
