#include "detect/logon.h"

#include "base/mem.h"
#include "detect/few.h"
#include "detect/logon_past.h"
#include "detect/triage.h"

#define DAY_MS INT64_C(86400000)
#define LEARNING_MS (7 * DAY_MS)
#define WINDOW_MS 600000
#define SESSION_MS 600000		/* lines about one sign-in through the VPN lie within */
#define MACHINES_MIN 10u
#define PLACELESS UINT64_C(1)		/* the network of a line that does not say from where */
#define TOLD_MIN (-2.0)			/* what weighs less is not even listed */
#define REGULAR_DAYS 3u			/* on so many days: the account is at home there */
#define PAST_DAYS 3u			/* days of an account's past, from which on it is one */

/* How widely an account signs in. */
struct spread {
	int64_t window_ms;		/* its beginning */
	int64_t day;			/* the last on which it signed in */
	uint32_t days;			/* on which it signed in */
	uint32_t told;			/* machines of the window when it was last told of */
	uint32_t widest;		/* machines in any window before that was not worth a look */
	uint32_t is_told;		/* the window is */
	struct few machines;
};

/* An account at a machine or network. */
struct tie {
	int64_t day;			/* the last */
	uint32_t days;
	uint32_t told;			/* straight from outside: 1: told as worth a look, 2: as new */
};

/* A machine from which people sign in. */
struct source {
	uint32_t regulars;		/* accounts that did on two days and more */
	uint32_t unused;
};

enum { ACCOUNTS, SPREADS, TIES, SOURCES, HOUSE, ORIGINS, NAMES, TABLES };

struct state {
	const struct detect_conf *conf;
	struct keyed *tables[TABLES];
};

/* A sign-in and what is known of it. */
struct entry {
	struct signin in;
	const struct sight *sight;
	struct state *state;
	struct logon_house *house;
	int64_t at_ms;
	bool is_learning;
};

static void
logon_close(void *state)
{
	struct state *s = state;

	for (size_t i = 0; s != NULL && i < TABLES; i++)
		keyed_free(s->tables[i]);
	hn_free(s);
}

static enum hn_rc
logon_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	static const struct {
		size_t bytes;
		uint32_t max;
	} sizes[TABLES] = {
		[ACCOUNTS] = { sizeof(struct logon_past), LOGON_ACCOUNTS_MAX },
		[SPREADS] = { sizeof(struct spread), LOGON_ACCOUNTS_MAX },
		[TIES] = { sizeof(struct tie), LOGON_TIES_MAX },
		[SOURCES] = { sizeof(struct source), LOGON_SOURCES_MAX },
		[HOUSE] = { sizeof(struct logon_house), 1 },
		[ORIGINS] = { sizeof(struct logon_origin), LOGON_ORIGINS_MAX },
		[NAMES] = { sizeof(struct signin_name), SIGNIN_NAMES_MAX },
	};
	struct state *s = hn_alloc(1, sizeof(*s));
	bool whole = s != NULL;

	for (size_t i = 0; whole && i < TABLES; i++) {
		s->tables[i] = keyed_new(sizes[i].bytes, sizes[i].max);
		whole = s->tables[i] != NULL;
	}
	if (!whole) {
		logon_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "logon");
	}
	s->conf = conf;
	*state = s;
	return HN_OK;
}

static struct keyed *const *
logon_tables(void *state, size_t *n)
{
	*n = TABLES;
	return ((struct state *)state)->tables;
}

static struct finding
begin_finding(const struct entry *e, const char *rule)
{
	return (struct finding){ .kind = FINDING_LOGON, .at_most = e->is_learning ? LEVEL_LOW : LEVEL_CRITICAL,
		.rule = hn_view_of(rule), .source = e->in.source.n > 0 ? e->in.source : e->in.target,
		.destination = HN_LIT(""), .user = e->in.account, .count = 1 };
}

static double
sum_of(const struct finding *f)
{
	double sum = 0;

	for (size_t i = 0; i < f->n_parts; i++)
		sum += f->parts[i].weight;
	return sum;
}

/* -- the VPN -- */

