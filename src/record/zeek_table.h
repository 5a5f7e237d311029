#ifndef RECORD_ZEEK_TABLE_H
#define RECORD_ZEEK_TABLE_H

#include "record/members.h"
#include "record/table.h"

/*
 * Zeek's logs by their path ("conn", "dns"); "conn_20260101" and "conn-red" are conn's.  Never NULL: a path of which
 * nothing more is known has the table whose name is empty.  Source: Zeek 4 to 7, "Log Formats and Inspection".
 */
const struct table *zeek_table(struct hn_view path);

/* The table of a log whose path is not said, by the first name that only one log has. */
const struct table *zeek_table_of(const struct members *m);

#endif
