/*
 * jail_probe ROLE: for every act below a fresh process enters the jail of the role's row, exactly as the running role does,
 * and does the act.  What the row does not name must fail (refused, or the process is killed); what it names must work.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "event/jail.h"
#include "event/role.h"
#include "site/child.h"
#include "site/config.h"
#include "site/parent_folders.h"

#define WORKED 0
#define REFUSED 1
#define NOT_ENTERED 77

static char root[] = "/tmp/hinomi-jail-XXXXXX";
static struct site_config config;

/* Places of the test's configuration, by SITE_PLACE_*. */
static void
place_path(unsigned place, char out[SITE_PATH_MAX])
{
	static const char *const names[] = { "sources", "drops", "indicators", "rules" };

	if (place < SITE_PLACES_OWN)
		(void)!site_place_path(&config, (enum site_place)place, out);
	else
		(void)snprintf(out, SITE_PATH_MAX, "%s/%s", root, names[place - SITE_PLACES_OWN]);
}

static bool
reads(const char *folder)
{
	char path[SITE_PATH_MAX], c;
	int fd;
	bool worked;

	(void)snprintf(path, sizeof(path), "%.900s/there", folder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	worked = fd >= 0 && read(fd, &c, 1) == 1;
	if (fd >= 0)
		close(fd);
	return worked;
}

static bool
writes(const char *folder)
{
	char path[SITE_PATH_MAX], to[SITE_PATH_MAX];
	int fd;

	(void)snprintf(path, sizeof(path), "%.900s/new", folder);
	(void)snprintf(to, sizeof(to), "%.900s/newer", folder);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	if (write(fd, "x", 1) != 1 || fsync(fd) != 0 || ftruncate(fd, 0) != 0 || rename(path, to) != 0 || unlink(to) != 0)
		return false;
	close(fd);
	return true;
}

static bool
open_passwd(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0;
}

static bool
list_root(void)
{
	return open("/", O_RDONLY | O_DIRECTORY) >= 0;
}

static bool
open_proc(void)
{
	return open("/proc/self/environ", O_RDONLY) >= 0 || open("/proc/1/environ", O_RDONLY) >= 0;
}

static bool
write_tmp(void)
{
	return open("/tmp/hinomi-jail-escaped", O_WRONLY | O_CREAT, 0600) >= 0;
}

static bool
open_inet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool
open_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool
open_packet(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) >= 0;
}

static bool
make_process(void)
{
	const pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool
run_program(void)
{
	char *const argv[] = { (char[]){ "true" }, NULL };

	execv("/bin/true", argv);
	return false;
}

static bool
trace_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}

static bool
kill_parent(void)
{
	return syscall(SYS_kill, getppid(), 0) == 0;
}

static bool
signal_by_thread(pid_t process)
{
	return syscall(SYS_tgkill, process, process, 0) == 0;
}

static bool
kill_parents_thread(void)
{
	return signal_by_thread(getppid());
}

static bool
signal_itself(void)
{
	return signal_by_thread(getpid());
}

static bool
become_root(void)
{
	return syscall(SYS_setuid, 0) == 0 && geteuid() == 0;
}

static bool
map_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool
make_namespace(void)
{
	return syscall(SYS_unshare, 0x10000000) == 0;
}

static bool
load_bpf(void)
{
	return syscall(SYS_bpf, 0, NULL, 0) == 0 || errno != ENOSYS;
}

static bool
raise_limits(void)
{
	return syscall(SYS_prlimit64, 0, 7, "\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0", NULL) == 0;
}

static void *
end_thread(void *arg)
{
	return arg;
}

static bool
make_thread(void)
{
	pthread_t t;

	return pthread_create(&t, NULL, end_thread, NULL) == 0 && pthread_join(t, NULL) == 0;
}

static bool
use_memory_and_clock(void)
{
	struct timespec ts;
	char *p = hn_alloc(1, 1u << 20);
	const bool worked = p != NULL && clock_gettime(CLOCK_MONOTONIC, &ts) == 0;

	hn_free(p);
	return worked;
}

static bool
dump_core(void)
{
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0;
}

/* Tried in every role.  `group`: the system calls that allow it; none: never allowed. */
static const struct act {
	const char *name;
	bool (*act)(void);
	unsigned group;
	bool is_always;
	bool needs_no_sanitizer;	/* the sanitizer's runtime is allowed this */
} acts[] = {
	{ "use memory and the clock", use_memory_and_clock, 0, true, false },
	{ "start a thread", make_thread, HN_CALLS_THREADS, false, true },
	{ "read /etc/passwd", open_passwd, 0, false, false },
	{ "list /", list_root, 0, false, false },
	{ "read another process's environment", open_proc, 0, false, false },
	{ "write to /tmp", write_tmp, 0, false, false },
	{ "open an internet socket", open_inet, 0, false, false },
	{ "open a local socket", open_unix, 0, false, false },
	{ "open a packet socket", open_packet, 0, false, false },
	{ "make a process", make_process, 0, false, false },
	{ "run a program", run_program, 0, false, false },
	{ "trace the parent", trace_parent, 0, false, false },
	{ "signal the parent", kill_parent, 0, false, false },
	{ "signal a thread of the parent", kill_parents_thread, 0, false, false },
	{ "signal itself, as abort() does", signal_itself, 0, true, false },
	{ "become root", become_root, 0, false, false },
	{ "map memory that is code", map_code, 0, false, true },
	{ "make a namespace", make_namespace, 0, false, false },
	{ "load a BPF program", load_bpf, 0, false, false },
	{ "raise its limits", raise_limits, 0, false, true },
	{ "be dumped", dump_core, 0, false, true },
};

