#include "detect/signin.h"

#define CALL_MS 60000		/* the lines of one connection lie within */
#define AGAIN_MS 600000		/* and one that failed and the next */

/* Which lines tell of a sign-in; the first row that fits.  NULL: any action. */
static const struct door {
	const char *dataset, *action;
	enum signin_way way;
} doors[] = {
	{ "fortigate.vpn", "tunnel-up", SIGNIN_VPN }, { "fortigate.vpn", "ssl-tunnel-up", SIGNIN_VPN },
	{ "fortigate.vpn", "ssl-web-pass", SIGNIN_VPN }, { "fortigate.vpn", "ssl-login-fail", SIGNIN_VPN },
	{ "fortigate.user", "authentication", SIGNIN_CHECK }, { "fortigate.user", "auth-logon", SIGNIN_CHECK },
	{ "fortigate.user", "RADIUS-logon", SIGNIN_CHECK }, { "fortigate.system", "login", SIGNIN_DEVICE },
	{ "yamaha.login", "login", SIGNIN_DEVICE },
	{ "openvpn", "vpn-login", SIGNIN_VPN }, { "openvpn", "vpn-address", SIGNIN_VPN }, { "pulse", "vpn-login", SIGNIN_VPN },
	{ "cisco.asa", "vpn-login", SIGNIN_VPN }, { "cisco.asa", "login", SIGNIN_DEVICE },
	{ "cisco.ios", "login", SIGNIN_DEVICE }, { "radius", "vpn-login", SIGNIN_VPN },
	{ "system.ssh", "ssh-login", SIGNIN_SHELL }, { "system.pam", "pam-login", SIGNIN_SHELL },
	{ "system.su", "su", SIGNIN_LOCAL },
	{ "windows.security", "logged-in", SIGNIN_LOCAL }, { "windows.security", "logon-failed", SIGNIN_NETWORK },
	{ "windows.security", "logged-in-explicit", SIGNIN_NETWORK },
	{ "windows.security", "kerberos-authentication", SIGNIN_CHECK },
	{ "windows.security", "kerberos-preauth-failed", SIGNIN_CHECK },
	{ "windows.security", "kerberos-service-ticket", SIGNIN_TICKET },
	{ "windows.security", "credential-validated", SIGNIN_CHECK },
	{ "windows.security", "session-reconnected", SIGNIN_DESKTOP },
	{ "windows.terminalservices", "session-logon", SIGNIN_DESKTOP },
	{ "windows.terminalservices", "session-reconnected", SIGNIN_DESKTOP },
	{ "windows.terminalservices", "remote-authenticated", SIGNIN_DESKTOP },
	{ "zeek.ntlm", NULL, SIGNIN_NETWORK }, { "zeek.ssh", NULL, SIGNIN_SHELL }, { "zeek.rdp", NULL, SIGNIN_DESKTOP },
	{ "zeek.kerberos", "TGS", SIGNIN_TICKET }, { "zeek.kerberos", NULL, SIGNIN_CHECK },
};

/* 4624 and 4625 by their logon type (Microsoft, "4624: An account was successfully logged on"). */
static enum signin_way
way_of_type(const struct record *r, enum signin_way otherwise)
{
	static const struct {
		uint64_t type;
		enum signin_way way;
	} types[] = {
		{ 2, SIGNIN_LOCAL }, { 3, SIGNIN_NETWORK }, { 4, SIGNIN_LOCAL }, { 5, SIGNIN_LOCAL }, { 7, SIGNIN_LOCAL },
		{ 8, SIGNIN_NETWORK }, { 9, SIGNIN_LOCAL }, { 10, SIGNIN_DESKTOP }, { 11, SIGNIN_LOCAL }, { 12, SIGNIN_DESKTOP },
	};
	const uint64_t type = record_number(r, FIELD_LOGON_TYPE, 0);

	for (size_t i = 0; i < HN_COUNT(types); i++)
		if (types[i].type == type)
			return types[i].way;
	return otherwise;
}

