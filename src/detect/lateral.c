#include "detect/lateral.h"

#include <stdlib.h>

#include "base/mem.h"
#include "detect/lateral_act.h"
#include "detect/lateral_weigh.h"
#include "detect/triage.h"

#define MINUTES_MS (10 * 60 * 1000)
#define DAY_MS INT64_C(86400000)
#define LEARN_MS (7 * DAY_MS)
#define VISIT_MS (60 * 1000)		/* what happens so soon after a visit is the visitor's */
#define LATE_MS 5000			/* lines come at most so late */
#define PIPE_MS (10 * 1000)		/* who opened the pipe goes before who merely signed in */
#define SERVER_CLIENTS 12u		/* so many machines come: it serves */
#define MANAGER_DAILY 3u		/* machines on a day: it worked on others */
#define ADDRESS_MAX 46u
#define USER_MAX 64u
#define WHAT_MAX 40u
#define TELL_FROM (-0.7)		/* sum of parts: below, nobody would look */

enum service { SERVICE_FILES, SERVICE_DESKTOP, SERVICE_SHELL, SERVICE_ANY, SERVICES };

/* Who was last on a machine over the network. */
struct visitor {
	int64_t at_ms;
	uint8_t is_by_pipe, n_address, n_user, unused[5];
	char address[ADDRESS_MAX], user[USER_MAX];
	uint8_t waits_sign, waits_odd, waits_installed, n_what, pad[6];
	int64_t waits_ms;		/* an act that came before its visitor did; 0: none */
	char what[WHAT_MAX];
};

struct state {
	const struct detect_conf *conf;
	struct keyed *actors, *pairs, *targets, *networks, *visitors, *house;
	struct keyed *tables[6];
	int64_t began_ms;		/* as in house; 0: not looked up yet */
};

static_assert(sizeof(struct visitor) % 8 == 0 && sizeof(struct lateral_actor) % 8 == 0, "entries of tables");

static void
lateral_close(void *state)
{
	struct state *s = state;

	for (size_t i = 0; s != NULL && i < HN_COUNT(s->tables); i++)
		keyed_free(s->tables[i]);
	hn_free(s);
}

static enum hn_rc
lateral_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));
	bool is_whole = s != NULL;

	if (s != NULL) {
		s->conf = conf;
		s->tables[0] = s->actors = keyed_new(sizeof(struct lateral_actor), LATERAL_ACTORS_MAX);
		s->tables[1] = s->pairs = keyed_new(sizeof(int64_t), LATERAL_PAIRS_MAX);
		s->tables[2] = s->targets = keyed_new(sizeof(struct few), LATERAL_TARGETS_MAX);
		s->tables[3] = s->networks = keyed_new(sizeof(struct few), LATERAL_VISITORS_MAX);
		s->tables[4] = s->visitors = keyed_new(sizeof(struct visitor), LATERAL_VISITORS_MAX);
		s->tables[5] = s->house = keyed_new(sizeof(int64_t), 1);
		for (size_t i = 0; i < HN_COUNT(s->tables); i++)
			is_whole = is_whole && s->tables[i] != NULL;
	}
	if (!is_whole) {
		lateral_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "lateral");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
lateral_tables(void *state, size_t *n)
{
	*n = HN_COUNT(((struct state *)state)->tables);
	return ((struct state *)state)->tables;
}

/* The house is known for less than the time it takes to know it. */
static bool
is_learning(struct state *st, int64_t now_ms)
{
	int64_t *began_ms;

	if (st->began_ms == 0) {
		began_ms = keyed_get(st->house, 1, NULL);
		if (began_ms != NULL && *began_ms == 0)
			*began_ms = now_ms;
		st->began_ms = began_ms != NULL ? *began_ms : now_ms;
	}
	return now_ms - st->began_ms < LEARN_MS;
}

/* The day is over: what was ordinary in it is its past from now on. */
static void
turn_day(struct lateral_actor *a, int64_t day)
{
	const uint32_t reached = few_count(&a->today);

	if (a->told < 0 && reached >= MANAGER_DAILY) {	/* what was worth a look is nothing to learn from */
		a->days |= 1;
		a->most = reached > a->most ? reached : a->most;
	}
	a->days = day - a->day < 64 ? a->days << (day - a->day) : 0;
	a->day = day;
	a->used |= a->using;
	a->ever_before = few_count(&a->ever);
	a->today = (struct few){ 0 };
}

