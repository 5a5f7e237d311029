#include "fault/site_peers.h"

#include <dirent.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "site/tail_mark.h"

#define TAIL "[source squid]\nkind = tail\npath = %/logs/access.log\n"
#define SMALL "[source squid]\nkind = tail\npath = %/logs/access.log\nmax_line_bytes = 1024\n"

static struct peers p;

static int
setup(void **state)
{
	char path[256];

	(void)state;
	peers_init(&p);
	peers_path(&p, "logs", path);
	return mkdir(path, 0755);
}

static int
teardown(void **state)
{
	(void)state;
	peers_fini(&p);
	return 0;
}

static void
expect_lines(const char *const *lines, size_t n)
{
	assert_int_equal(p.n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(p.line[i].raw, lines[i]);
}

static void
a_line_is_taken_when_it_is_whole(void **state)
{
	static const char *const want[] = { "one", "two\r", "three and more" };

	(void)state;
	peers_write(&p, "logs/access.log", "one\ntwo\r\n\nthree", false);
	peers_start(&p, TAIL);
	peers_wait_lines(&p, 2);
	peers_drain(&p, 700);
	expect_lines(want, 2);
	peers_write(&p, "logs/access.log", " and more\n", true);
	peers_wait_lines(&p, 3);
	expect_lines(want, 3);
	assert_int_equal(p.line[0].source, site_source_id(HN_LIT("squid")));
	peers_stop(&p);
}

static void
rotation_by_rename_loses_and_repeats_nothing(void **state)
{
	static const char *const want[] = { "a1", "a2", "a3", "b1", "b2", "c1" };

	(void)state;
	peers_write(&p, "logs/access.log", "a1\na2\n", false);
	peers_start(&p, TAIL);
	peers_wait_lines(&p, 2);
	peers_rename(&p, "logs/access.log", "logs/access.log.1");
	peers_write(&p, "logs/access.log.1", "a3\n", true);	/* its writer still has it open */
	peers_write(&p, "logs/access.log", "b1\n", false);
	peers_wait_lines(&p, 4);
	peers_write(&p, "logs/access.log", "b2\n", true);
	peers_wait_lines(&p, 5);
	peers_rename(&p, "logs/access.log", "logs/access.log.2");
	peers_write(&p, "logs/access.log", "c1\n", false);
	peers_wait_lines(&p, 6);
	peers_drain(&p, 700);
	expect_lines(want, 6);
	peers_stop(&p);
}

static void
rotation_in_the_middle_of_a_line_keeps_both_halves(void **state)
{
	static const char *const want[] = { "a1", "half of", " a line", "b1" };

	(void)state;
	peers_write(&p, "logs/access.log", "a1\nhalf of", false);
	peers_start(&p, TAIL);
	peers_wait_lines(&p, 1);
	peers_rename(&p, "logs/access.log", "logs/access.log.1");
	peers_write(&p, "logs/access.log", " a line\nb1\n", false);
	peers_wait_lines(&p, 4);
	expect_lines(want, 4);
	assert_int_equal(p.line[1].flags, HN_EVIDENCE_NO_NEWLINE);
	peers_stop(&p);
}

static void
truncation_in_place_is_seen(void **state)
{
	static const char *const want[] = { "long line before", "x", "other file, longer than the one before it was", "y" };

	(void)state;
	peers_write(&p, "logs/access.log", "long line before\n", false);
	peers_start(&p, TAIL);
	peers_wait_lines(&p, 1);
	peers_write(&p, "logs/access.log", "x\n", false);
	peers_wait_lines(&p, 2);
	peers_write(&p, "logs/access.log", "other file, longer than the one before it was\ny\n", false);
	peers_wait_lines(&p, 4);
	expect_lines(want, 4);
	peers_stop(&p);
}

static void
a_file_that_comes_later_is_found(void **state)
{
	static const char *const want[] = { "late" };

	(void)state;
	peers_start(&p, TAIL);
	peers_drain(&p, 1500);
	assert_int_equal(p.total.state, SITE_SOURCE_MISSING);
	peers_write(&p, "logs/access.log", "late\n", false);
	peers_wait_lines(&p, 1);
	expect_lines(want, 1);
	peers_stop(&p);
}

/* The log is replayed from the committed offset; the files are gone on with from the bookmark in the log. */
static void
a_restart_goes_on_where_the_log_ends(void **state)
{
	static const char *const want[] = { "1", "2", "3", "4", "5", "6" };

	(void)state;
	peers_write(&p, "logs/access.log", "1\n2\n", false);
	peers_start(&p, TAIL);
	peers_wait_lines(&p, 2);
	peers_kill(&p);
	peers_write(&p, "logs/access.log", "3\n", true);
	peers_rename(&p, "logs/access.log", "logs/access.log.1");
	peers_write(&p, "logs/access.log", "4\n", false);
	usleep(20000);
	peers_rename(&p, "logs/access.log.1", "logs/access.log.2");
	peers_rename(&p, "logs/access.log", "logs/access.log.1");
	usleep(20000);
	peers_write(&p, "logs/access.log", "5\n", false);
	peers_forget_lines(&p);
	peers_start(&p, TAIL);
	peers_wait_lines(&p, 5);
	peers_write(&p, "logs/access.log", "6\n", true);
	peers_wait_lines(&p, 6);
	peers_drain(&p, 700);
	expect_lines(want, 6);
	peers_stop(&p);
}

/* Killed at any moment while lines come: in the end each line is there once, in order. */
static void
kill_at_random_loses_and_repeats_nothing(void **state)
{
	unsigned seed = 20261123;
	size_t written = 0;

	(void)state;
	for (int life = 0; life < 12; life++) {
		char text[64];

		peers_start(&p, TAIL);
		seed = seed * 1103515245 + 12345;
		for (unsigned i = 0; i < 200 + (seed >> 16) % 400; i++) {
			(void)snprintf(text, sizeof(text), "line %zu\n", written++);
			peers_write(&p, "logs/access.log", text, true);
			if (i % 64 == 0)
				(void)peers_take_batch(&p, 0);
			if (i % 100 == 0)
				usleep(1000 * ((seed >> 8) % 100));
		}
		if (life % 4 == 1) {
			char old[64];

			(void)snprintf(old, sizeof(old), "logs/access.log.%d", life);
			peers_rename(&p, "logs/access.log", old);
			peers_write(&p, "logs/access.log", "", false);
		}
		peers_kill(&p);
	}
	peers_forget_lines(&p);
	peers_start(&p, TAIL);
	peers_wait_lines(&p, written);
	peers_drain(&p, 1500);
	assert_int_equal(p.n, written);
	for (size_t i = 0; i < written; i++) {
		char text[64];

		(void)snprintf(text, sizeof(text), "line %zu", i);
		assert_string_equal(p.line[i].raw, text);
		assert_true(i == 0 || p.line[i].offset > p.line[i - 1].offset);
	}
	peers_stop(&p);
}

static void
an_overlong_line_is_cut_and_counted(void **state)
{
	static char line[300001];

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 2] = '\n';
	peers_write(&p, "logs/access.log", line, false);
	peers_write(&p, "logs/access.log", "after\n", true);
	peers_start(&p, SMALL);
	peers_wait_lines(&p, 2);
	assert_int_equal(p.line[0].n, 1024);
	assert_int_equal(p.line[0].flags, SITE_LINE_CUT);
	assert_string_equal(p.line[1].raw, "after");
	peers_drain(&p, 1500);
	assert_int_equal(p.total.cut, 1);
	assert_int_equal(p.total.lines, 2);
	peers_stop(&p);
	peers_forget_lines(&p);
	peers_start(&p, TAIL);
	peers_write(&p, "logs/access.log", line, true);		/* fits now, but not into one message */
	peers_wait_lines(&p, 3);
	assert_int_equal(p.line[2].n, sizeof(line) - 2);
	peers_stop(&p);
}

