#include <stdlib.h>

#include "record/logformat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct logformat format;
static struct record r;

static bool
lies_in(struct hn_view v, const char *p, size_t n)
{
	return v.n == 0 || (v.p >= p && v.p + v.n <= p + n);
}

/*
 * The first line is a directive, the others are lines of it.  Properties: what is compiled points into its own text, no value
 * ends with nothing but the last, and an error's place is in the text that it is about.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hn_arena arena = HN_ARENA(1u << 20);
	const struct reader_conf conf = { .arena = &arena };
	struct hn_view rest = { (const char *)data, size }, line;
	struct hn_err e = { 0 };

	(void)hn_view_cut(&rest, '\n', &line);
	const enum hn_rc rc = logformat_compile(line, &format, &e);

	if (rc != HN_OK && (e.what == NULL || e.at > line.n))
		abort();
	for (size_t i = 0; rc == HN_OK && i < format.n; i++) {
		const struct logformat_step *const step = &format.steps[i];

		if (!lies_in(step->name, format.text, format.text_n) || !lies_in(step->until, format.text, format.text_n))
			abort();
		if (step->until.n == 0 && i + 1 < format.n)
			abort();
	}
	while (rc == HN_OK && rest.n > 0) {
		(void)hn_view_cut(&rest, '\n', &line);
		record_reset(&r);
		if (logformat_apply(&format, &conf, line, &r, &e) != HN_OK && e.at > line.n)
			abort();
	}
	hn_arena_fini(&arena);
	return 0;
}
