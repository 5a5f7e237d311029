#include "detect/exfiltration.h"

#include <math.h>

#include "base/mem.h"
#include "detect/triage.h"

#define DAY_MS INT64_C(86400000)
#define DAYS 28u			/* of a machine's past */
#define DAYS_MIN 3u			/* before it says something */
#define WATCHED_DAYS_MIN 7u		/* before silence counts as a past */
#define WORTH_BYTES UINT64_C(200000000)	/* to one peer in a day: less is not looked at */
#define NOTHING_BYTES 5e6		/* a day with less is as one with so much */
#define STEPS_PER_DOUBLING 4.0		/* of a day's sum as it is kept */

struct machine {
	int64_t day;
	uint64_t sent;			/* today */
	uint8_t past[DAYS];		/* the days before, newest first: log2 of the bytes in quarters, 0: nothing */
	uint32_t n_days;		/* known of them */
};

struct pair {
	int64_t begin_ms;		/* of its day */
	int64_t last_ms;
	int64_t day;
	uint64_t days;			/* on which much went there: bit 0 is `day` */
	uint64_t sent, received;	/* since the beginning of its day */
	uint64_t told;			/* bytes of them that were told of */
	uint64_t flow_sent;		/* of the connection told of last */
	uint32_t flow_port;		/* its source port: a second log of it brings only what is more */
	uint32_t connections, told_connections;
	uint32_t is_loud;		/* worth a person's time once: no custom comes of it */
};

struct state {
	struct keyed *machines, *pairs;
	struct keyed *tables[2];
};

static void
exfiltration_close(void *state)
{
	struct state *s = state;

	if (s != NULL)
		for (size_t i = 0; i < HN_COUNT(s->tables); i++)
			keyed_free(s->tables[i]);
	hn_free(s);
}

static enum hn_rc
exfiltration_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));

	(void)conf;
	if (s != NULL) {
		s->tables[0] = s->machines = keyed_new(sizeof(struct machine), EXFILTRATION_MACHINES_MAX);
		s->tables[1] = s->pairs = keyed_new(sizeof(struct pair), EXFILTRATION_PAIRS_MAX);
	}
	if (s == NULL || s->machines == NULL || s->pairs == NULL) {
		exfiltration_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "exfiltration");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
exfiltration_tables(void *state, size_t *n)
{
	struct state *s = state;

	*n = HN_COUNT(s->tables);
	return s->tables;
}

/* The day is over: it becomes the newest of the past. */
static void
begin_day(struct machine *m, int64_t day)
{
	const double steps = m->sent > 0 ? STEPS_PER_DOUBLING * log2((double)m->sent) : 0;

	for (int64_t gone = day - m->day; gone > 0 && m->n_days <= DAYS; gone--) {
		memmove(&m->past[1], &m->past[0], DAYS - 1);
		m->past[0] = gone == day - m->day ? (uint8_t)fmin(255, steps) : 0;
		m->n_days += m->n_days < DAYS;
		if (day - m->day > (int64_t)DAYS && gone < day - m->day - (int64_t)DAYS)
			break;
	}
	m->day = day;
	m->sent = 0;
}

/* What it sent on the greatest but two of its days. */
static double
usual_of(const struct machine *m)
{
	uint8_t top[3] = { 0 };

	for (uint32_t i = 0; i < m->n_days; i++) {
		uint8_t v = m->past[i];

		for (size_t k = 0; k < HN_COUNT(top); k++)
			if (v > top[k]) {
				const uint8_t was = top[k];

				top[k] = v;
				v = was;
			}
	}
	return fmax(NOTHING_BYTES, exp2(top[m->n_days < 10 ? 0 : 2] / STEPS_PER_DOUBLING));
}

/* A machine that was never heard of while we watched has a past all the same: it sent nothing. */
static void
begin_machine(struct machine *m, const struct sight *s)
{
	const int64_t watched = s->prevalence.active > 0 ? (s->record->at_ms - s->prevalence.began_ms) / DAY_MS : 0;

	m->day = s->record->at_ms / DAY_MS;
	m->n_days = watched < (int64_t)WATCHED_DAYS_MIN ? 0 : watched < (int64_t)DAYS ? (uint32_t)watched : DAYS;
}