static void
the_window_is_bounded(void **state)
{
	size_t batches = 0;

	(void)state;
	peers_start(&p, TAIL);
	for (int i = 0; i < 40; i++) {
		static char lines[65536 + 1];

		memset(lines, 'a' + i % 26, sizeof(lines) - 1);
		for (size_t at = 1023; at < sizeof(lines); at += 1024)
			lines[at] = '\n';
		peers_write(&p, "logs/access.log", lines, true);
	}
	while (peers_take_batch(&p, 1500) != 0)
		batches++;
	assert_int_equal(batches, 16);
	peers_sense_dies(&p, SIGKILL);	/* not the batch's fault: all comes again */
	peers_forget_lines(&p);
	peers_wait_lines(&p, 40 * 64);
	peers_drain(&p, 500);
	assert_int_equal(p.n, 40 * 64);
	assert_int_equal(p.n_quarantined, 0);
	peers_stop(&p);
}

static void
a_batch_that_kills_twice_is_quarantined(void **state)
{
	uint64_t first;

	(void)state;
	peers_write(&p, "logs/access.log", "poison\nits neighbour\n", false);
	peers_start(&p, TAIL);
	first = peers_take_batch(&p, 5000);
	assert_true(first > 0);
	peers_write(&p, "logs/access.log", "good\n", true);
	assert_true(peers_take_batch(&p, 5000) > first);
	peers_sense_dies(&p, SIGSEGV);
	assert_int_equal(peers_take_batch(&p, 5000), first);	/* once more, and alone */
	assert_int_equal(peers_take_batch(&p, 700), 0);
	peers_sense_dies(&p, SIGSEGV);
	peers_forget_lines(&p);
	assert_int_equal(peers_take_batch(&p, 5000), first);	/* the gap: core must hear that nothing more comes before it */
	assert_int_equal(p.n, 0);
	peers_wait_lines(&p, 1);
	assert_string_equal(p.line[0].raw, "good");
	peers_drain(&p, 300);
	assert_int_equal(p.n_quarantined, 1);
	assert_int_equal(p.quarantined.lines, 2);
	assert_int_equal(p.quarantined.next, first);
	assert_int_equal(p.quarantined.wait_status, SIGSEGV);
	peers_stop(&p);
}

