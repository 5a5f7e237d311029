#include "detect/signin.h"

#include "unit/detect/play.h"

/* Lines of one format in, the last sign-in out: account|source|machine|outside or inside|failure or success|password or not. */
static const struct row {
	const char *format, *lines[3], *want;	/* NULL: nobody signs in with the last line */
	enum signin_way way;
} rows[] = {
#define FORTI "date=2026-11-10 time=08:00:00 devname=\"FW\" tz=\"+0900\" logid=\"1\" type=\"event\" subtype="
	{ "fortigate", { FORTI "\"vpn\" action=\"tunnel-up\" remip=203.0.113.5 user=\"HOUSE\\\\Sato\"" }, "sato|203.0.113.5|fw|out|ok|yes",
	    SIGNIN_VPN },
	{ "fortigate", { FORTI "\"vpn\" action=\"tunnel-up\" remip=203.0.113.5 user=\"N/A\" vpntunnel=\"Branch\"" },
	    "branch|203.0.113.5|fw|out|ok|yes", SIGNIN_VPN },
	{ "fortigate", { FORTI "\"vpn\" action=\"ssl-login-fail\" remip=203.0.113.5 user=\"sato\"" }, "sato|203.0.113.5|fw|out|no|yes",
	    SIGNIN_VPN },
	{ "fortigate", { FORTI "\"vpn\" action=\"tunnel-down\" remip=203.0.113.5 user=\"sato\"" }, NULL, SIGNIN_NONE },
	{ "fortigate", { FORTI "\"system\" action=\"login\" status=\"success\" srcip=10.0.0.5 user=\"admin\"" }, "admin|10.0.0.5|fw|in|ok|yes",
	    SIGNIN_DEVICE },
#undef FORTI
#define WIN(code, data) "{\"@timestamp\":\"2026-11-10T08:00:00.000Z\",\"winlog\":{\"channel\":\"Security\",\"computer_name\":" \
	"\"DC01.house.local\",\"event_id\":\"" code "\",\"provider_name\":\"Microsoft-Windows-Security-Auditing\",\"event_data\":{" \
	data "}},\"event\":{\"code\":\"" code "\"}}"
	{ "winevent", { WIN("4624", "\"TargetUserName\":\"Sato@house.local\",\"LogonType\":\"10\",\"IpAddress\":\"::ffff:10.0.0.5\"") },
	    "sato|10.0.0.5|dc01|in|ok|yes", SIGNIN_DESKTOP },
	{ "winevent", { WIN("4624", "\"TargetUserName\":\"sato\",\"LogonType\":\"3\",\"IpAddress\":\"::1\"") }, "sato||dc01|in|ok|yes",
	    SIGNIN_NETWORK },
	{ "winevent", { WIN("4624", "\"TargetUserName\":\"sato\",\"LogonType\":\"2\",\"IpAddress\":\"-\"") }, "sato||dc01|in|ok|yes",
	    SIGNIN_LOCAL },
	{ "winevent", { WIN("4634", "\"TargetUserName\":\"sato\",\"LogonType\":\"3\"") }, NULL, SIGNIN_NONE },
	{ "winevent", { WIN("4648", "\"SubjectUserName\":\"mori\",\"TargetUserName\":\"adm\",\"TargetServerName\":\"PC07.house.local\"") },
	    "adm|dc01.house.local|pc07|in|ok|yes", SIGNIN_NETWORK },
	{ "winevent", { WIN("4648", "\"SubjectUserName\":\"mori\",\"TargetUserName\":\"adm\",\"TargetServerName\":\"localhost\"") },
	    "adm||dc01|in|ok|yes", SIGNIN_LOCAL },
	{ "winevent", { WIN("4769", "\"TargetUserName\":\"sato@HOUSE\",\"ServiceName\":\"FILE01$\",\"Status\":\"0x0\",\"IpAddress\":\"10.0.0.5\"") },
	    "sato|10.0.0.5|file01|in|ok|yes", SIGNIN_TICKET },
	{ "winevent", { WIN("4769", "\"TargetUserName\":\"sato\",\"ServiceName\":\"krbtgt\",\"Status\":\"0x0\",\"IpAddress\":\"10.0.0.5\"") },
	    "sato|10.0.0.5||in|ok|yes", SIGNIN_TICKET },
	{ "winevent", { WIN("4771", "\"TargetUserName\":\"sato\",\"Status\":\"0x25\",\"IpAddress\":\"10.0.0.5\"") }, "sato|10.0.0.5||in|no|no",
	    SIGNIN_CHECK },
	{ "winevent", { WIN("4625", "\"TargetUserName\":\"sato\",\"LogonType\":\"3\",\"WorkstationName\":\"PC05\",\"IpAddress\":\"10.0.0.5\""),
	    WIN("4776", "\"TargetUserName\":\"sato\",\"Workstation\":\"\\\\\\\\PC05\",\"Status\":\"0xc000006a\"") }, "sato|10.0.0.5||in|no|yes",
	    SIGNIN_CHECK },
	{ "winevent", { WIN("4776", "\"TargetUserName\":\"sato\",\"Workstation\":\"PC05\",\"Status\":\"0x0\"") }, "sato|pc05||in|ok|yes",
	    SIGNIN_CHECK },
#undef WIN
	{ "syslog", { "Nov 23 08:00:10 rt [L2TP] TUNNEL[5] connected from 203.0.113.5",
	    "Nov 23 08:00:10 rt PP[ANONYMOUS01] Call detected from user 'Sato'",
	    "Nov 23 08:00:11 rt PP[ANONYMOUS01] PPP/IPCP up  (Local: 192.168.100.1, Remote: 192.168.100.200)" },
	    "sato|203.0.113.5|rt|out|ok|yes", SIGNIN_VPN },
	{ "syslog", { "Nov 23 08:00:10 rt [L2TP] TUNNEL[5] connected from 203.0.113.5",
	    "Nov 23 08:00:10 rt PP[ANONYMOUS01] Call detected from user 'Sato'", "Nov 23 08:05:11 rt PP[01] PPP/IPCP up  (Local: 192.0.2.1)" },
	    "||rt|in|ok|yes", SIGNIN_VPN },
	{ "syslog", { "Nov 23 08:00:10 rt [L2TP] TUNNEL[5] connected from 203.0.113.5",
	    "Nov 23 08:00:10 rt PP[ANONYMOUS01] Call detected from user 'Sato'",
	    "Nov 23 08:00:40 rt PP[ANONYMOUS01] Call detected from user 'mori'" }, "sato|203.0.113.5|rt|out|no|yes", SIGNIN_VPN },
	{ "syslog", { "Nov 23 08:00:10 rt PP[ANONYMOUS01] Call detected from user 'Sato'", "Nov 23 08:00:11 rt PP[ANONYMOUS01] PPP/IPCP up",
	    "Nov 23 08:00:40 rt PP[ANONYMOUS01] Call detected from user 'mori'" }, NULL, SIGNIN_NONE },
	{ "syslog", { "Nov 23 08:00:10 rt [L2TP] TUNNEL[5] connected from 203.0.113.5" }, NULL, SIGNIN_NONE },
	{ "syslog", { "Nov 23 08:00:02 rad radiusd[8]: (1) Login OK: [sato] (from client ap port 0 cli 00-00-5E-00-53-0E via TLS tunnel)" },
	    "sato|00-00-5e-00-53-0e||in|ok|yes", SIGNIN_CHECK },
	{ "syslog", { "Nov 23 08:00:02 asa %ASA-6-113039: Group <R> User <Sato> IP <203.0.113.5> AnyConnect parent session started." },
	    "sato|203.0.113.5|asa|out|ok|yes", SIGNIN_VPN },
	{ "syslog", { "Nov 23 08:00:02 srv sshd[9]: Accepted password for sato from 203.0.113.5 port 51182 ssh2" },
	    "sato|203.0.113.5|srv|out|ok|yes", SIGNIN_SHELL },
#define ZEEK(path, more) "{\"_path\":\"" path "\",\"ts\":1796000000.5,\"uid\":\"C1\",\"id.orig_h\":\"10.0.0.5\",\"id.orig_p\":50000," \
	"\"id.resp_h\":\"10.0.0.9\",\"id.resp_p\":445," more "}"
	{ "zeek-json", { ZEEK("ntlm", "\"username\":\"Sato\",\"server_nb_computer_name\":\"FILE01\",\"success\":true") },
	    "sato|10.0.0.5|file01|in|ok|yes", SIGNIN_NETWORK },
	{ "zeek-json", { ZEEK("ntlm", "\"username\":\"sato\",\"success\":false") }, "sato|10.0.0.5|10.0.0.9|in|no|yes", SIGNIN_NETWORK },
	{ "zeek-json", { ZEEK("kerberos", "\"request_type\":\"TGS\",\"client\":\"sato/HOUSE\",\"service\":\"cifs/pc07.house.local\","
	    "\"success\":true") }, "sato|10.0.0.5|pc07|in|ok|yes", SIGNIN_TICKET },
	{ "zeek-json", { ZEEK("kerberos", "\"request_type\":\"AS\",\"client\":\"sato/HOUSE\",\"service\":\"krbtgt/HOUSE\",\"success\":false,"
	    "\"error_msg\":\"KDC_ERR_PREAUTH_REQUIRED\"") }, "sato|10.0.0.5||in|no|no", SIGNIN_CHECK },
	{ "zeek-json", { ZEEK("kerberos", "\"request_type\":\"AS\",\"client\":\"sato/HOUSE\",\"service\":\"krbtgt/HOUSE\",\"success\":false,"
	    "\"error_msg\":\"KDC_ERR_PREAUTH_FAILED\"") }, "sato|10.0.0.5||in|no|yes", SIGNIN_CHECK },
	{ "zeek-json", { ZEEK("kerberos", "\"request_type\":\"AS\",\"client\":\"sato/HOUSE\",\"service\":\"krbtgt/HOUSE\",\"success\":false,"
	    "\"error_msg\":\"KRB_AP_ERR_SKEW\"") }, "sato|10.0.0.5||in|no|no", SIGNIN_CHECK },
	{ "zeek-json", { ZEEK("ssh", "\"auth_success\":true") }, "|10.0.0.5|10.0.0.9|in|ok|yes", SIGNIN_SHELL },
#undef ZEEK
	{ "combined", { "203.0.113.5 - Sato [10/Nov/2026:10:00:00 +0900] \"GET /owa/ HTTP/1.1\" 401 10 \"-\" \"M\"" },
	    "sato|203.0.113.5||out|no|yes", SIGNIN_WEB },
	{ "combined", { "203.0.113.5 - - [10/Nov/2026:10:00:00 +0900] \"GET /owa/ HTTP/1.1\" 401 10 \"-\" \"M\"" }, NULL, SIGNIN_NONE },
	{ "combined", { "10.0.0.5 - sato [10/Nov/2026:10:00:00 +0900] \"GET http://www.example.com/ HTTP/1.1\" 401 10 \"-\" \"M\"" }, NULL,
	    SIGNIN_NONE },
};

