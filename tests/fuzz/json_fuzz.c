#include <stdlib.h>

#include "base/json.h"

#ifdef HAVE_JANSSON
#include <jansson.h>
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
lies_in(struct hn_view v, struct hn_view in)
{
	return v.n == 0 || (v.p >= in.p && v.p + v.n <= in.p + in.n);
}

static enum hn_rc
walk(struct hn_view text, bool deep, struct hn_err *err)
{
	struct hn_arena a = HN_ARENA(1u << 20);
	struct hn_json_item item;
	struct hn_json j;
	enum hn_rc rc;

	(deep ? hn_json_leaves : hn_json_members)(&j, text);
	while ((rc = hn_json_next(&j, &item, err)) == HN_OK) {
		const struct hn_view plain = hn_json_text(&item, &a);

		if (!lies_in(item.value, text) || (!deep && !lies_in(item.key, text)))
			abort();
		if (plain.p == NULL || plain.n > item.value.n || (item.escaped && plain.n == item.value.n))
			abort();
		if (deep && (item.type == HN_JSON_OBJECT || item.type == HN_JSON_ARRAY))
			abort();
	}
	hn_arena_fini(&a);
	return rc;
}

/*
 * Properties: every view lies inside the input; both walks agree; an error's place is inside the input; and what is
 * accepted is what jansson accepts, but for the stated limits and for numbers that jansson cannot hold.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hn_view text = { (const char *)data, size };
	struct hn_err e = { 0 }, e2 = { 0 };
	const enum hn_rc rc = walk(text, true, &e);

	if (walk(text, false, &e2) != rc || e.at > size || e.at != e2.at)
		abort();
#ifdef HAVE_JANSSON
	json_error_t why;
	json_t *judge = json_loadb(text.p, text.n, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &why);
	const bool has_nul = hn_view_find(text, '\0') < size;	/* jansson loses one behind a number */
	const bool too_big = judge == NULL && json_error_code(&why) == json_error_numeric_overflow;

	if (has_nul && rc == HN_SKIP)
		abort();
	if (!has_nul && !too_big && rc != HN_E_LIMIT && (rc == HN_SKIP) != json_is_object(judge))
		abort();
	json_decref(judge);
#endif
	return 0;
}
