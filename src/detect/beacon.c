#include "detect/beacon.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "detect/triage.h"
#include "detect/warninglist.h"

#define RING 32u			/* intervals kept per pair and pace */
#define SIZES 8u
#define VISIT_MS 15000			/* what comes within is one visit, at the slow pace */
#define COMPANY_MS 2500			/* other hosts that are met so close by belong to one page */
#define STROBE_MS 700			/* and at the fast one */
#define PAUSE_FACTOR 2.6		/* an interval longer than so many medians is a pause */
#define DAY_MS INT64_C(86400000)
#define HOUR_MS 3600000
#define HOURS 168u			/* of a week */
#define PORT_NTP 123u
#define PORT_DNS 53u

/* The last intervals of one pace. */
struct pace {
	int64_t last_ms;		/* of the last visit; 0: none yet */
	uint32_t visits;
	uint32_t n;			/* of the ring, the newest at (n - 1) % RING */
	uint32_t interval[RING];	/* tens of milliseconds */
};

struct pair {
	int64_t first_ms;
	uint32_t said;			/* visits that were told of */
	uint32_t windows;		/* rings of the fast pace that were regular, one after another */
	uint64_t hours[3];		/* of the week in which it was heard, a bit each */
	uint32_t size[SIZES];		/* bytes sent, of the last contacts that say so */
	uint32_t n_sizes;
	uint32_t answered, failed;	/* contacts */
	uint32_t accompanied;		/* visits beside which another host was met: a page and what it is made of */
	int64_t company_ms;		/* the last of them */
	uint64_t name;			/* key of the name that it goes by; 0: of several, so by its site */
	uint64_t told_name;
	bool is_told_by_name;		/* and stays so: a finding does not change its name */
	uint32_t irregular;		/* looks that found no timer */
	struct pace slow, fast;
};

/* Whom a machine met last. */
struct machine {
	uint64_t whom, pair;
	int64_t at_ms;
};

struct state {
	struct keyed *pairs, *machines;
	struct keyed *tables[2];
};

/* What a ring shows. */
struct rhythm {
	uint32_t n;			/* intervals without the pauses */
	uint32_t pauses;
	double median_ms;
	double spread;			/* median absolute deviation, as a share of the median */
	double evidence;		/* log likelihood ratio: timer against no timer */
};

static void
beacon_close(void *state)
{
	struct state *s = state;

	if (s != NULL) {
		keyed_free(s->pairs);
		keyed_free(s->machines);
	}
	hn_free(s);
}

static enum hn_rc
beacon_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));

	(void)conf;
	if (s != NULL) {
		s->tables[0] = s->pairs = keyed_new(sizeof(struct pair), BEACON_PAIRS_MAX);
		s->tables[1] = s->machines = keyed_new(sizeof(struct machine), BEACON_MACHINES_MAX);
	}
	if (s == NULL || s->pairs == NULL || s->machines == NULL) {
		beacon_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "beacon");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
beacon_tables(void *state, size_t *n)
{
	*n = 2;
	return ((struct state *)state)->tables;
}

/* Put a visit at ${at_ms} in; false: it belongs to the one before. */
static bool
pace_visit(struct pace *p, int64_t at_ms, int64_t together_ms)
{
	const int64_t since_ms = at_ms - p->last_ms;

	if (p->last_ms != 0 && since_ms < together_ms)
		return false;
	if (p->last_ms != 0)
		p->interval[p->n++ % RING] = since_ms / 10 < UINT32_MAX ? (uint32_t)(since_ms / 10) : UINT32_MAX;
	p->last_ms = at_ms;
	p->visits++;
	return true;
}

static int
compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median_of(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), compare);
	return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/*
 * Evidence of one interval that is regular or not: how much likelier under a timer with that jitter than under independent
 * events.  Exponential intervals with median m lie within m(1 +- w) with the probability 2^-(1-w) - 2^-(1+w): 0.35 for half a
 * median, 0.14 for a fifth, 0.07 for a tenth.
 */
static const struct {
	double within;			/* share of the median */
	double regular, other;		/* log of the ratio */
} widths[] = {
	{ 0.10, 2.50, -2.2 },
	{ 0.20, 1.85, -2.1 },
	{ 0.55, 0.88, -2.0 },
};

static double
evidence_of(const double *deviation, size_t n)
{
	double best = -1e9;

	for (size_t i = 0; i < HN_COUNT(widths); i++) {
		double sum = 0;

		for (size_t k = 0; k < n; k++)
			sum += deviation[k] <= widths[i].within ? widths[i].regular : widths[i].other;
		best = fmax(best, sum);
	}
	return best;
}

