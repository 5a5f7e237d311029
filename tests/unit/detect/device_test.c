#include "detect/device.h"

#include "unit/detect/play.h"

#define DAYS 10u

static void
line(struct play *p, unsigned day, unsigned hour, const char *rest)
{
	char text[700];

	(void)snprintf(text, sizeof(text), "date=2026-11-%02u time=%02u:%02u:00 devname=\"FW\" tz=\"+0900\" type=\"event\" "
	    "subtype=\"system\" level=\"information\" vd=\"root\" %s", 1 + day, hour, (day * 7 + hour) % 60, rest);
	play_line(p, text);
}

#define LOGIN(from) "logid=\"0100032001\" user=\"admin\" ui=\"https(" from ")\" srcip=" from " action=\"login\" status=\"success\""
#define FAILED(from) "logid=\"0100032002\" user=\"admin\" ui=\"https(" from ")\" srcip=" from " action=\"login\" status=\"failed\""
#define CHANGE(from, action, path, object, attribute) "logid=\"0100044547\" user=\"admin\" ui=\"GUI(" from ")\" action=\"" action \
	"\" cfgtid=1 cfgpath=\"" path "\" cfgobj=\"" object "\" cfgattr=\"" attribute "\""

static void
ordinary(struct play *p)
{
	for (unsigned day = 0; day < DAYS; day++)
		for (unsigned n = 0; n < 3; n++)
			line(p, day, 10 + 2 * n, LOGIN("10.0.0.20"));
}

/* One line after ordinary days; how often the same failure stands before it. */
static const struct row {
	const char *what;
	unsigned hour;
	unsigned failures;
	const char *line;
	enum finding_level least, most;
	const char *words;		/* NULL: nothing is told */
} rows[] = {
	{ "as ever", 11, 0, LOGIN("10.0.0.20"), LEVEL_INFO, LEVEL_INFO, NULL },
	{ "a slip of the finger, as ever", 11, 1, LOGIN("10.0.0.20"), LEVEL_INFO, LEVEL_INFO, NULL },
	{ "from another machine", 11, 0, LOGIN("10.0.0.99"), LEVEL_INFO, LEVEL_LOW, "policy-signin" },
	{ "from another machine at night", 3, 0, LOGIN("10.0.0.99"), LEVEL_LOW, LEVEL_MEDIUM, "policy-signin" },
	{ "from outside by day", 11, 0, LOGIN("192.0.2.7"), LEVEL_MEDIUM, LEVEL_HIGH, "policy-outside" },
	{ "from outside at night", 3, 0, LOGIN("192.0.2.7"), LEVEL_HIGH, LEVEL_HIGH, "policy-outside" },
	{ "from outside, after many failures", 11, 5, LOGIN("192.0.2.7"), LEVEL_HIGH, LEVEL_HIGH, "policy-outside" },
	{ "a failure alone", 3, 0, FAILED("192.0.2.7"), LEVEL_INFO, LEVEL_INFO, NULL },
	{ "an address book", 11, 0, CHANGE("10.0.0.20", "Add", "firewall.address", "x", "type[fqdn]"), LEVEL_INFO, LEVEL_INFO, NULL },
	{ "a VPN user, as ever", 11, 0, CHANGE("10.0.0.20", "Add", "user.local", "abe", "type[password]"), LEVEL_INFO, LEVEL_INFO,
	    "policy-account" },
	{ "an administrator, as ever", 11, 0, CHANGE("10.0.0.20", "Add", "system.admin", "abe", ""), LEVEL_INFO, LEVEL_LOW,
	    "policy-administrator" },
	{ "a VPN user, from outside", 11, 0, CHANGE("192.0.2.7", "Add", "user.local", "support", "type[password]"), LEVEL_MEDIUM,
	    LEVEL_HIGH, "policy-account" },
	{ "a policy, at night from another machine", 3, 0, CHANGE("10.0.0.99", "Edit", "firewall.policy", "12", "action[accept]"),
	    LEVEL_MEDIUM, LEVEL_HIGH, "policy-opened" },
	{ "logging switched off, at night from another machine", 3, 0,
	    CHANGE("10.0.0.99", "Edit", "log.syslogd.setting", "", "status[enable->disable]"), LEVEL_HIGH, LEVEL_HIGH, "policy-logging" },
	{ "logging switched on", 11, 0, CHANGE("10.0.0.20", "Edit", "log.syslogd.setting", "", "status[disable->enable]"), LEVEL_INFO,
	    LEVEL_INFO, NULL },
	{ "new software, from outside", 11, 0, "logid=\"0100032202\" user=\"admin\" ui=\"GUI(192.0.2.7)\" action=\"restore-image\"",
	    LEVEL_MEDIUM, LEVEL_HIGH, "policy-software" },
	{ "new software, as ever", 11, 0, "logid=\"0100032202\" user=\"admin\" ui=\"GUI(10.0.0.20)\" action=\"restore-image\"",
	    LEVEL_INFO, LEVEL_INFO, "policy-software" },
};

