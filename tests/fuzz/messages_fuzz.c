#include <stdint.h>
#include <stdlib.h>

#include "detect/finding_wire.h"
#include "site/batch.h"
#include "site/observed.h"
#include "site/tail_mark.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bodies of messages between roles that are more than numbers; batches of lines have a target of their own. */

static void
lies_in(struct hn_view v, struct hn_view in)
{
	if (v.n > 0 && (v.p < in.p || v.p + v.n > in.p + in.n))
		abort();
}

static struct hn_view
name_of(void *ctx, uint32_t source)
{
	(void)ctx;
	(void)source;
	return HN_LIT("proxy");
}

/* What is taken is written back byte for byte, and can be shown and weighed. */
static void
try_finding(struct hn_view in)
{
	static const struct finding_sources sources = { .name = name_of };
	static struct finding f;
	struct hn_buf again = HN_BUF(1u << 20);

	if (finding_take(in, &f, NULL) != HN_OK)
		return;
	finding_put(&again, &f);
	if (again.failed || !hn_view_eq(hn_buf_view(&again), in))
		abort();
	finding_weigh(&f);
	if (!(f.score >= 0 && f.score <= 1) || f.level > f.at_most || (f.level < f.at_least && f.level != f.at_most))
		abort();
	hn_buf_reset(&again);
	finding_json(&again, &f, &sources);
	hn_buf_fini(&again);
}

static void
try_observed(struct hn_view in)
{
	struct hn_get g = HN_GET(in);
	struct site_observed o;

	for (uint32_t n = hn_get_u32(&g); n > 0 && site_observed_get(&g, &o); n--) {
		lies_in(o.value, in);
		lies_in(o.machine, in);
		lies_in(o.user, in);
		if (o.kind >= OBSERVABLE_KINDS || o.machine.n > SITE_OBSERVED_NAME_MAX)
			abort();
	}
}

static void
try_counts(struct hn_view in)
{
	struct hn_get g = HN_GET(in);
	struct hn_buf again = HN_BUF(1u << 20);
	struct site_counts c;

	while (g.rest.n > 0 && !g.failed) {
		const struct hn_view before = g.rest;

		site_counts_get(&g, &c);
		hn_buf_reset(&again);
		site_counts_put(&again, &c);
		if (!g.failed && !hn_view_eq(hn_buf_view(&again), (struct hn_view){ before.p, before.n - g.rest.n }))
			abort();
	}
	hn_buf_fini(&again);
}

static void
try_mark(struct hn_view in)
{
	char again[TAIL_MARK_BYTES];
	struct tail_mark m;

	if (!tail_mark_get(in, &m))
		return;
	tail_mark_put(&m, again);
	if (!hn_view_eq((struct hn_view){ again, sizeof(again) }, in))
		abort();
}

static void
try_quarantined(struct hn_view in)
{
	struct site_quarantined q;

	if (site_quarantined_get(in, &q) == HN_OK)
		lies_in(q.head, in);
}

/* The first byte says which. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(struct hn_view) = {
		try_finding, try_observed, try_counts, try_mark, try_quarantined,
	};

	if (size > 0)
		tries[data[0] % HN_COUNT(tries)]((struct hn_view){ (const char *)data + 1, size - 1 });
	return 0;
}