static int n_tests;
static int n_failed;

static void
tell(bool is_right, const char *role, const char *what, const char *name, const char *outcome)
{
	n_tests++;
	n_failed += !is_right;
	printf("%s %d - %s %s %s (%s)\n", is_right ? "ok" : "not ok", n_tests, role, what, name, outcome);
}

static bool
enter(const struct hn_role *role)
{
	struct hn_arena arena = HN_ARENA(1u << 20);
	struct hn_jail_state state;
	struct hn_jail jail;
	struct hn_err err = { 0 };

	if (site_child_jail(role, &config, &arena, &jail, &err) != HN_OK || hn_jail_enter(&jail, &state, &err) != HN_OK) {
		fprintf(stderr, "jail: %s (errno %d)\n", err.what, errno);
		return false;
	}
	return true;
}

/* In a process of its own: WORKED, REFUSED, NOT_ENTERED or 128 + signal. */
static int
attempt(const struct hn_role *role, bool (*act)(void), bool (*on_folder)(const char *), const char *folder)
{
	int status = 0;
	const pid_t pid = fork();

	if (pid == 0) {
		if (!enter(role))
			_exit(NOT_ENTERED);
		_exit((act != NULL ? act() : on_folder(folder)) ? WORKED : REFUSED);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return NOT_ENTERED;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void
expect(const struct hn_role *role, const char *name, int got, bool is_allowed)
{
	const bool forbidden = got == REFUSED || got == 128 + SIGSYS;

	tell(is_allowed ? got == WORKED : forbidden, role->name, is_allowed ? "may" : "may not", name,
	    got == WORKED ? "worked" : got == REFUSED ? "refused" : got == 128 + SIGSYS ? "killed" : "neither");
}

static void
try_acts(const struct hn_role *role)
{
	for (size_t i = 0; i < HN_COUNT(acts); i++)
		if (!acts[i].needs_no_sanitizer || !hn_jail_is_sanitized())
			expect(role, acts[i].name, attempt(role, acts[i].act, NULL, NULL),
			    acts[i].is_always || (acts[i].group & role->calls) != 0);
}

static void
try_places(const struct hn_role *role)
{
	for (unsigned place = 0; place < SITE_PLACES; place++) {
		const bool may_write = (role->writes >> place & 1) != 0;
		char path[SITE_PATH_MAX], name[SITE_PATH_MAX + 16];

		place_path(place, path);
		(void)snprintf(name, sizeof(name), "read %s", path + sizeof(root));
		expect(role, name, attempt(role, NULL, reads, path), may_write || (role->reads >> place & 1) != 0);
		(void)snprintf(name, sizeof(name), "write %s", path + sizeof(root));
		expect(role, name, attempt(role, NULL, writes, path), may_write);
	}
}

/* A site's folders with a file in each, owned by the user that the roles become. */
static bool
furnish(void)
{
	static char text[4096];
	char path[SITE_PATH_MAX], file[SITE_PATH_MAX];
	struct site_fault fault;
	struct hn_err err;
	const int n = snprintf(text, sizeof(text), "[site]\ndata_dir = %s\nuser = nobody\n[indicators]\npath = %s/indicators\n"
	    "[rules]\npath = %s/rules\n[source t]\nkind = tail\npath = %s/sources/there\n[source d]\nkind = drop\npath = %s/drops\n",
	    root, root, root, root, root);

	if (chmod(root, 0711) != 0 || site_config_parse((struct hn_view){ text, (size_t)n }, &config, &fault) != HN_OK)
		return false;
	for (unsigned place = SITE_PLACES_OWN; place < SITE_PLACES; place++) {
		place_path(place, path);
		if (mkdir(path, 0777) != 0 || chmod(path, 0777) != 0)
			return false;
	}
	if (site_folders_make(&config, path, &err) != HN_OK)
		return false;
	for (unsigned place = 0; place < SITE_PLACES; place++) {
		int fd;

		place_path(place, path);
		(void)snprintf(file, sizeof(file), "%.900s/there", path);
		fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0 || write(fd, "x", 1) != 1)
			return false;
		close(fd);
	}
	return true;
}

static void
clear_out(void)
{
	char path[SITE_PATH_MAX], file[SITE_PATH_MAX];

	for (unsigned place = 0; place < SITE_PLACES; place++) {
		place_path(place, path);
		(void)snprintf(file, sizeof(file), "%.900s/there", path);
		unlink(file);
		rmdir(path);
	}
	rmdir(root);
}

int
main(int argc, char **argv)
{
	const struct hn_jail_state kernel = hn_jail_probe();

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (kernel.landlock_abi == 0 || !kernel.has_seccomp) {
		printf("1..0 # SKIP this kernel has no Landlock or no seccomp\n");
		return 0;
	}
	if (argc != 2 || mkdtemp(root) == NULL || !furnish()) {
		fprintf(stderr, "jail_probe: ROLE is missing, or %s cannot be furnished: %s\n", root, strerror(errno));
		return 1;
	}
	for (size_t i = HN_PARENT + 1; i < HN_ROLES; i++) {
		if (!hn_view_eq(hn_view_of(hn_roles[i].name), hn_view_of(argv[1])))
			continue;
		try_acts(&hn_roles[i]);
		try_places(&hn_roles[i]);
	}
	printf("1..%d\n", n_tests);
	clear_out();
	site_config_fini(&config);
	return n_failed > 0 || n_tests == 0;
}
