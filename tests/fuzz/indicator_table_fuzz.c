#include <stdlib.h>

#include "base/mem.h"
#include "detect/indicator_format.h"
#include "detect/indicator_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Property: whatever the bytes behind a head are, nothing outside them is read, and every walk ends. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const asked[] = { "www.h7.example", "198.51.100.9:80", "http://h7.example/gate.php?x",
		"d41d8cd98f00b204e9800998ecf84200" };
	struct format_head head = { .magic = FORMAT_MAGIC, .version = FORMAT_VERSION, .n_groups = 1, .seed = 42 };
	static struct observables o;
	struct indicator_table *t = NULL;
	struct indicator i;
	struct hn_err err;
	uint64_t at = 0;
	const size_t body = FORMAT_GROUP * 5;
	char *bytes;

	head.total = (sizeof(head) + body + size) / 8 * 8;
	head.tags = (struct format_span){ sizeof(head), FORMAT_GROUP };
	head.slots = (struct format_span){ sizeof(head) + FORMAT_GROUP, FORMAT_GROUP * 4 };
	head.abouts = (struct format_span){ sizeof(head) + body, 0 };
	head.texts = (struct format_span){ sizeof(head) + body, size / 8 * 8 };
	head.pool = head.texts;
	if (size >= 96 + body)
		head.abouts.n = 96;
	for (unsigned k = 0; k < INDICATOR_KINDS; k++)
		head.of_kind[k] = 1;
	bytes = hn_alloc(1, head.total + 8);
	memcpy(bytes, &head, sizeof(head));
	for (size_t k = 0; k < body + size / 8 * 8 && sizeof(head) + k < head.total; k++)
		bytes[sizeof(head) + k] = size > 0 ? (char)data[k % size] : 0;
	if (indicator_table_of((struct hn_view){ bytes, head.total }, false, &t, &err) == HN_OK) {
		while (indicator_table_next(t, &at, &i))
			if (at > head.total)
				abort();
		for (size_t k = 0; k < HN_COUNT(asked); k++)
			if (observable_of(hn_view_of(asked[k]), &o, &err) == HN_OK)
				(void)indicator_table_find(t, &o.at[0], 0, &i);
		indicator_table_close(t);
	}
	hn_free(bytes);
	return 0;
}
