#include "detect/bruteforce.h"

#include "unit/detect/play.h"

/* sshd's lines: who fails how often, and whether it gets in. */
static const struct row {
	const char *what, *source;
	unsigned failures, accounts;
	unsigned every_s;
	bool gets_in;
	enum finding_level least, most;
	const char *rule;		/* NULL: nothing is told */
} rows[] = {
	{ "guessing within the house", "10.0.0.5", 60, 1, 2, false, LEVEL_MEDIUM, LEVEL_HIGH, "bruteforce.guessing" },
	{ "guessing that succeeds", "10.0.0.5", 60, 1, 2, true, LEVEL_CRITICAL, LEVEL_CRITICAL, "bruteforce.guessing" },
	{ "spraying", "10.0.0.5", 40, 40, 20, false, LEVEL_MEDIUM, LEVEL_HIGH, "bruteforce.spraying" },
	{ "spraying that succeeds", "10.0.0.5", 40, 40, 20, true, LEVEL_CRITICAL, LEVEL_CRITICAL, "bruteforce.spraying" },
	{ "spraying over a day", "10.0.0.5", 20, 20, 4000, false, LEVEL_MEDIUM, LEVEL_HIGH, "bruteforce.spraying" },
	{ "typing errors", "10.0.0.5", 5, 1, 5, true, LEVEL_INFO, LEVEL_INFO, NULL },
	{ "typing errors of a few people in a day", "10.0.0.5", 21, 7, 4000, false, LEVEL_INFO, LEVEL_INFO, NULL },
	{ "the weather outside", "198.51.100.7", 900, 60, 3, false, LEVEL_INFO, LEVEL_LOW, "bruteforce.spraying" },
	{ "from outside, and in", "198.51.100.7", 300, 1, 3, true, LEVEL_CRITICAL, LEVEL_CRITICAL, "bruteforce.guessing" },
	{ "an old password in a program", "10.0.0.5", 700, 1, 60, false, LEVEL_INFO, LEVEL_LOW, "bruteforce.guessing" },
	{ "an old password, mended", "10.0.0.5", 700, 1, 60, true, LEVEL_INFO, LEVEL_LOW, "bruteforce.guessing" },
};

static void
say(struct play *p, unsigned at_s, const char *what, unsigned account, const char *source)
{
	char line[256];

	(void)snprintf(line, sizeof(line), "<38>2026-11-%02uT%02u:%02u:%02uZ srv sshd[77]: %s password for user%u from %s port 5118 ssh2",
	    10 + at_s / 86400, at_s / 3600 % 24, at_s / 60 % 60, at_s % 60, what, account, source);
	play_line(p, line);
}

static void
guessing_is_told_from_forgetting(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct finding *f;
		unsigned at_s = 3600;

		play_open(&p, FINDING_BRUTEFORCE, "syslog");
		for (unsigned n = 0; n < rows[i].failures; n++, at_s += rows[i].every_s) {
			if (n == rows[i].failures / 2)
				play_restart(&p, FINDING_BRUTEFORCE);
			say(&p, at_s, "Failed", n % rows[i].accounts, rows[i].source);
		}
		if (rows[i].gets_in)
			say(&p, at_s, "Accepted", 0, rows[i].source);
		f = play_worst(&p);
		if ((f != NULL) != (rows[i].rule != NULL))
			fail_msg("%s: %s", rows[i].what, f != NULL ? "told" : "not told");
		if (f != NULL) {
			if (f->level < rows[i].least || f->level > rows[i].most)
				fail_msg("%s: %s", rows[i].what, finding_level_name(f->level));
			assert_view_equal(f->rule, rows[i].rule);
			assert_view_equal(f->source, rows[i].source);
			assert_view_equal(f->destination, "srv");
			if (f->level == LEVEL_CRITICAL)
				assert_view_equal(f->words, "bruteforce-in");
		}
		play_close(&p);
	}
}

