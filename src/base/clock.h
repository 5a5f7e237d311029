#ifndef HN_BASE_CLOCK_H
#define HN_BASE_CLOCK_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"

/* A date and time of day without a zone; month 1..12, day 1..31, second 0..60 (a leap second counts as the next). */
struct hn_civil {
	int year, month, day;
	int hour, minute, second;
	int ms;
};

/* Milliseconds since 1970-01-01 00:00:00 of ${c}, as if it were UTC.  Years 0 to 9999.  Source: proleptic Gregorian calendar. */
int64_t hn_civil_ms(struct hn_civil c);

/* The date and time in UTC of ${ms}; any value from year 0 to 9999. */
struct hn_civil hn_civil_of(int64_t ms);

/* Whether month, day, hour, minute, second and ms name a real time. */
bool hn_civil_is_valid(struct hn_civil c);

/*
 * RFC 3339 date-time, also with a blank for the T, "+0900" for "+09:00", a fraction of any length, and with no zone
 * at all: then ${zone_s} (seconds east of UTC) is its zone.  A date alone is its midnight.
 * Errors: HN_E_SYNTAX.  Source: RFC 3339, section 5.6.
 */
enum hn_rc hn_time_parse(struct hn_view v, int zone_s, int64_t *out_ms) HN_MUST_CHECK;

/*
 * A time as a person types it: as above, also without seconds ("2026-11-23T06:30+09:00"), or seconds since 1970 (nine digits
 * or more).  Errors: HN_E_SYNTAX.
 */
enum hn_rc hn_time_typed(struct hn_view v, int zone_s, int64_t *out_ms) HN_MUST_CHECK;

/* "2026-11-23T06:30:00.123Z" */
void hn_time_put(struct hn_buf *b, int64_t ms);

int64_t hn_clock_ms(void);		/* wall clock, ms since 1970 UTC */
int64_t hn_clock_monotonic_ms(void);	/* never jumps; for timers */

#endif
