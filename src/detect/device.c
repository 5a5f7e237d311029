#include "detect/device.h"

#include "base/mem.h"
#include "detect/logon_past.h"
#include "detect/triage.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define LEARN_MS (7 * DAY_MS)
#define SESSION_MS (8 * HOUR_MS)	/* a change belongs to the sign-in of its account within so long */
#define FAILURES_MS HOUR_MS
#define FAILURES_MIN 3u			/* a person's slips are one or two */
#define REGULAR_DAYS 3u
#define TEXT_MAX 64u
#define ODD_HOUR 1.0			/* weight from which on an hour is not the account's own */

/* An account's way with a device. */
struct past {
	int64_t first_ms;
	struct logon_past past;
};

/* An account at a device from one address: on how many days; and failures before it got in. */
struct tie {
	int64_t day, failed_ms;
	uint32_t days, failures;
};

/* From where the account signed in last, for lines that do not say. */
struct session {
	int64_t at_ms;
	uint8_t n;
	char address[TEXT_MAX];
	char unused[7];
};

static_assert(sizeof(struct past) % 8 == 0 && sizeof(struct tie) % 8 == 0 && sizeof(struct session) % 8 == 0, "entries");

enum { PASTS, TIES, SESSIONS, TABLES };

struct state {
	const struct detect_conf *conf;
	struct keyed *tables[TABLES];
};

/* One line about a device. */
struct act {
	enum device_deed deed;
	bool is_failure;
	bool is_off;			/* something was switched off or taken away */
	bool has_address, is_from_outside;
	struct hn_addr address;
	struct hn_view device, user, from, what;
	uint64_t key, place_key;	/* of account and device; and of the address too */
};

static void
device_close(void *state)
{
	struct state *s = state;

	for (size_t i = 0; s != NULL && i < TABLES; i++)
		keyed_free(s->tables[i]);
	hn_free(s);
}

static enum hn_rc
device_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));
	bool is_whole = s != NULL;

	if (s != NULL) {
		s->conf = conf;
		s->tables[PASTS] = keyed_new(sizeof(struct past), DEVICE_PLACES_MAX);
		s->tables[TIES] = keyed_new(sizeof(struct tie), DEVICE_PLACES_MAX);
		s->tables[SESSIONS] = keyed_new(sizeof(struct session), DEVICE_SESSIONS_MAX);
		for (size_t i = 0; i < TABLES; i++)
			is_whole = is_whole && s->tables[i] != NULL;
	}
	if (!is_whole) {
		device_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "device");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
device_tables(void *state, size_t *n)
{
	*n = TABLES;
	return ((struct state *)state)->tables;
}

enum device_deed
device_deed_of_path(struct hn_view path)
{
	static const struct {
		struct hn_view begin;
		enum device_deed deed;
	} paths[] = {
		{ HN_INIT("system.admin"), DEVICE_ADMIN }, { HN_INIT("system.accprofile"), DEVICE_ADMIN },
		{ HN_INIT("system.api-user"), DEVICE_ADMIN }, { HN_INIT("system.sso-"), DEVICE_ADMIN },
		{ HN_INIT("user.local"), DEVICE_ACCOUNT }, { HN_INIT("user.group"), DEVICE_ACCOUNT },
		{ HN_INIT("user.peer"), DEVICE_ACCOUNT }, { HN_INIT("user.radius"), DEVICE_ACCOUNT },
		{ HN_INIT("user.ldap"), DEVICE_ACCOUNT }, { HN_INIT("user.saml"), DEVICE_ACCOUNT },
		{ HN_INIT("vpn."), DEVICE_ACCOUNT }, { HN_INIT("firewall.policy"), DEVICE_OPENED },
		{ HN_INIT("firewall.vip"), DEVICE_OPENED }, { HN_INIT("firewall.local-in"), DEVICE_OPENED },
		{ HN_INIT("system.interface"), DEVICE_OPENED }, { HN_INIT("log."), DEVICE_LOGGING },
	};

	for (size_t i = 0; i < HN_COUNT(paths); i++)
		if (hn_view_starts(path, paths[i].begin))
			return paths[i].deed;
	return DEVICE_OTHER;
}

