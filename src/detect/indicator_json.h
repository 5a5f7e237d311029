#ifndef DETECT_INDICATOR_JSON_H
#define DETECT_INDICATOR_JSON_H

#include <jansson.h>

#include "base/view.h"

/* The text at ${key} of the object ${o}; empty: there is none. */
static inline struct hn_view
json_text(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_string(v) ? (struct hn_view){ json_string_value(v), json_string_length(v) } : (struct hn_view){ "", 0 };
}

#endif
