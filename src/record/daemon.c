#include "record/daemon.h"

#include "record/pattern.h"

/*
 * Messages, in the order in which they are tried.  Programs: names between blanks, '*' ends a prefix; "" is the source that
 * names no program, "?" any program.  Patterns: pattern.h.
 */
static const struct message {
	const char *programs;
	const char *pattern;
	enum record_kind kind;
	const char *dataset, *action, *outcome;
} messages[] = {
#define SSH_FAILED RECORD_LOGON, "system.ssh", "ssh-login", "failure"
	{ "sshd*", "Invalid user %u from %h port %p", SSH_FAILED },
	{ "sshd*", "Invalid user %u from %h%$", SSH_FAILED },
	{ "sshd*", "Failed %w for invalid user %u from %h port %p ", SSH_FAILED },
	{ "sshd*", "Failed %w for %u from %h port %p ", SSH_FAILED },
	{ "sshd*", "Accepted %w for %u from %h port %p ", RECORD_LOGON, "system.ssh", "ssh-login", "success" },
	{ "sshd*", "User %u from %h not allowed because %r", SSH_FAILED },
	{ "sshd*", "Connection closed by authenticating user %u %s port %p", SSH_FAILED },
	{ "sshd*", "Connection closed by invalid user %u %s port %p", SSH_FAILED },
	{ "sshd*", "Connection reset by authenticating user %u %s port %p", SSH_FAILED },
	{ "sshd*", "Connection reset by invalid user %u %s port %p", SSH_FAILED },
	{ "sshd*", "Connection closed by %s port %p [preauth]", SSH_FAILED },
	{ "sshd*", "Connection reset by %s port %p [preauth]", SSH_FAILED },
	{ "sshd*", "Disconnected from user %u %s port %p%$", RECORD_LOGON, "system.ssh", "ssh-logout", "success" },
	{ "sshd*", "Disconnected from %w user %u %s port %p", SSH_FAILED },
	{ "sshd*", "error: maximum authentication attempts exceeded for invalid user %u from %h port %p", SSH_FAILED },
	{ "sshd*", "error: maximum authentication attempts exceeded for %u from %h port %p", SSH_FAILED },
	{ "sshd*", "error: PAM: %r for illegal user %u from %h%$", SSH_FAILED },
	{ "sshd*", "error: PAM: %r for %u from %h%$", SSH_FAILED },
	{ "sshd*", "Magic value check failed (%*) on obfuscated handshake from %s port %p", SSH_FAILED },
	{ "sshd*", "Unable to negotiate with %s port %p: %r", SSH_FAILED },
	{ "sshd*", "fatal: Timeout before authentication for %s port %p", SSH_FAILED },
	{ "sshd*", "ssh_dispatch_run_fatal: Connection from %s port %p: %r", SSH_FAILED },
	{ "sshd*", "refused connect from %* (%s)", SSH_FAILED },
	{ "sshd*", "refused connect from %h", SSH_FAILED },
#undef SSH_FAILED
	{ "?", "pam_%*authentication failure; %*rhost=%h user=%u%$", RECORD_LOGON, "system.pam", "pam-login", "failure" },
	{ "?", "pam_%*authentication failure; %*rhost=%h%$", RECORD_LOGON, "system.pam", "pam-login", "failure" },
	{ "?", "pam_%*authentication failure; %*rhost= user=%u%$", RECORD_LOGON, "system.pam", "pam-login", "failure" },
	{ "sshd* login su sudo* gdm* xrdp*", "pam_%*session): session opened for user %u(uid=%*) by", RECORD_LOGON,
	    "system.pam", "pam-session-opened", "success" },
	{ "sshd* login su sudo* gdm* xrdp*", "pam_%*session): session opened for user %u by", RECORD_LOGON, "system.pam",
	    "pam-session-opened", "success" },
	{ "sshd* login su sudo* gdm* xrdp*", "pam_%*session): session closed for user %u%$", RECORD_LOGON, "system.pam",
	    "pam-session-closed", "success" },
	{ "sudo*", "%u : user NOT in sudoers ; %*USER=%t ; COMMAND=%c", RECORD_ADMIN, "system.sudo", "sudo", "failure" },
	{ "sudo*", "%u : %w incorrect password attempt%* ; %*USER=%t ; COMMAND=%c", RECORD_ADMIN, "system.sudo", "sudo",
	    "failure" },
	{ "sudo*", "%u : TTY=%*USER=%t ; COMMAND=%c", RECORD_ADMIN, "system.sudo", "sudo", "success" },
	{ "sudo*", "%u : PWD=%*USER=%t ; COMMAND=%c", RECORD_ADMIN, "system.sudo", "sudo", "success" },
	{ "su", "FAILED SU (to %t) %u on %w", RECORD_LOGON, "system.su", "su", "failure" },
	{ "su", "(to %t) %u on %w", RECORD_LOGON, "system.su", "su", "success" },
	{ "useradd", "new user: name=%t, UID", RECORD_ADMIN, "system.user", "user-added", "success" },
	{ "usermod", "add '%t' to group '%*'", RECORD_ADMIN, "system.user", "group-changed", "success" },
	{ "passwd*", "pam_unix(passwd:chauthtok): password changed for %t%$", RECORD_ADMIN, "system.user",
	    "password-changed", "success" },

#define VPN_FAILED RECORD_LOGON, "openvpn", "vpn-login", "failure"
	{ "openvpn* ovpn* ", "%s:%p TLS Error: %r", VPN_FAILED },
	{ "openvpn* ovpn* ", "%s:%p TLS Auth Error: %r", VPN_FAILED },
	{ "openvpn* ovpn* ", "%s:%p VERIFY ERROR: %r", VPN_FAILED },
	{ "openvpn* ovpn* ", "%s:%p OpenSSL: error:%r", VPN_FAILED },
	{ "openvpn* ovpn* ", "%u/%s:%p AUTH: Received control message: AUTH_FAILED", VPN_FAILED },
	{ "openvpn* ovpn* ", "%u/%s:%p SENT CONTROL [%*]: 'AUTH_FAILED%*'", VPN_FAILED },
	{ "openvpn* ovpn* ", "%s:%p SENT CONTROL [%u]: 'AUTH_FAILED%*'", VPN_FAILED },
	{ "openvpn* ovpn* ", "%s:%p [UNDEF] Peer Connection Initiated with ", RECORD_OTHER, "openvpn", "vpn-connect", NULL },
	{ "openvpn* ovpn* ", "%s:%p [%u] Peer Connection Initiated with ", RECORD_LOGON, "openvpn", "vpn-connect", NULL },
	{ "openvpn* ovpn* ", "%s:%p/%u Peer Connection Initiated with ", RECORD_LOGON, "openvpn", "vpn-connect", NULL },
	{ "openvpn* ovpn* ", "%s:%p/%u Authentication succeeded", RECORD_LOGON, "openvpn", "vpn-login", "success" },
	{ "openvpn* ovpn* ", "%s:%p TLS: Username/Password authentication succeeded for username '%u'", RECORD_LOGON,
	    "openvpn", "vpn-login", "success" },
	{ "openvpn* ovpn* ", "%u/%s:%p SIGTERM[", RECORD_LOGON, "openvpn", "vpn-disconnect", "success" },
	{ "openvpn* ovpn* ", "%u/%s:%p MULTI: primary virtual IP for ", RECORD_LOGON, "openvpn", "vpn-address", "success" },
	{ "openvpn* ovpn* ", "%s:%p TCP connection established with ", RECORD_OTHER, "openvpn", "vpn-connect", NULL },
	{ "openvpn* ovpn* ", "%u/%s:%p TCP connection established with ", RECORD_OTHER, "openvpn", "vpn-connect", NULL },
#undef VPN_FAILED
	{ "PulseSecure Juniper", "%*[%s] %u(%*)[%*] - Login failed%*Reason: %r", RECORD_LOGON, "pulse", "vpn-login",
	    "failure" },
	{ "PulseSecure Juniper", "%*[%s] %u(%*)[%*] - Login failed", RECORD_LOGON, "pulse", "vpn-login", "failure" },
	{ "PulseSecure Juniper", "%*[%s] %u(%*)[%*] - Login succeeded", RECORD_LOGON, "pulse", "vpn-login", "success" },
	{ "PulseSecure Juniper", "%*[%s] %u(%*)[%*] - Primary authentication failed", RECORD_LOGON, "pulse", "vpn-login",
	    "failure" },
	{ "PulseSecure Juniper", "%*[%s] %u(%*)[%*] - Primary authentication successful", RECORD_LOGON, "pulse",
	    "vpn-login", "success" },
	{ "PulseSecure Juniper", "%*[%s] %u(%*)[%*] - Logout", RECORD_LOGON, "pulse", "vpn-logout", "success" },

	/* FreeRADIUS: behind the name stands how it was checked, or the password that was wrong; "cli": who called. */
	{ "radiusd freeradius", "%*Login OK: [%u/%*] (from client %*cli %h", RECORD_LOGON, "radius", "vpn-login", "success" },
	{ "radiusd freeradius", "%*Login OK: [%u] (from client %*cli %h", RECORD_LOGON, "radius", "vpn-login", "success" },
	{ "radiusd freeradius", "%*Login incorrect%*: [%u/%*] (from client %*cli %h", RECORD_LOGON, "radius", "vpn-login",
	    "failure" },
	{ "radiusd freeradius", "%*Login incorrect%*: [%u] (from client %*cli %h", RECORD_LOGON, "radius", "vpn-login",
	    "failure" },

	{ "named", "%*client %*%s#%p (%*): query: %n %w %y ", RECORD_DNS, "named.query", "query", NULL },
	{ "named", "%*client %*%s#%p (%*): query (cache) '%n/%y/IN' denied", RECORD_DNS, "named.query", "query", "failure" },
	{ "unbound", "%*info: %s %n %y IN", RECORD_DNS, "unbound.query", "query", NULL },
	{ "dnsmasq", "query[%y] %n from %s", RECORD_DNS, "dnsmasq.query", "query", NULL },
	{ "dnsmasq", "%w %s/%p query[%y] %n from %w", RECORD_DNS, "dnsmasq.query", "query", NULL },
	{ "dhcpd", "DHCPACK on %s to %m (%h) via %i", RECORD_OTHER, "dhcp", "dhcp-ack", "success" },
	{ "dhcpd", "DHCPACK on %s to %m via %i", RECORD_OTHER, "dhcp", "dhcp-ack", "success" },
	{ "dhcpd", "DHCPREQUEST for %s %*from %m ", RECORD_OTHER, "dhcp", "dhcp-request", NULL },
	{ "dhcpd", "DHCPRELEASE of %s from %m ", RECORD_OTHER, "dhcp", "dhcp-release", NULL },
	{ "dnsmasq-dhcp", "DHCPACK(%i) %s %m %h%$", RECORD_OTHER, "dhcp", "dhcp-ack", "success" },
	{ "dnsmasq-dhcp", "DHCPACK(%i) %s %m%$", RECORD_OTHER, "dhcp", "dhcp-ack", "success" },

#define CISCO "cisco.ios"	/* program: the facility; the message begins with its mnemonic */
	{ "SEC_LOGIN", "LOGIN_FAILED: Login failed [user: %u] [Source: %s] [localport: %q] [Reason: %r]", RECORD_LOGON, CISCO,
	    "login", "failure" },
	{ "SEC_LOGIN", "LOGIN_SUCCESS: Login Success [user: %u] [Source: %s] [localport: %q]", RECORD_LOGON, CISCO, "login",
	    "success" },
	{ "SYS", "CONFIG_I: Configured from %* by %u on %w (%s)", RECORD_ADMIN, CISCO, "configured", "success" },
	{ "SYS", "CONFIG_I: Configured from %* by %u", RECORD_ADMIN, CISCO, "configured", "success" },
	{ "SEC", "IPACCESSLOGP: list %w denied %x %s(%p) -> %d(%q)", RECORD_FLOW, CISCO, "denied", "failure" },
	{ "SEC", "IPACCESSLOGP: list %w permitted %x %s(%p) -> %d(%q)", RECORD_FLOW, CISCO, "permitted", "success" },
	{ "ASA", "106023: Deny %x src %*:%s/%p dst %*:%d/%q", RECORD_FLOW, "cisco.asa", "deny", "failure" },
	{ "ASA", "302013: Built outbound %x connection %w for %*:%d/%q (%*) to %*:%s/%p", RECORD_FLOW, "cisco.asa",
	    "built", "success" },
	{ "ASA", "302013: Built inbound %x connection %w for %*:%s/%p (%*) to %*:%d/%q", RECORD_FLOW, "cisco.asa",
	    "built", "success" },
	{ "ASA", "113005: AAA user authentication Rejected : reason = %r : server = %* : user = %u : user IP = %s",
	    RECORD_LOGON, "cisco.asa", "login", "failure" },
	{ "ASA", "113004: AAA user authentication Successful : server = %* : user = %u%$", RECORD_LOGON, "cisco.asa",
	    "login", "success" },
	{ "ASA FTD", "113039: Group <%*> User <%u> IP <%s> AnyConnect parent session started", RECORD_LOGON, "cisco.asa",
	    "vpn-login", "success" },
	{ "ASA", "605004: Login denied from %s/%p to %* for user \"%u\"", RECORD_LOGON, "cisco.asa", "login",
	    "failure" },
	{ "ASA", "605005: Login permitted from %s/%p to %* for user \"%u\"", RECORD_LOGON, "cisco.asa", "login",
	    "success" },
#undef CISCO
};