/* "https(192.0.2.1)": the address; empty: it is none (console). */
static struct hn_view
within_brackets(struct hn_view ui)
{
	struct hn_view in = hn_view_skip(ui, hn_view_find(ui, '(') < ui.n ? hn_view_find(ui, '(') + 1 : ui.n);

	in.n = hn_view_find(in, ')');
	return in;
}

/* Whether an attribute goes from on to off: "status[enable->disable]", or the logging's own object is deleted. */
static bool
is_switched_off(struct hn_view attributes)
{
	static const struct hn_view words[] = { HN_INIT("enable->disable"), HN_INIT("status[disable]"), HN_INIT("all->disable") };

	for (size_t i = 0; i < HN_COUNT(words); i++)
		if (hn_view_search(attributes, words[i]) < attributes.n)
			return true;
	return false;
}

static void
read_fortigate(const struct record *r, struct act *a)
{
	static const struct {
		struct hn_view code;	/* the end of a logid, whose beginning is the sort of log */
		enum device_deed deed;
	} codes[] = {
		{ HN_INIT("032202"), DEVICE_SOFTWARE }, { HN_INIT("032203"), DEVICE_SOFTWARE },
		{ HN_INIT("032235"), DEVICE_SOFTWARE },
	};
	const struct hn_view code = record_get(r, FIELD_EVENT_CODE), path = record_extra(r, HN_LIT("cfgpath"));

	a->from = record_has(r, FIELD_SOURCE_IP) ? record_get(r, FIELD_SOURCE_IP) :
	    within_brackets(record_extra(r, HN_LIT("ui")));
	a->what = record_extra(r, HN_LIT("cfgobj"));
	if (r->kind == RECORD_ADMIN) {
		a->deed = device_deed_of_path(path);
		a->is_off = hn_view_eq(record_get(r, FIELD_EVENT_ACTION), HN_LIT("Delete")) ||
		    is_switched_off(record_extra(r, HN_LIT("cfgattr")));
		if (a->what.n == 0)
			a->what = path;
		return;
	}
	if (r->kind == RECORD_LOGON && hn_view_eq(record_get(r, FIELD_EVENT_ACTION), HN_LIT("login")))
		a->deed = DEVICE_SIGNIN;
	for (size_t i = 0; i < HN_COUNT(codes); i++)
		if (hn_view_ends(code, codes[i].code))
			a->deed = codes[i].deed;
}

static void
read_yamaha(const struct record *r, struct act *a)
{
	const struct hn_view action = record_get(r, FIELD_EVENT_ACTION);

	a->from = record_get(r, FIELD_SOURCE_IP);
	a->what = HN_LIT("CONFIG");
	if (r->kind == RECORD_ADMIN)
		a->deed = DEVICE_OTHER;
	else if (hn_view_eq(action, HN_LIT("login")) || hn_view_eq(action, HN_LIT("administrator")))
		a->deed = DEVICE_SIGNIN;
}

static void
take_session(struct state *st, struct act *a, int64_t at_ms)
{
	struct session *s;

	if (a->from.n == 0) {
		s = keyed_find(st->tables[SESSIONS], a->key);
		if (s != NULL && at_ms - s->at_ms < SESSION_MS)
			a->from = (struct hn_view){ s->address, s->n };
		return;
	}
	s = a->is_failure || a->from.n > TEXT_MAX ? NULL : keyed_get(st->tables[SESSIONS], a->key, NULL);
	if (s == NULL)
		return;
	s->at_ms = at_ms;
	s->n = (uint8_t)a->from.n;
	hn_view_copy(s->address, a->from);
}

