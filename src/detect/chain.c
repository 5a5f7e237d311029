#include "detect/chain.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "detect/allow.h"
#include "detect/chain_part.h"
#include "detect/chain_who.h"

#define VISITS 4u
#define VISIT_MS (2 * INT64_C(86400000))	/* a sign-in links what happens so long after it */
#define INTO_MAX 8u				/* chains that went into others, one after another */
#define KEYS_MAX 8u

/* A machine or account with a sign. */
struct node {
	uint64_t chain;
	uint32_t n_links, unused;
	uint32_t links[CHAIN_LINKS_MAX];
};

/* Who signed in to a machine last, of those that had a sign. */
struct visits {
	struct {
		uint64_t from;
		int64_t at_ms;
	} all[VISITS];
};

struct state {
	const struct detect_conf *conf;
	struct chain_who *who;
	struct keyed *nodes, *chains, *visits;
	struct keyed *tables[4];
};

static void
chain_close(void *state)
{
	struct state *s = state;

	if (s != NULL) {
		chain_who_free(s->who);
		keyed_free(s->nodes);
		keyed_free(s->chains);
		keyed_free(s->visits);
	}
	hn_free(s);
}

static enum hn_rc
chain_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));

	if (s != NULL) {
		s->conf = conf;
		s->who = chain_who_new(conf);
		s->tables[0] = s->nodes = keyed_new(sizeof(struct node), CHAIN_NODES_MAX);
		s->tables[1] = s->chains = keyed_new(sizeof(struct chain), CHAINS_MAX);
		s->tables[2] = s->visits = keyed_new(sizeof(struct visits), CHAIN_VISITS_MAX);
	}
	if (s == NULL || s->who == NULL || s->nodes == NULL || s->chains == NULL || s->visits == NULL) {
		chain_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "chain");
	}
	s->tables[3] = chain_who_table(s->who);
	*state = s;
	return HN_OK;
}

static struct keyed *const *
chain_tables(void *state, size_t *n)
{
	*n = 4;
	return ((struct state *)state)->tables;
}

/* The chain that ${key} is in; NULL: in none. *id: its own key. */
static struct chain *
find_chain(const struct state *s, uint64_t key, uint64_t *id)
{
	const struct node *n = keyed_find(s->nodes, key);
	uint64_t at = n != NULL ? n->chain : 0;

	for (unsigned i = 0; at != 0 && i < INTO_MAX; i++) {
		struct chain *c = keyed_find(s->chains, at);

		if (c == NULL || c->into == 0) {
			*id = at;
			return c;
		}
		at = c->into;
	}
	return NULL;
}

/* The same, begun where there is none.  NULL: memory is out. */
static struct chain *
get_chain(struct state *s, uint64_t key, uint64_t *id)
{
	struct chain *c = find_chain(s, key, id);
	struct node *n = keyed_get(s->nodes, key, NULL);

	if (c != NULL || n == NULL)
		return n != NULL ? keyed_get(s->chains, *id, NULL) : NULL;
	keyed_drop(s->chains, key);
	c = keyed_get(s->chains, key, NULL);
	n->chain = *id = key;
	return c;
}

/* Whether ${key} may be linked to ${other}: it is already, or has few links. */
static bool
may_link(struct state *s, uint64_t key, uint64_t other)
{
	struct node *n = keyed_get(s->nodes, key, NULL);

	for (uint32_t i = 0; n != NULL && i < n->n_links; i++)
		if (n->links[i] == (uint32_t)other)
			return true;
	if (n == NULL || n->n_links == CHAIN_LINKS_MAX)
		return false;
	n->links[n->n_links++] = (uint32_t)other;
	return true;
}

/* What is known of ${a} and ${b} is one chain from now on: the one that was told or began first. */
static void
unite(struct state *s, uint64_t a, uint64_t b, struct findings *out)
{
	uint64_t id_a, id_b;
	struct chain *x, *y;

	if (a == b || !may_link(s, a, b) || !may_link(s, b, a) || get_chain(s, a, &id_a) == NULL ||
	    get_chain(s, b, &id_b) == NULL || id_a == id_b)
		return;
	x = keyed_find(s->chains, id_a);
	y = keyed_find(s->chains, id_b);
	if (x == NULL || y == NULL)
		return;
	if (chain_is_before(y, x)) {
		chain_take_in(y, x, out);
		x->into = id_b;
	} else {
		chain_take_in(x, y, out);
		y->into = id_a;
	}
}

/* Who is suspect (chain_part.h) and stands behind ${from}: itself, or who came to it last; 0: nobody. */
static uint64_t
suspect_behind(const struct state *s, uint64_t from, int64_t at_ms)
{
	const struct visits *v = keyed_find(s->visits, from);
	uint64_t id, who = 0;
	int64_t newest_ms = at_ms - VISIT_MS;

	const struct chain *c = find_chain(s, from, &id);

	if (c != NULL && chain_is_suspect(c))
		return from;
	for (size_t i = 0; v != NULL && i < VISITS; i++)
		if (v->all[i].from != 0 && v->all[i].at_ms >= newest_ms) {
			who = v->all[i].from;
			newest_ms = v->all[i].at_ms;
		}
	return who;
}

/* ${from}, if it is suspect, came to ${to}: what that does next may belong to it. */
static void
see_visit(struct state *s, uint64_t from, uint64_t to, int64_t at_ms)
{
	struct visits *v;
	size_t oldest = 0;

	if (from == 0 || to == 0 || from == to)
		return;
	from = suspect_behind(s, from, at_ms);
	if (from == 0 || from == to)
		return;
	v = keyed_get(s->visits, to, NULL);
	if (v == NULL)
		return;
	for (size_t i = 0; i < VISITS; i++) {
		if (v->all[i].from == from) {
			v->all[i].at_ms = at_ms;
			return;
		}
		if (v->all[i].at_ms < v->all[oldest].at_ms)
			oldest = i;
	}
	v->all[oldest].from = from;
	v->all[oldest].at_ms = at_ms;
}

