#include "detect/tunnel.h"

#include <math.h>

#include "base/mem.h"
#include "detect/few.h"
#include "detect/question.h"
#include "detect/triage.h"
#include "detect/warninglist.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define LONG_NAME 16u		/* bytes below the domain: shorter ones carry too little to be worth a place */
#define SHORT_NAME 6u		/* where the type itself is unusual */
#define NAMES_MIN 12u		/* new names before anything is said */
#define BYTES_MIN 380u		/* of new names: 24 long ones, which the sketch still counts exactly */
#define BYTES_DAILY 200u	/* an hour with so many is remembered as the custom of its day */
#define QUIET_MS (7 * DAY_MS)	/* what it did before is forgotten */
#define DAYS_KNOWN 3u
#define NAMES_TOLD_APART 1000u	/* beyond, the sketch takes more and more new names for old ones */
#define ANSWER_LONG 40u		/* bytes of an answer that is more than an address or a short word */

/* A machine and a domain. */
struct pair {
	int64_t window_ms;	/* when the hour began */
	int64_t first_ms;
	int64_t day;
	uint64_t days;		/* with such look-ups that were not worth a word: bit 0 is `day` */
	uint32_t asked, fresh;	/* look-ups of the hour; of names not asked before */
	uint32_t unusual;	/* of the fresh ones, of an unusual type */
	uint32_t up, down;	/* bytes of fresh names, of long answers to them */
	uint32_t most;		/* of up, since the last long pause: who slows down is not better for it */
	uint32_t unused;
	uint32_t seen, told;	/* look-ups of the hour, exactly; those of them that were told of */
	uint32_t is_loud;	/* worth a person's time once: no custom comes of it */
	struct few names;
};

struct site {
	int64_t told_ms;
	uint64_t told_who;
	struct few machines;
};

struct state {
	const struct detect_conf *conf;
	struct keyed *pairs, *sites, *resolvers;
	struct keyed *tables[3];
};

static void
tunnel_close(void *state)
{
	struct state *s = state;

	if (s != NULL)
		for (size_t i = 0; i < HN_COUNT(s->tables); i++)
			keyed_free(s->tables[i]);
	hn_free(s);
}

static enum hn_rc
tunnel_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));

	if (s != NULL) {
		s->conf = conf;
		s->tables[0] = s->pairs = keyed_new(sizeof(struct pair), TUNNEL_PAIRS_MAX);
		s->tables[1] = s->sites = keyed_new(sizeof(struct site), TUNNEL_SITES_MAX);
		s->tables[2] = s->resolvers = keyed_new(sizeof(int64_t), TUNNEL_RESOLVERS_MAX);
	}
	if (s == NULL || s->pairs == NULL || s->sites == NULL || s->resolvers == NULL) {
		tunnel_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "tunnel");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
tunnel_tables(void *state, size_t *n)
{
	struct state *s = state;

	*n = HN_COUNT(s->tables);
	return s->tables;
}

/* The hour is over: half of it is carried on, so that what begins late in one hour is seen in the next. */
static void
begin_hour(struct pair *p, int64_t at_ms)
{
	const int64_t day = at_ms / DAY_MS;
	const bool is_near = at_ms - p->window_ms < 2 * HOUR_MS;

	if (p->up >= BYTES_DAILY && p->is_loud == 0)
		p->days |= 1;
	if (day > p->day) {
		p->days = day - p->day < 64 ? p->days << (day - p->day) : 0;
		p->day = day;
	}
	p->asked = is_near ? p->asked / 2 : 0;
	p->fresh = is_near ? p->fresh / 2 : 0;
	p->unusual = is_near ? p->unusual / 2 : 0;
	p->up = is_near ? p->up / 2 : 0;
	p->down = is_near ? p->down / 2 : 0;
	p->seen = p->told = 0;
	p->first_ms = is_near ? p->first_ms : at_ms;
	p->most = at_ms - p->window_ms < QUIET_MS ? p->most : 0;
	p->window_ms = at_ms;
	p->names = (struct few){ 0 };
}

static unsigned
days_before(const struct pair *p)
{
	return (unsigned)__builtin_popcountll(p->days & ~UINT64_C(1));
}

/* A doubling of the bytes is one more step, from 300 bytes an hour; more than 10 kB say no more. */
static double
weight_of_bytes(uint32_t up)
{
	return fmin(5, fmax(0, log2(up / 300.0)));
}

static double
weight_of_length(const struct pair *p)
{
	const uint32_t mean = p->up / p->fresh;

	return mean >= 100 ? 2.0 : mean >= 50 ? 1.5 : mean >= 30 ? 1.0 : mean >= 20 ? 0.5 : 0;
}

static double
weight_of_newness(const struct pair *p)
{
	const double share = (double)p->fresh / fmax(1, p->asked);	/* more than 1 beyond NAMES_TOLD_APART */

	return share >= 0.9 ? 0.7 : share >= 0.5 ? 0 : -2;
}

static double
weight_of_machines(uint32_t n)
{
	return n >= 10 ? -4 : n >= 5 ? -2.5 : n >= 3 ? -1.2 : n == 2 ? 0 : 0.5;
}