static struct rhythm
rhythm_of(const struct pace *p)
{
	const size_t kept = p->n < RING ? p->n : RING;
	double all[RING], deviation[RING];
	struct rhythm r = { 0 };
	double median;

	if (kept < 4)
		return r;
	for (size_t i = 0; i < kept; i++)
		all[i] = p->interval[i] * 10.0;
	median = median_of(all, kept);
	for (size_t i = 0; i < kept; i++)
		if (all[i] > PAUSE_FACTOR * median)
			r.pauses++;
	r.n = (uint32_t)(kept - r.pauses);	/* sorted: the pauses stand last */
	r.median_ms = median_of(all, r.n);
	for (size_t i = 0; i < r.n; i++)
		deviation[i] = fabs(all[i] - r.median_ms) / fmax(1, r.median_ms);
	r.evidence = evidence_of(deviation, r.n) - 0.9 * r.pauses;
	r.spread = median_of(deviation, r.n);
	return r;
}

static void
hear_hour(struct pair *p, int64_t at_ms)
{
	const uint64_t hour = (uint64_t)(at_ms / HOUR_MS) % HOURS;

	p->hours[hour / 64] |= UINT64_C(1) << (hour % 64);
}

static unsigned
hours_heard(const struct pair *p)
{
	unsigned n = 0;

	for (size_t i = 0; i < HN_COUNT(p->hours); i++)
		n += (unsigned)__builtin_popcountll(p->hours[i]);
	return n;
}

/* Whether what it sends is of one size: the same question, again and again. */
static bool
is_one_size(const struct pair *p)
{
	uint32_t least = UINT32_MAX, most = 0;

	if (p->n_sizes < SIZES)
		return false;
	for (size_t i = 0; i < SIZES; i++) {
		least = p->size[i] < least ? p->size[i] : least;
		most = p->size[i] > most ? p->size[i] : most;
	}
	return most > 0 && most - least <= most / 10;
}

/* Names of large services and of updates: timers are at home there. */
static bool
is_daily_business(struct hn_view name)
{
	const struct indicator_key key = { INDICATOR_DOMAIN, name };

	return warninglist_find(key) != NULL;
}

/* Infrastructure that is polled by nature. */
static bool
is_infrastructure(const struct contact *c)
{
	return c->port == PORT_NTP || c->port == PORT_DNS ||
	    (c->has_whom_addr && !c->is_proxied && hn_addr_is_special(c->whom_addr));
}

static double
weight_of_persistence(const struct pair *p, int64_t now_ms)
{
	const double hours = (double)(now_ms - p->first_ms) / HOUR_MS;
	const unsigned heard = hours_heard(p);

	if (hours < 2)
		return -0.8;
	if (hours >= 20 && heard >= 18)
		return 1.0;		/* night and day */
	return heard >= 8 || hours >= 48 ? 0.5 : 0;
}

static double
weight_of_company(const struct pair *p)
{
	const double share = (double)p->accompanied / fmax(1, p->slow.visits);

	return share > 0.7 ? -3.0 : share > 0.45 ? -1.2 : 0;
}

static void
weigh(struct finding *f, const struct pair *p, const struct rhythm *r, const struct contact *c)
{
	finding_part(f, "beacon.prior", -4.2);
	finding_part(f, "beacon.regular", fmin(4.5, 0.25 * r->evidence));
	finding_part(f, "beacon.persistent", weight_of_persistence(p, c->at_ms));
	if (is_one_size(p))
		finding_part(f, "beacon.size", 0.4);
	if (!c->is_named)
		finding_part(f, "beacon.address", 0.7);
	if (c->is_named && is_daily_business(c->whom))
		finding_part(f, "beacon.business", -3.0);
	if (p->failed > p->answered)
		finding_part(f, "beacon.unanswered", -2.0);
	if (c->way == CONTACT_PASSING)
		finding_part(f, "beacon.passing", -2.0);
	finding_part(f, "beacon.company", weight_of_company(p));
	if (p->irregular > 0)
		finding_part(f, "beacon.irregular", -0.5 * fmin(6, p->irregular));
}

/* By which name the peer is told: its own while there is only one, else its registrable domain.  false: not by this visit. */
static bool
choose_name(struct pair *p, const struct contact *c, struct hn_view *out)
{
	if (p->said == 0)
		p->is_told_by_name = p->name != 0;
	*out = p->is_told_by_name ? c->whom : c->site;
	return !p->is_told_by_name || p->told_name == 0 || p->told_name == c->whom_key;
}

static void
say(struct pair *p, const struct rhythm *r, const struct sight *s, struct findings *out)
{
	const struct contact *c = s->contact;
	const uint32_t visits = p->fast.visits > p->slow.visits && r->median_ms < VISIT_MS ? p->fast.visits : p->slow.visits;
	char text[256];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct hn_view peer;

	if (!choose_name(p, c, &peer))
		return;
	struct finding f = { .kind = FINDING_BEACON, .at_least = LEVEL_INFO, .at_most = LEVEL_HIGH, .rule = HN_LIT("beacon"),
		.words = HN_LIT("beacon"), .source = c->who, .destination = peer, .user = HN_LIT(""), .n_techniques = 2,
		.techniques = { HN_LIT("T1071"), HN_LIT("T1573") }, .first_ms = p->first_ms };

	p->told_name = c->whom_key;
	f.count = visits > p->said ? visits - p->said : 1;
	p->said = visits;
	weigh(&f, p, r, c);
	finding_fact_text(&f, "name", c->whom);
	finding_fact_number(&f, "interval_ms", round(r->median_ms / 100) * 100, &facts);
	finding_fact_number(&f, "span_ms", (double)(c->at_ms - p->first_ms), &facts);
	finding_fact_number(&f, "jitter_share", r->spread, &facts);
	finding_fact_number(&f, "visits", visits, &facts);
	if (hours_heard(p) >= 18)
		f.words = HN_LIT("beacon-day-and-night");
	detect_hit(s, &f, out);
}