/* Who signed in where: from a machine to another, or by an account that a VPN gave an address. */
static void
see_sign_in(struct state *s, const struct record *r)
{
	const struct hn_view given = record_extra(r, HN_LIT("tunnelip"));
	const uint64_t from = chain_who_machine(s->who, record_machine(r));

	if (hn_view_eq(record_get(r, FIELD_EVENT_OUTCOME), HN_LIT("failure")))
		return;
	see_visit(s, from, chain_who_machine(s->who, chain_target(r)), r->at_ms);
	if (given.n > 0)
		see_visit(s, chain_who_account(s->who, record_get(r, FIELD_USER_NAME)), chain_who_machine(s->who, given),
		    r->at_ms);
}

/* A connection over which one works on another machine. */
static bool
is_visit(const struct contact *c)
{
	static const uint16_t ports[] = { 22, 135, 445, 3389, 5985, 5986 };

	if (c == NULL || c->way != CONTACT_INSIDE || c->failed)
		return false;
	for (size_t i = 0; i < HN_COUNT(ports); i++)
		if (c->port == ports[i])
			return true;
	return false;
}

static void
chain_see(void *state, const struct sight *sight, struct findings *out)
{
	struct state *s = state;
	const struct record *r = sight->record;
	uint64_t name, address, id;

	if (chain_who_learn(s->who, r, &name, &address) && find_chain(s, name, &id) != NULL)
		unite(s, address, name, out);
	if (r->kind == RECORD_LOGON)
		see_sign_in(s, r);
	else if (is_visit(sight->contact))
		see_visit(s, chain_who_machine(s->who, sight->contact->who), chain_who_machine(s->who, sight->contact->whom),
		    r->at_ms);
}

/* The machines and accounts that ${sign} speaks of, whose machine first. */
static size_t
keys_of(const struct state *s, const struct chain_sign *sign, uint64_t keys[KEYS_MAX])
{
	const struct finding *f = sign->hit;
	const uint64_t source = chain_who_machine(s->who, f->source), user = chain_who_account(s->who, f->user);
	uint64_t target = 0;
	size_t n = 0;

	if (sign->stage == STAGE_LATERAL || sign->stage == STAGE_CREDENTIAL || source == 0)
		target = chain_who_machine(s->who, sign->record != NULL ? chain_target(sign->record) : f->destination);
	if (source != 0)
		keys[n++] = source;
	if (target != 0 && target != source)
		keys[n++] = target;
	if (user != 0)
		keys[n++] = user;
	return n;
}

/* Whoever signed in to the machine lately and had a sign itself. */
static void
unite_with_visitors(struct state *s, uint64_t key, int64_t at_ms, struct findings *out)
{
	const struct visits *v = keyed_find(s->visits, key);

	for (size_t i = 0; v != NULL && i < VISITS; i++)
		if (v->all[i].from != 0 && at_ms - v->all[i].at_ms <= VISIT_MS)
			unite(s, v->all[i].from, key, out);
}

/* A finding that is weighed anew has turned out to be nothing: it is no sign any more. */
static void
fade(struct state *s, const struct chain_sign *sign, struct findings *out)
{
	uint64_t keys[KEYS_MAX], id;
	struct chain *c;

	if (!finding_kind_weighs_anew(sign->hit->kind) || keys_of(s, sign, keys) == 0)
		return;
	c = find_chain(s, keys[0], &id);
	if (c != NULL && chain_fade(c, sign))
		chain_tell(c, sign, out);
}

static void
chain_hear(void *state, const struct finding *hit, const struct record *r, struct findings *out)
{
	struct state *s = state;
	struct chain_sign sign = { .hit = hit, .record = r };
	const bool is_strong = hit->level >= LEVEL_MEDIUM;
	uint64_t keys[KEYS_MAX], id;
	struct chain *c;
	size_t n;

	if (hit->kind == FINDING_CHAIN || !chain_stage_of(hit, &sign.stage))
		return;
	if (hit->level < LEVEL_LOW) {
		fade(s, &sign, out);
		return;
	}
	if (s->conf->allow != NULL && allow_match(s->conf->allow, hit, hn_clock_ms()) != NULL)
		return;
	n = keys_of(s, &sign, keys);
	c = n > 0 ? get_chain(s, keys[0], &id) : NULL;
	if (c == NULL)
		return;
	const bool is_linked = is_strong || chain_is_suspect(c);	/* c holds only until something is added */

	for (size_t i = 1; i < n && is_linked; i++)
		unite(s, keys[0], keys[i], out);
	if (is_strong || sign.stage != STAGE_COMMAND)	/* many a machine calls out a little regularly */
		unite_with_visitors(s, keys[0], r->at_ms, out);
	c = get_chain(s, keys[0], &id);
	if (c != NULL && chain_add(c, &sign, keys[0]))
		chain_tell(c, &sign, out);
}

const struct detector chain_detector = {
	.name = "chain",
	.kind = FINDING_CHAIN,
	.wants = WANTS(RECORD_LOGON) | WANTS(RECORD_DNS) | WANTS(RECORD_FLOW),
	.wants_contacts = true,
	.open = chain_open,
	.see = chain_see,
	.hear = chain_hear,
	.tables = chain_tables,
	.close = chain_close,
};
