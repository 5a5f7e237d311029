#include "detect/lateral.h"

#include <time.h>

#include "detect/lateral_act.h"
#include "unit/detect/play.h"

#define DAY_S 86400u
#define START_S 1795392000u	/* 2026-11-23 */
#define CONN_HEAD "#separator \\x09\n#path\tconn\n" \
	"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\torig_bytes\tresp_bytes\tconn_state"
#define SHORT_WEEK 9u		/* days of ordinary work before something happens */

/* Lines with a printf form: one conversion each for what differs. */
#define WINDOWS(channel, provider, id, data) "{\"@timestamp\":\"%s\",\"winlog\":{\"channel\":\"" channel "\",\"computer_name\":\"%s\"," \
	"\"event_id\":" #id ",\"provider_name\":\"" provider "\",\"event_data\":{" data "}},\"host\":{\"name\":\"%s\"}}"
#define SECURITY(id, data) WINDOWS("Security", "Microsoft-Windows-Security-Auditing", id, data)

static void
head(struct play *p)
{
	struct hn_view rest = HN_LIT(CONN_HEAD), line;

	play_open(p, FINDING_LATERAL, "zeek");
	while (rest.n > 0) {
		char text[256];

		(void)hn_view_cut(&rest, '\n', &line);
		(void)snprintf(text, sizeof(text), "%.*s", (int)line.n, line.p);
		play_line(p, text);
	}
}

static void
conn(struct play *p, uint32_t at_s, const char *from, const char *to, unsigned port)
{
	char line[256];

	(void)snprintf(line, sizeof(line), "%u.5\tC%u\t%s\t%u\t%s\t%u\ttcp\t-\t900\t1200\tSF", at_s, at_s, from,
	    40000 + at_s % 20000, to, port);
	play_line(p, line);
}

static void
address(char out[32], const char *net, unsigned n)
{
	(void)snprintf(out, 32, "%s.%u", net, n);
}

/*
 * An ordinary house: forty terminals that use the file server, an administrator's computer that works on five to nine of them
 * a day by remote desktop.
 */
static void
ordinary_days(struct play *p, unsigned days)
{
	for (unsigned d = 0; d < days; d++) {
		const uint32_t day = START_S + d * DAY_S;
		char who[32];

		for (unsigned n = 1; n <= 40; n++) {
			address(who, "10.0.20", n);
			conn(p, day + 3600 + n * 60, who, "10.0.1.22", 445);
		}
		for (unsigned n = 0; n < 5 + d % 5; n++) {
			address(who, "10.0.20", 1 + (d * 7 + n * 3) % 40);
			conn(p, day + 8 * 3600 + n * 1800, "10.0.9.20", who, 3389);
		}
	}
}

/* From one machine so many others within minutes, on one port. */
static const struct {
	const char *what, *from, *net;
	unsigned days, first, n, port, gap_s;
	enum finding_level least, most;
	const char *words;
} spreads[] = {
	{ "a terminal calls terminals", "10.0.20.7", "10.0.20", SHORT_WEEK, 10, 20, 445, 5, LEVEL_HIGH, LEVEL_HIGH, "lateral-spread" },
	{ "slowly", "10.0.20.7", "10.0.20", SHORT_WEEK, 10, 25, 445, 1500, LEVEL_MEDIUM, LEVEL_HIGH, "lateral-spread" },
	{ "two of them", "10.0.20.7", "10.0.20", SHORT_WEEK, 10, 2, 445, 5, LEVEL_INFO, LEVEL_LOW, NULL },
	{ "in the first days", "10.0.20.7", "10.0.20", 2, 10, 20, 445, 5, LEVEL_INFO, LEVEL_LOW, NULL },
	{ "the administrator as always", "10.0.9.20", "10.0.20", SHORT_WEEK, 10, 8, 3389, 600, LEVEL_INFO, LEVEL_LOW, NULL },
	{ "the administrator's computer as never", "10.0.9.20", "10.0.20", SHORT_WEEK, 1, 40, 445, 5, LEVEL_MEDIUM, LEVEL_HIGH,
	    "lateral-spread" },
	{ "the first desktop of a terminal", "10.0.20.7", "10.0.1", SHORT_WEEK, 30, 1, 3389, 5, LEVEL_MEDIUM, LEVEL_MEDIUM,
	    "lateral-control" },
	{ "beside one who does so daily", "10.0.9.21", "10.0.20", SHORT_WEEK, 30, 1, 3389, 5, LEVEL_INFO, LEVEL_LOW, NULL },
	{ "no port of control", "10.0.20.7", "10.0.20", SHORT_WEEK, 10, 20, 443, 5, LEVEL_INFO, LEVEL_INFO, NULL },
};