/* What of a sign-in through the VPN is new, before it becomes the past; the words are those of the heaviest part. */
static void
weigh_vpn(struct finding *f, const struct entry *e, const struct logon_past *p, uint64_t network, uint32_t country)
{
	const struct logon_origin *const origin = keyed_find(e->state->tables[ORIGINS], country);
	const double hour = logon_weight_of_hour(p, e->at_ms);
	const double far = country != 0 && !logon_past_knows_country(p, country) ? logon_weight_of_country(e->house, origin) : 0;
	const bool is_first = p->n == 0;
	const double place = is_first ? logon_weight_of_first(e->house) : logon_weight_of_place(p);

	finding_part(f, "logon.prior", -3.5);
	finding_part(f, is_first ? "logon.first" : "logon.place", place);
	finding_part(f, "logon.country", far);
	finding_part(f, "logon.shared", logon_weight_of_sharing(keyed_find(e->state->tables[ORIGINS], network)));
	finding_part(f, "logon.hour", hour);
	f->words = is_first ? HN_LIT("logon-first") : HN_LIT("logon-place");
	f->n_techniques = 2;
	f->techniques[0] = HN_LIT("T1133");
	f->techniques[1] = HN_LIT("T1078");
}

/* A known place: only the hour can be new, which alone is never worth more than low. */
static void
weigh_vpn_hour(struct finding *f, const struct entry *e, const struct logon_past *p)
{
	finding_part(f, "logon.prior", -3.0);
	finding_part(f, "logon.hour", logon_weight_of_hour(p, e->at_ms));
	f->words = HN_LIT("logon-hours");
	f->n_techniques = 1;
	f->techniques[0] = HN_LIT("T1078");
}

/* Where it comes from as people name it: the country, else the network, else the device that let it in. */
static void
tell_place(struct finding *f, const struct entry *e, struct hn_buf *b)
{
	const size_t before = b->n;
	const bool is_v4 = e->in.has_address && hn_addr_is_v4(e->in.address);

	if (e->in.country.n > 0 || !e->in.has_address) {
		finding_fact_text(f, "place", e->in.country.n > 0 ? e->in.country : f->source);
		return;
	}
	hn_addr_put(b, hn_addr_mask(e->in.address, is_v4 ? 96 + 16 : 32));
	hn_buf_printf(b, is_v4 ? "/16" : "/32");
	finding_fact_text(f, "place", (struct hn_view){ b->p + before, b->n - before });
}

/* true: it is worth a look, so that it is not to be learnt as what the account does. */
static bool
say_vpn(struct finding *f, const struct entry *e, const struct logon_past *p, struct findings *out)
{
	char text[128];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };

	if (e->is_learning)
		finding_part(f, "logon.learning", -1.0);
	if (sum_of(f) < TOLD_MIN)
		return false;
	f->destination = e->in.target;
	f->first_ms = e->at_ms;
	finding_fact_number(f, "logons", p->n, &facts);
	finding_fact_number(f, "span_ms", (double)(e->at_ms - (p->first_ms != 0 ? p->first_ms : e->at_ms)), &facts);
	tell_place(f, e, &facts);
	detect_hit(e->sight, f, out);
	return !e->is_learning && sum_of(f) >= 0;
}

static void
count_origin(const struct entry *e, uint64_t key, bool is_new)
{
	struct logon_origin *const origin = key != 0 ? keyed_get(e->state->tables[ORIGINS], key, NULL) : NULL;

	if (origin != NULL) {
		origin->accounts += is_new;
		origin->n++;
	}
}

/* Put the sign-in into the past of the house, before it is in the account's. */
static void
remember_vpn(const struct entry *e, struct logon_past *p, uint64_t network, uint32_t country)
{
	e->house->n++;
	e->house->singles += p->n == 0;
	e->house->singles -= p->n == 1 && e->house->singles > 0;
	count_origin(e, country, !logon_past_knows_country(p, country));
	count_origin(e, network, logon_past_place(p, network) == NULL);
}