static struct lateral_actor *
actor_of(struct state *st, uint64_t key, int64_t now_ms)
{
	struct lateral_actor *a = keyed_get(st->actors, key, NULL);

	if (a == NULL)
		return NULL;
	if (a->first_ms == 0) {
		a->first_ms = now_ms;
		a->day = now_ms / DAY_MS;
	}
	if (now_ms / DAY_MS > a->day)
		turn_day(a, now_ms / DAY_MS);
	if (now_ms - a->minutes_ms >= MINUTES_MS) {
		a->minutes_ms = now_ms;
		a->minutes = (struct few){ 0 };
	}
	if (a->span_ms == 0 || now_ms - a->span_ms >= DAY_MS) {
		a->span_ms = now_ms;
		a->span = a->run = a->run_named = (struct few){ 0 };
		a->signs = a->most_minutes = a->is_odd = a->is_installed = a->told_machines = 0;
		a->control = 0;
		a->told = (int32_t)(100 * TELL_FROM);
	}
	return a;
}

static double
sum_of(const struct finding *f)
{
	double sum = 0;

	for (size_t i = 0; i < f->n_parts; i++)
		sum += f->parts[i].weight;
	return sum;
}

/* Who, where to, as whom, by what: of the record at hand. */
struct told {
	struct hn_view source, target, user, what;
	uint64_t source_key;
};

static void
keep_word(struct lateral_word *w, struct hn_view v)
{
	w->n = (uint8_t)(v.n < LATERAL_WORD_MAX ? v.n : LATERAL_WORD_MAX);
	while (v.n > LATERAL_WORD_MAX && w->n > 0 && ((uint8_t)v.p[w->n] & 0xc0) == 0x80)
		w->n--;		/* not within a character */
	hn_view_copy(w->text, (struct hn_view){ v.p, w->n });
}

static struct hn_view
word_of(const struct lateral_word *w)
{
	return (struct hn_view){ w->text, w->n };
}

static void
keep_words(struct lateral_actor *a, const struct told *t)
{
	if (lateral_run(a) > 0 && t->what.n == 0)
		return;
	keep_word(&a->target, t->target);
	keep_word(&a->what, t->what);
	if (t->user.n > 0)
		keep_word(&a->user, t->user);
}

static bool
is_serving(const struct state *st, uint64_t key)
{
	const struct few *clients = keyed_find(st->targets, contact_join(key, SERVICE_ANY));

	return clients != NULL && few_count(clients) >= SERVER_CLIENTS;
}

static void
say(struct state *st, struct lateral_actor *a, const struct sight *s, const struct told *t, struct findings *out)
{
	const uint32_t run = lateral_run(a), span = few_count(&a->span), n = span > run ? span : run;
	const bool is_new_past = is_learning(st, s->record->at_ms);
	char text[96];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_LATERAL, .at_most = run > 0 ? LEVEL_CRITICAL : LEVEL_HIGH,
		.rule = HN_LIT("lateral.machine"),
		.words = run + a->most_run > 0 ? HN_LIT("lateral-execution") :
		    span > 2 ? HN_LIT("lateral-spread") : HN_LIT("lateral-control"),
		.source = t->source, .destination = HN_LIT(""), .user = HN_LIT("") };

	keep_words(a, t);
	lateral_weigh(&f, a, is_new_past, is_serving(st, t->source_key));
	if (sum_of(&f) < (is_new_past || lateral_is_ordinary(a) ? 0 : TELL_FROM) ||
	    (sum_of(&f) * 100 < a->told + 10 && n < a->told_machines + a->told_machines / 2 + 1))
		return;
	a->told = (int32_t)(100 * sum_of(&f));
	a->told_machines = n;
	lateral_name_techniques(&f, a);
	a->most_told = n > a->most_told ? n : a->most_told;
	a->most_run = run > a->most_run ? run : a->most_run;
	finding_fact_number(&f, "machines", a->most_told, &facts);
	finding_fact_number(&f, "executed", a->most_run, &facts);
	finding_fact_text(&f, "target", word_of(&a->target));
	finding_fact_text(&f, "account", a->user.n > 0 ? word_of(&a->user) : HN_LIT("?"));
	finding_fact_text(&f, "name", word_of(&a->what));
	detect_hit(s, &f, out);
}

/* 135, 139 and 445 are one way in: a call of services uses them all. */
static enum service
service_of(uint16_t port)
{
	static const struct {
		uint16_t port;
		enum service service;
	} ports[] = {
		{ 445, SERVICE_FILES }, { 139, SERVICE_FILES }, { 135, SERVICE_FILES }, { 3389, SERVICE_DESKTOP },
		{ 5985, SERVICE_SHELL }, { 5986, SERVICE_SHELL }, { 22, SERVICE_SHELL },
	};

	for (size_t i = 0; i < HN_COUNT(ports); i++)
		if (ports[i].port == port)
			return ports[i].service;
	return SERVICE_ANY;
}

/* Count ${one} in; how many others are there. */
static uint32_t
others_than(struct keyed *table, uint64_t key, uint64_t one)
{
	struct few *all = keyed_get(table, key, NULL);

	if (all == NULL)
		return 0;
	(void)few_add(all, one);
	return few_count(all) - 1;
}