/* Whether ${program} is among ${programs}. */
static bool
is_among(struct hn_view program, const char *programs)
{
	struct hn_view rest = hn_view_of(programs), one;
	bool more = true;

	if (programs[0] == '?')
		return true;
	while (more) {
		more = hn_view_cut(&rest, ' ', &one);
		if (one.n > 0 && one.p[one.n - 1] == '*' ?
		    hn_view_starts(program, (struct hn_view){ one.p, one.n - 1 }) : hn_view_eq(program, one))
			return true;
	}
	return false;
}

/* rsyslog's "message repeated 3 times: [ ... ]" */
static struct hn_view
without_repeat(struct hn_view v)
{
	if (!hn_view_starts(v, HN_LIT("message repeated ")) || v.p[v.n - 1] != ']')
		return v;
	const size_t at = hn_view_search(v, HN_LIT(": ["));

	return at < v.n ? hn_view_trim((struct hn_view){ v.p + at + 3, v.n - at - 4 }) : v;
}

bool
daemon_read(struct hn_view program, struct hn_view message, struct record *r)
{
	const struct hn_view text = without_repeat(message);

	const char *programs = NULL;
	bool is_its = false;

	for (size_t i = 0; i < HN_COUNT(messages); i++) {
		const struct message *const m = &messages[i];

		if (m->programs != programs) {	/* most rows have their programs in common with the one before */
			programs = m->programs;
			is_its = is_among(program, programs);
		}
		if (!is_its || !pattern_match(m->pattern, text, r))
			continue;
		r->kind = m->kind;
		r->dataset = m->dataset;
		record_set(r, FIELD_EVENT_ACTION, hn_view_of(m->action));
		record_set(r, FIELD_EVENT_OUTCOME, hn_view_of(m->outcome));
		return true;
	}
	return false;
}
