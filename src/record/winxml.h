#ifndef RECORD_WINXML_H
#define RECORD_WINXML_H

#include "base/buf.h"
#include "record/reader.h"

#define WINXML_DEPTH_MAX 16u
#define WINXML_JSON_MAX (4u << 20)	/* bytes of one event as JSON */

/*
 * Append ${xml}, one Windows event, to ${out} as one JSON object in the manner of evtx_dump: <Data Name="x"> becomes x, unnamed
 * data a list, attributes "#attributes"; all values are strings.  Hexadecimal numbers lose their leading zeros
 * ("0x00000000000003e7" is 0x3e7, as Windows shows it).  On an error ${out} is as before.
 * Errors: HN_E_SYNTAX, HN_E_LIMIT (depth, ${out}).  Source: XML 1.0 as far as events use it: no DTD.
 */
enum hn_rc winxml_json(struct hn_view xml, struct hn_buf *out, struct hn_err *err) HN_MUST_CHECK;

/* Events as XML, one on each line. */
extern const struct reader winxml_reader;

#endif
