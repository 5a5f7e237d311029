#ifndef RECORD_CEF_H
#define RECORD_CEF_H

#include "record/reader.h"

/*
 * ArcSight's Common Event Format, alone or inside syslog (whose time it takes where rt, start and end are missing; alone it
 * then has conf->now_ms).  Custom pairs are kept under their labels (cs1=x cs1Label=policy gives policy=x), other unknown
 * keys as they are.  Source: "ArcSight Common Event Format (CEF) Implementation Standard", version 25.
 */
extern const struct reader cef_reader;

#endif