static enum signin_way
way_of(const struct record *r)
{
	const struct hn_view dataset = hn_view_of(r->dataset), action = record_get(r, FIELD_EVENT_ACTION);

	for (size_t i = 0; i < HN_COUNT(doors); i++)
		if (hn_view_eq(dataset, hn_view_of(doors[i].dataset)) &&
		    (doors[i].action == NULL || hn_view_eq(action, hn_view_of(doors[i].action))))
			return way_of_type(r, doors[i].way);
	return SIGNIN_NONE;
}

/*
 * A page: 401 with a name is a failure, 200 and its like with a name a success.  In a proxy's log the name is not the page's; a
 * server's own log has no host in its addresses.
 */
static bool
read_web(const struct record *r, struct signin *out)
{
	const struct hn_view dataset = hn_view_of(r->dataset);
	uint64_t status;

	if (!record_has(r, FIELD_USER_NAME) || (!hn_view_eq(dataset, HN_LIT("zeek.http")) &&
	    (!hn_view_eq(dataset, HN_LIT("web.access")) || record_has(r, FIELD_URL_ORIGINAL))))
		return false;
	status = record_number(r, FIELD_HTTP_STATUS, 0);
	out->is_failure = status == 401;
	out->way = SIGNIN_WEB;
	return status == 401 || (status >= 200 && status < 300);
}

static bool
read_outcome(const struct record *r, struct signin *out)
{
	const struct hn_view outcome = record_get(r, FIELD_EVENT_OUTCOME);

	out->is_failure = hn_view_eq(outcome, HN_LIT("failure"));
	out->way = way_of(r);
	return out->way != SIGNIN_NONE && (out->is_failure || hn_view_eq(outcome, HN_LIT("success")));
}

