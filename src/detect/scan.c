#include "detect/scan.h"

#include "base/mem.h"
#include "detect/few.h"
#include "detect/triage.h"

#define WINDOW_MS 300000
#define DAY_MS INT64_C(86400000)
#define HOSTS_MIN 25u			/* different machines, in vain, in one window */
#define PORTS_MIN 25u			/* different ports */
#define DAYS_KNOWN 3u			/* days before on which it did the same: it is somebody's tool */

struct source {
	int64_t window_ms;		/* its beginning */
	int64_t first_ms;		/* of the scan at hand */
	uint32_t failed;		/* attempts of the window */
	uint32_t told;			/* attempts of the window when it was last told of */
	uint64_t days;			/* on which it scanned: bit 0 is `day` */
	int64_t day;
	struct few hosts, ports;
};

struct state {
	const struct detect_conf *conf;
	struct keyed *sources;
	struct keyed *tables[1];
};

static void
scan_close(void *state)
{
	struct state *s = state;

	if (s != NULL)
		keyed_free(s->sources);
	hn_free(s);
}

static enum hn_rc
scan_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));

	if (s != NULL) {
		s->conf = conf;
		s->tables[0] = s->sources = keyed_new(sizeof(struct source), SCAN_SOURCES_MAX);
	}
	if (s == NULL || s->sources == NULL) {
		scan_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "scan");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
scan_tables(void *state, size_t *n)
{
	*n = 1;
	return ((struct state *)state)->tables;
}

static bool
is_in_vain(const struct sight *s)
{
	const struct contact *c = s->contact;

	return c->failed || (c->has_bytes && c->received == 0);
}

static void
begin_window(struct source *s, int64_t at_ms)
{
	const int64_t day = at_ms / DAY_MS;

	if (day > s->day) {
		s->days = day - s->day < 64 ? s->days << (day - s->day) : 0;
		s->day = day;
	}
	if (at_ms - s->window_ms > 2 * WINDOW_MS || s->first_ms == 0)
		s->first_ms = at_ms;
	s->window_ms = at_ms;
	s->failed = s->told = 0;
	s->hosts = s->ports = (struct few){ 0 };
}

static unsigned
days_before(const struct source *s)
{
	return (unsigned)__builtin_popcountll(s->days & ~UINT64_C(1));
}

static double
weight_of_width(uint32_t n, uint32_t least)
{
	return n >= 20 * least ? 3.2 : n >= 8 * least ? 2.6 : n >= 3 * least ? 1.8 : 1.0;
}

static void
say(struct source *src, const struct sight *s, struct findings *out)
{
	const struct contact *c = s->contact;
	const uint32_t hosts = few_count(&src->hosts), ports = few_count(&src->ports);
	const bool is_wide = hosts >= HOSTS_MIN;
	char text[128];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_SCAN, .at_most = c->way == CONTACT_INSIDE ? LEVEL_HIGH : LEVEL_MEDIUM,
		.rule = is_wide ? HN_LIT("scan.hosts") : HN_LIT("scan.ports"),
		.words = is_wide ? HN_LIT("scan-hosts") : HN_LIT("scan-ports"),
		.source = c->who, .destination = is_wide ? HN_LIT("") : c->whom, .user = HN_LIT(""), .n_techniques = 1,
		.techniques = { is_wide ? HN_LIT("T1018") : HN_LIT("T1046") }, .first_ms = src->first_ms };

	f.count = src->failed;
	finding_part(&f, "scan.prior", -1.0);
	finding_part(&f, "scan.width", is_wide ? weight_of_width(hosts, HOSTS_MIN) : weight_of_width(ports, PORTS_MIN));
	if (days_before(src) >= DAYS_KNOWN)
		finding_part(&f, "scan.known", -3.0);
	if (c->way == CONTACT_IN || c->way == CONTACT_PASSING)
		finding_part(&f, "scan.outside", -4.0);
	finding_fact_number(&f, "hosts", hosts, &facts);
	finding_fact_number(&f, "ports", ports, &facts);
	finding_fact_number(&f, "span_ms", (double)(c->at_ms - src->first_ms), &facts);
	findings_hit(out, &f, s->record);
}

static void
scan_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *st = state;
	const struct contact *c = s->contact;
	struct source *src;
	uint32_t hosts, ports;

	if (c == NULL || c->is_again || !is_in_vain(s))
		return;
	src = keyed_get(st->sources, c->who_key, NULL);
	if (src == NULL)
		return;
	if (c->at_ms - src->window_ms >= WINDOW_MS || c->at_ms < src->window_ms - WINDOW_MS)
		begin_window(src, c->at_ms);
	src->failed++;
	if (c->at_ms < src->first_ms)
		src->first_ms = c->at_ms;
	(void)few_add(&src->hosts, c->whom_key);
	if (c->port != 0)
		(void)few_add(&src->ports, contact_join(c->port, 1));
	hosts = few_count(&src->hosts);
	ports = few_count(&src->ports);
	/* Told when it is wide enough, and again when it has grown by half. */
	if ((hosts < HOSTS_MIN && ports < PORTS_MIN) || src->failed < src->told + src->told / 2 + 1)
		return;
	src->told = src->failed;
	src->days |= 1;
	say(src, s, out);
}

const struct detector scan_detector = {
	.name = "scan",
	.kind = FINDING_SCAN,
	.wants = WANTS(RECORD_FLOW),
	.wants_contacts = true,
	.open = scan_open,
	.see = scan_see,
	.tables = scan_tables,
	.close = scan_close,
};