static bool
read_act(struct state *st, const struct sight *s, struct act *a)
{
	const struct record *const r = s->record;

	*a = (struct act){ .deed = DEVICE_NONE };
	if (strcmp(r->dataset, "fortigate.system") == 0)
		read_fortigate(r, a);
	else if (strcmp(r->dataset, "yamaha.login") == 0 || strcmp(r->dataset, "yamaha.config") == 0)
		read_yamaha(r, a);
	if (a->deed == DEVICE_NONE)
		return false;
	a->is_failure = hn_view_eq(record_get(r, FIELD_EVENT_OUTCOME), HN_LIT("failure"));
	a->device = record_get(r, record_has(r, FIELD_OBSERVER_NAME) ? FIELD_OBSERVER_NAME : FIELD_HOST_NAME);
	a->user = record_get(r, FIELD_USER_NAME);
	a->key = contact_join(contact_key(st->conf->contacts, a->device), contact_key(st->conf->contacts, a->user));
	take_session(st, a, r->at_ms);
	a->has_address = hn_addr_parse(a->from, &a->address) == HN_OK;
	a->is_from_outside = a->has_address && !hn_addr_is_special(a->address) && !scope_is_internal(s->scope, a->address);
	/* Providers give another address of the same network every day; inside a machine is a machine. */
	if (a->is_from_outside) {
		const struct hn_addr net = hn_addr_mask(a->address, hn_addr_is_v4(a->address) ? 96 + 16 : 32);

		a->place_key = contact_key(st->conf->contacts, (struct hn_view){ (const char *)net.b, sizeof(net.b) });
	} else {
		a->place_key = contact_key(st->conf->contacts, a->from);
	}
	a->place_key = contact_join(a->key, a->place_key);
	return true;
}

static struct hn_view
rule_of(const struct act *a)
{
	static const struct hn_view rules[] = {
		[DEVICE_SIGNIN] = HN_INIT("policy.signin"), [DEVICE_ADMIN] = HN_INIT("policy.administrator"),
		[DEVICE_ACCOUNT] = HN_INIT("policy.account"), [DEVICE_OPENED] = HN_INIT("policy.opened"),
		[DEVICE_LOGGING] = HN_INIT("policy.logging"), [DEVICE_SOFTWARE] = HN_INIT("policy.software"),
		[DEVICE_OTHER] = HN_INIT("policy.change"),
	};

	return rules[a->deed];
}

static struct hn_view
words_of(const struct act *a)
{
	static const struct hn_view words[] = {
		[DEVICE_SIGNIN] = HN_INIT("policy-signin"), [DEVICE_ADMIN] = HN_INIT("policy-administrator"),
		[DEVICE_ACCOUNT] = HN_INIT("policy-account"), [DEVICE_OPENED] = HN_INIT("policy-opened"),
		[DEVICE_LOGGING] = HN_INIT("policy-logging"), [DEVICE_SOFTWARE] = HN_INIT("policy-software"),
		[DEVICE_OTHER] = HN_INIT("policy-change"),
	};

	if (a->deed == DEVICE_SIGNIN && a->is_from_outside)
		return HN_LIT("policy-outside");
	return words[a->deed];
}

/* Technique of ATT&CK. */
static struct hn_view
technique_of(const struct act *a)
{
	static const struct hn_view techniques[] = {
		[DEVICE_SIGNIN] = HN_INIT("T1133"), [DEVICE_ADMIN] = HN_INIT("T1136"), [DEVICE_ACCOUNT] = HN_INIT("T1098"),
		[DEVICE_OPENED] = HN_INIT("T1562.004"), [DEVICE_LOGGING] = HN_INIT("T1562.008"),
		[DEVICE_SOFTWARE] = HN_INIT("T1601"), [DEVICE_OTHER] = HN_INIT("T1562.004"),
	};

	return techniques[a->deed];
}

/* What weighs in the act itself, before its circumstances. */
static double
weight_of_deed(const struct act *a)
{
	static const double weights[] = {
		[DEVICE_ADMIN] = 1.5, [DEVICE_ACCOUNT] = 1.0, [DEVICE_OPENED] = 0.5, [DEVICE_SOFTWARE] = 1.0,
	};

	if (a->deed == DEVICE_LOGGING)
		return a->is_off ? 2.5 : 0;
	return a->deed < HN_COUNT(weights) ? weights[a->deed] : 0;
}