static void
begin_pair_day(struct pair *p, int64_t at_ms)
{
	const int64_t day = at_ms / DAY_MS;

	if (p->sent >= WORTH_BYTES / 2 && p->is_loud == 0)
		p->days |= 1;
	if (day > p->day) {
		p->days = day - p->day < 64 ? p->days << (day - p->day) : 0;
		p->day = day;
	}
	p->begin_ms = at_ms;
	p->sent = p->received = p->told = p->connections = p->told_connections = 0;
}

static void
count(struct pair *p, struct machine *m, const struct contact *c)
{
	const bool is_same = c->is_again && c->source_port != 0 && c->source_port == p->flow_port;
	const uint64_t more = !is_same ? c->sent : c->sent > p->flow_sent ? c->sent - p->flow_sent : 0;

	p->sent += more;
	m->sent += more;
	p->received += is_same ? 0 : c->received;
	p->connections += !is_same;
	p->flow_sent = is_same ? p->flow_sent + more : c->sent;
	p->flow_port = c->source_port;
	p->last_ms = c->at_ms;
}

static double
weight_of_past(const struct machine *m, uint64_t sent)
{
	return m->n_days < DAYS_MIN ? 0 : fmax(-3, fmin(2.5, 0.5 * log2((double)sent / usual_of(m))));
}

static double
weight_of_direction(const struct pair *p)
{
	return p->sent >= 10 * p->received ? 1.0 : p->sent >= p->received ? -0.5 : -3.0;
}

static void
say(struct pair *p, const struct machine *m, const struct sight *s, struct findings *out)
{
	const struct contact *c = s->contact;
	char text[192];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_EXFILTRATION, .at_most = LEVEL_HIGH, .rule = HN_LIT("exfiltration.upload"),
		.words = m->n_days < DAYS_MIN ? HN_LIT("exfiltration-learning") : HN_LIT("exfiltration"), .source = c->who,
		.destination = c->site, .user = HN_LIT(""), .n_techniques = 2,
		.techniques = { HN_LIT("T1048"), HN_LIT("T1567") }, .first_ms = p->begin_ms };

	f.count = p->connections - p->told_connections;
	finding_part(&f, "exfiltration.prior", -5.5);
	finding_part(&f, "exfiltration.amount", fmin(4, 0.6 * log2((double)p->sent / 1e8)));
	finding_part(&f, "exfiltration.past", weight_of_past(m, p->sent));
	finding_part(&f, "exfiltration.direction", weight_of_direction(p));
	if (__builtin_popcountll(p->days & ~UINT64_C(1)) >= (int)DAYS_MIN)
		finding_part(&f, "exfiltration.custom", -4.0);
	finding_fact_number(&f, "sent_bytes", (double)p->sent, &facts);
	finding_fact_number(&f, "usual_bytes", m->n_days < DAYS_MIN ? 0 : usual_of(m), &facts);
	finding_fact_number(&f, "span_ms", (double)(c->at_ms - p->begin_ms), &facts);
	detect_hit(s, &f, out);
	finding_weigh(&f);
	p->is_loud |= f.level >= LEVEL_MEDIUM;
	p->told = p->sent;
	p->told_connections = p->connections;
}

static void
exfiltration_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *st = state;
	const struct contact *c = s->contact;
	struct machine *m;
	struct pair *p;
	bool is_new;

	if (c == NULL || c->way != CONTACT_OUT || !c->has_bytes || c->sent == 0 || c->is_by_relay)
		return;
	m = keyed_get(st->machines, c->who_key, &is_new);
	p = keyed_get(st->pairs, c->pair_site, NULL);
	if (m == NULL || p == NULL)
		return;
	if (is_new)
		begin_machine(m, s);
	if (c->at_ms / DAY_MS > m->day)
		begin_day(m, c->at_ms / DAY_MS);
	if (c->at_ms - p->begin_ms >= DAY_MS || c->at_ms < p->begin_ms - DAY_MS)
		begin_pair_day(p, c->at_ms);
	count(p, m, c);
	/* Told when it is worth a look, and again when it has grown by half. */
	if (p->sent >= WORTH_BYTES && p->sent >= p->told + p->told / 2)
		say(p, m, s, out);
}

const struct detector exfiltration_detector = {
	.name = "exfiltration",
	.kind = FINDING_EXFILTRATION,
	.wants = WANTS(RECORD_FLOW) | WANTS(RECORD_WEB),
	.wants_contacts = true,
	.open = exfiltration_open,
	.see = exfiltration_see,
	.tables = exfiltration_tables,
	.close = exfiltration_close,
};
