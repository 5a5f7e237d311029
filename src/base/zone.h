#ifndef HN_BASE_ZONE_H
#define HN_BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/view.h"

#define HN_ZONE_CHANGES_MAX 1024u	/* the largest zone of tzdata has 310 */
#define HN_ZONE_FILE_MAX 65536u		/* bytes */

/* The day and second of a yearly change, as POSIX TZ writes it ("M3.5.0/2", "J60", "59"). */
struct hn_zone_day {
	char kind;		/* 'M' month, week, weekday; 'J' day 1..365 without leap day; 'N' day 0..365 */
	int month, week, day;
	int32_t second;		/* of that day, local time; may be negative or over a day */
};

/* The rules of a time zone: when its distance to UTC changes.  Plain data: copied freely, nothing to give back. */
struct hn_zone {
	size_t n;				/* changes */
	int64_t at_s[HN_ZONE_CHANGES_MAX];	/* ascending, seconds since 1970 UTC */
	int32_t offset_s[HN_ZONE_CHANGES_MAX];	/* seconds east of UTC from then on */
	int32_t first_s;			/* offset before the first change */
	bool has_rule;				/* of the years after the last change */
	bool has_summer;
	int32_t standard_s, summer_s;
	struct hn_zone_day from, to;		/* of summer time */
};

/* ${offset_s} east of UTC for ever. */
void hn_zone_fixed(struct hn_zone *z, int32_t offset_s);

/*
 * The zone of an IANA name, from /usr/share/zoneinfo; "Asia/Tokyo" and "UTC" are built in.  Opens a file: call it before the
 * jail is entered.  Errors: HN_E_SYNTAX (not a zone's name, or a broken file), HN_E_NOTFOUND, HN_E_LIMIT, HN_E_IO.
 */
enum hn_rc hn_zone_load(struct hn_view name, struct hn_zone *out, struct hn_err *err) HN_MUST_CHECK;

/* The zone that a TZif file describes.  Errors: HN_E_SYNTAX, HN_E_LIMIT.  Source: RFC 8536 (versions 1 to 4). */
enum hn_rc hn_zone_parse(struct hn_view file, struct hn_zone *out, struct hn_err *err) HN_MUST_CHECK;

/* Seconds east of UTC at an instant. */
int32_t hn_zone_offset(const struct hn_zone *z, int64_t at_ms);

/*
 * The instant that clocks of the zone show as ${local_ms} (a date and time of day, counted as if it were UTC).  Where
 * clocks were put back and show it twice, the first; where they were put forward and never show it, the instant that
 * the old offset gives.
 */
int64_t hn_zone_instant(const struct hn_zone *z, int64_t local_ms);

#endif
