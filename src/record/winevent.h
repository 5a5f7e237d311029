#ifndef RECORD_WINEVENT_H
#define RECORD_WINEVENT_H

#include "record/reader.h"

/*
 * Windows events as JSON objects, on one line or pretty-printed: Winlogbeat 6 to 8 (nested or with dotted names), evtx_dump
 * (Event.System, Event.EventData or UserData, with "#attributes"), NXLog (flat) and bare Elastic Common Schema.
 *
 * Every pair of the event's data is kept under its native name (Image, TargetUserName, ...; unnamed ones as "Data"), behind
 * EventID, Channel, Provider_Name and Computer, which are always the first four pairs.  What the fields mean depends on channel
 * and event id: winevent_table.h.  Times without a zone (NXLog's EventTime) are in the source's.
 */
extern const struct reader winevent_reader;

#endif
