#include "detect/protection.h"

#include "unit/detect/play.h"

#define STATE(name, to) "7036", "System", "Service Control Manager", "\"param1\":\"" name "\",\"param2\":\"" to "\""
#define AGENT "Mamoru Endpoint Agent"
#define DEFENDER(code) code, "Microsoft-Windows-Windows Defender/Operational", "Microsoft-Windows-Windows Defender", "\"x\":\"y\""
#define LIFE "4624", "Security", "Microsoft-Windows-Security-Auditing", "\"TargetUserName\":\"sato\",\"LogonType\":\"3\""
#define POWER(code) code, "System", "EventLog", "\"x\":\"y\""

#define LINES_MAX 6u
#define OLD "{\"@timestamp\":\"2026-11-05T01:02:03.000Z\",\"winlog\":{\"channel\":\"Security\",\"computer_name\":\"old\"," \
	"\"event_id\":4624,\"provider_name\":\"Microsoft-Windows-Security-Auditing\",\"event_data\":{\"LogonType\":\"3\"}}," \
	"\"host\":{\"name\":\"old\"}}"

/* What a machine writes, in minutes, on so many machines; and what is said of it. */
static const struct {
	const char *what;
	struct {
		unsigned minute;
		const char *code, *channel, *provider, *data;
	} lines[LINES_MAX];
	unsigned machines;
	enum finding_level least, most;
	const char *rule, *words;
} rows[] = {
	{ "stopped for good", { { 0, STATE(AGENT, "停止") }, { 20, LIFE } }, 1, LEVEL_MEDIUM, LEVEL_MEDIUM, "ransomware.protection",
	    "ransomware-unprotected" },
	{ "an update", { { 0, STATE(AGENT, "stopped") }, { 1, STATE(AGENT, "running") }, { 20, LIFE } }, 1, LEVEL_INFO, LEVEL_INFO,
	    NULL, NULL },
	{ "a new release", { { 0, STATE(AGENT, "stopped") }, { 9, STATE("Mamoru Endpoint 12", "running") }, { 20, LIFE } }, 1,
	    LEVEL_INFO, LEVEL_LOW, NULL, NULL },
	{ "no sign of life", { { 0, STATE(AGENT, "stopped") } }, 1, LEVEL_INFO, LEVEL_LOW, NULL, NULL },
	{ "switched off over night", { { 0, STATE(AGENT, "stopped") }, { 0, POWER("6006") }, { 600, POWER("6005") }, { 605, LIFE },
	    { 606, STATE(AGENT, "running") }, { 640, LIFE } }, 1, LEVEL_INFO, LEVEL_LOW, NULL, NULL },
	{ "not there after a restart", { { 0, STATE(AGENT, "stopped") }, { 0, POWER("6006") }, { 5, POWER("6005") }, { 25, LIFE } },
	    1, LEVEL_MEDIUM, LEVEL_MEDIUM, "ransomware.protection", "ransomware-unprotected" },
	{ "another service", { { 0, STATE("Print Spooler", "stopped") }, { 20, LIFE } }, 1, LEVEL_INFO, LEVEL_INFO, NULL, NULL },
	{ "Defender's shield", { { 0, DEFENDER("5001") }, { 20, LIFE } }, 1, LEVEL_MEDIUM, LEVEL_MEDIUM, "ransomware.protection",
	    "ransomware-unprotected" },
	{ "Defender's shield, back", { { 0, DEFENDER("5001") }, { 5, DEFENDER("5000") }, { 20, LIFE } }, 1, LEVEL_INFO, LEVEL_LOW,
	    NULL, NULL },
	{ "barred from starting", { { 0, "7040", "System", "Service Control Manager",
	    "\"param1\":\"" AGENT "\",\"param2\":\"auto start\",\"param3\":\"disabled\"" } }, 1, LEVEL_LOW, LEVEL_LOW,
	    "ransomware.protection", "ransomware-protection" },
	{ "allowed to start", { { 0, "7040", "System", "Service Control Manager",
	    "\"param1\":\"" AGENT "\",\"param2\":\"disabled\",\"param3\":\"auto start\"" } }, 1, LEVEL_INFO, LEVEL_INFO, NULL, NULL },
	{ "on twelve machines", { { 0, STATE(AGENT, "stopped") }, { 20, LIFE } }, 12, LEVEL_HIGH, LEVEL_HIGH,
	    "ransomware.protections", "ransomware-unprotected-many" },
};