static void
weigh(struct finding *f, const struct pair *p, const struct question *q, uint32_t machines)
{
	const struct indicator_key site = { .kind = INDICATOR_DOMAIN, .bytes = q->name };

	finding_part(f, "tunnel.prior", -4.0);
	finding_part(f, "tunnel.bytes", weight_of_bytes(p->most));
	finding_part(f, "tunnel.length", weight_of_length(p));
	finding_part(f, "tunnel.new-names", weight_of_newness(p));
	if (2 * p->unusual >= p->fresh)
		finding_part(f, "tunnel.type", 1.0);
	if (p->down >= 2000)
		finding_part(f, "tunnel.answers", 1.0);
	finding_part(f, "tunnel.machines", weight_of_machines(machines));
	if (days_before(p) >= DAYS_KNOWN)
		finding_part(f, "tunnel.custom", -2.5);
	if (warninglist_find(site) != NULL)
		finding_part(f, "tunnel.look-up-service", -6.0);
}

/* A look-up, and where things stand with its machine and its domain. */
struct look_up {
	struct question q;
	struct pair *pair;
	struct site *site;
	bool is_by_resolver;		/* who asked is itself asked by others */
};

static void
say(const struct look_up *l, const struct sight *s, struct findings *out)
{
	const struct question *q = &l->q;
	struct pair *p = l->pair;
	struct site *site = l->site;
	char text[192];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_DNS_TUNNEL, .at_most = LEVEL_HIGH, .rule = HN_LIT("dns.tunnel"),
		.words = l->is_by_resolver ? HN_LIT("dns-tunnel-resolver") : HN_LIT("dns-tunnel"), .source = q->who,
		.destination = q->site, .user = HN_LIT(""), .n_techniques = 2,
		.techniques = { HN_LIT("T1071.004"), HN_LIT("T1048.003") }, .first_ms = p->first_ms };

	f.count = p->seen - p->told;
	p->most = p->up > p->most ? p->up : p->most;
	weigh(&f, p, q, few_count(&site->machines));
	finding_fact_number(&f, "names", p->fresh, &facts);
	finding_fact_number(&f, "carried_bytes", (double)p->up * 5 / 8 + p->down, &facts);	/* five bits a letter */
	finding_fact_number(&f, "span_ms", (double)(s->record->at_ms - p->first_ms), &facts);
	finding_weigh(&f);
	if (f.level >= LEVEL_MEDIUM) {
		/* One tunnel, told once: the resolver only passed it on. */
		if (l->is_by_resolver && site->told_who != q->who_key && s->record->at_ms - site->told_ms < HOUR_MS)
			return;
		site->told_ms = s->record->at_ms;
		site->told_who = q->who_key;
		p->is_loud = 1;
	}
	findings_hit(out, &f, s->record);
	p->told = p->seen;
}

static bool
is_resolver(struct state *st, const struct record *r, const struct question *q)
{
	const struct hn_view asked = record_get(r, FIELD_DESTINATION_IP);

	if (asked.n > 0)
		(void)keyed_get(st->resolvers, contact_key(st->conf->contacts, asked), NULL);
	return keyed_find(st->resolvers, q->who_key) != NULL;
}

static void
count(struct pair *p, const struct question *q)
{
	p->seen++;
	p->asked += few_count(&p->names) < NAMES_TOLD_APART;
	if (!few_add(&p->names, q->name_key))
		return;
	p->fresh++;
	p->up += (uint32_t)q->below.n;
	p->down += q->answers.n >= ANSWER_LONG && question_is_unusual(q) ? (uint32_t)q->answers.n : 0;
	p->unusual += question_is_unusual(q);
}

static void
tunnel_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *st = state;
	char text[QUESTION_NAME_MAX + 1];
	struct look_up l;
	struct pair *p;

	if (!question_of(st->conf->contacts, s->record, text, &l.q))
		return;
	l.is_by_resolver = is_resolver(st, s->record, &l.q);
	if (l.q.below.n < LONG_NAME && (l.q.below.n < SHORT_NAME || !question_is_unusual(&l.q)))
		return;
	l.site = keyed_get(st->sites, l.q.site_key, NULL);
	l.pair = p = keyed_get(st->pairs, contact_join(l.q.who_key, l.q.site_key), NULL);
	if (l.site == NULL || p == NULL)
		return;
	(void)few_add(&l.site->machines, l.q.who_key);
	if (s->record->at_ms - p->window_ms >= HOUR_MS || s->record->at_ms < p->window_ms - HOUR_MS)
		begin_hour(p, s->record->at_ms);
	count(p, &l.q);
	if (p->fresh >= NAMES_MIN && p->up >= BYTES_MIN && p->seen >= p->told + p->told / 2 + 3)
		say(&l, s, out);
}

const struct detector tunnel_detector = {
	.name = "tunnel",
	.kind = FINDING_DNS_TUNNEL,
	.wants = WANTS(RECORD_DNS),
	.open = tunnel_open,
	.see = tunnel_see,
	.tables = tunnel_tables,
	.close = tunnel_close,
};