/* true: it is told, so that it is not learnt. */
static bool
see_vpn(const struct entry *e, struct logon_past *p, struct findings *out)
{
	const bool is_placeless = e->in.source.n == 0 && e->in.account.n > 0;
	const uint64_t network = is_placeless ? PLACELESS : signin_network(e->state->conf, &e->in);
	const uint32_t country = e->in.country.n > 0 ? (uint32_t)contact_key(e->state->conf->contacts, e->in.country) | 1 : 0;
	struct logon_place *known = logon_past_place(p, network);
	struct finding f = begin_finding(e, "logon.vpn");
	bool is_told;

	if (!e->in.is_from_outside && !is_placeless)
		return false;	/* from within: a guest network */
	if (known != NULL && e->at_ms - known->last_ms < SESSION_MS) {
		known->last_ms = e->at_ms;
		return known->is_told;
	}
	if (known == NULL || known->is_told)
		weigh_vpn(&f, e, p, network, country);
	else
		weigh_vpn_hour(&f, e, p);
	is_told = say_vpn(&f, e, p, out) || (known != NULL && known->is_told);
	if (!is_told)
		remember_vpn(e, p, network, country);
	known = logon_past_enter(p, network, e->at_ms);
	known->country = country;
	known->is_told = is_told;
	p->n += !is_told;
	return is_told;
}

/* -- one account on many machines -- */

/* The tie of the account to ${other}, with this day counted; ${days}: the days before. */
static struct tie *
tie_of(const struct entry *e, uint64_t other, uint32_t *days)
{
	struct tie *const t = keyed_get(e->state->tables[TIES], contact_join(e->in.account_key, other), NULL);
	const int64_t day = e->at_ms / DAY_MS + 1;

	if (t == NULL)
		return NULL;
	*days = t->days - (t->day == day && t->days > 0);
	if (t->day != day) {
		t->day = day;
		t->days++;
	}
	return t;
}

static double
weight_of_width(uint32_t machines)
{
	return machines >= 80 ? 3.0 : machines >= 40 ? 2.4 : machines >= 20 ? 1.8 : 1.0;
}

static void
say_spread(const struct entry *e, struct spread *s, uint32_t days_here, struct findings *out)
{
	const struct source *const source = keyed_find(e->state->tables[SOURCES], e->in.source_key);
	const uint32_t machines = few_count(&s->machines);
	char text[96];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = begin_finding(e, "logon.spread");

	f.count = machines > s->told ? machines - s->told : 1;
	s->told = machines;
	f.words = HN_LIT("logon-spread");
	f.first_ms = s->window_ms;
	f.n_techniques = 2;
	f.techniques[0] = HN_LIT("T1078");
	f.techniques[1] = HN_LIT("T1021");
	finding_part(&f, "logon.spread", -2.5);
	finding_part(&f, "logon.width", weight_of_width(machines));
	if (2 * s->widest >= machines)
		finding_part(&f, "logon.usual", -4.0);
	else if (s->days > PAST_DAYS && 3 * s->widest <= machines)
		finding_part(&f, "logon.wider", 1.2);
	if (days_here >= REGULAR_DAYS)
		finding_part(&f, "logon.at-home", -1.5);
	else if (source != NULL && source->regulars > 0)
		finding_part(&f, "logon.stranger", 1.2);
	if (e->is_learning)
		finding_part(&f, "logon.learning", -1.0);
	finding_fact_number(&f, "machines", machines, &facts);
	finding_fact_number(&f, "span_ms", (double)(e->at_ms - s->window_ms), &facts);
	finding_fact_number(&f, "widest", s->widest, &facts);
	if (sum_of(&f) >= TOLD_MIN)
		detect_hit(e->sight, &f, out);
	s->is_told |= !e->is_learning && sum_of(&f) >= 0;
}

static void
begin_window(struct spread *s, int64_t at_ms)
{
	const uint32_t machines = few_count(&s->machines);
	const int64_t day = at_ms / DAY_MS + 1;

	if (s->day != day)
		s->days++;
	s->day = day;
	if (s->window_ms != 0 && at_ms - s->window_ms < WINDOW_MS)
		return;
	if (!s->is_told)
		s->widest = machines > s->widest ? machines : s->widest;
	s->window_ms = at_ms;
	s->told = s->is_told = 0;
	s->machines = (struct few){ 0 };
}

