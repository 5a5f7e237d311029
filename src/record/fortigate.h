#ifndef RECORD_FORTIGATE_H
#define RECORD_FORTIGATE_H

#include "record/reader.h"

/*
 * FortiGate's log lines: key=value pairs in any order, values bare or quoted (\" and \\ inside), blanks or commas between,
 * with or without syslog's <PRI> in front.  Keys that the normal form has no place for are kept as pairs.  A line that ends
 * inside a value was cut on its way (UDP): it is read as far as it goes.  Source: Fortinet, FortiOS 7 log message reference.
 */
extern const struct reader fortigate_reader;

#endif
