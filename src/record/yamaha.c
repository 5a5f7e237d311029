#include "record/yamaha.h"

#include "record/pattern.h"

/* In the order in which they are tried. */
static const struct message {
	const char *pattern;	/* pattern.h */
	enum record_kind kind;
	const char *dataset, *action, *outcome;
} messages[] = {
#define FILTER RECORD_FLOW, "yamaha.filter"
	{ "%i Rejected at IN(%g) filter: %x %s:%p > %d:%q", FILTER, "Rejected", "failure" },
	{ "%i Rejected at OUT(%g) filter: %x %s:%p > %d:%q", FILTER, "Rejected", "failure" },
	{ "%i Rejected at IN(%g) filter: %x %s > %d", FILTER, "Rejected", "failure" },
	{ "%i Rejected at OUT(%g) filter: %x %s > %d", FILTER, "Rejected", "failure" },
	{ "%i Passed at IN(%g) filter: %x %s:%p > %d:%q", FILTER, "Passed", "success" },
	{ "%i Passed at OUT(%g) filter: %x %s:%p > %d:%q", FILTER, "Passed", "success" },
	{ "%i Passed at IN(%g) filter: %x %s > %d", FILTER, "Passed", "success" },
	{ "%i Passed at OUT(%g) filter: %x %s > %d", FILTER, "Passed", "success" },
	{ "[INSPECT] %i[%*][%g] %x %s:%p > %d:%q", RECORD_FLOW, "yamaha.inspect", "INSPECT", "success" },
	{ "[INSPECT] %i[%*][%g] %x %s > %d", RECORD_FLOW, "yamaha.inspect", "INSPECT", "success" },
#undef FILTER
#define LOGIN RECORD_LOGON, "yamaha.login"
	{ "Login succeeded for %w: %h %u%$", LOGIN, "login", "success" },
	{ "Login succeeded for %w: %h%$", LOGIN, "login", "success" },
	{ "Login succeeded for %w%$", LOGIN, "login", "success" },
	{ "Login failed for %w: %h %u%$", LOGIN, "login", "failure" },
	{ "Login failed for %w: %h%$", LOGIN, "login", "failure" },
	{ "Login failed for %w%$", LOGIN, "login", "failure" },
	{ "Logout from %w: %h %u%$", LOGIN, "logout", "success" },
	{ "Logout from %w: %h%$", LOGIN, "logout", "success" },
	{ "'%t' succeeded for %w: %h %u%$", LOGIN, "administrator", "success" },
	{ "'%t' succeeded for %w: %h%$", LOGIN, "administrator", "success" },
	{ "'%t' failed for %w: %h %u%$", LOGIN, "administrator", "failure" },
	{ "'%t' failed for %w: %h%$", LOGIN, "administrator", "failure" },
#undef LOGIN
	{ "Configuration saved in \"%*\" by %w(%u)%$", RECORD_ADMIN, "yamaha.config", "configuration-saved", "success" },
	{ "Configuration saved in ", RECORD_ADMIN, "yamaha.config", "configuration-saved", "success" },
	{ "[DHCPD] %i Allocates %s: %m", RECORD_OTHER, "yamaha.dhcp", "dhcp-allocate", "success" },
	{ "[DHCPD] %i Extends %s: %m", RECORD_OTHER, "yamaha.dhcp", "dhcp-extend", "success" },
	{ "[DHCPD] %i Releases %s: %m", RECORD_OTHER, "yamaha.dhcp", "dhcp-release", "success" },
	{ "[DHCPD] ", RECORD_OTHER, "yamaha.dhcp", NULL, NULL },
	{ "IP Tunnel[%*] Up", RECORD_OTHER, "yamaha.tunnel", "tunnel-up", "success" },
	{ "IP Tunnel[%*] Down", RECORD_OTHER, "yamaha.tunnel", "tunnel-down", NULL },
	{ "[L2TP] TUNNEL[%*] connected from %s", RECORD_LOGON, "yamaha.l2tp", "vpn-connect", "success" },
	{ "[L2TP] ", RECORD_OTHER, "yamaha.l2tp", NULL, NULL },
	/* A connection of one's own: from where, who begins to say a password, and then that it was right. */
	{ "PP[%i] Call detected from user '%u'%$", RECORD_LOGON, "yamaha.ppp", "ppp-call", NULL },
	{ "PP[%i] PPP/IPCP up", RECORD_LOGON, "yamaha.ppp", "ppp-up", "success" },
	{ "[IKE] respond ISAKMP phase to %s", RECORD_OTHER, "yamaha.ike", "ike-respond", NULL },
	{ "[IKE] initiate ISAKMP phase to %d", RECORD_OTHER, "yamaha.ike", "ike-initiate", NULL },
	{ "[IKE", RECORD_OTHER, "yamaha.ike", NULL, NULL },
};

/* How a message begins, what else is then in it, and how sure that makes. */
static const struct {
	struct hn_view begin, within;
	unsigned sure;
} marks[] = {
	{ HN_INIT("LAN"), HN_INIT(" filter: "), 90 }, { HN_INIT("PP["), HN_INIT(" filter: "), 90 },
	{ HN_INIT("TUNNEL["), HN_INIT(" filter: "), 90 }, { HN_INIT("[INSPECT] "), HN_INIT(" > "), 95 },
	{ HN_INIT("[IKE"), HN_INIT("] "), 85 }, { HN_INIT("[DHCPD] "), HN_INIT(" "), 90 },
	{ HN_INIT("[L2TP] "), HN_INIT("TUNNEL["), 90 }, { HN_INIT("IP Tunnel["), HN_INIT("] "), 90 },
	{ HN_INIT("PP["), HN_INIT("] Call detected from "), 90 }, { HN_INIT("PP["), HN_INIT("] PPP/IPCP up"), 90 },
	{ HN_INIT("Login succeeded for "), HN_INIT(""), 80 }, { HN_INIT("Login failed for "), HN_INIT(""), 80 },
	{ HN_INIT("Logout from "), HN_INIT(": "), 70 }, { HN_INIT("'administrator' "), HN_INIT(" for "), 90 },
	{ HN_INIT("Configuration saved in "), HN_INIT("\"CONFIG"), 90 },
};

static unsigned
yamaha_recognise(struct hn_view line)
{
	const struct hn_view head = { line.p, line.n < 256 ? line.n : 256 };

	for (size_t i = 0; i < HN_COUNT(marks); i++)
		if (hn_view_starts(head, marks[i].begin) && hn_view_search(head, marks[i].within) < head.n)
			return marks[i].sure;
	return 0;
}

static enum hn_rc
yamaha_read(void *state, const struct reader_conf *conf, struct hn_view line, struct record *r, struct hn_err *err)
{
	(void)state;
	if (yamaha_recognise(line) == 0)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "YAMAHA message");
	r->at_ms = conf->now_ms;
	r->dataset = "yamaha";
	record_set(r, FIELD_MESSAGE, line);
	for (size_t i = 0; i < HN_COUNT(messages); i++)
		if (pattern_match(messages[i].pattern, line, r)) {
			r->kind = messages[i].kind;
			r->dataset = messages[i].dataset;
			record_set(r, FIELD_EVENT_ACTION, hn_view_of(messages[i].action));
			record_set(r, FIELD_EVENT_OUTCOME, hn_view_of(messages[i].outcome));
			break;
		}
	return HN_OK;
}

const struct reader yamaha_reader = {
	.name = "yamaha",
	.frame = READER_LINE,
	.recognise = yamaha_recognise,
	.read = yamaha_read,
};