static void
spread(struct play *p, size_t i, bool restarts)
{
	head(p);
	ordinary_days(p, spreads[i].days);
	for (unsigned n = 0; n < spreads[i].n; n++) {
		const uint32_t at_s = START_S + spreads[i].days * DAY_S + 40000 + n * spreads[i].gap_s;
		char to[32];

		if (restarts && n == spreads[i].n / 2)
			play_restart(p, FINDING_LATERAL);
		address(to, spreads[i].net, spreads[i].first + n);
		conn(p, at_s, spreads[i].from, to, spreads[i].port);
	}
}

static void
machines_that_spread_are_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < 2 * HN_COUNT(spreads); i++) {
		const size_t row = i / 2;
		const struct finding *f;
		enum finding_level level;

		spread(&p, row, i % 2 == 1);
		f = play_worst(&p);
		level = f != NULL ? f->level : LEVEL_INFO;
		if (level < spreads[row].least || level > spreads[row].most)
			fail_msg("%s: %s", spreads[row].what, finding_level_name(level));
		if (spreads[row].words != NULL) {
			assert_view_equal(f->source, spreads[row].from);
			assert_view_equal(f->words, spreads[row].words);
		}
		play_close(&p);
	}
}

enum line { LINE_LOGON, LINE_SHARE, LINE_READ, LINE_PIPE, LINE_SERVICE, LINE_INSTALL, LINE_WMI, LINE_MACHINE, LINES };

static const char *const lines[LINES] = {
	[LINE_LOGON] = SECURITY(4624, "\"TargetUserName\":\"administrator\",\"LogonType\":\"3\",\"IpAddress\":\"10.0.20.7\""),
	[LINE_SHARE] = SECURITY(5145, "\"SubjectUserName\":\"administrator\",\"IpAddress\":\"10.0.20.7\",\"ShareName\":"
	    "\"\\\\\\\\*\\\\ADMIN$\",\"RelativeTargetName\":\"a1b2.exe\",\"AccessMask\":\"0x12019f\""),
	[LINE_READ] = SECURITY(5145, "\"SubjectUserName\":\"administrator\",\"IpAddress\":\"10.0.20.7\",\"ShareName\":"
	    "\"\\\\\\\\*\\\\kyouyuu\",\"RelativeTargetName\":\"setup.exe\",\"AccessMask\":\"0x120089\""),
	[LINE_PIPE] = SECURITY(5145, "\"SubjectUserName\":\"administrator\",\"IpAddress\":\"10.0.20.7\",\"ShareName\":"
	    "\"\\\\\\\\*\\\\IPC$\",\"RelativeTargetName\":\"svcctl\",\"AccessMask\":\"0x12019f\""),
	[LINE_SERVICE] = WINDOWS("System", "Service Control Manager", 7045,
	    "\"ServiceName\":\"abcd\",\"ImagePath\":\"%%SystemRoot%%\\\\a1b2.exe\",\"AccountName\":\"LocalSystem\""),
	[LINE_INSTALL] = WINDOWS("System", "Service Control Manager", 7045,
	    "\"ServiceName\":\"Agent\",\"ImagePath\":\"\\\"C:\\\\Program Files\\\\Agent\\\\agent.exe\\\"\",\"AccountName\":\"LocalSystem\""),
	[LINE_WMI] = WINDOWS("Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", 1,
	    "\"Image\":\"C:\\\\Windows\\\\System32\\\\cmd.exe\",\"ParentImage\":\"C:\\\\Windows\\\\System32\\\\wbem\\\\WmiPrvSE.exe\""),
	[LINE_MACHINE] = SECURITY(4624, "\"TargetUserName\":\"PC01$\",\"LogonType\":\"3\",\"IpAddress\":\"10.0.20.8\""),
};

