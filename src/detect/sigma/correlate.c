#include "detect/sigma/correlate.h"

#include "base/hash.h"
#include "detect/sigma/correlation.h"

#define STEPS 64u
#define DEPTH_MAX 4u	/* correlations over correlations */

struct mark {
	int64_t at_ms;
	uint64_t what;	/* event_count: how many; value_count: the value's hash; else: 1, there was one */
};

/* What is remembered of one group. */
struct memory {
	uint64_t n;
	struct mark at[SIGMA_DISTINCT_MAX];
};

static_assert(SIGMA_REFERS_MAX <= SIGMA_DISTINCT_MAX && STEPS <= SIGMA_DISTINCT_MAX, "a memory has room for each type");

struct keyed *
sigma_correlate_new(void)
{
	return keyed_new(sizeof(struct memory), SIGMA_MEMORIES_MAX);
}

/* Forget what is older than the timespan. */
static void
expire(struct memory *m, int64_t since_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->n; i++)
		if (m->at[i].at_ms > since_ms)
			m->at[kept++] = m->at[i];
	m->n = kept;
}

/* Drop the oldest where there is no room for one more. */
static void
add_mark(struct memory *m, size_t max, struct mark mark)
{
	if (m->n == max)
		memmove(m->at, m->at + 1, (size_t)(--m->n) * sizeof(m->at[0]));
	m->at[m->n++] = mark;
}

static double
count_event(struct memory *m, const struct sigma_correlation *c, int64_t at_ms)
{
	double n = 0;

	expire(m, at_ms - c->span_ms);
	if (m->n > 0 && at_ms - m->at[m->n - 1].at_ms < c->span_ms / STEPS)
		m->at[m->n - 1].what++;
	else
		add_mark(m, STEPS, (struct mark){ at_ms, 1 });
	for (size_t i = 0; i < m->n; i++)
		n += (double)m->at[i].what;
	return n;
}

static double
count_value(struct memory *m, const struct sigma_correlation *c, int64_t at_ms, struct hn_view value)
{
	const uint64_t hash = hn_hash64(value, 0);

	expire(m, at_ms - c->span_ms);
	for (size_t i = 0; i < m->n; i++)
		if (m->at[i].what == hash) {
			memmove(&m->at[i], &m->at[i + 1], (size_t)(m->n - i - 1) * sizeof(m->at[0]));
			m->n--;
			break;
		}
	add_mark(m, SIGMA_DISTINCT_MAX, (struct mark){ at_ms, hash });
	return (double)m->n;
}

/* How many of the rules were met within the timespan. */
static double
count_rules(struct memory *m, const struct sigma_correlation *c, int64_t at_ms, uint32_t which)
{
	double n = 0;

	m->n = c->n_refers;
	m->at[which] = (struct mark){ at_ms, 1 };
	for (uint32_t i = 0; i < c->n_refers; i++)
		n += m->at[i].what != 0 && m->at[i].at_ms > at_ms - c->span_ms;
	return n;
}

/* How far the rules have come in their order; a mark's time is when the run to there began. */
static double
count_ordered(struct memory *m, const struct sigma_correlation *c, int64_t at_ms, uint32_t which)
{
	m->n = c->n_refers;
	if (which == 0)
		m->at[0] = (struct mark){ at_ms, 1 };
	else if (m->at[which - 1].what != 0 && m->at[which - 1].at_ms > at_ms - c->span_ms)
		m->at[which] = (struct mark){ m->at[which - 1].at_ms, 1 };
	else
		return 0;
	return which + 1;
}

/* The group that the record belongs to; false: it lacks a field to group by. */
static bool
group_of(const struct sigma_hit *h, const struct sigma_rule *r, uint32_t which, uint64_t *key)
{
	uint64_t hash = hn_hash64(r->id, 1);

	for (uint32_t i = 0; i < r->correlation->n_groups; i++) {
		const struct hn_view v = sigma_run_value(h->run, r->correlation->groups[i][which]);

		if (v.n == 0)
			return false;
		hash = hn_hash64(v, hash);
	}
	*key = hash;
	return true;
}

/* Whether the correlation is met now that its rule number ${which} was. */
static bool
is_met(struct keyed *memory, const struct sigma_hit *h, const struct sigma_rule *r, uint32_t which)
{
	const struct sigma_correlation *c = r->correlation;
	struct memory *m;
	uint64_t key;
	double n;

	if (!group_of(h, r, which, &key) || (m = keyed_get(memory, key, NULL)) == NULL)
		return false;
	if (m->n > SIGMA_DISTINCT_MAX)	/* read back from another program's memory */
		m->n = 0;
	if (c->type == SIGMA_EVENT_COUNT)
		n = count_event(m, c, h->at_ms);
	else if (c->type == SIGMA_VALUE_COUNT)
		n = count_value(m, c, h->at_ms, sigma_run_value(h->run, c->value));
	else if (c->type == SIGMA_TEMPORAL)
		n = count_rules(m, c, h->at_ms, which);
	else
		n = count_ordered(m, c, h->at_ms, which);
	return c->n_bounds > 0 ? sigma_correlation_holds(c, n) : n >= c->n_refers;
}

/* Who is told of the correlations that are met. */
struct teller {
	void (*tell)(void *ctx, uint32_t rule);
	void *ctx;
};

static void
correlate(struct keyed *memory, const struct sigma_hit *h, unsigned depth, struct teller t)
{
	const struct sigma_rule *r = sigma_set_rule(h->set, h->rule);

	for (uint32_t i = 0; i < r->n_parents && depth < DEPTH_MAX; i++) {
		const struct sigma_rule *parent = sigma_set_rule(h->set, r->parents[i]);
		struct sigma_hit more = *h;
		bool met = false;

		more.rule = r->parents[i];
		for (uint32_t k = 0; k < parent->correlation->n_refers; k++)
			if (parent->correlation->refers[k] == h->rule)
				met = is_met(memory, h, parent, k) || met;
		if (!met)
			continue;
		t.tell(t.ctx, more.rule);
		correlate(memory, &more, depth + 1, t);
	}
}

void
sigma_correlate(struct keyed *memory, const struct sigma_hit *h, void (*tell)(void *ctx, uint32_t rule), void *ctx)
{
	correlate(memory, h, 0, (struct teller){ tell, ctx });
}
