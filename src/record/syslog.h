#ifndef RECORD_SYSLOG_H
#define RECORD_SYSLOG_H

#include "record/reader.h"

/*
 * Syslog, as sent or as stored: RFC 5424; RFC 3164 with or without <PRI>, year and host; times in ISO 8601; Cisco's; and
 * "2026/11/23 08:00:00: ..." without a host.  What the message holds is given to the reader that knows it (FortiGate, YAMAHA,
 * CEF, JSON ...), else to daemon.h; else it is an observation of no particular kind, with its message.
 * A time without a year is in the year that puts it nearest to conf->now_ms, at most one day after it.
 */
extern const struct reader syslog_reader;

/*
 * A date and time of day as syslog writes them ("Nov 23 08:00:00", with a year before or behind the day or none), in the
 * source's zone; what follows them is not looked at.  false: it is none.
 */
bool syslog_time(struct hn_view v, const struct reader_conf *conf, int64_t *at_ms);

#endif