/* Looks are taken when a ring has filled by a third, and after each third; slow ones at each visit. */
static bool
is_time_to_look(const struct pace *p, bool is_slow)
{
	if (p->n < 8)
		return false;
	return p->n % 8 == 0 || (is_slow && p->interval[(p->n - 1) % RING] > 60000);
}

static void
look(struct pair *p, const struct sight *s, struct findings *out)
{
	struct rhythm r = rhythm_of(&p->slow);

	if (r.evidence > 6) {
		p->irregular -= p->irregular > 0;
		say(p, &r, s, out);
	} else if (p->slow.n % 8 == 0) {
		p->irregular += p->irregular < 100;
		if (p->said > 0)
			say(p, &r, s, out);	/* what it was taken for weighs less now */
	}
}

/* A strobe must keep its pace for long: people's pages are busy for minutes too. */
static void
look_fast(struct pair *p, const struct sight *s, struct findings *out)
{
	const struct rhythm r = rhythm_of(&p->fast);

	if (r.evidence < 12 || r.median_ms < 1500) {
		p->windows = 0;
		return;
	}
	if (++p->windows < 6 || s->contact->at_ms - p->first_ms < HOUR_MS / 2)
		return;
	say(p, &r, s, out);
}

static void
in_company(struct pair *p, int64_t at_ms)
{
	if (p == NULL || at_ms - p->company_ms < VISIT_MS)
		return;
	p->company_ms = at_ms;
	p->accompanied++;
}

/* Two hosts that one machine meets within moments accompany each other. */
static void
keep_company(struct state *st, struct pair *p, const struct contact *c)
{
	struct machine *m = keyed_get(st->machines, c->who_key, NULL);

	if (m == NULL)
		return;
	if (m->whom != c->whom_key && m->at_ms != 0 && c->at_ms - m->at_ms < COMPANY_MS) {
		in_company(p, c->at_ms);
		in_company(keyed_find(st->pairs, m->pair), m->at_ms);
	}
	if (m->whom != c->whom_key || c->at_ms > m->at_ms)
		*m = (struct machine){ c->whom_key, c->pair_site, c->at_ms };
}

static void
take_size(struct pair *p, const struct contact *c)
{
	if (c->has_bytes && c->sent > 0 && c->sent < UINT32_MAX)
		p->size[p->n_sizes++ % SIZES] = (uint32_t)c->sent;
}

/* To the outside; where we were not told what is inside, also between any two. */
static bool
is_ours_to_judge(const struct sight *s)
{
	const struct contact *c = s->contact;

	return (c->way == CONTACT_OUT || (c->way == CONTACT_PASSING && s->scope->n == 0)) && !c->is_by_relay &&
	    !is_infrastructure(c);
}

static bool
is_unanswered(const struct sight *s)
{
	const struct contact *c = s->contact;

	return c->failed || (s->record->kind == RECORD_FLOW && c->has_bytes && c->received == 0);
}

static struct pair *
pair_of(struct state *st, const struct contact *c)
{
	bool is_new;
	struct pair *p = keyed_get(st->pairs, c->pair_site, &is_new);

	if (p != NULL && is_new) {
		p->first_ms = c->at_ms;
		p->name = c->whom_key;
	}
	if (p != NULL && p->name != c->whom_key)
		p->name = 0;
	return p;
}

static void
beacon_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *st = state;
	const struct contact *c = s->contact;
	struct pair *p;

	if (c == NULL || !is_ours_to_judge(s) || (p = pair_of(st, c)) == NULL)
		return;
	take_size(p, c);
	keep_company(st, p, c);
	*(is_unanswered(s) ? &p->failed : &p->answered) += 1;
	if (c->is_again || c->at_ms < p->slow.last_ms)
		return;
	hear_hour(p, c->at_ms);
	if (pace_visit(&p->fast, c->at_ms, STROBE_MS) && p->fast.n % RING == 0 && p->fast.n > 0)
		look_fast(p, s, out);
	if (pace_visit(&p->slow, c->at_ms, VISIT_MS) && is_time_to_look(&p->slow, true))
		look(p, s, out);
}

const struct detector beacon_detector = {
	.name = "beacon",
	.kind = FINDING_BEACON,
	.wants = WANTS(RECORD_FLOW) | WANTS(RECORD_WEB) | WANTS(RECORD_TLS),
	.wants_contacts = true,
	.open = beacon_open,
	.see = beacon_see,
	.tables = beacon_tables,
	.close = beacon_close,
};