/* Windows: one template a row; %u the second, %u the account.  Status codes say whether a password was tried. */
static const struct windows_row {
	const char *what, *data;
	unsigned code, n;
	const char *rule;
} windows_rows[] = {
	{ "Kerberos, wrong password", "\"TargetUserName\":\"user%u\",\"Status\":\"0x18\",\"IpAddress\":\"::ffff:10.0.0.5\"", 4771, 30,
	    "bruteforce.spraying" },
	{ "Kerberos, no such account", "\"TargetUserName\":\"user%u\",\"Status\":\"0x6\",\"IpAddress\":\"::ffff:10.0.0.5\"", 4768, 30,
	    "bruteforce.spraying" },
	{ "Kerberos, a clock that is off", "\"TargetUserName\":\"user%u\",\"Status\":\"0x25\",\"IpAddress\":\"::ffff:10.0.0.5\"", 4771,
	    30, NULL },
	{ "Kerberos, a ticket for a service", "\"TargetUserName\":\"user%u\",\"Status\":\"0x20\",\"IpAddress\":\"10.0.0.5\"", 4769, 30,
	    NULL },
	{ "Kerberos, machines' own accounts", "\"TargetUserName\":\"PC%u$\",\"Status\":\"0x18\",\"IpAddress\":\"10.0.0.5\"", 4771, 30,
	    NULL },
	{ "NTLM", "\"TargetUserName\":\"user%u\",\"Workstation\":\"\\\\\\\\PC05\",\"Status\":\"0xc000006a\"", 4776, 30,
	    "bruteforce.spraying" },
	{ "NTLM, the domain's channel is down", "\"TargetUserName\":\"user%u\",\"Workstation\":\"PC05\",\"Status\":\"0xc0000192\"",
	    4776, 30, NULL },
	{ "at the machine", "\"TargetUserName\":\"user%u\",\"LogonType\":\"3\",\"SubStatus\":\"0xc0000064\",\"IpAddress\":\"10.0.0.5\"",
	    4625, 30, "bruteforce.spraying" },
};

static void
windows(struct play *p, unsigned at_s, unsigned code, const char *data)
{
	static char line[1024];

	(void)snprintf(line, sizeof(line), "{\"@timestamp\":\"2026-11-10T%02u:%02u:%02u.000Z\",\"winlog\":{\"channel\":\"Security\","
	    "\"computer_name\":\"dc01.house.local\",\"event_id\":\"%u\",\"provider_name\":\"Microsoft-Windows-Security-Auditing\","
	    "\"event_data\":{%s}},\"event\":{\"code\":\"%u\"}}", at_s / 3600 % 24, at_s / 60 % 60, at_s % 60, code, data, code);
	play_line(p, line);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void
codes_say_whether_a_password_was_tried(void **state)
{
	static struct play p;
	char data[256];

	(void)state;
	for (size_t i = 0; i < HN_COUNT(windows_rows); i++) {
		const struct finding *f;

		play_open(&p, FINDING_BRUTEFORCE, "winevent");
		for (unsigned n = 0; n < windows_rows[i].n; n++) {
			(void)snprintf(data, sizeof(data), windows_rows[i].data, n);
			windows(&p, 3600 + n * 5, windows_rows[i].code, data);
		}
		f = play_worst(&p);
		if ((f != NULL) != (windows_rows[i].rule != NULL))
			fail_msg("%s: %s", windows_rows[i].what, f != NULL ? "told" : "not told");
		if (f != NULL)
			assert_view_equal(f->rule, windows_rows[i].rule);
		play_close(&p);
	}
}
#pragma GCC diagnostic pop

/* One attempt in the words of a domain controller and of the machine: one source, counted once. */
static void
two_views_of_an_attempt_are_one(void **state)
{
	static struct play p;
	const struct finding *f;
	char data[256];
	size_t n;

	(void)state;
	play_open(&p, FINDING_BRUTEFORCE, "winevent");
	for (unsigned i = 0; i < 20; i++) {
		(void)snprintf(data, sizeof(data), "\"TargetUserName\":\"user%u\",\"LogonType\":\"3\",\"SubStatus\":\"0xc000006a\","
		    "\"WorkstationName\":\"PC05\",\"IpAddress\":\"10.0.0.5\"", i);
		windows(&p, 3600 + i * 30, 4625, data);
		(void)snprintf(data, sizeof(data), "\"TargetUserName\":\"user%u\",\"Workstation\":\"PC05\",\"Status\":\"0xc000006a\"", i);
		windows(&p, 3601 + i * 30, 4776, data);
	}
	(void)findings_sorted(p.findings, &n);
	assert_int_equal(n, 1);
	f = play_worst(&p);
	assert_view_equal(f->source, "10.0.0.5");
	assert_true(f->count <= 20);
	play_close(&p);
}

static void
vpn(struct play *p, unsigned at_s, const char *action, unsigned account)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "date=2026-11-10 time=%02u:%02u:%02u devname=\"FW\" tz=\"+0900\" logid=\"0101039426\" "
	    "type=\"event\" subtype=\"vpn\" level=\"alert\" action=\"%s\" remip=198.51.100.7 user=\"user%u\" msg=\"x\"", at_s / 3600,
	    at_s / 60 % 60, at_s % 60, action, account);
	play_line(p, line);
}