/* The network beside a machine: its /24, or /64. */
static uint64_t
network_of(const struct contacts *c, struct hn_view who, enum service service)
{
	struct hn_addr a;

	if (hn_addr_parse(who, &a) != HN_OK)
		return 0;
	return contact_join(contact_key(c, (struct hn_view){ (const char *)a.b, hn_addr_is_v4(a) ? 15 : 8 }), service);
}

/* An edge between two machines, in a service in which it was not there before. */
struct edge {
	uint64_t who, whom;
	struct hn_view who_text;
	enum service service;
	uint32_t others;		/* that come to the target in this way */
	uint32_t neighbours;		/* of the source that go out in this way */
	bool is_new;
};

/* How strange it is that this machine takes a desktop or a shell there. */
static double
weight_of_control(const struct lateral_actor *a, const struct edge *e, int64_t now_ms)
{
	double weight = 0.2;

	if (e->service == SERVICE_FILES || (a->used & 1u << e->service) != 0)
		return 0;
	if (now_ms - a->first_ms >= LEARN_MS)
		weight += 0.4;
	weight += e->neighbours == 0 ? 1.1 : e->neighbours < 3 ? 0 : -2.0;
	return weight + (e->others < 3 ? 0.3 : e->others < 5 ? 0.1 : e->others < SERVER_CLIENTS ? -0.8 : -2.0);
}

static void
grow(struct lateral_actor *a, const struct edge *e, int64_t now_ms)
{
	const int32_t control = (int32_t)(100 * weight_of_control(a, e, now_ms));
	uint32_t n;

	a->using |= 1u << e->service;
	if (control > a->control)
		a->control = control;
	if (e->service == SERVICE_DESKTOP)
		a->signs |= 1u << LATERAL_DESKTOP;
	if (e->others >= SERVER_CLIENTS)
		return;
	(void)few_add(&a->minutes, e->whom);
	(void)few_add(&a->span, e->whom);
	n = few_count(&a->minutes);
	a->most_minutes = n > a->most_minutes ? n : a->most_minutes;
}

/* Count the edge in; the machine that reaches out if there is something new about it, else NULL. */
static struct lateral_actor *
see_edge(struct state *st, struct edge *e, int64_t now_ms)
{
	struct lateral_actor *a = actor_of(st, e->who, now_ms);
	int64_t *pair_ms;
	bool is_new;

	if (a == NULL)
		return NULL;
	e->others = others_than(st->targets, contact_join(e->whom, e->service), e->who);
	if (e->others < SERVER_CLIENTS) {
		(void)few_add(&a->today, e->whom);
		(void)few_add(&a->ever, e->whom);
	}
	e->neighbours = others_than(st->networks, network_of(st->conf->contacts, e->who_text, e->service), e->who);
	pair_ms = keyed_get(st->pairs, contact_join(contact_join(e->who, e->whom), e->service), &is_new);
	if (pair_ms == NULL || !is_new) {
		a->using |= 1u << e->service;
		return NULL;
	}
	*pair_ms = now_ms;
	grow(a, e, now_ms);
	return a;
}

static void
see_contact(struct state *st, const struct sight *s, struct findings *out)
{
	const struct contact *c = s->contact;
	struct edge e = { .who = c->who_key, .whom = c->whom_key, .who_text = c->who, .service = service_of(c->port) };
	struct lateral_actor *a;

	if (c->way != CONTACT_INSIDE || c->is_again || c->failed || (c->has_bytes && c->received == 0) ||
	    c->who_key == c->whom_key)
		return;
	(void)others_than(st->targets, contact_join(c->whom_key, SERVICE_ANY), c->who_key);
	if (e.service == SERVICE_ANY)
		return;
	a = see_edge(st, &e, c->at_ms);
	if (a != NULL)
		say(st, a, s, &(struct told){ c->who, c->whom, HN_LIT(""), HN_LIT(""), c->who_key }, out);
}

/* Keep who is there; NULL: somebody else counts. */
static struct visitor *
remember_visitor(struct state *st, const struct lateral_act *act, int64_t now_ms)
{
	struct visitor *v = keyed_get(st->visitors, contact_key(st->conf->contacts, act->target), NULL);

	if (v == NULL || act->source.n > ADDRESS_MAX || act->user.n > USER_MAX ||
	    (v->is_by_pipe && !act->is_by_pipe && llabs(now_ms - v->at_ms) < PIPE_MS))
		return NULL;
	v->at_ms = now_ms;
	v->is_by_pipe = act->is_by_pipe;
	v->n_address = (uint8_t)act->source.n;
	v->n_user = (uint8_t)act->user.n;
	hn_view_copy(v->address, act->source);
	hn_view_copy(v->user, act->user);
	return v;
}