/* Count the day in; the number of days before. */
static uint32_t
days_before(struct tie *t, int64_t at_ms)
{
	const int64_t day = at_ms / DAY_MS + 1;
	const uint32_t before = t->days - (t->day == day && t->days > 0);

	if (t->day != day) {
		t->day = day;
		t->days++;
	}
	return before;
}

/* The circumstances; false: it is the house's own everyday work. */
static bool
weigh(struct finding *f, const struct act *a, const struct past *p, struct tie *t, int64_t at_ms)
{
	const bool is_learning = at_ms - p->first_ms < LEARN_MS;
	const double hour = is_learning ? 0 : logon_weight_of_hour(&p->past, at_ms);
	const uint32_t days = days_before(t, at_ms);

	finding_part(f, "policy.prior", -3.0);
	finding_part(f, "policy.deed", weight_of_deed(a));
	finding_part(f, "policy.outside", a->is_from_outside ? 3.8 : 0);
	if (days >= REGULAR_DAYS)
		finding_part(f, "policy.regular", a->is_from_outside ? -2.5 : -1.0);
	else if (days == 0 && !is_learning)
		finding_part(f, "policy.new-place", a->is_from_outside ? 0.8 : 1.5);
	finding_part(f, "policy.hour", hour);
	if (t->failures >= FAILURES_MIN && at_ms - t->failed_ms < FAILURES_MS)
		finding_part(f, "policy.guessed", 1.5);
	return a->is_from_outside || hour >= ODD_HOUR || t->failures >= FAILURES_MIN || (days == 0 && !is_learning);
}

static void
say(const struct sight *s, const struct act *a, const struct past *p, struct tie *t, struct findings *out)
{
	struct finding f = { .kind = FINDING_POLICY, .at_most = LEVEL_CRITICAL, .rule = rule_of(a), .words = words_of(a),
		.source = a->from.n > 0 ? a->from : a->device, .destination = a->from.n > 0 ? a->device : HN_LIT(""),
		.user = a->user, .n_techniques = 1, .techniques = { technique_of(a) } };
	const bool is_odd = weigh(&f, a, p, t, s->record->at_ms);

	if (!is_odd) {
		/* The administrator's own work: kept for the record, where it is a change that matters. */
		if (weight_of_deed(a) <= 0)
			return;
		f.at_most = a->deed == DEVICE_LOGGING || a->deed == DEVICE_ADMIN ? LEVEL_LOW : LEVEL_INFO;
	}
	finding_fact_text(&f, "what", a->what.n > 0 ? a->what : a->device);
	findings_hit(out, &f, s->record);
}

static void
device_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *const st = state;
	const int64_t at_ms = s->record->at_ms;
	struct act a;
	struct past *p;
	struct tie *t;

	if (!read_act(st, s, &a))
		return;
	t = keyed_get(st->tables[TIES], a.place_key, NULL);
	p = keyed_get(st->tables[PASTS], a.key, NULL);
	if (t == NULL || p == NULL)
		return;
	if (a.is_failure) {	/* guessing as such is told elsewhere (detect/bruteforce.h) */
		t->failures = at_ms - t->failed_ms < FAILURES_MS ? t->failures + 1 : 1;
		t->failed_ms = at_ms;
		return;
	}
	if (p->first_ms == 0)
		p->first_ms = at_ms;
	say(s, &a, p, t, out);
	if (a.deed == DEVICE_SIGNIN)
		logon_past_hour(&p->past, at_ms, false);
}

const struct detector device_detector = {
	.name = "device",
	.kind = FINDING_POLICY,
	.wants = WANTS(RECORD_LOGON) | WANTS(RECORD_ADMIN) | WANTS(RECORD_OTHER),
	.open = device_open,
	.see = device_see,
	.tables = device_tables,
	.close = device_close,
};
