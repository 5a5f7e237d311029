#ifndef RECORD_SQUID_H
#define RECORD_SQUID_H

#include "record/reader.h"

/*
 * Squid's native access.log: time elapsed client outcome/status bytes method URL user route/server type, and whatever an
 * administrator put behind that (X-Forwarded-For, a quoted user agent).  The client and the server may be names.
 * Source: squid.conf, directive "logformat", predefined format "squid".
 */
extern const struct reader squid_reader;

#endif
