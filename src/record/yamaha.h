#ifndef RECORD_YAMAHA_H
#define RECORD_YAMAHA_H

#include "record/reader.h"

/*
 * Messages of YAMAHA RTX and NVR routers, as they stand in syslog behind time and sender (syslog.h takes those off): packets
 * that a filter refused, sessions of the dynamic filter, signing in and out, saved configuration, DHCP, tunnels and IKE.
 * The shapes are those of the command reference and of common knowledge; a message in another shape is an observation of no
 * particular kind, with its text.  Alone, a message carries no time: it gets conf->now_ms.
 */
extern const struct reader yamaha_reader;

#endif
