#include "detect/long_connection.h"

#include "base/mem.h"
#include "detect/triage.h"

#define HOUR_MS UINT64_C(3600000)
#define DAY_MS INT64_C(86400000)
#define DAYS_KNOWN 3u

struct pair {
	int64_t day;
	uint64_t days;		/* with a long connection: bit 0 is `day` */
	uint64_t longest_ms;
	uint64_t told_ms;	/* length when it was last told of */
	uint32_t count, told;
};

struct state {
	struct keyed *pairs;
	struct keyed *tables[1];
};

static void
long_close(void *state)
{
	struct state *s = state;

	if (s != NULL)
		keyed_free(s->pairs);
	hn_free(s);
}

static enum hn_rc
long_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));

	(void)conf;
	if (s != NULL)
		s->tables[0] = s->pairs = keyed_new(sizeof(struct pair), LONG_PAIRS_MAX);
	if (s == NULL || s->pairs == NULL) {
		long_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "long connections");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
long_tables(void *state, size_t *n)
{
	*n = 1;
	return ((struct state *)state)->tables;
}

static double
weight_of_length(uint64_t ms)
{
	static const struct {
		uint64_t hours;
		double weight;
	} steps[] = { { 24, 3.6 }, { 12, 3.0 }, { 8, 2.2 }, { 4, 1.2 } };

	for (size_t i = 0; i < HN_COUNT(steps); i++)
		if (ms >= steps[i].hours * HOUR_MS)
			return steps[i].weight;
	return 0;
}

static void
say(struct pair *p, const struct sight *s, struct findings *out)
{
	const struct contact *c = s->contact;
	char text[96];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_LONG_CONNECTION, .at_most = LEVEL_MEDIUM, .rule = HN_LIT("connection.long"),
		.words = HN_LIT("long-connection"), .source = c->who, .destination = c->whom, .user = HN_LIT(""),
		.n_techniques = 1, .techniques = { HN_LIT("T1572") }, .first_ms = c->at_ms };

	f.count = p->count - p->told;
	finding_part(&f, "long.prior", -4.5);
	finding_part(&f, "long.length", weight_of_length(p->longest_ms));
	if (__builtin_popcountll(p->days & ~UINT64_C(1)) >= (int)DAYS_KNOWN)
		finding_part(&f, "long.custom", -3.0);
	finding_fact_number(&f, "duration_ms", (double)p->longest_ms, &facts);
	detect_hit(s, &f, out);
	p->told = p->count;
	p->told_ms = p->longest_ms;
}

static void
long_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *st = state;
	const struct contact *c = s->contact;
	struct pair *p;
	int64_t day;

	if (c == NULL || c->way != CONTACT_OUT || c->duration_ms < HOUR_MS || c->failed || (c->has_bytes && c->received == 0))
		return;
	p = keyed_get(st->pairs, c->pair, NULL);
	if (p == NULL)
		return;
	day = c->at_ms / DAY_MS;
	if (day > p->day) {
		p->days = day - p->day < 64 ? p->days << (day - p->day) : 0;
		p->day = day;
	}
	p->days |= 1;
	p->count++;
	p->longest_ms = c->duration_ms > p->longest_ms ? c->duration_ms : p->longest_ms;
	if (p->told == 0 || weight_of_length(p->longest_ms) > weight_of_length(p->told_ms) || p->count >= 2 * p->told)
		say(p, s, out);
}

const struct detector long_connection_detector = {
	.name = "long-connection",
	.kind = FINDING_LONG_CONNECTION,
	.wants = WANTS(RECORD_FLOW) | WANTS(RECORD_WEB),
	.wants_contacts = true,
	.open = long_open,
	.see = long_see,
	.tables = long_tables,
	.close = long_close,
};
