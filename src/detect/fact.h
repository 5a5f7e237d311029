#ifndef DETECT_FACT_H
#define DETECT_FACT_H

#include "base/words.h"
#include "detect/finding.h"

/*
 * Append the value of ${f} as people say it: "5 minutes" for interval_ms=300000, "1.2 GB", "97 %"; a text as it is.
 */
void fact_say(struct hn_buf *b, const struct finding_fact *f, enum hn_lang lang);

#endif