/* What happens on so many machines, one after another, a second between two lines. */
static const struct {
	const char *what;
	enum line lines[5];
	unsigned n, machines;
	int pause_s;		/* between two lines; < 0: they come in the wrong order */
	unsigned learnt_days;
	enum finding_level least, most;
} executions[] = {
	{ "a service from an administrator's share", { LINE_LOGON, LINE_SHARE, LINE_PIPE, LINE_SERVICE }, 4, 1, 1, SHORT_WEEK,
	    LEVEL_HIGH, LEVEL_HIGH },
	{ "on three machines, in the first days", { LINE_LOGON, LINE_SHARE, LINE_PIPE, LINE_SERVICE }, 4, 3, 1, 1, LEVEL_MEDIUM,
	    LEVEL_HIGH },
	{ "on one machine, in the first days", { LINE_LOGON, LINE_SHARE, LINE_PIPE, LINE_SERVICE }, 4, 1, 1, 1, LEVEL_INFO,
	    LEVEL_INFO },
	{ "a service after a sign-in", { LINE_LOGON, LINE_SERVICE }, 2, 1, 1, SHORT_WEEK, LEVEL_MEDIUM, LEVEL_MEDIUM },
	{ "a service whose sign-in comes late", { LINE_SERVICE, LINE_LOGON }, 2, 1, -1, SHORT_WEEK, LEVEL_MEDIUM, LEVEL_MEDIUM },
	{ "a service before a sign-in", { LINE_SERVICE, LINE_LOGON }, 2, 1, 1, SHORT_WEEK, LEVEL_INFO, LEVEL_INFO },
	{ "long after a sign-in", { LINE_LOGON, LINE_SERVICE }, 2, 1, 600, SHORT_WEEK, LEVEL_INFO, LEVEL_INFO },
	{ "after a machine's own", { LINE_MACHINE, LINE_SERVICE }, 2, 3, 1, SHORT_WEEK, LEVEL_INFO, LEVEL_INFO },
	{ "after nobody's", { LINE_SERVICE }, 1, 5, 1, SHORT_WEEK, LEVEL_INFO, LEVEL_INFO },
	{ "a roll-out", { LINE_LOGON, LINE_INSTALL }, 2, 40, 1, SHORT_WEEK, LEVEL_INFO, LEVEL_LOW },
	{ "a shared folder read", { LINE_LOGON, LINE_READ }, 2, 5, 1, SHORT_WEEK, LEVEL_INFO, LEVEL_INFO },
	{ "WMI on six machines", { LINE_LOGON, LINE_WMI }, 2, 6, 1, SHORT_WEEK, LEVEL_MEDIUM, LEVEL_HIGH },
};

static uint32_t
windows(struct play *p, enum line which, uint32_t at_s, unsigned machine)
{
	char line[1024], host[32], at[32];
	const time_t t = at_s;
	struct tm tm;

	(void)gmtime_r(&t, &tm);
	(void)strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%S.000Z", &tm);
	(void)snprintf(host, sizeof(host), "SV%02u", machine);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(line, sizeof(line), lines[which], at, host, host);
#pragma GCC diagnostic pop
	play_line(p, line);
	return at_s;
}

static void
what_is_started_from_afar_is_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(executions); i++) {
		uint32_t at_s = START_S;
		enum finding_level level;
		const struct finding *f;

		play_open(&p, FINDING_LATERAL, "winevent");
		(void)windows(&p, LINE_MACHINE, at_s, 99);
		at_s += executions[i].learnt_days * DAY_S;
		for (unsigned m = 0; m < executions[i].machines; m++)
			for (unsigned n = 0; n < executions[i].n; n++)
				at_s = windows(&p, executions[i].lines[n], at_s + (uint32_t)executions[i].pause_s, m);
		f = play_worst(&p);
		level = f != NULL ? f->level : LEVEL_INFO;
		if (level < executions[i].least || level > executions[i].most)
			fail_msg("%s: %s", executions[i].what, finding_level_name(level));
		if (level >= LEVEL_MEDIUM) {
			size_t count;

			(void)findings_sorted(p.findings, &count);
			assert_int_equal(count, 1);
			assert_view_equal(f->source, "10.0.20.7");
			assert_view_equal(f->words, "lateral-execution");
		}
		play_close(&p);
	}
}

