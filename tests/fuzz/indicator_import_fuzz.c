#include <stdlib.h>

#include "detect/indicator_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read ${text} in two pieces; the table, or NULL where it cannot be read. */
static struct indicator_table *
table_of(struct hn_view text, size_t cut, struct indicator_report *report)
{
	static const struct indicator_about defaults = { .feed = HN_INIT("fuzz"), .note = HN_INIT(""), .mute = HN_INIT("") };
	struct indicator_build *b = indicator_build_new();
	struct indicator_import *im = NULL;
	struct indicator_table *t = NULL;
	struct hn_err err;
	enum hn_rc rc = indicator_import_new(b, &defaults, 1, &im, &err);

	if (rc == HN_OK)
		rc = indicator_import_push(im, (struct hn_view){ text.p, cut }, &err);
	if (rc == HN_OK)
		rc = indicator_import_push(im, hn_view_skip(text, cut), &err);
	if (rc == HN_OK)
		rc = indicator_import_end(im, &err);
	*report = *indicator_import_report(im);
	if (rc == HN_OK && indicator_build_open(b, 1, 42, &t, &err) != HN_OK)
		abort();
	indicator_import_free(im);
	indicator_build_free(b);
	return t;
}

/* Properties: pieces do not matter; every entry has a text and is found again by its key. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hn_view text = { (const char *)data, size };
	struct indicator_report whole, cut;
	struct indicator_table *t = table_of(text, size, &whole), *u = table_of(text, size / 2, &cut);
	struct indicator i, again;
	uint64_t at = 0;

	if ((t == NULL) != (u == NULL) || (t != NULL && (whole.added != cut.added || whole.unread != cut.unread)))
		abort();
	while (t != NULL && indicator_table_next(t, &at, &i)) {
		struct hn_buf b = HN_BUF(2 * INDICATOR_KEY_MAX);
		uint64_t k = 0;

		if (!indicator_table_each_of(u, i.key, &k, &again) || indicator_key_text(i.key, &b) != HN_OK)
			abort();
		hn_buf_fini(&b);
	}
	indicator_table_close(t);
	indicator_table_close(u);
	return 0;
}
