#ifndef RECORD_ZEEK_H
#define RECORD_ZEEK_H

#include "record/reader.h"

/*
 * Zeek's logs in its own text form: directives ("#fields") that name the columns, then lines of columns.  A line before any
 * "#fields" cannot be read: stream_remember hands the directives on to whoever goes on in the middle.  A log without the
 * column "ts" holds no observations: its lines are skipped.  Names of kept pairs point into the reader's state and stand
 * until the next "#fields".  Source: Zeek manual, "Zeek Log Formats"; ascii writer.
 */
extern const struct reader zeek_reader;

/*
 * Zeek's logs as JSON, one object a line: with "_path" (json-streaming-logs) or without (then by the names in it); "id.orig_h"
 * flat or in an object "id"; "ts" in seconds, milliseconds or RFC 3339.
 */
extern const struct reader zeek_json_reader;

/*
 * The hourly "conn-summary" that zeekctl puts beside its logs: a table for people, no observations, every line skipped.
 * Source: trace-summary(1).
 */
extern const struct reader zeek_summary_reader;

#endif
