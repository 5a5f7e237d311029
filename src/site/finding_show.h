#ifndef SITE_FINDING_SHOW_H
#define SITE_FINDING_SHOW_H

#include "site/findings.h"

/*
 * Append ${s} as one JSON object: the form of finding_json, and "verdict" ("" where nobody gave one), "allow" (0: nothing
 * expects it) and as further parts what verdicts on others say of it.
 */
void site_finding_json(struct hn_buf *b, const struct site_finding *s, const struct finding_sources *sources);

#endif
