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
	{ "Get-CimInstance Win32_ShadowCopy | Remove-CimInstance", true },
	{ "reagentc.exe /disable", true },
	{ "Set-MpPreference -ExclusionPath D:\\\\data", false },
	{ "reagentc /info", false },
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

/* The same in a script and in Windows' own audit of programs. */
static const char *const others[] = {
	"{\"@timestamp\":\"2026-11-20T01:02:03.000Z\",\"winlog\":{\"channel\":\"Microsoft-Windows-PowerShell/Operational\","
	"\"computer_name\":\"pc01\",\"event_id\":4104,\"provider_name\":\"Microsoft-Windows-PowerShell\",\"event_data\":{"
	"\"ScriptBlockText\":\"Get-WmiObject Win32_ShadowCopy | ForEach-Object { $_.Delete() }\"}},\"host\":{\"name\":\"pc01\"}}",
	"{\"@timestamp\":\"2026-11-20T01:02:03.000Z\",\"winlog\":{\"channel\":\"Security\",\"computer_name\":\"pc01\","
	"\"event_id\":4688,\"provider_name\":\"Microsoft-Windows-Security-Auditing\",\"event_data\":{\"NewProcessName\":\"x.exe\","
	"\"CommandLine\":\"vssadmin delete shadows /all\"}},\"host\":{\"name\":\"pc01\"}}",
};

static void
recovery_is_told_by_other_logs(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(others); i++) {
		play_open(&p, FINDING_RANSOMWARE, "winevent");
		play_line(&p, others[i]);
		assert_non_null(play_worst(&p));
		assert_view_equal(play_worst(&p)->rule, "ransomware.recovery");
		assert_true(play_worst(&p)->level >= LEVEL_HIGH);
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

/* One machine that connects to so many printers, days after the first record of the house. */
static const struct {
	unsigned printers, port, sent;
	unsigned after_days;
	bool is_told;
} prints[] = {
	{ 12, 9100, 9200, 5, true },
	{ 12, 515, 9200, 5, true },
	{ 12, 9100, 120, 5, false },
	{ 12, 9100, 9200, 1, false },
	{ 12, 8080, 9200, 5, false },
	{ 5, 9100, 9200, 5, false },
};

static void
printing_everywhere_is_told(void **state)
{
	static const char *const head[] = { "#separator \\x09", "#path\tconn",
		"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\torig_bytes\tresp_bytes\tconn_state" };
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(prints); i++) {
		play_open(&p, FINDING_RANSOMWARE, "zeek");
		for (size_t h = 0; h < HN_COUNT(head); h++)
			play_line(&p, head[h]);
		play_line(&p, "1795392000.0\tC0\t10.0.0.2\t40000\t10.0.3.1\t9100\ttcp\t-\t9000\t200\tSF");
		for (unsigned n = 0; n < prints[i].printers; n++) {
			char line[256];

			(void)snprintf(line, sizeof(line), "%u.0\tC%u\t10.0.0.5\t%u\t10.0.3.%u\t%u\ttcp\t-\t%u\t200\tSF",
			    1795392000u + prints[i].after_days * 86400 + n, n, 41000 + n, n + 1, prints[i].port, prints[i].sent);
			play_line(&p, line);
		}
		if ((play_worst(&p) != NULL) != prints[i].is_told)
			fail_msg("row %zu", i);
		if (prints[i].is_told)
			assert_view_equal(play_worst(&p)->source, "10.0.0.5");
		play_close(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recovery_is_told),
		cmocka_unit_test(recovery_is_told_by_other_logs),
		cmocka_unit_test(files_and_notes_are_told),
		cmocka_unit_test(printing_everywhere_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
