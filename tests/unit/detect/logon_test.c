#include "detect/logon.h"

#include "unit/detect/play.h"

/* Days of a house: two people through the VPN, each in their own hours and from their own line. */
#define DAYS 12u

static void
vpn(struct play *p, unsigned day, unsigned hour, const char *who)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "date=2026-11-%02u time=%02u:%02u:00 devname=\"FW\" tz=\"+0900\" logid=\"0101039947\" "
	    "type=\"event\" subtype=\"vpn\" level=\"information\" action=\"tunnel-up\" tunneltype=\"ssl-tunnel\" %s", 1 + day, hour,
	    (day * 7 + hour) % 60, who);
	play_line(p, line);
}

#define SATO "remip=203.0.113.20 srccountry=\"Japan\" user=\"sato\""
#define MORI "remip=198.51.100.30 srccountry=\"Japan\" user=\"mori\""

static void
ordinary(struct play *p, unsigned days)
{
	for (unsigned day = 0; day < days; day++) {
		vpn(p, day, 9, SATO);
		vpn(p, day, 20 + day % 3, MORI);
	}
}

/* One sign-in after the ordinary days. */
static const struct vpn_row {
	const char *what, *who;
	unsigned days, hour;
	enum finding_level least, most;
	const char *words;	/* NULL: nothing is told */
} vpn_rows[] = {
	{ "as ever", SATO, DAYS, 9, LEVEL_INFO, LEVEL_INFO, NULL },
	{ "at night from the usual line", SATO, DAYS, 3, LEVEL_LOW, LEVEL_LOW, "logon-hours" },
	{ "from another line by day", "remip=192.0.2.9 srccountry=\"Japan\" user=\"sato\"", DAYS, 10, LEVEL_INFO, LEVEL_LOW,
	    "logon-place" },
	{ "from another line at night", "remip=192.0.2.9 srccountry=\"Japan\" user=\"sato\"", DAYS, 3, LEVEL_MEDIUM, LEVEL_HIGH,
	    "logon-place" },
	{ "from abroad by day", "remip=192.0.2.9 srccountry=\"Brazil\" user=\"SATO\"", DAYS, 9, LEVEL_MEDIUM, LEVEL_HIGH, "logon-place" },
	{ "from abroad at night", "remip=192.0.2.9 srccountry=\"Brazil\" user=\"HOUSE\\\\sato\"", DAYS, 3, LEVEL_HIGH, LEVEL_HIGH,
	    "logon-place" },
	{ "from abroad, in the first week", "remip=192.0.2.9 srccountry=\"Brazil\" user=\"sato\"", 5, 3, LEVEL_LOW, LEVEL_LOW, "logon-place" },
	{ "from a colleague's line at night", "remip=198.51.100.31 srccountry=\"Japan\" user=\"sato\"", DAYS, 3, LEVEL_LOW, LEVEL_LOW,
	    "logon-place" },
	{ "somebody new", "remip=192.0.2.9 srccountry=\"Japan\" user=\"abe\"", DAYS, 9, LEVEL_LOW, LEVEL_LOW, "logon-first" },
	{ "somebody new, from abroad", "remip=192.0.2.9 srccountry=\"Brazil\" user=\"abe\"", DAYS, 9, LEVEL_MEDIUM, LEVEL_HIGH,
	    "logon-first" },
	{ "from within the house", "remip=10.0.0.9 user=\"sato\"", DAYS, 3, LEVEL_INFO, LEVEL_INFO, NULL },
	{ "two houses' tunnel, as ever unnamed", "remip=203.0.113.20 user=\"N/A\"", DAYS, 3, LEVEL_INFO, LEVEL_INFO, NULL },
};

static void
a_sign_in_is_weighed_against_its_past(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < 2 * HN_COUNT(vpn_rows); i++) {
		const struct vpn_row *const r = &vpn_rows[i / 2];
		const struct finding *f;

		play_open(&p, FINDING_LOGON, "fortigate");
		ordinary(&p, r->days);
		if (play_worst(&p) != NULL)
			fail_msg("%s: something is told of ordinary days", r->what);
		if (i % 2 == 1)
			play_restart(&p, FINDING_LOGON);
		vpn(&p, r->days + 1, r->hour, r->who);
		f = play_worst(&p);
		if ((f != NULL) != (r->words != NULL))
			fail_msg("%s: %s", r->what, f != NULL ? "told" : "not told");
		if (f != NULL) {
			if (f->level < r->least || f->level > r->most)
				fail_msg("%s: %s %.2f", r->what, finding_level_name(f->level), f->score);
			assert_view_equal(f->words, r->words);
			assert_view_equal(f->rule, "logon.vpn");
			assert_view_equal(f->destination, "FW");
		}
		play_close(&p);
	}
}