static void
takes_datagrams_and_connections(void **state)
{
	static const char *const want[] = { "<13>udp one", "<13>udp two", "<13>tcp line", "<13>counted\nwith LF", "<13>rest" };
	uint16_t udp_port, tcp_port;
	const int udp = peers_bind(SOCK_DGRAM, &udp_port), tcp = peers_bind(SOCK_STREAM, &tcp_port);
	const int u = peers_connect(SOCK_DGRAM, udp_port);
	int t;

	(void)state;
	peers_start(&p, "[source fw]\nkind = syslog-udp\nlisten = :514\n[source vpn]\nkind = syslog-tcp\nlisten = :601\n");
	peers_listener(&p, 0, udp);
	peers_listener(&p, 1, tcp);
	assert_int_equal(send(u, "<13>udp one\n", 12, 0), 12);
	peers_wait_lines(&p, 1);
	peers_kill(&p);
	assert_int_equal(send(u, "<13>udp two", 11, 0), 11);	/* waits in the socket, which outlives the role */
	t = peers_connect(SOCK_STREAM, tcp_port);
	assert_int_equal(send(t, "<13>tcp line\n19 <13>counted\nwith LF<13>rest", 43, 0), 43);
	close(t);
	peers_forget_lines(&p);
	peers_start(&p, "[source fw]\nkind = syslog-udp\nlisten = :514\n[source vpn]\nkind = syslog-tcp\nlisten = :601\n");
	peers_listener(&p, 0, udp);
	peers_wait_lines(&p, 2);
	peers_listener(&p, 1, tcp);
	peers_wait_lines(&p, 5);
	expect_lines(want, 5);
	assert_int_equal(p.line[4].source, site_source_id(HN_LIT("vpn")));
	peers_stop(&p);
	close(u);
	close(udp);
	close(tcp);
}

