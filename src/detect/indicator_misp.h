#ifndef DETECT_INDICATOR_MISP_H
#define DETECT_INDICATOR_MISP_H

#include <jansson.h>

#include "detect/indicator_sink.h"

/*
 * The attributes of a MISP event ({"Event": ...}), those of its objects too, or the attributes alone that a search answers
 * with.  Only what is meant for detection (to_ids) and not deleted is taken; TLP comes from the tags of attribute or event.
 * Source: MISP core format (draft-dulaunoy-misp-core-format).
 */
void indicator_misp_take(const json_t *document, struct indicator_sink *s);

/*
 * A value of a type of two parts ("domain|ip", "filename|sha256") that stood at ${line} of a list.  false: ${type} is no such
 * type, and nothing was taken.
 */
bool indicator_misp_take_pair(struct indicator_sink *s, struct hn_view type, struct hn_view value,
    const struct indicator_about *about, uint64_t line);

/* Whether ${document} is a feed's manifest.json: it lists events and holds no attribute. */
bool indicator_misp_is_manifest(const json_t *document);

#endif