/* What was told does not sink when the stranger comes again, nor does it make the next one ordinary. */
static void
what_was_told_is_not_learnt(void **state)
{
	static struct play p;
	enum finding_level before;
	size_t n;

	(void)state;
	play_open(&p, FINDING_LOGON, "fortigate");
	ordinary(&p, DAYS);
	vpn(&p, DAYS + 1, 3, "remip=192.0.2.9 srccountry=\"Brazil\" user=\"sato\"");
	before = play_worst(&p)->level;
	for (unsigned day = 2; day < 8; day++)
		vpn(&p, DAYS + day, 3, "remip=192.0.2.9 srccountry=\"Brazil\" user=\"sato\"");
	assert_int_equal(play_worst(&p)->level, before);
	assert_int_equal(play_worst(&p)->count, 7);
	vpn(&p, DAYS + 8, 3, "remip=198.18.0.9 srccountry=\"Brazil\" user=\"sato\"");
	assert_int_equal(play_worst(&p)->level, before);
	(void)findings_sorted(p.findings, &n);
	assert_int_equal(n, 2);
	assert_int_equal(findings_sorted(p.findings, &n)[1]->level, before);
	play_close(&p);
}

/* A YAMAHA router that does not say from where: the hour and the person are left. */
static void
without_a_place_the_person_counts(void **state)
{
	static struct play p;
	const struct finding *f;
	char line[160];

	(void)state;
	play_open(&p, FINDING_LOGON, "syslog");
	p.reader.now_ms = INT64_C(1796000000000);
	for (unsigned day = 1; day < 26; day++)
		for (unsigned l = 0; l < 2; l++) {
			(void)snprintf(line, sizeof(line), "2026-11-%02uT09:00:0%u+09:00 rt830 PP[ANONYMOUS01] %s", day, l,
			    l == 0 ? "Call detected from user 'sato'" : "PPP/IPCP up  (Local: 192.168.100.1, Remote: 192.168.100.200)");
			play_line(&p, line);
		}
	assert_null(play_worst(&p));
	play_line(&p, "2026-11-26T02:00:00+09:00 rt830 PP[ANONYMOUS01] Call detected from user 'abe'");
	assert_null(play_worst(&p));
	play_line(&p, "2026-11-26T02:00:01+09:00 rt830 PP[ANONYMOUS01] PPP/IPCP up  (Local: 192.168.100.1)");
	f = play_worst(&p);
	assert_non_null(f);
	assert_view_equal(f->words, "logon-first");
	assert_view_equal(f->user, "abe");
	assert_view_equal(f->source, "rt830");
	play_close(&p);
}

static void
windows(struct play *p, unsigned at_s, const char *machine, const char *who)
{
	char line[1024];

	(void)snprintf(line, sizeof(line), "{\"@timestamp\":\"2026-11-%02uT%02u:%02u:%02u.000Z\",\"winlog\":{\"channel\":\"Security\","
	    "\"computer_name\":\"%s.house.local\",\"event_id\":\"4624\",\"provider_name\":\"Microsoft-Windows-Security-Auditing\","
	    "\"event_data\":{%s}},\"event\":{\"code\":\"4624\"}}", 1 + at_s / 86400, at_s / 3600 % 24, at_s / 60 % 60, at_s % 60,
	    machine, who);
	play_line(p, line);
}

#define NURSE "\"TargetUserName\":\"nurse\",\"LogonType\":\"3\",\"IpAddress\":\"10.0.0.20\""
#define ADMIN "\"TargetUserName\":\"adm-abe\",\"LogonType\":\"10\",\"IpAddress\":\"10.0.0.30\""

/* Ordinary days of a nurse at a ward's computer, of an administrator, and of a service that may visit every machine each day. */
static void
ordinary_windows(struct play *p, bool has_rounds)
{
	char machine[16];

	for (unsigned day = 0; day < DAYS; day++) {
		windows(p, day * 86400 + 30000, "file01", NURSE);
		for (unsigned n = 0; n < 3; n++) {
			(void)snprintf(machine, sizeof(machine), "pc%02u", (day * 3 + n) % 30);
			windows(p, day * 86400 + 36000 + n * 60, machine, ADMIN);
		}
		for (unsigned n = 0; has_rounds && n < 40; n++) {
			(void)snprintf(machine, sizeof(machine), "pc%02u", n);
			windows(p, day * 86400 + 50000 + n * 5, machine,
			    "\"TargetUserName\":\"svc_stock\",\"LogonType\":\"3\",\"IpAddress\":\"10.0.0.9\"");
		}
	}
}