static void
what_is_done_to_a_firewall_is_weighed(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct row *const r = &rows[i];
		const struct finding *f;

		play_open(&p, FINDING_POLICY, "fortigate");
		ordinary(&p);
		assert_null(play_worst(&p));
		for (unsigned n = 0; n < r->failures; n++)
			line(&p, DAYS, r->hour, strstr(r->line, "192.0.2.7") != NULL ? FAILED("192.0.2.7") : FAILED("10.0.0.20"));
		line(&p, DAYS, r->hour, r->line);
		f = play_worst(&p);
		if ((f != NULL) != (r->words != NULL))
			fail_msg("%s: %s", r->what, f != NULL ? "told" : "not told");
		if (f != NULL) {
			if (f->level < r->least || f->level > r->most)
				fail_msg("%s: %s %.2f", r->what, finding_level_name(f->level), f->score);
			assert_view_equal(f->words, r->words);
			assert_view_equal(f->destination, "FW");
			assert_view_equal(f->user, "admin");
		}
		play_close(&p);
	}
}

/* A vendor who administers from outside on many days is known at last. */
static void
what_comes_on_many_days_is_known(void **state)
{
	static struct play p;
	const struct finding *f;

	(void)state;
	play_open(&p, FINDING_POLICY, "fortigate");
	ordinary(&p);
	for (unsigned day = 0; day < DAYS; day++)
		line(&p, day + DAYS, 11, LOGIN("192.0.2.7"));
	findings_reset(p.findings);
	line(&p, 2 * DAYS, 11, LOGIN("192.0.2.8"));
	f = play_worst(&p);
	assert_true(f == NULL || f->level <= LEVEL_LOW);
	play_close(&p);
}

/*
 * YAMAHA does not say from where a configuration was saved: from where its account had signed in.  The year, which is not said
 * either, is here one before 1970.
 */
static void
a_router_is_told_of_too(void **state)
{
	static struct play p;
	size_t n;
	const struct finding *const *all;

	(void)state;
	play_open(&p, FINDING_POLICY, "");
	play_line(&p, "<134>Nov 18 03:40:33 10.9.0.1 Login succeeded for SSH: 192.0.2.7 admin");
	play_line(&p, "<134>Nov 18 03:41:40 10.9.0.1 Configuration saved in \"CONFIG0\" by SSH(admin)");
	all = findings_sorted(p.findings, &n);
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++) {
		assert_view_equal(all[i]->source, "192.0.2.7");
		assert_view_equal(all[i]->destination, "10.9.0.1");
		assert_int_equal(all[i]->level, LEVEL_MEDIUM);
	}
	play_close(&p);
}

static void
a_path_tells_what_a_change_touches(void **state)
{
	static const struct {
		const char *path;
		enum device_deed deed;
	} paths[] = {
		{ "system.admin", DEVICE_ADMIN }, { "user.local", DEVICE_ACCOUNT }, { "vpn.ssl.settings", DEVICE_ACCOUNT },
		{ "firewall.policy", DEVICE_OPENED }, { "firewall.address", DEVICE_OTHER }, { "log.disk.setting", DEVICE_LOGGING },
		{ "system.dns", DEVICE_OTHER }, { "", DEVICE_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(paths); i++)
		assert_int_equal(device_deed_of_path(hn_view_of(paths[i].path)), paths[i].deed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_done_to_a_firewall_is_weighed),
		cmocka_unit_test(what_comes_on_many_days_is_known),
		cmocka_unit_test(a_router_is_told_of_too),
		cmocka_unit_test(a_path_tells_what_a_change_touches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