/* Zeek's own views of the same. */
static const struct {
	const char *log;
	bool is_act;
	enum lateral_sign sign;
} acts[] = {
	{ "#path\tdce_rpc\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tnamed_pipe\tendpoint\toperation\n"
	    "1.0\tC1\t10.0.0.5\t1\t10.0.0.9\t445\t\\pipe\\ntsvcs\tsvcctl\tCreateServiceW", true, LATERAL_SERVICE },
	{ "#path\tdce_rpc\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tnamed_pipe\tendpoint\toperation\n"
	    "1.0\tC1\t10.0.0.5\t1\t10.0.0.9\t135\t49155\tITaskSchedulerService\tSchRpcRegisterTask", true, LATERAL_TASK },
	{ "#path\tdce_rpc\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tnamed_pipe\tendpoint\toperation\n"
	    "1.0\tC1\t10.0.0.5\t1\t10.0.0.9\t135\t49155\tIWbemServices\tExecMethod", true, LATERAL_WMI },
	{ "#path\tdce_rpc\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tnamed_pipe\tendpoint\toperation\n"
	    "1.0\tC1\t10.0.0.5\t1\t10.0.0.9\t135\t49155\tsvcctl\tOpenSCManagerW", false, LATERAL_SIGNS },
	{ "#path\tsmb_files\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\taction\tpath\tname\ttimes.modified\n"
	    "1.0\tC1\t10.0.0.5\t1\t10.0.0.9\t445\tSMB::FILE_WRITE\t\\\\SV01\\ADMIN$\tTemp\\x.exe\t1.0", true, LATERAL_WRITTEN },
	{ "#path\tsmb_files\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\taction\tpath\tname\ttimes.modified\n"
	    "1.0\tC1\t10.0.0.5\t1\t10.0.0.9\t445\tSMB::FILE_OPEN\t\\\\SV01\\C$\tx.bat\t1.0", true, LATERAL_OPENED },
	{ "#path\tsmb_files\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\taction\tpath\tname\ttimes.modified\n"
	    "1.0\tC1\t10.0.0.5\t1\t10.0.0.9\t445\tSMB::FILE_WRITE\t\\\\SV01\\C$\tx.xlsx\t1.0", false, LATERAL_SIGNS },
	{ "#path\tsmb_files\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\taction\tpath\tname\ttimes.modified\n"
	    "1.0\tC1\t10.0.0.5\t1\t10.0.0.9\t445\tSMB::FILE_WRITE\t\\\\SV01\\soft$\tx.exe\t1.0", false, LATERAL_SIGNS },
};

static void
zeek_shows_the_acts(void **state)
{
	static struct record r;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(acts); i++) {
		struct hn_arena arena = HN_ARENA(1u << 20);
		const struct reader_conf conf = { .arena = &arena };
		struct hn_view rest = hn_view_of(acts[i].log), line;
		struct lateral_act act = { .sign = LATERAL_SIGNS };
		struct stream *s;
		bool is_act = false;

		assert_int_equal(stream_new(HN_LIT("zeek"), &conf, &s, NULL), HN_OK);
		assert_int_equal(stream_line(s, HN_LIT("#separator \\x09"), 1, &r, NULL), HN_SKIP);
		for (uint64_t n = 2; rest.n > 0; n++) {
			(void)hn_view_cut(&rest, '\n', &line);
			if (stream_line(s, line, n, &r, NULL) == HN_OK)
				is_act = lateral_act_of(&r, &act);
		}
		if (is_act != acts[i].is_act || act.sign != acts[i].sign)
			fail_msg("%s: %d %u", acts[i].log, is_act, act.sign);
		stream_free(s);
		hn_arena_fini(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machines_that_spread_are_told),
		cmocka_unit_test(what_is_started_from_afar_is_told),
		cmocka_unit_test(zeek_shows_the_acts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
