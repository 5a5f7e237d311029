#ifndef HN_EVENT_JAIL_CALLS_H
#define HN_EVENT_JAIL_CALLS_H

#include "event/jail.h"

/*
 * Allow only the calls of ${groups} (enum hn_calls) and those every process needs; another call kills the process.  In a
 * sanitizer build the sanitizer's own calls are allowed too, and the number of a forbidden one is printed before the end.
 */
enum hn_rc hn_jail_calls(unsigned groups, bool is_sanitized, struct hn_err *err) HN_MUST_CHECK;

/* Forbid what none of our processes ever calls, for this process and all its children. */
enum hn_rc hn_jail_never(bool is_sanitized, struct hn_err *err) HN_MUST_CHECK;

#endif