/* "0xc000006a", "0x18"; 0: it is no such code. */
static uint64_t
code_of(struct hn_view reason)
{
	uint64_t code = 0;

	if (reason.n < 3 || reason.n > 10 || !hn_view_starts(reason, HN_LIT("0x")))
		return 0;
	for (size_t i = 2; i < reason.n; i++) {
		const char c = hn_lower(reason.p[i]);

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return 0;
		code = code << 4 | (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return code;
}

/* Kerberos' errors by name, as Zeek has them; of a source without names every failure may be a guess. */
static bool
is_guess_by_name(struct hn_view reason)
{
	static const struct hn_view names[] = {
		HN_INIT("KDC_ERR_PREAUTH_FAILED"), HN_INIT("KDC_ERR_C_PRINCIPAL_UNKNOWN"), HN_INIT("KDC_ERR_CLIENT_REVOKED"),
		HN_INIT("KDC_ERR_KEY_EXPIRED"),
	};

	if (!hn_view_starts(reason, HN_LIT("KDC_")) && !hn_view_starts(reason, HN_LIT("KRB_")))
		return true;
	for (size_t i = 0; i < HN_COUNT(names); i++)
		if (hn_view_eq(reason, names[i]))
			return true;
	return false;
}

/*
 * Status codes of a try that a guessed password or name explains; others (a clock that is off, a right that lacks, an old
 * ticket) are no guess.  Of a source without codes every failure is one.
 */
static bool
is_guess(const struct record *r, const struct signin *in)
{
	static const uint64_t kerberos[] = { 0x6, 0x12, 0x17, 0x18 };	/* unknown, revoked, expired, wrong password */
	static const uint64_t odd[] = { 0xc0000133, 0xc000015b, 0xc0000192, 0xc0000413, 0xc00002ee };
	const struct hn_view reason = record_get(r, FIELD_EVENT_REASON);
	const uint64_t code = code_of(reason);

	if (in->way == SIGNIN_TICKET)
		return false;
	if (code == 0)
		return is_guess_by_name(reason);
	for (size_t i = 0; i < HN_COUNT(odd); i++)
		if (code == odd[i])
			return false;
	for (size_t i = 0; i < HN_COUNT(kerberos); i++)
		if (code == kerberos[i])
			return true;
	return code > UINT32_C(0x80000000);
}

static struct hn_view
first_of(const struct record *r, const enum field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (record_has(r, fields[i]))
			return r->value[fields[i]];
	return HN_LIT("");
}

static struct hn_view
lower(char *to, size_t max, struct hn_view v)
{
	const size_t n = v.n < max ? v.n : max;

	for (size_t i = 0; i < n; i++)
		to[i] = hn_lower(v.p[i]);
	return (struct hn_view){ to, n };
}

/* "CORP\Sato", "sato@corp.example": sato. */
static void
read_account(const struct record *r, struct signin *out)
{
	static const enum field accounts[] = { FIELD_USER_TARGET_NAME, FIELD_USER_NAME, FIELD_USER_TARGET_NAME };
	const size_t from = hn_view_starts(hn_view_of(r->dataset), HN_LIT("fortigate")) ? 1 : 0;
	struct hn_view name = first_of(r, accounts + from, 2), domain;

	if (name.n == 0 && from == 1)
		name = record_extra(r, HN_LIT("vpntunnel"));	/* two houses: the tunnel itself signs in */

	if (hn_view_find(name, '\\') < name.n)
		(void)hn_view_cut(&name, '\\', &domain);
	if (name.n > 0 && name.p[0] != '@')
		name.n = hn_view_find(name, '@');
	out->account = lower(out->account_text, sizeof(out->account_text), name);
}

/* The address in one spelling, where there is one: an IPv4 address within IPv6 is the IPv4 address. */
static void
read_source(const struct sight *s, struct signin *out)
{
	static const enum field sources[] = { FIELD_CLIENT_IP, FIELD_SOURCE_IP, FIELD_SOURCE_DOMAIN };
	struct hn_view text = first_of(s->record, sources, HN_COUNT(sources));
	struct hn_buf b = { .p = out->source_text, .size = sizeof(out->source_text), .max = sizeof(out->source_text) };

	while (text.n > 0 && text.p[0] == '\\')
		text = hn_view_skip(text, 1);		/* NTLM: "\\PC01" */
	out->has_address = hn_addr_parse(text, &out->address) == HN_OK;
	if (out->has_address && hn_addr_is_special(out->address)) {
		out->has_address = false;
		text.n = 0;
	}
	if (out->has_address)
		hn_addr_put(&b, out->address);
	out->source = out->has_address ? (struct hn_view){ b.p, b.n } :
	    lower(out->source_text, sizeof(out->source_text), text);
	out->is_from_outside = out->has_address && !scope_is_internal(s->scope, out->address);
	if (out->way == SIGNIN_VPN && !out->has_address && out->source.n > 0)
		out->way = SIGNIN_CHECK;	/* RADIUS for a switch or radio: the caller is a network card */
}

/* "cifs/FILE01.corp.example" and "FILE01$": file01. */
static struct hn_view
machine_of_service(struct hn_view service)
{
	const size_t slash = hn_view_find(service, '/');
	struct hn_view name = slash < service.n ? hn_view_skip(service, slash + 1) : service;

	name.n = hn_view_find(name, '/');
	if (slash == service.n && (name.n == 0 || name.p[name.n - 1] != '$'))
		return HN_LIT("");			/* krbtgt, or an account's own service */
	name.n = hn_view_find(name, '$');
	return name;
}

static void
read_target(const struct record *r, struct signin *out)
{
	static const enum field targets[] = { FIELD_HOST_NAME, FIELD_DESTINATION_IP, FIELD_OBSERVER_NAME };
	const struct hn_view named = record_extra(r, HN_LIT("server_nb_computer_name"));
	struct hn_view machine;
	struct hn_addr addr;

	out->target = first_of(r, targets, HN_COUNT(targets));
	machine = out->target;
	if (out->way == SIGNIN_TICKET)
		machine = machine_of_service(record_get(r, FIELD_SERVICE_NAME));
	else if (out->way == SIGNIN_CHECK)
		machine = HN_LIT("");
	else if (named.n > 0)
		machine = named;
	if (hn_addr_parse(machine, &addr) != HN_OK)
		machine.n = hn_view_find(machine, '.');
	out->machine = lower(out->machine_text, sizeof(out->machine_text), machine);
}

/* 4648: the machine that writes is the one that asks; the other is named. */
static void
turn_explicit(const struct record *r, struct signin *out)
{
	const struct hn_view at = record_get(r, FIELD_DESTINATION_DOMAIN), own = record_get(r, FIELD_HOST_NAME);

	if (hn_view_eq_nocase(at, HN_LIT("localhost")) || at.n == 0) {
		out->way = SIGNIN_LOCAL;
		return;
	}
	out->has_address = out->is_from_outside = false;
	out->source = lower(out->source_text, sizeof(out->source_text), own);
	out->target = at;
	out->machine = lower(out->machine_text, sizeof(out->machine_text), (struct hn_view){ at.p, hn_view_find(at, '.') });
}

static void
make_keys(const struct detect_conf *conf, const struct record *r, struct signin *out)
{
	out->country = record_get(r, FIELD_SOURCE_COUNTRY);
	out->account_key = contact_key(conf->contacts, out->account);
	out->source_key = contact_key(conf->contacts, out->source);
	out->target_key = contact_key(conf->contacts, out->target);
	out->machine_key = contact_key(conf->contacts, out->machine);
}

static bool
read_alone(const struct detect_conf *conf, const struct sight *s, struct signin *out)
{
	const struct record *const r = s->record;

	if (r->kind == RECORD_WEB ? !read_web(r, out) : !read_outcome(r, out))
		return false;
	read_account(r, out);
	read_source(s, out);
	read_target(r, out);
	if (hn_view_eq(record_get(r, FIELD_EVENT_ACTION), HN_LIT("logged-in-explicit")))
		turn_explicit(r, out);
	out->is_password = !out->is_failure || is_guess(r, out);
	make_keys(conf, r, out);
	return true;
}

static void
put_name(struct keyed *names, uint64_t key, struct hn_view text, int64_t at_ms)
{
	struct signin_name *const n = keyed_get(names, key, NULL);

	if (n == NULL || text.n > sizeof(n->text))
		return;
	*n = (struct signin_name){ .at_ms = at_ms };
	hn_view_copy(n->text, text);
}

/* The empty view: it is not known, or older than ${span_ms} (0: that is no matter). */
static struct hn_view
get_name(const struct keyed *names, uint64_t key, int64_t at_ms, int64_t span_ms)
{
	const struct signin_name *const n = keyed_find(names, key);

	if (n == NULL || (span_ms > 0 && at_ms - n->at_ms > span_ms))
		return HN_LIT("");
	return (struct hn_view){ n->text, strnlen(n->text, sizeof(n->text)) };
}

static uint64_t
key_at(const struct detect_conf *conf, const struct record *r, struct hn_view what)
{
	return contact_join(contact_key(conf->contacts, record_get(r, FIELD_OBSERVER_NAME)), contact_key(conf->contacts, what));
}

static void
set_source(const struct detect_conf *conf, const struct sight *s, struct signin *in, struct hn_view text)
{
	in->source = lower(in->source_text, sizeof(in->source_text), text);
	in->source_key = contact_key(conf->contacts, in->source);
	in->has_address = hn_addr_parse(in->source, &in->address) == HN_OK;
	in->is_from_outside = in->has_address && !scope_is_internal(s->scope, in->address);
}

/*
 * YAMAHA tells of a connection in three lines: from where (learnt), who begins to say a password, and that the connection stands.
 * Where the next begins and the one before never stood, that one failed, and is told now.
 */
static bool
read_call(const struct detect_conf *conf, struct keyed *names, const struct sight *s, struct signin *out)
{
	const struct record *const r = s->record;
	const bool is_up = hn_view_eq(record_get(r, FIELD_EVENT_ACTION), HN_LIT("ppp-up"));
	const uint64_t key = key_at(conf, r, record_get(r, FIELD_NETWORK_INTERFACE));
	const struct hn_view held = get_name(names, key, r->at_ms, is_up ? CALL_MS : AGAIN_MS);

	out->way = SIGNIN_VPN;
	out->is_failure = !is_up;
	out->is_password = true;
	out->account = lower(out->account_text, sizeof(out->account_text), held);
	if (is_up)
		keyed_drop(names, key);
	else
		put_name(names, key, record_get(r, FIELD_USER_NAME), r->at_ms);
	if (!is_up && out->account.n == 0)
		return false;
	read_target(r, out);
	set_source(conf, s, out, get_name(names, key_at(conf, r, HN_LIT("from")), r->at_ms, is_up ? CALL_MS : AGAIN_MS));
	make_keys(conf, r, out);
	return true;
}

static void
resolve_machine(const struct detect_conf *conf, struct keyed *names, const struct sight *s, struct signin *in)
{
	const struct hn_view name = record_get(s->record, FIELD_SOURCE_DOMAIN);
	char text[SIGNIN_MACHINE_MAX];

	if (in->has_address && name.n > 0) {
		put_name(names, contact_key(conf->contacts, lower(text, sizeof(text), name)), in->source, s->record->at_ms);
	} else if (!in->has_address && in->source.n > 0) {
		const struct hn_view known = get_name(names, in->source_key, 0, 0);

		if (known.n > 0)
			set_source(conf, s, in, known);
	}
}

bool
signin_read(const struct detect_conf *conf, struct keyed *names, const struct sight *s, struct signin *out)
{
	const struct record *const r = s->record;
	const struct hn_view dataset = hn_view_of(r->dataset);

	if (r->kind == RECORD_LOGON && hn_view_eq(dataset, HN_LIT("yamaha.l2tp")))
		put_name(names, key_at(conf, r, HN_LIT("from")), record_get(r, FIELD_SOURCE_IP), r->at_ms);
	if (r->kind == RECORD_LOGON && hn_view_eq(dataset, HN_LIT("yamaha.ppp")))
		return read_call(conf, names, s, out);
	if (!read_alone(conf, s, out))
		return false;
	resolve_machine(conf, names, s, out);
	return true;
}

bool
signin_is_nobody(const struct signin *in)
{
	static const struct hn_view names[] = {
		HN_INIT(""), HN_INIT("anonymous logon"), HN_INIT("anonymous"), HN_INIT("system"), HN_INIT("local service"),
		HN_INIT("network service"), HN_INIT("n/a"),
	};
	const struct hn_view a = in->account;

	for (size_t i = 0; i < HN_COUNT(names); i++)
		if (hn_view_eq(a, names[i]))
			return true;
	return a.p[a.n - 1] == '$' || hn_view_starts(a, HN_LIT("dwm-")) || hn_view_starts(a, HN_LIT("umfd-"));
}

bool
signin_is_administrator(const struct signin *in)
{
	const struct hn_view a = in->account;

	return hn_view_eq(a, HN_LIT("root")) || hn_view_starts(a, HN_LIT("admin")) || hn_view_ends(a, HN_LIT("admin")) ||
	    hn_view_starts(a, HN_LIT("adm-"));
}

uint64_t
signin_network(const struct detect_conf *conf, const struct signin *in)
{
	struct hn_addr net;

	if (!in->has_address)
		return 0;
	net = hn_addr_mask(in->address, hn_addr_is_v4(in->address) ? 96 + 16 : 32);
	return contact_key(conf->contacts, (struct hn_view){ (const char *)net.b, sizeof(net.b) });
}