/* Names that the whole internet tries are weather; the names of our own people from one address are not. */
static void
names_of_our_own_from_outside_are_no_weather(void **state)
{
	static struct play p;

	(void)state;
	for (unsigned known = 0; known < 2; known++) {
		play_open(&p, FINDING_BRUTEFORCE, "fortigate");
		for (unsigned n = 0; known && n < 20; n++) {
			char line[512];

			(void)snprintf(line, sizeof(line), "date=2026-11-10 time=08:00:%02u devname=\"FW\" tz=\"+0900\" logid=\"0101039947\" "
			    "type=\"event\" subtype=\"vpn\" level=\"information\" action=\"tunnel-up\" tunneltype=\"ssl-tunnel\" remip=203.0.113.%u "
			    "user=\"User%u\" msg=\"x\"", n, n, n);
			play_line(&p, line);
		}
		for (unsigned n = 0; n < 20; n++)
			vpn(&p, 43200 + n * 15, "ssl-login-fail", n);
		assert_non_null(play_worst(&p));
		assert_true(known ? play_worst(&p)->level >= LEVEL_MEDIUM : play_worst(&p)->level < LEVEL_MEDIUM);
		assert_view_equal(play_worst(&p)->rule, "bruteforce.spraying");
		play_close(&p);
	}
}

