#include <stdlib.h>

#include "detect/indicator_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_MS INT64_C(1780000000000)

struct outcome {
	enum hn_rc rc;
	uint64_t added;
};

static enum hn_rc
push(struct indicator_import *im, struct hn_view file, size_t cut, struct hn_err *err)
{
	enum hn_rc rc = indicator_import_push(im, (struct hn_view){ file.p, cut }, err);

	if (rc == HN_OK && cut < file.n)
		rc = indicator_import_push(im, hn_view_skip(file, cut), err);
	return rc == HN_OK ? indicator_import_end(im, err) : rc;
}

/* Read a file in two pieces; what was added is what the report says. */
static struct outcome
import(struct hn_view file, size_t cut)
{
	const struct indicator_about about = { .feed = HN_LIT("fuzz") };
	struct indicator_build *b = indicator_build_new();
	struct indicator_import *im;
	struct hn_err err = { 0 };
	struct outcome o;

	if (b == NULL || indicator_import_new(b, &about, NOW_MS, &im, &err) != HN_OK)
		abort();
	o.rc = push(im, file, cut, &err);
	o.added = indicator_import_report(im)->added;
	if (o.added != indicator_build_count(b) || (o.rc != HN_OK && err.what == NULL))
		abort();
	if (indicator_import_report(im)->n_faults > INDICATOR_FAULTS_MAX)
		abort();
	indicator_import_free(im);
	indicator_build_free(b);
	return o;
}

/* Properties: it does not matter where a file is cut in two; the report tells what was added; a failure says why. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hn_view file = { size > 0 ? (const char *)data : "", size };
	const struct outcome whole = import(file, size), parts = import(file, size / 3);

	if (whole.rc != parts.rc || whole.added != parts.added)
		abort();
	return 0;
}
