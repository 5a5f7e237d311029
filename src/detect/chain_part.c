#include "detect/chain_part.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "detect/chain.h"

#define SLACK_MS (2 * INT64_C(3600000))	/* what comes so soon after may as well have come before */
#define GROWN 0.3
#define PRIOR (-4.2)			/* two signs of ordinary work do meet on a machine */
#define PAIR 0.8			/* that two stages meet: e^0.8, twice as likely in an attack */
#define PAIRS_MAX 4u			/* as far as pairs are independent of each other */
#define CRITICAL_FROM 4.0		/* 98 in 100, and harm has begun */
#define TIME_MAX 32u

/* The stages that came in an order in which attacks come. */
struct order {
	size_t n;
	enum chain_stage all[STAGES];
};

struct hn_view
chain_target(const struct record *r)
{
	static const enum field order[] = { FIELD_DESTINATION_IP, FIELD_HOST_NAME, FIELD_OBSERVER_NAME };

	for (size_t i = 0; i < HN_COUNT(order); i++)
		if (record_has(r, order[i]))
			return r->value[order[i]];
	return HN_LIT("");
}

bool
chain_is_before(const struct chain *a, const struct chain *b)
{
	if (a->is_told != b->is_told)
		return a->is_told > b->is_told;
	if (a->first_ms == 0 || b->first_ms == 0)
		return a->first_ms != 0;
	return a->first_ms < b->first_ms;
}

/* A hit's log-odds, kept within its level: a detector's own limits hold here too. */
static double
logit_of(const struct finding *f)
{
	static const struct {
		double least, most;
	} bands[LEVEL_COUNT] = {
		[LEVEL_INFO] = { -4, -2 }, [LEVEL_LOW] = { -2, 0 }, [LEVEL_MEDIUM] = { 0, 2 }, [LEVEL_HIGH] = { 2, 3 },
		[LEVEL_CRITICAL] = { 3, 4 },
	};
	const double score = fmin(fmax(f->score, 1e-6), 1 - 1e-6), logit = log(score / (1 - score));

	return fmin(fmax(logit, bands[f->level].least), bands[f->level].most);
}

static void
keep_name(char to[CHAIN_NAME_MAX], struct hn_view name)
{
	const size_t n = name.n < CHAIN_NAME_MAX ? name.n : CHAIN_NAME_MAX - 1;

	if (n > 0)
		hn_view_copy(to, (struct hn_view){ name.p, n });
	to[n] = '\0';
}

static void
add_member(struct chain *c, const uint8_t *id)
{
	for (uint32_t i = 0; i < c->n_members; i++)
		if (memcmp(c->members[i], id, FINDING_ID_BYTES) == 0)
			return;
	if (c->n_members < FINDING_MEMBERS_MAX)
		memcpy(c->members[c->n_members++], id, FINDING_ID_BYTES);
}

