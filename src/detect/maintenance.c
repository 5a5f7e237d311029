#include "detect/maintenance.h"

#include "base/mem.h"
#include "detect/house.h"
#include "detect/signin.h"
#include "detect/triage.h"

#define DAY_MS INT64_C(86400000)
#define VISIT_MS INT64_C(3600000)	/* what comes within belongs to the visit that was told */
#define GRACE_MIN 15u
#define FAR_MIN 180u			/* so far from its hours it is no longer overtime */
#define REGULAR_DAYS 3u

/* Visits of one agreement that were not as agreed. */
struct visit {
	int64_t told_ms;
	int64_t day;
	uint32_t days;
	uint32_t unused;
};

struct state {
	const struct detect_conf *conf;
	struct keyed *visits, *names;
	struct keyed *tables[2];
};

/* Who came. */
struct guest {
	struct hn_view account, source, target;
	struct hn_addr address;
	bool has_address;
};

static void
maintenance_close(void *state)
{
	struct state *s = state;

	if (s != NULL) {
		keyed_free(s->visits);
		keyed_free(s->names);
	}
	hn_free(s);
}

static enum hn_rc
maintenance_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));

	if (s != NULL) {
		s->conf = conf;
		s->tables[0] = s->visits = keyed_new(sizeof(struct visit), MAINTENANCE_VISITS_MAX);
		s->tables[1] = s->names = keyed_new(sizeof(struct signin_name), MAINTENANCE_VISITS_MAX);
	}
	if (s == NULL || s->visits == NULL || s->names == NULL) {
		maintenance_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "maintenance");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
maintenance_tables(void *state, size_t *n)
{
	*n = HN_COUNT(((struct state *)state)->tables);
	return ((struct state *)state)->tables;
}

/* The visit, if it is to be told now; *days: on which there was one before. */
static struct visit *
visit_of(struct state *st, const struct house_maintenance *m, int64_t at_ms, uint32_t *days)
{
	struct visit *const v = keyed_get(st->visits, contact_key(st->conf->contacts, m->name), NULL);
	const int64_t day = at_ms / DAY_MS + 1;

	if (v == NULL || (v->told_ms != 0 && at_ms - v->told_ms < VISIT_MS))
		return NULL;
	*days = v->days - (v->day == day && v->days > 0);
	v->days += v->day != day;
	v->day = day;
	v->told_ms = at_ms;
	return v;
}

static void
say(struct state *st, const struct house_maintenance *m, const struct guest *g, const struct sight *s, struct findings *out)
{
	const int64_t at_ms = s->record->at_ms;
	unsigned away_min = 0;
	const bool is_late = !house_is_agreed(st->conf->house, m, at_ms, &away_min) && away_min > GRACE_MIN;
	const bool is_elsewhere = m->n_from > 0 && g->has_address && !house_comes_from(m, g->address);
	uint32_t days;
	struct finding f = { .kind = FINDING_POLICY, .at_most = LEVEL_HIGH, .rule = HN_LIT("policy.maintenance"),
		.words = is_elsewhere ? HN_LIT("policy-maintenance-elsewhere") : HN_LIT("policy-maintenance"),
		.source = g->source, .destination = g->target, .user = g->account,
		.n_techniques = 1, .techniques = { HN_LIT("T1199") } };

	if ((!is_late && !is_elsewhere) || visit_of(st, m, at_ms, &days) == NULL)
		return;
	finding_part(&f, "policy.maintenance-prior", -1.0);
	finding_part(&f, "policy.hours", !is_late ? 0 : away_min >= FAR_MIN ? 2.5 : 1.5);
	finding_part(&f, "policy.elsewhere", is_elsewhere ? 2.5 : 0);
	finding_part(&f, "policy.regular", days >= REGULAR_DAYS ? -2.0 : 0);
	finding_fact_text(&f, "contract", m->name);
	findings_hit(out, &f, s->record);
}

/* A sign-in by an account that is written down. */
static void
see_signin(struct state *st, const struct sight *s, struct findings *out)
{
	const struct house *const h = st->conf->house;
	struct signin in;
	struct guest g;

	if (!signin_read(st->conf, st->names, s, &in) || in.is_failure || in.account.n == 0 || in.way == SIGNIN_CHECK ||
	    in.way == SIGNIN_TICKET)
		return;
	g = (struct guest){ .account = in.account, .source = in.source, .target = in.target, .address = in.address,
		.has_address = in.has_address && (in.way == SIGNIN_VPN || in.is_from_outside) };
	for (size_t i = 0; i < h->n_maintenances; i++)
		if (h->maintenance[i].account.n > 0 && hn_view_eq_nocase(h->maintenance[i].account, in.account))
			say(st, &h->maintenance[i], &g, s, out);
}

/* A connection from a line that has no account. */
static void
see_line(struct state *st, const struct sight *s, struct findings *out)
{
	const struct house *const h = st->conf->house;
	const struct contact *const c = s->contact;
	const struct guest g = { .account = HN_LIT(""), .source = c->who, .target = c->whom, .address = c->who_addr,
		.has_address = true };

	if (c->failed || c->is_again || !c->has_who_addr || c->way == CONTACT_OUT)
		return;
	for (size_t i = 0; i < h->n_maintenances; i++)
		if (h->maintenance[i].account.n == 0 && house_comes_from(&h->maintenance[i], c->who_addr))
			say(st, &h->maintenance[i], &g, s, out);
}

static void
maintenance_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *const st = state;

	if (st->conf->house == NULL || st->conf->house->n_maintenances == 0)
		return;
	if (s->record->kind == RECORD_LOGON || s->record->kind == RECORD_WEB)
		see_signin(st, s, out);
	if (s->contact != NULL)
		see_line(st, s, out);
}

const struct detector maintenance_detector = {
	.name = "maintenance",
	.kind = FINDING_POLICY,
	.wants = SIGNIN_WANTS | WANTS(RECORD_FLOW),
	.wants_contacts = true,
	.open = maintenance_open,
	.see = maintenance_see,
	.tables = maintenance_tables,
	.close = maintenance_close,
};
