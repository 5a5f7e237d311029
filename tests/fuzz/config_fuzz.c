#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "site/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Property: a file is refused with a line that it has and a reason, and leaves nothing behind; or its values are within their limits. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct site_config c;
	struct site_fault fault = { 0 };

	if (site_config_parse((struct hn_view){ (const char *)data, size }, &c, &fault) != HN_OK) {
		if (fault.text[0] == '\0' || fault.line > size + 1 || c.arena.last != NULL)
			abort();
		return 0;
	}
	if (c.n_sources > SITE_SOURCES_MAX || c.internal.n > SITE_CIDRS_MAX || c.data_dir.p == NULL || c.data_dir.p[0] != '/')
		abort();
	for (size_t i = 0; i < c.n_sources; i++)
		if (c.source[i].kind >= SITE_SOURCE_KINDS || c.source[i].max_line_bytes > SITE_LINE_MAX)
			abort();
	site_config_fini(&c);
	return 0;
}