static const struct spread_row {
	const char *what, *who;
	unsigned machines, every_s;
	enum finding_level least, most;	/* of logon.spread; INFO and INFO: none of it */
} spread_rows[] = {
	{ "an administrator's account on a ward's computer", "\"TargetUserName\":\"adm-abe\",\"LogonType\":\"3\",\"IpAddress\":\"10.0.0.20\"",
	    30, 4, LEVEL_MEDIUM, LEVEL_HIGH },
	{ "an account never seen, there", "\"TargetUserName\":\"Administrator\",\"LogonType\":\"3\",\"IpAddress\":\"10.0.0.20\"", 40, 4,
	    LEVEL_MEDIUM, LEVEL_HIGH },
	{ "the administrator from his own computer", "\"TargetUserName\":\"adm-abe\",\"LogonType\":\"3\",\"IpAddress\":\"10.0.0.30\"", 30,
	    4, LEVEL_LOW, LEVEL_LOW },
	{ "the service that always does", "\"TargetUserName\":\"svc_stock\",\"LogonType\":\"3\",\"IpAddress\":\"10.0.0.9\"", 40, 4,
	    LEVEL_INFO, LEVEL_INFO },
	{ "slowly, a few an hour", "\"TargetUserName\":\"adm-abe\",\"LogonType\":\"3\",\"IpAddress\":\"10.0.0.20\"", 30, 900,
	    LEVEL_INFO, LEVEL_INFO },
	{ "machines' own accounts", "\"TargetUserName\":\"PC05$\",\"LogonType\":\"3\",\"IpAddress\":\"10.0.0.20\"", 40, 4, LEVEL_INFO,
	    LEVEL_INFO },
	{ "at the machines themselves", "\"TargetUserName\":\"adm-abe\",\"LogonType\":\"2\",\"IpAddress\":\"10.0.0.20\"", 9, 4, LEVEL_INFO,
	    LEVEL_INFO },
};

static void
an_account_on_many_machines_is_weighed_against_its_past(void **state)
{
	static struct play p;
	char machine[16];

	(void)state;
	for (size_t i = 0; i < HN_COUNT(spread_rows); i++) {
		const struct spread_row *const r = &spread_rows[i];
		const struct finding *f;

		play_open(&p, FINDING_LOGON, "winevent");
		ordinary_windows(&p, true);
		play_restart(&p, FINDING_LOGON);
		if (play_worst(&p) != NULL && play_worst(&p)->level >= LEVEL_MEDIUM)
			fail_msg("%s: ordinary days are told of", r->what);
		for (unsigned n = 0; n < r->machines; n++) {
			(void)snprintf(machine, sizeof(machine), "pc%02u", n);
			windows(&p, (DAYS + 1) * 86400 + n * r->every_s, machine, r->who);
		}
		f = play_worst(&p);
		if (f != NULL && r->most > LEVEL_INFO && (f->level < r->least || f->level > r->most))
			fail_msg("%s: %s %.2f", r->what, finding_level_name(f->level), f->score);
		if (f == NULL ? r->least > LEVEL_INFO : r->most == LEVEL_INFO && f->level >= LEVEL_MEDIUM)
			fail_msg("%s: %s", r->what, f == NULL ? "not told" : "told");
		play_close(&p);
	}
}

static const struct outside_row {
	const char *what, *who;
	unsigned days_before;		/* on which it did the same */
	enum finding_level least, most;
} outside_rows[] = {
	{ "remote desktop, administrator", "\"TargetUserName\":\"Administrator\",\"LogonType\":\"10\",\"IpAddress\":\"192.0.2.77\"", 0,
	    LEVEL_HIGH, LEVEL_HIGH },
	{ "remote desktop, anybody", "\"TargetUserName\":\"nurse\",\"LogonType\":\"10\",\"IpAddress\":\"192.0.2.77\"", 0, LEVEL_MEDIUM,
	    LEVEL_HIGH },
	{ "files, anybody", "\"TargetUserName\":\"nurse\",\"LogonType\":\"3\",\"IpAddress\":\"192.0.2.77\"", 0, LEVEL_INFO, LEVEL_LOW },
	{ "remote desktop, administrator, again and again", "\"TargetUserName\":\"Administrator\",\"LogonType\":\"10\","
	    "\"IpAddress\":\"192.0.2.77\"", 8, LEVEL_HIGH, LEVEL_HIGH },
	{ "files, a vendor who always does", "\"TargetUserName\":\"hoshu\",\"LogonType\":\"3\",\"IpAddress\":\"192.0.2.77\"", 8,
	    LEVEL_INFO, LEVEL_LOW },
	{ "remote desktop from within", "\"TargetUserName\":\"Administrator\",\"LogonType\":\"10\",\"IpAddress\":\"10.0.0.40\"", 0,
	    LEVEL_INFO, LEVEL_INFO },
};

static void
straight_from_outside_is_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(outside_rows); i++) {
		const struct outside_row *const r = &outside_rows[i];
		const struct finding *f;

		play_open(&p, FINDING_LOGON, "winevent");
		ordinary_windows(&p, false);
		for (unsigned day = 0; day < r->days_before; day++)
			windows(&p, (DAYS + day) * 86400 + 40000, "srv01", r->who);
		windows(&p, (DAYS + r->days_before) * 86400 + 40000, "srv01", r->who);
		f = play_worst(&p);
		if ((f != NULL ? f->level : LEVEL_INFO) < r->least || (f != NULL ? f->level : LEVEL_INFO) > r->most)
			fail_msg("%s: %s", r->what, f != NULL ? finding_level_name(f->level) : "not told");
		play_close(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sign_in_is_weighed_against_its_past),
		cmocka_unit_test(what_was_told_is_not_learnt),
		cmocka_unit_test(without_a_place_the_person_counts),
		cmocka_unit_test(an_account_on_many_machines_is_weighed_against_its_past),
		cmocka_unit_test(straight_from_outside_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