static void
write_line(struct play *p, size_t row, unsigned line, unsigned machine)
{
	const unsigned minute = rows[row].lines[line].minute + 40 * machine / rows[row].machines / 20;
	char text[1024];

	(void)snprintf(text, sizeof(text), "{\"@timestamp\":\"2026-11-2%uT%02u:%02u:%02u.000Z\",\"event\":{\"code\":\"%s\"},\"winlog\":{"
	    "\"channel\":\"%s\",\"computer_name\":\"pc%02u\",\"event_id\":%s,\"provider_name\":\"%s\",\"event_data\":{%s}},"
	    "\"host\":{\"name\":\"pc%02u\"}}", minute / 1440, minute / 60 % 24, minute % 60, line * 10 + machine % 10,
	    rows[row].lines[line].code, rows[row].lines[line].channel, machine, rows[row].lines[line].code,
	    rows[row].lines[line].provider, rows[row].lines[line].data, machine);
	play_line(p, text);
}

static void
a_tool_that_stays_stopped_is_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct finding *f;
		enum finding_level level;

		play_open(&p, FINDING_RANSOMWARE, "winevent");
		play_line(&p, OLD);
		for (unsigned line = 0; line < LINES_MAX && rows[i].lines[line].code != NULL; line++) {
			play_restart(&p, FINDING_RANSOMWARE);
			for (unsigned m = 0; m < rows[i].machines; m++)
				write_line(&p, i, line, m);
		}
		engine_tick(p.engine, p.record.at_ms, p.findings);
		f = play_worst(&p);
		level = f != NULL ? f->level : LEVEL_INFO;
		if (level < rows[i].least || level > rows[i].most)
			fail_msg("%s: %s", rows[i].what, finding_level_name(level));
		if (rows[i].rule != NULL) {
			assert_view_equal(f->rule, rows[i].rule);
			assert_view_equal(f->words, rows[i].words);
			assert_view_equal(f->source, "pc00");
			assert_true(f->n_evidence > 0 && f->evidence[0].raw.n > 0);
		}
		play_close(&p);
	}
}

/* A service that comes and goes: stopped for long each day, on a machine or another. */
static void
a_service_that_comes_and_goes_is_known(void **state)
{
	static struct play p;

	(void)state;
	play_open(&p, FINDING_RANSOMWARE, "winevent");
	for (unsigned day = 1; day <= 4; day++) {
		findings_reset(p.findings);
		for (unsigned hour = 1; hour <= 2; hour++) {
			char text[512];

			(void)snprintf(text, sizeof(text), "{\"@timestamp\":\"2026-11-2%uT0%u:00:00.000Z\",\"event\":{\"code\":\"7036\"},"
			    "\"winlog\":{\"channel\":\"System\",\"computer_name\":\"pc%u\",\"event_id\":7036,\"provider_name\":"
			    "\"Service Control Manager\",\"event_data\":{\"param1\":\"%s\",\"param2\":\"stopped\"}},"
			    "\"host\":{\"name\":\"pc%u\"}}", day, hour, day, hour == 1 ? "Windows Security Service" : "Print Spooler", day);
			play_line(&p, text);
		}
		assert_non_null(play_worst(&p));
		if (day > 2)
			assert_true(play_worst(&p)->score < 0.2);
	}
	play_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tool_that_stays_stopped_is_told),
		cmocka_unit_test(a_service_that_comes_and_goes_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
