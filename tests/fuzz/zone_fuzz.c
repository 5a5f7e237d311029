#include <stdint.h>
#include <stdlib.h>

#include "base/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DAY_MS INT64_C(86400000)

/* Property: of a zone that was read, no offset is over 26 hours (167 in a footer), and a local time is some offset away. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hn_zone z;

	if (hn_zone_parse((struct hn_view){ (const char *)data, size }, &z, NULL) != HN_OK)
		return 0;
	for (int64_t at = -100 * 365 * DAY_MS; at < INT64_C(200) * 365 * DAY_MS; at += 911 * DAY_MS) {
		const int32_t offset_s = hn_zone_offset(&z, at);
		const int64_t away_ms = at - hn_zone_instant(&z, at);

		if (offset_s > 168 * 3600 || offset_s < -168 * 3600 || away_ms > 168 * 3600000 || away_ms < -168 * 3600000)
			abort();
	}
	return 0;
}