static void
add_machine(struct chain *c, uint32_t machine)
{
	for (uint32_t i = 0; i < c->n_machines; i++)
		if (c->machines[i] == machine)
			return;
	if (c->n_machines < CHAIN_MACHINES_MAX)
		c->machines[c->n_machines++] = machine;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

static void
take_in_stage(struct chain_seen *s, const struct chain_seen *from)
{
	const int64_t first_ms = earlier(s->first_ms, from->first_ms);
	const int64_t last_ms = s->last_ms > from->last_ms ? s->last_ms : from->last_ms;

	if (from->last_ms != 0 && (s->last_ms == 0 || from->logit > s->logit))
		*s = *from;
	s->first_ms = first_ms;
	s->last_ms = last_ms;
}

/* The finding of a chain as far as its identity goes. */
static struct finding
finding_of(const struct chain *c)
{
	struct finding f = { .kind = FINDING_CHAIN, .at_most = LEVEL_CRITICAL, .rule = HN_LIT("chain"), .words = HN_LIT("chain"),
		.source = hn_view_of(c->machine), .destination = HN_LIT(""), .user = HN_LIT(""), .note = HN_LIT(""),
		.count = c->signs > c->told_signs ? c->signs - c->told_signs : 1,
		.first_ms = c->first_ms, .members = { "", 0 }, .chain = { "", 0 } };

	finding_identify(&f);
	return f;
}

/* What was told of ${from} goes on in ${c}: it is no finding of its own any more. */
static void
sink(struct chain *c, const struct chain *from, struct findings *out)
{
	struct finding f = finding_of(from);

	f.words = HN_LIT("chain-joined");
	f.at_most = LEVEL_INFO;
	f.count = 1;
	f.last_ms = from->told_ms;
	finding_part(&f, "chain.joined", -4);
	finding_fact_text(&f, "into", hn_view_of(c->machine));
	findings_add(out, &f);
	add_member(c, f.id);
}

void
chain_take_in(struct chain *c, const struct chain *from, struct findings *out)
{
	for (unsigned i = 0; i < STAGES; i++)
		take_in_stage(&c->stage[i], &from->stage[i]);
	for (uint32_t i = 0; i < from->n_members; i++)
		add_member(c, from->members[i]);
	for (uint32_t i = 0; i < from->n_machines; i++)
		add_machine(c, from->machines[i]);
	if (from->is_told)
		sink(c, from, out);
	if (!c->is_told && from->first_ms != 0 && (c->first_ms == 0 || from->first_ms < c->first_ms))
		memcpy(c->machine, from->machine, sizeof(c->machine));
	c->first_ms = earlier(c->first_ms, from->first_ms);
	c->signs += from->signs;
	if (c->machine[0] == '\0')
		memcpy(c->machine, from->machine, sizeof(c->machine));
	if (c->account[0] == '\0')
		memcpy(c->account, from->account, sizeof(c->account));
}

static void
forget_old(struct chain *c, int64_t now_ms)
{
	c->first_ms = 0;
	for (unsigned i = 0; i < STAGES; i++) {
		if (c->stage[i].last_ms != 0 && now_ms - c->stage[i].last_ms > CHAIN_WINDOW_MS)
			c->stage[i] = (struct chain_seen){ 0 };
		c->first_ms = earlier(c->first_ms, c->stage[i].first_ms);
	}
}

static void
add_sign(struct chain_seen *s, const struct chain_sign *sign)
{
	const struct finding *f = sign->hit;
	const struct record *r = sign->record;
	const double logit = logit_of(f);
	const bool is_same = memcmp(s->best, f->id, sizeof(s->best)) == 0;

	if (s->last_ms == 0 || logit > s->logit) {
		s->source = r->source;
		s->line = r->line;
		s->at_ms = r->at_ms;
		s->raw_n = (uint32_t)(r->raw.n < CHAIN_RAW_MAX ? r->raw.n : CHAIN_RAW_MAX);
		if (s->raw_n > 0)
			hn_view_copy(s->raw, (struct hn_view){ r->raw.p, s->raw_n });
		memcpy(s->best, f->id, sizeof(s->best));
		s->logit = logit;
	} else if (is_same && finding_kind_weighs_anew(f->kind)) {
		s->logit = logit;
	}
	s->first_ms = earlier(s->first_ms, f->first_ms);
	s->last_ms = f->last_ms > s->last_ms ? f->last_ms : s->last_ms;
}

bool
chain_fade(struct chain *c, const struct chain_sign *sign)
{
	struct chain_seen *s = &c->stage[sign->stage];

	if (s->last_ms == 0 || memcmp(s->best, sign->hit->id, sizeof(s->best)) != 0)
		return false;
	*s = (struct chain_seen){ 0 };
	return c->is_told != 0;
}

bool
chain_is_suspect(const struct chain *c)
{
	for (unsigned i = 0; i < STAGES; i++)
		if (c->stage[i].last_ms != 0 && c->stage[i].logit >= 0)
			return true;
	return false;
}

/* By the time of their first sign; a stage that comes long after a much later one is none of this attack. */
static struct order
order_of(const struct chain *c)
{
	struct order o = { 0 };
	enum chain_stage by_time[STAGES];
	size_t n = 0;
	unsigned furthest = 0;

	for (unsigned i = 0; i < STAGES; i++) {
		size_t k = n;

		if (c->stage[i].last_ms == 0)
			continue;
		for (; k > 0 && c->stage[by_time[k - 1]].first_ms > c->stage[i].first_ms; k--)
			by_time[k] = by_time[k - 1];
		by_time[k] = (enum chain_stage)i;
		n++;
	}
	for (size_t i = 0; i < n; i++) {
		const unsigned rank = chain_stage_rank(by_time[i]);
		const bool is_soon = o.n > 0 &&
		    c->stage[by_time[i]].first_ms - c->stage[o.all[o.n - 1]].first_ms <= SLACK_MS;

		if (by_time[i] != STAGE_COMMAND && rank + 1 < furthest && !is_soon)
			continue;
		furthest = rank > furthest ? rank : furthest;
		o.all[o.n++] = by_time[i];
	}
	return o;
}

/* What a stage's best sign says for an attack, now that other stages speak for one too: from 0.2 for a faint one to 3.8. */
static double
weight_of_stage(const struct chain_seen *s)
{
	return 1.4 + 0.6 * s->logit;
}

static double
weight_of_pairs(size_t stages)
{
	const size_t pairs = stages * (stages - 1) / 2;

	return PAIR * (double)(pairs < PAIRS_MAX ? pairs : PAIRS_MAX);
}

static double
sum_of(const struct chain *c, const struct order *o)
{
	double sum = PRIOR + weight_of_pairs(o->n);

	for (size_t i = 0; i < o->n; i++)
		sum += weight_of_stage(&c->stage[o->all[i]]);
	return sum;
}

bool
chain_add(struct chain *c, const struct chain_sign *sign, uint64_t who)
{
	const struct finding *f = sign->hit;
	struct order o;

	forget_old(c, sign->record->at_ms);
	if (!c->is_told && (c->first_ms == 0 || c->machine[0] == '\0' || f->first_ms < c->first_ms))
		keep_name(c->machine, f->source.n > 0 ? f->source : f->destination);
	if (c->account[0] == '\0')
		keep_name(c->account, f->user);
	add_sign(&c->stage[sign->stage], sign);
	add_member(c, f->id);
	add_machine(c, (uint32_t)who);
	c->first_ms = earlier(c->first_ms, f->first_ms);
	c->signs++;
	o = order_of(c);
	return o.n >= 2 && (o.n > c->told_stages || c->n_members > c->told_members || sum_of(c, &o) >= c->told + GROWN);
}

/* The lines that its stages began with; later only what is new. */
static void
put_evidence(struct finding *f, const struct chain *c, const struct order *o, const struct record *r)
{
	for (size_t i = 0; i < o->n && !c->is_told; i++) {
		const struct chain_seen *s = &c->stage[o->all[i]];

		if (f->n_evidence < FINDING_EVIDENCE_MAX)
			f->evidence[f->n_evidence++] = (struct finding_evidence){ s->source, s->line, s->at_ms,
				{ s->raw, s->raw_n } };
	}
	if (c->is_told)
		f->evidence[f->n_evidence++] = (struct finding_evidence){ r->source, r->line, r->at_ms, r->raw };
}

static void
put_parts(struct finding *f, const struct chain *c, const struct order *o)
{
	finding_part(f, "chain.prior", PRIOR);
	for (size_t i = 0; i < o->n; i++)
		finding_part(f, chain_stage_name(o->all[i]), weight_of_stage(&c->stage[o->all[i]]));
	finding_part(f, "chain.links", weight_of_pairs(o->n));
}

static void
put_facts(struct finding *f, const struct chain *c, const struct order *o, struct hn_buf *b)
{
	const size_t begin = b->n;

	for (size_t i = 0; i < o->n; i++) {
		if (i > 0)
			hn_buf_char(b, ',');
		hn_buf_put(b, hn_view_of(chain_stage_name(o->all[i])));
	}
	finding_fact_text(f, "steps_words", (struct hn_view){ b->p + begin, b->n - begin });
	finding_fact_number(f, "stages", (double)o->n, b);
	finding_fact_number(f, "machines", c->n_machines, b);
	finding_fact_number(f, "span_ms", (double)(f->last_ms - f->first_ms), b);
	if (c->account[0] != '\0')
		finding_fact_text(f, "account", hn_view_of(c->account));
}

void
chain_tell(struct chain *c, const struct chain_sign *sign, struct findings *out)
{
	const struct order o = order_of(c);
	const double sum = sum_of(c, &o);
	char text[512];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = finding_of(c);

	f.last_ms = sign->hit->last_ms > c->told_ms ? sign->hit->last_ms : c->told_ms;
	f.members = (struct hn_view){ (const char *)c->members, (size_t)c->n_members * FINDING_ID_BYTES };
	if (o.n < 2)
		f.at_most = LEVEL_INFO;		/* what was left of it is no chain */
	else if (sum >= CRITICAL_FROM && c->stage[STAGE_IMPACT].last_ms != 0)
		f.at_least = LEVEL_CRITICAL;
	for (size_t i = 0; i < sign->hit->n_techniques; i++)
		f.techniques[f.n_techniques++] = sign->hit->techniques[i];
	put_parts(&f, c, &o);
	put_facts(&f, c, &o, &facts);
	put_evidence(&f, c, &o, sign->record);
	c->is_told = 1;
	c->told_ms = f.last_ms;
	c->told = sum;
	c->told_stages = (uint32_t)o.n;
	c->told_members = c->n_members;
	c->told_signs = c->signs;
	findings_add(out, &f);
}
