#include "detect/ransomware.h"

#include "unit/detect/play.h"

#define SYSMON "{\"@timestamp\":\"2026-11-20T01:02:%02u.000Z\",\"winlog\":{\"channel\":\"Microsoft-Windows-Sysmon/Operational\"," \
	"\"computer_name\":\"pc01\",\"event_id\":1,\"provider_name\":\"Microsoft-Windows-Sysmon\",\"event_data\":{\"Image\":\"x.exe\"," \
	"\"CommandLine\":\"%s\",\"User\":\"A\\\\b\"}},\"host\":{\"name\":\"pc01\"}}"
#define SHARE "{\"@timestamp\":\"2026-11-20T01:02:%02u.000Z\",\"winlog\":{\"channel\":\"Security\",\"computer_name\":\"file01\"," \
	"\"event_id\":5145,\"provider_name\":\"Microsoft-Windows-Security-Auditing\",\"event_data\":{\"SubjectUserName\":\"sato\"," \
	"\"IpAddress\":\"10.0.0.5\",\"ShareName\":\"s\",\"RelativeTargetName\":\"%s\"}},\"host\":{\"name\":\"file01\"}}"

/* A command line that deletes what recovery needs, and some that do not. */
static const struct {
	const char *command;
	bool is_told;
} commands[] = {
	{ "vssadmin.exe Delete Shadows /all /quiet", true },
	{ "wmic shadowcopy delete", true },
	{ "bcdedit /set {default} recoveryenabled No", true },
	{ "wbadmin DELETE SYSTEMSTATEBACKUP", true },
	{ "vssadmin list shadows", false },
	{ "wbadmin start backup", false },
	{ "bcdedit /enum", false },
};

static void
recovery_is_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(commands); i++) {
		char line[1024];

		play_open(&p, FINDING_RANSOMWARE, "winevent");
		(void)snprintf(line, sizeof(line), SYSMON, (unsigned)i, commands[i].command);
		play_line(&p, line);
		if ((play_worst(&p) != NULL) != commands[i].is_told)
			fail_msg("%s", commands[i].command);
		if (commands[i].is_told) {
			assert_true(play_worst(&p)->level >= LEVEL_HIGH);
			assert_view_equal(play_worst(&p)->source, "pc01");
		}
		play_close(&p);
	}
}

/* What a share's log shows: a pattern of names with a number in it, so many times. */
static const struct {
	const char *pattern;
	unsigned n;
	const char *rule;	/* NULL: nothing */
} shares[] = {
	{ "b%u\\\\report%u.xlsx.locked", 40, "ransomware.files" },
	{ "b%u\\\\READ_ME.txt", 12, "ransomware.note" },
	{ "b%u\\\\report%u.xlsx", 40, NULL },
	{ "b0\\\\%u.%u.txt", 40, NULL },
	{ "b%u\\\\report%u.xlsx.locked", 20, NULL },
	{ "b%u\\\\READ_ME.txt", 5, NULL },
};

static void
files_and_notes_are_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(shares); i++) {
		play_open(&p, FINDING_RANSOMWARE, "winevent");
		for (unsigned n = 0; n < shares[i].n; n++) {
			char name[128], line[1024];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			(void)snprintf(name, sizeof(name), shares[i].pattern, n, n);
#pragma GCC diagnostic pop
			(void)snprintf(line, sizeof(line), SHARE, n, name);
			play_line(&p, line);
		}
		if ((play_worst(&p) != NULL) != (shares[i].rule != NULL))
			fail_msg("%s x %u", shares[i].pattern, shares[i].n);
		if (shares[i].rule != NULL) {
			assert_view_equal(play_worst(&p)->rule, shares[i].rule);
			assert_view_equal(play_worst(&p)->source, "10.0.0.5");
			assert_view_equal(play_worst(&p)->destination, "file01");
			assert_true(play_worst(&p)->level >= LEVEL_HIGH);
		}
		play_close(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recovery_is_told),
		cmocka_unit_test(files_and_notes_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