/* Count who is at home at the machine that asks, and where the account goes. */
static void
see_spread(const struct entry *e, struct findings *out)
{
	uint32_t days = 0;
	struct tie *const tie = e->in.source.n > 0 ? tie_of(e, e->in.source_key, &days) : NULL;
	struct spread *s;

	if (tie != NULL && tie->days == 2 && days == 1) {
		struct source *const source = keyed_get(e->state->tables[SOURCES], e->in.source_key, NULL);

		if (source != NULL)
			source->regulars++;
		tie->days++;	/* so that it is counted once */
	}
	if (e->in.machine.n == 0 || hn_view_eq(e->in.machine, e->in.source) || e->in.way == SIGNIN_VPN)
		return;
	s = keyed_get(e->state->tables[SPREADS], e->in.account_key, NULL);
	if (s == NULL)
		return;
	begin_window(s, e->at_ms);
	if (few_add(&s->machines, e->in.machine_key) && few_count(&s->machines) >= MACHINES_MIN &&
	    few_count(&s->machines) >= s->told + s->told / 2)
		say_spread(e, s, days, out);
}

/* -- straight from outside -- */

static void
weigh_outside(struct finding *f, const struct entry *e, const struct tie *tie, uint32_t days)
{
	static const double weights[] = { [SIGNIN_DESKTOP] = 2.5, [SIGNIN_SHELL] = 1.0, [SIGNIN_NETWORK] = 0.5 };

	finding_part(f, "logon.prior-outside", -2.5);
	finding_part(f, "logon.door", weights[e->in.way]);
	if (signin_is_administrator(&e->in))
		finding_part(f, "logon.administrator", 1.5);
	if (tie->told == 2 || (tie->told == 0 && days == 0 && !e->is_learning))
		finding_part(f, "logon.new-place", 0.8);
	else if (tie->told == 0 && days >= REGULAR_DAYS)
		finding_part(f, "logon.at-home", -3.0);
}

static void
see_outside(const struct entry *e, struct findings *out)
{
	struct finding f = begin_finding(e, "logon.outside");
	char text[64];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct tie *tie;
	uint32_t days = 0;

	if (e->in.way != SIGNIN_DESKTOP && e->in.way != SIGNIN_SHELL && e->in.way != SIGNIN_NETWORK)
		return;
	tie = tie_of(e, signin_network(e->state->conf, &e->in), &days);
	if (tie == NULL || hn_view_eq(hn_view_of(e->sight->record->dataset), HN_LIT("zeek.rdp")))
		return;		/* it tells of the talk before the password */
	f.words = HN_LIT("logon-outside");
	f.at_most = LEVEL_CRITICAL;
	f.destination = e->in.target;
	f.first_ms = e->at_ms;
	f.n_techniques = 2;
	f.techniques[0] = HN_LIT("T1133");
	f.techniques[1] = HN_LIT("T1078");
	weigh_outside(&f, e, tie, days);
	if (tie->told == 0 && sum_of(&f) >= 0)
		tie->told = days == 0 && !e->is_learning ? 2 : 1;
	tell_place(&f, e, &facts);
	if (sum_of(&f) >= TOLD_MIN)
		detect_hit(e->sight, &f, out);
}

static void
logon_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *st = state;
	struct entry e = { .sight = s, .state = st, .at_ms = s->record->at_ms };
	struct logon_past *past;
	bool is_new;

	if (!signin_read(st->conf, st->tables[NAMES], s, &e.in) || e.in.is_failure ||
	    e.in.way == SIGNIN_DEVICE || e.in.way == SIGNIN_WEB)
		return;
	e.house = keyed_get(st->tables[HOUSE], 1, &is_new);
	if (e.house == NULL)
		return;
	if (is_new)
		e.house->began_ms = e.at_ms;
	e.is_learning = e.at_ms - e.house->began_ms < LEARNING_MS;
	if (e.in.is_from_outside)
		see_outside(&e, out);
	if (signin_is_nobody(&e.in))
		return;
	past = keyed_get(st->tables[ACCOUNTS], e.in.account_key, NULL);
	if (past == NULL)
		return;
	if (e.in.way != SIGNIN_VPN || !see_vpn(&e, past, out))
		logon_past_hour(past, e.at_ms, e.in.way == SIGNIN_VPN);
	see_spread(&e, out);
}

const struct detector logon_detector = {
	.name = "logon",
	.kind = FINDING_LOGON,
	.wants = WANTS(RECORD_LOGON),
	.open = logon_open,
	.see = logon_see,
	.tables = logon_tables,
	.close = logon_close,
};
