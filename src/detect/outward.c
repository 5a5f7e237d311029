#include "detect/outward.h"

#include <math.h>

#include "base/mem.h"
#include "detect/few.h"
#include "detect/house.h"
#include "detect/triage.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define CLIENTS_MIN 8u
#define SITES_MAX 3u
#define DAYS_MIN 5u		/* on which it was seen inside */
#define TALK_MS (24 * HOUR_MS)	/* so long a talk is news */
#define STEADY_MS 600000	/* what goes on for so long is no slip */

/* A machine of ours. */
struct machine {
	int64_t day;			/* the last on which it was seen */
	int64_t talk_ms;		/* when it last began to speak to somebody new outside; 0: never */
	uint64_t site[SITES_MAX];
	uint32_t n_sites;		/* outside, so far; more than SITES_MAX: it speaks to anybody */
	uint32_t days;			/* on which it was seen, since it last spoke to somebody new */
	uint32_t quiet;			/* the same, before the talk that goes on */
	uint32_t had_sites;		/* before that talk */
	uint32_t contacts;		/* of that talk */
	uint32_t told;
	struct few clients;		/* machines that used it */
};

static_assert(sizeof(struct machine) % 8 == 0, "entries of tables");

struct state {
	const struct detect_conf *conf;
	struct keyed *machines;
	struct keyed *tables[1];
};

static void
outward_close(void *state)
{
	struct state *s = state;

	if (s != NULL)
		keyed_free(s->machines);
	hn_free(s);
}

static enum hn_rc
outward_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));

	if (s != NULL) {
		s->conf = conf;
		s->tables[0] = s->machines = keyed_new(sizeof(struct machine), OUTWARD_MACHINES_MAX);
	}
	if (s == NULL || s->machines == NULL) {
		outward_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "outward");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
outward_tables(void *state, size_t *n)
{
	*n = 1;
	return ((struct state *)state)->tables;
}

static struct machine *
machine_of(struct state *st, const struct hn_addr *address, int64_t at_ms)
{
	const uint64_t key = contact_key(st->conf->contacts, (struct hn_view){ (const char *)address->b, sizeof(address->b) });
	struct machine *const m = keyed_get(st->machines, key, NULL);
	const int64_t day = at_ms / DAY_MS + 1;

	if (m != NULL && m->day < day) {
		m->days++;
		m->day = day;
	}
	return m;
}

static void
see_inside(struct state *st, const struct contact *c)
{
	struct machine *server;

	(void)machine_of(st, &c->who_addr, c->at_ms);
	server = c->failed ? NULL : machine_of(st, &c->whom_addr, c->at_ms);
	if (server != NULL)
		(void)few_add(&server->clients, c->who_key);
}

static void
say(const struct sight *s, struct machine *m, bool is_declared, struct findings *out)
{
	const struct contact *const c = s->contact;
	const uint32_t clients = few_count(&m->clients);
	const bool is_server = clients >= CLIENTS_MIN;
	char text[64];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_POLICY, .at_most = LEVEL_HIGH, .rule = HN_LIT("policy.internet"),
		.words = is_declared ? HN_LIT("policy-declared") : m->had_sites > 0 ? HN_LIT("policy-new-peer") :
		    is_server ? HN_LIT("policy-server-internet") : HN_LIT("policy-internet"), .source = c->who,
		.destination = c->site, .user = HN_LIT(""), .first_ms = m->talk_ms, .n_techniques = 2,
		.techniques = { HN_LIT("T1071"), HN_LIT("T1041") } };

	f.count = m->contacts - m->told;
	m->told = m->contacts;
	finding_part(&f, "policy.internet-prior", -4.0);
	finding_part(&f, "policy.declared", is_declared ? 4.0 : 0);
	finding_part(&f, "policy.quiet", is_declared ? 0 : log(m->quiet + 1));
	finding_part(&f, "policy.server", is_server ? 1.5 : 0);
	finding_part(&f, "policy.steady", c->at_ms - m->talk_ms >= STEADY_MS ? 1.0 : 0);
	finding_part(&f, "policy.refused", c->failed ? -1.0 : 0);
	finding_fact_number(&f, "days", m->quiet > 0 ? m->quiet - 1 : 0, &facts);
	finding_fact_number(&f, "clients", clients, &facts);
	detect_hit(s, &f, out);
}

static bool
is_everyday(const struct contact *c)
{
	static const uint16_t ports[] = { 53, 123, 853 };

	for (size_t i = 0; i < HN_COUNT(ports); i++)
		if (c->port == ports[i])
			return true;
	return false;
}

/* Count the contact in; true: it belongs to a talk with somebody new. */
static bool
count_in(struct machine *m, const struct contact *c)
{
	const bool is_talking = m->talk_ms != 0 && c->at_ms - m->talk_ms < TALK_MS;
	const uint32_t kept = m->n_sites < SITES_MAX ? m->n_sites : SITES_MAX;

	for (uint32_t i = 0; i < kept; i++)
		if (m->site[i] == c->site_key)
			return is_talking && i >= m->had_sites;
	if (!is_talking) {
		m->had_sites = m->n_sites;
		m->quiet = m->days;
		m->talk_ms = c->at_ms;
		m->contacts = m->told = 0;
	}
	if (m->n_sites < SITES_MAX)
		m->site[m->n_sites] = c->site_key;
	m->n_sites += m->n_sites <= SITES_MAX;
	m->days = 0;
	return m->had_sites <= SITES_MAX;
}

/* One of ours speaks to the outside. */
static void
see_outside(struct state *st, const struct sight *s, struct findings *out)
{
	const struct contact *const c = s->contact;
	const struct house_server *const server = house_server(st->conf->house, c->who_addr);
	const bool is_declared = server != NULL && !server->may_speak;
	struct machine *const m = machine_of(st, &c->who_addr, c->at_ms);

	if (m == NULL || (server != NULL && server->may_speak) || (!count_in(m, c) && !is_declared))
		return;
	m->contacts++;
	if ((is_declared || (m->quiet > DAYS_MIN && m->contacts >= 3)) && m->contacts >= 2 * m->told)
		say(s, m, is_declared, out);
}

static void
outward_see(void *state, const struct sight *s, struct findings *out)
{
	const struct contact *const c = s->contact;

	if (c == NULL || c->is_again || !c->has_who_addr)
		return;
	if (c->way == CONTACT_INSIDE && c->has_whom_addr)
		see_inside(state, c);
	else if (c->way == CONTACT_OUT && !c->is_by_relay && !is_everyday(c))
		see_outside(state, s, out);
}

const struct detector outward_detector = {
	.name = "outward",
	.kind = FINDING_POLICY,
	.wants = WANTS(RECORD_FLOW) | WANTS(RECORD_WEB) | WANTS(RECORD_TLS),
	.wants_contacts = true,
	.open = outward_open,
	.see = outward_see,
	.tables = outward_tables,
	.close = outward_close,
};
