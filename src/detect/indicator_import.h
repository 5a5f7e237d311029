#ifndef DETECT_INDICATOR_IMPORT_H
#define DETECT_INDICATOR_IMPORT_H

#include "detect/indicator_sink.h"

#define INDICATOR_LINE_MAX 65536u		/* bytes of a line of a list */
#define INDICATOR_DOCUMENT_MAX (64u << 20)	/* bytes of a JSON document: it is held whole */

/*
 * One file with indicators being read, whatever its form: text or CSV list, MISP event, STIX 2.1 bundle; gzip or zstd as it
 * is.  Its bytes are pushed in, so that this runs where no file can be opened.
 */
struct indicator_import;

/*
 * Entries go into ${b}, which outlives this; ${defaults} (its texts too) hold where the file says nothing.  What had expired
 * at ${now_ms} is passed over.  Errors: HN_E_NOMEM.
 */
enum hn_rc indicator_import_new(struct indicator_build *b, const struct indicator_about *defaults, int64_t now_ms,
    struct indicator_import **out, struct hn_err *err) HN_MUST_CHECK;
void indicator_import_free(struct indicator_import *im);

/* More of the file.  Errors: HN_E_SYNTAX (broken packing), HN_E_LIMIT, HN_E_NOMEM: it cannot be read further. */
enum hn_rc indicator_import_push(struct indicator_import *im, struct hn_view bytes, struct hn_err *err) HN_MUST_CHECK;

/* There is no more: documents are read now.  Errors as before; HN_E_UNSUPPORTED: JSON, but neither MISP nor STIX. */
enum hn_rc indicator_import_end(struct indicator_import *im, struct hn_err *err) HN_MUST_CHECK;

const struct indicator_report *indicator_import_report(const struct indicator_import *im);

/* "list", "csv", "misp", "stix"; "" before it is known. */
const char *indicator_import_form(const struct indicator_import *im);

#endif