/* Many sources outside, one or two tries from each, over half a day. */
static const struct door_row {
	const char *what, *account;	/* %u: its number */
	bool gets_in;			/* each after its slip */
	const char *rule;
} door_rows[] = {
	{ "our own accounts", "user%u", false, "bruteforce.many-sources" },
	{ "names that nobody has here", "guest%u", false, NULL },
	{ "our own people, who slip and get in", "user%u", true, NULL },
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void
at_door(struct play *p, const struct door_row *r, unsigned n)
{
	const unsigned at_s = 3600 + n * 1500;
	char account[32], line[512];

	(void)snprintf(account, sizeof(account), r->account, n % 20);
	for (unsigned in = 0; in < (r->gets_in ? 2u : 1u); in++) {
		(void)snprintf(line, sizeof(line), "date=2026-11-12 time=%02u:%02u:%02u devname=\"FW\" tz=\"+0900\" logid=\"0101039426\" "
		    "type=\"event\" subtype=\"vpn\" level=\"alert\" action=\"%s\" remip=198.51.%u.7 user=\"%s\" msg=\"x\"",
		    at_s / 3600, at_s / 60 % 60, at_s % 60 + in * 20, in != 0 ? "tunnel-up" : "ssl-login-fail", n, account);
		play_line(p, line);
	}
}
#pragma GCC diagnostic pop

static void
many_sources_at_one_door_are_one_attack(void **state)
{
	static struct play p;
	char line[512];

	(void)state;
	for (size_t i = 0; i < HN_COUNT(door_rows); i++) {
		const struct finding *f;

		play_open(&p, FINDING_BRUTEFORCE, "fortigate");
		for (unsigned n = 0; n < 20; n++) {
			(void)snprintf(line, sizeof(line), "date=2026-11-10 time=08:00:%02u devname=\"FW\" tz=\"+0900\" logid=\"0101039947\" "
			    "type=\"event\" subtype=\"vpn\" level=\"information\" action=\"tunnel-up\" remip=203.0.113.%u user=\"user%u\"", n, n, n);
			play_line(&p, line);
		}
		for (unsigned n = 0; n < 20; n++)
			at_door(&p, &door_rows[i], n);
		f = play_worst(&p);
		if ((f != NULL) != (door_rows[i].rule != NULL))
			fail_msg("%s: %s", door_rows[i].what, f != NULL ? "told" : "not told");
		if (f != NULL) {
			assert_view_equal(f->rule, door_rows[i].rule);
			assert_view_equal(f->source, "FW");
			assert_int_equal(f->level, LEVEL_MEDIUM);
		}
		play_close(&p);
	}
}

/* A YAMAHA router names who begins to say a password; who fails is seen when the next one begins. */
static void
a_router_that_tells_no_failure_is_understood(void **state)
{
	static struct play p;
	char line[160];

	(void)state;
	play_open(&p, FINDING_BRUTEFORCE, "syslog");
	for (unsigned n = 0; n < 60; n++) {
		(void)snprintf(line, sizeof(line), "2026-11-10T10:%02u:00+09:00 rt [L2TP] TUNNEL[5] connected from 203.0.113.5", n);
		play_line(&p, line);
		(void)snprintf(line, sizeof(line), "2026-11-10T10:%02u:01+09:00 rt PP[ANONYMOUS01] Call detected from user 'sato'", n);
		play_line(&p, line);
	}
	assert_non_null(play_worst(&p));
	assert_view_equal(play_worst(&p)->rule, "bruteforce.guessing");
	assert_view_equal(play_worst(&p)->source, "203.0.113.5");
	assert_view_equal(play_worst(&p)->user, "sato");
	assert_true(play_worst(&p)->level < LEVEL_MEDIUM);
	play_line(&p, "2026-11-10T10:59:02+09:00 rt PP[ANONYMOUS01] PPP/IPCP up  (Local: 192.168.100.1)");
	assert_int_equal(play_worst(&p)->level, LEVEL_CRITICAL);
	play_close(&p);
}

/* A tool that is let in almost everywhere and refused here and there knows its password. */
static void
refusals_between_successes_are_no_guessing(void **state)
{
	static struct play p;
	char data[256];

	(void)state;
	play_open(&p, FINDING_BRUTEFORCE, "winevent");
	for (unsigned i = 0; i < 400; i++) {
		(void)snprintf(data, sizeof(data), "\"TargetUserName\":\"svc_stock\",\"LogonType\":\"3\",\"SubStatus\":\"%s\","
		    "\"IpAddress\":\"10.0.0.9\"", i % 8 == 7 ? "0xc000006a" : "0x0");
		windows(&p, 3600 + i * 4, i % 8 == 7 ? 4625 : 4624, data);
	}
	assert_null(play_worst(&p));
	play_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guessing_is_told_from_forgetting),
		cmocka_unit_test(codes_say_whether_a_password_was_tried),
		cmocka_unit_test(two_views_of_an_attempt_are_one),
		cmocka_unit_test(names_of_our_own_from_outside_are_no_weather),
		cmocka_unit_test(many_sources_at_one_door_are_one_attack),
		cmocka_unit_test(a_router_that_tells_no_failure_is_understood),
		cmocka_unit_test(refusals_between_successes_are_no_guessing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