/* Lines may come a little out of order: the act waits for a visit that was before it. */
static void
let_wait(struct state *st, const struct lateral_act *act, int64_t now_ms)
{
	struct visitor *v = keyed_get(st->visitors, contact_key(st->conf->contacts, act->target), NULL);

	if (v == NULL)
		return;
	v->waits_ms = now_ms;
	v->waits_sign = (uint8_t)act->sign;
	v->waits_odd = act->is_odd;
	v->waits_installed = act->is_installed;
	v->n_what = (uint8_t)(act->what.n < WHAT_MAX ? act->what.n : WHAT_MAX);
	hn_view_copy(v->what, (struct hn_view){ act->what.p, v->n_what });
}

/* Whoever was on the machine just before; false: nobody, or the act says that it was another. */
static bool
find_visitor(struct state *st, struct lateral_act *act, int64_t now_ms)
{
	const struct visitor *v = keyed_find(st->visitors, contact_key(st->conf->contacts, act->target));

	if (v == NULL || llabs(now_ms - v->at_ms) > VISIT_MS)
		return false;
	if (act->user.n > 0 && !hn_view_eq_nocase(act->user, (struct hn_view){ v->user, v->n_user }))
		return false;
	act->source = (struct hn_view){ v->address, v->n_address };
	act->user = (struct hn_view){ v->user, v->n_user };
	return true;
}

static void
see_desktop(struct state *st, const struct sight *s, const struct told *t, struct findings *out)
{
	struct edge e = { .who = t->source_key, .whom = contact_key(st->conf->contacts, t->target), .who_text = t->source,
		.service = SERVICE_DESKTOP };
	struct lateral_actor *a = see_edge(st, &e, s->record->at_ms);

	if (a != NULL)
		say(st, a, s, t, out);
}

static void
see_act(struct state *st, const struct sight *s, struct lateral_act *act, struct findings *out)
{
	const int64_t now_ms = s->record->at_ms;
	struct told t = { .target = act->target, .what = act->what };
	struct hn_addr target;
	struct lateral_actor *a;

	if (act->source.n == 0 && !find_visitor(st, act, now_ms)) {
		if (act->user.n == 0)
			let_wait(st, act, now_ms);
		return;
	}
	t.source = act->source;
	t.user = act->user;
	t.source_key = contact_key(st->conf->contacts, t.source);
	if (act->sign == LATERAL_DESKTOP) {
		see_desktop(st, s, &t, out);
		return;
	}
	a = actor_of(st, t.source_key, now_ms);
	if (a == NULL)
		return;
	a->signs |= 1u << act->sign;
	a->is_odd |= act->is_odd;
	a->is_installed |= act->is_installed;
	if (act->sign != LATERAL_OPENED && act->sign != LATERAL_WRITTEN)
		(void)few_add(hn_addr_parse(t.target, &target) == HN_OK ? &a->run : &a->run_named,
		    contact_key(st->conf->contacts, t.target));
	say(st, a, s, &t, out);
}

/* Somebody is on a machine: and did what waited there for its doer. */
static void
see_visit(struct state *st, const struct sight *s, const struct lateral_act *visit, struct findings *out)
{
	const int64_t at_ms = s->record->at_ms;
	struct visitor *v = remember_visitor(st, visit, at_ms);
	struct lateral_act act;

	if (v == NULL || v->waits_ms < at_ms || v->waits_ms - at_ms > LATE_MS)
		return;
	act = (struct lateral_act){ .sign = (enum lateral_sign)v->waits_sign, .source = visit->source, .target = visit->target,
		.user = visit->user, .what = { v->what, v->n_what }, .is_odd = v->waits_odd != 0,
		.is_installed = v->waits_installed != 0 };
	v->waits_ms = 0;
	see_act(st, s, &act, out);
}

static void
lateral_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *st = state;
	struct lateral_act act;
	struct hn_addr source;

	(void)is_learning(st, s->record->at_ms);
	if (s->contact != NULL) {
		see_contact(st, s, out);
		return;
	}
	if (!lateral_act_of(s->record, &act))
		return;
	if (act.source.n > 0 && (hn_addr_parse(act.source, &source) != HN_OK || hn_addr_is_special(source) ||
	    !scope_is_internal(s->scope, source)))
		return;
	if (act.sign == LATERAL_VISIT)
		see_visit(st, s, &act, out);
	else
		see_act(st, s, &act, out);
}

const struct detector lateral_detector = {
	.name = "lateral",
	.kind = FINDING_LATERAL,
	.wants = WANTS(RECORD_FLOW) | WANTS(RECORD_LOGON) | WANTS(RECORD_FILE) | WANTS(RECORD_SERVICE) | WANTS(RECORD_PROCESS) |
	    WANTS(RECORD_OTHER),
	.wants_contacts = true,
	.open = lateral_open,
	.see = lateral_see,
	.tables = lateral_tables,
	.close = lateral_close,
};
