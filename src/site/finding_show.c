#include "site/finding_show.h"

#include <inttypes.h>

void
site_finding_json(struct hn_buf *b, const struct site_finding *s, const struct finding_sources *sources)
{
	struct finding f = s->f;

	finding_part(&f, "verdict.prior", s->shift);
	finding_json(b, &f, sources);
	if (b->failed || b->n == 0)
		return;
	b->n--;		/* its closing brace */
	hn_buf_put(b, HN_LIT(",\"verdict\":"));
	hn_buf_json(b, s->verdict);
	hn_buf_printf(b, ",\"allow\":%" PRIi64 "}", s->allow_id);
}
