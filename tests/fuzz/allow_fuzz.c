#include <stdint.h>
#include <stdlib.h>

#include "detect/allow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ask(const struct allow *a, int64_t now_ms)
{
	const struct finding f = { .rule = HN_LIT("sigma-1"), .source = HN_LIT("10.20.10.31"),
		.destination = HN_LIT("www.evil.example"), .user = HN_LIT("sato.e") };
	const struct allow_row *const row = allow_match(a, &f, now_ms);

	if (row != NULL && (row < a->rows || row >= a->rows + a->n || row->until_ms <= now_ms))
		abort();
}

/* Property: a list is refused with a line that it has and a reason, or its rows have a value; none holds past its day. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hn_arena arena = HN_ARENA(1u << 24);
	struct allow a = { 0 };
	struct hn_err err = { 0 };

	if (allow_read((struct hn_view){ (const char *)data, size }, 9 * 3600, &arena, &a, &err) != HN_OK) {
		if (err.what == NULL || err.at > size + 1)
			abort();
	} else {
		if (a.n > ALLOW_ROWS_MAX)
			abort();
		for (size_t i = 0; i < a.n; i++)
			if (a.rows[i].value.n == 0)
				abort();
		ask(&a, 0);
		ask(&a, INT64_C(1795424400000));
	}
	hn_arena_fini(&arena);
	return 0;
}