static bool
read_lines(struct play *p, const struct row *r, struct keyed *names, struct signin *in)
{
	bool is = false;

	p->conf.contacts = contacts_new(1, &p->scope);
	assert_non_null(p->conf.contacts);
	for (size_t i = 0; i < HN_COUNT(r->lines) && r->lines[i] != NULL; i++) {
		const struct sight s = { .record = &p->record, .scope = &p->scope };

		assert_int_equal(stream_line(p->stream, hn_view_of(r->lines[i]), i + 1, &p->record, NULL), HN_OK);
		is = signin_read(&p->conf, names, &s, in);
	}
	contacts_free(p->conf.contacts);
	return is;
}

static void
each_line_gives_one_form(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct keyed *const names = keyed_new(sizeof(struct signin_name), 100);
		struct signin in;
		char got[400];
		bool is;

		assert_non_null(names);
		play_open(&p, FINDING_LOGON, rows[i].format);
		is = read_lines(&p, &rows[i], names, &in);
		if (is != (rows[i].want != NULL))
			fail_msg("row %zu: %s", i, is ? "a sign-in" : "no sign-in");
		if (is) {
			(void)snprintf(got, sizeof(got), "%.*s|%.*s|%.*s|%s|%s|%s", (int)in.account.n, in.account.p, (int)in.source.n, in.source.p,
			    (int)in.machine.n, in.machine.p, in.is_from_outside ? "out" : "in", in.is_failure ? "no" : "ok",
			    in.is_password ? "yes" : "no");
			assert_string_equal(got, rows[i].want);
			assert_int_equal(in.way, rows[i].way);
		}
		keyed_free(names);
		play_close(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_gives_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