static void
lost_datagrams_are_counted_once(void **state)
{
	const char *config = "[source fw]\nkind = syslog-udp\nlisten = :514\n";
	uint16_t port;
	const int small = 4096, udp = peers_bind(SOCK_DGRAM, &port), u = peers_connect(SOCK_DGRAM, port);
	size_t sent = 0;

	(void)state;
	assert_int_equal(setsockopt(udp, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	for (; sent < 500; sent++)
		assert_int_equal(send(u, "<13>message", 11, 0), 11);
	peers_start(&p, config);
	peers_listener(&p, 0, udp);
	peers_drain(&p, 1500);
	assert_int_equal(send(u, "<13>message", 11, 0), 11);	/* the kernel tells its count with the next one */
	sent++;
	peers_drain(&p, 1500);
	assert_true(p.total.dropped > 0);
	assert_int_equal(p.total.lines + p.total.dropped, sent);
	peers_kill(&p);
	peers_start(&p, config);
	peers_listener(&p, 0, udp);
	assert_int_equal(send(u, "<13>message", 11, 0), 11);
	sent++;
	peers_drain(&p, 1500);
	assert_int_equal(p.total.lines + p.total.dropped, sent);
	peers_stop(&p);
	close(u);
	close(udp);
}

static void
a_dropped_file_is_read_once_and_put_away(void **state)
{
	char path[256];
	struct stat st;

	(void)state;
	peers_path(&p, "logs", path);
	assert_int_equal(chmod(path, 0777), 0);
	peers_write(&p, "logs/old.log", "one\ntwo\nno end", false);
	peers_write(&p, "logs/half.part", "not yet\n", false);
	peers_start(&p, "[source spool]\nkind = drop\npath = %/logs\n");
	peers_wait_lines(&p, 3);
	assert_string_equal(p.line[2].raw, "no end");
	assert_int_equal(p.line[2].flags, HN_EVIDENCE_NO_NEWLINE);
	peers_drain(&p, 2500);
	peers_path(&p, "logs/read/old.log", path);
	assert_int_equal(stat(path, &st), 0);
	peers_write(&p, "logs/events.evtx", "ElfFile", false);
	peers_path(&p, "logs/events.evtx", path);
	assert_int_equal(truncate(path, (1 << 20) + 5), 0);	/* its first piece is as long as a record may be */
	peers_wait_lines(&p, 5);
	assert_int_equal(p.line[3].n, 1 << 20);
	assert_int_equal(p.line[3].flags, SITE_LINE_DOCUMENT | HN_EVIDENCE_CUT);
	assert_int_equal(p.line[4].n, 5);
	assert_int_equal(p.line[4].flags, SITE_LINE_DOCUMENT);
	peers_drain(&p, 1500);
	assert_int_equal(p.n, 5);
	peers_stop(&p);
}

#define SPOOL "[source spool]\nkind = drop\npath = %/logs\n"

/* What this process, maybe root, has made in ${folder} is intake's own. */
static void
give_to_intake(const char *folder)
{
	const struct passwd *pw = geteuid() == 0 ? getpwnam("nobody") : NULL;
	const struct dirent *e;
	DIR *d = opendir(folder);

	assert_non_null(d);
	while (pw != NULL && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, "..") != 0)
			assert_int_equal(fchownat(dirfd(d), e->d_name, pw->pw_uid, pw->pw_gid, 0), 0);
	closedir(d);
}

/* As if an earlier intake had died behind the first piece of the document ${name}. */
static void
leave_a_piece(const char *name)
{
	struct hn_evidence_record r = { .source = site_source_id(HN_LIT("spool")),
		.flags = SITE_LINE_DOCUMENT | HN_EVIDENCE_CUT, .raw = HN_LIT("ElfFile\0 and more") };
	struct tail_mark mark = { .offset = r.raw.n, .head_bytes = r.raw.n, .head_hash = tail_fingerprint(r.raw),
		.is_in_document = true };
	char path[256], bytes[TAIL_MARK_BYTES];
	struct hn_evidence *log;
	struct stat st;
	size_t done;

	peers_path(&p, "logs", path);
	assert_int_equal(chmod(path, 0777), 0);
	peers_write(&p, name, "ElfFile", false);
	peers_path(&p, name, path);
	assert_int_equal(truncate(path, 9), 0);
	assert_int_equal(stat(path, &st), 0);
	mark.dev = st.st_dev;
	mark.ino = st.st_ino;
	tail_mark_put(&mark, bytes);
	r.bookmark = (struct hn_view){ bytes, sizeof(bytes) };
	peers_path(&p, "data", path);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(chmod(path, 0777), 0);
	peers_path(&p, "data/evidence", path);
	assert_int_equal(hn_evidence_open(path, &log, NULL), HN_OK);
	assert_int_equal(hn_evidence_append(log, &r, 1, &done, NULL), HN_OK);
	hn_evidence_close(log);
	give_to_intake(path);
}

/* Sense waits for the end of a document, and core for sense: an end must come, whatever becomes of the file. */
static void
a_document_whose_file_went_away_is_broken_off(void **state)
{
	char path[256];

	(void)state;
	leave_a_piece("logs/gone.evtx");
	peers_path(&p, "logs/gone.evtx", path);
	assert_int_equal(unlink(path), 0);
	peers_write(&p, "logs/other.log", "a line\n", false);
	peers_start(&p, SPOOL);
	peers_wait_lines(&p, 3);
	assert_int_equal(p.line[0].flags, SITE_LINE_DOCUMENT | HN_EVIDENCE_CUT);
	assert_int_equal(p.line[1].flags, SITE_LINE_DOCUMENT);
	assert_int_equal(p.line[1].n, 0);
	assert_string_equal(p.line[2].raw, "a line");
	peers_stop(&p);
	peers_forget_lines(&p);
	peers_start(&p, SPOOL);
	peers_drain(&p, 2500);
	assert_int_equal(p.n, 3);	/* all again, for nothing is committed; said once is enough */
	peers_stop(&p);
}

static void
a_document_that_is_another_now_is_read_from_its_start(void **state)
{
	(void)state;
	leave_a_piece("logs/short.evtx");
	peers_start(&p, SPOOL);
	peers_wait_lines(&p, 3);
	assert_int_equal(p.line[1].flags, SITE_LINE_DOCUMENT);
	assert_int_equal(p.line[1].n, 0);
	assert_int_equal(p.line[2].flags, SITE_LINE_DOCUMENT);
	assert_int_equal(p.line[2].n, 9);
	peers_stop(&p);
}

static int
run_client(const char *what, uint16_t port)
{
	const char *client = getenv("TLS_CLIENT");
	char number[8];
	int status = -1;
	pid_t pid;

	assert_non_null(client);
	(void)snprintf(number, sizeof(number), "%u", port);
	pid = fork();
	if (pid == 0) {
		execlp("python3", "python3", client, what, number, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
takes_lines_over_tls(void **state)
{
	uint16_t port;
	const int tcp = peers_bind(SOCK_STREAM, &port);

	(void)state;
	peers_start(&p, "[source nxlog]\nkind = tls-lines\nlisten = :6514\n");
	peers_listener(&p, 0, tcp);
	assert_int_equal(run_client("lines", port), 0);
	peers_wait_lines(&p, 3);
	peers_drain(&p, 300);
	assert_int_equal(p.n, 3);
	assert_string_equal(p.line[0].raw, "{\"EventID\":4624}");
	assert_string_equal(p.line[1].raw, "{\"EventID\":4625}");
	assert_int_equal(p.line[2].n, 100010);
	peers_stop(&p);
	close(tcp);
}

static void
takes_what_winlogbeat_sends(void **state)
{
	uint16_t port;
	const int tcp = peers_bind(SOCK_STREAM, &port);

	(void)state;
	peers_start(&p, "[source windows]\nkind = elastic-bulk\nlisten = :9200\n");
	peers_listener(&p, 0, tcp);
	assert_int_equal(run_client("bulk", port), 0);
	peers_wait_lines(&p, 3200);
	peers_drain(&p, 300);
	assert_int_equal(p.n, 3200);
	assert_string_equal(p.line[1].raw, "{\"@timestamp\": \"2026-11-23T00:00:00Z\", \"winlog\": {\"event_id\": 4624, \"n\": 1}}");
	peers_stop(&p);
	close(tcp);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_is_taken_when_it_is_whole),
		TEST(rotation_by_rename_loses_and_repeats_nothing),
		TEST(rotation_in_the_middle_of_a_line_keeps_both_halves),
		TEST(truncation_in_place_is_seen),
		TEST(a_file_that_comes_later_is_found),
		TEST(a_restart_goes_on_where_the_log_ends),
		TEST(kill_at_random_loses_and_repeats_nothing),
		TEST(an_overlong_line_is_cut_and_counted),
		TEST(the_window_is_bounded),
		TEST(a_batch_that_kills_twice_is_quarantined),
		TEST(takes_datagrams_and_connections),
		TEST(lost_datagrams_are_counted_once),
		TEST(a_dropped_file_is_read_once_and_put_away),
		TEST(a_document_whose_file_went_away_is_broken_off),
		TEST(a_document_that_is_another_now_is_read_from_its_start),
		TEST(takes_lines_over_tls),
		TEST(takes_what_winlogbeat_sends),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("fault/intake", tests, NULL, NULL);
}
