#include "event/jail_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Allowed as they are, in every role. */
static const int base_calls[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(preadv),
	SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(lseek), SCMP_SYS(dup), SCMP_SYS(fcntl),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(membarrier),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(poll),
	SCMP_SYS(ppoll), SCMP_SYS(eventfd2), SCMP_SYS(signalfd4), SCMP_SYS(sendmsg), SCMP_SYS(recvmsg),
	SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
	SCMP_SYS(getegid), SCMP_SYS(getrusage), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(restart_syscall),
	SCMP_SYS(rseq), SCMP_SYS(set_robust_list), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(getcpu),
};

static const int read_calls[] = {
	SCMP_SYS(getdents64), SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstatfs), SCMP_SYS(statfs),
	SCMP_SYS(getcwd), SCMP_SYS(fadvise64), SCMP_SYS(flock),
};

static const int write_calls[] = {
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(pwrite64), SCMP_SYS(pwritev), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
	SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
	SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rmdir), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(fchmod),
	SCMP_SYS(fchown), SCMP_SYS(umask), SCMP_SYS(msync), SCMP_SYS(sync_file_range), SCMP_SYS(utimensat),
	SCMP_SYS(memfd_create),
};

static const int accept_calls[] = {
	SCMP_SYS(accept4), SCMP_SYS(accept), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt), SCMP_SYS(shutdown), SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(recvmmsg),
	SCMP_SYS(sendfile),
};

static const int thread_calls[] = { SCMP_SYS(get_robust_list), SCMP_SYS(prctl), SCMP_SYS(set_tid_address) };
static const int job_calls[] = { SCMP_SYS(memfd_create), SCMP_SYS(ftruncate), SCMP_SYS(pwrite64), SCMP_SYS(pwritev),
	SCMP_SYS(fallocate), SCMP_SYS(msync) };
static const int lock_calls[] = { SCMP_SYS(mlock), SCMP_SYS(mlock2), SCMP_SYS(munlock) };

/* The sanitizer's runtime maps shadow memory and reads /proc/self/maps before it reports. */
static const int sanitizer_calls[] = {
	SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(prctl), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(open),
	SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(getrlimit), SCMP_SYS(prlimit64), SCMP_SYS(sched_setaffinity),
	SCMP_SYS(arch_prctl), SCMP_SYS(getdents64), SCMP_SYS(getppid),
};

/* Never called by us: ways to other processes, to the kernel and out of the file tree. */
static const int never_calls[] = {
	SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(mount), SCMP_SYS(umount2),
	SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(add_key),
	SCMP_SYS(request_key), SCMP_SYS(keyctl), SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(acct),
	SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(iopl),
	SCMP_SYS(ioperm), SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(userfaultfd), SCMP_SYS(open_by_handle_at),
	SCMP_SYS(quotactl), SCMP_SYS(personality),
};

static const struct {
	unsigned group;		/* 0: always */
	const int *calls;
	size_t n;
} groups[] = {
	{ 0, base_calls, HN_COUNT(base_calls) },
	{ HN_CALLS_READ_FILES | HN_CALLS_WRITE_FILES, read_calls, HN_COUNT(read_calls) },
	{ HN_CALLS_WRITE_FILES, write_calls, HN_COUNT(write_calls) },
	{ HN_CALLS_ACCEPT, accept_calls, HN_COUNT(accept_calls) },
	{ HN_CALLS_THREADS, thread_calls, HN_COUNT(thread_calls) },
	{ HN_CALLS_JOB, job_calls, HN_COUNT(job_calls) },
	{ HN_CALLS_MAP_LOCKED, lock_calls, HN_COUNT(lock_calls) },
};

/* -EEXIST and the like cannot come from a fresh filter; a call that this machine does not have is no rule. */
static int
add(scmp_filter_ctx f, uint32_t action, int call, unsigned n, const struct scmp_arg_cmp *args)
{
	const int rc = seccomp_rule_add_array(f, action, call, n, args);

	return rc == -EDOM || rc == -EEXIST ? 0 : rc;
}

static int
allow_all(scmp_filter_ctx f, uint32_t action, const int *calls, size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add(f, action, calls[i], 0, NULL);
	return rc;
}

/* Calls that depend on an argument: memory that is never executable, files only for reading, threads but no processes. */
static int
allow_some(scmp_filter_ctx f, unsigned set)
{
	const scmp_datum_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
	const struct {
		unsigned group;
		int call;
		uint32_t action;
		unsigned n;
		struct scmp_arg_cmp args[2];
	} rows[] = {
		{ 0, SCMP_SYS(mmap), SCMP_ACT_ALLOW, 1, { SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) } },
		{ 0, SCMP_SYS(mprotect), SCMP_ACT_ALLOW, 1, { SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) } },
		/* Signals to itself alone: abort(). */
		{ 0, SCMP_SYS(tgkill), SCMP_ACT_ALLOW, 1, { SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()) } },
		/* Its own soft limit of memory, and nothing else's and no other limit (base/mem.h). */
		{ 0, SCMP_SYS(prlimit64), SCMP_ACT_ALLOW, 2,
		  { SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A1(SCMP_CMP_EQ, RLIMIT_DATA) } },
		{ HN_CALLS_READ_FILES, SCMP_SYS(open), SCMP_ACT_ALLOW, 1, { SCMP_A1(SCMP_CMP_MASKED_EQ, writing, 0) } },
		{ HN_CALLS_READ_FILES, SCMP_SYS(openat), SCMP_ACT_ALLOW, 1, { SCMP_A2(SCMP_CMP_MASKED_EQ, writing, 0) } },
		{ HN_CALLS_JOB, SCMP_SYS(ioctl), SCMP_ACT_ALLOW, 1, { SCMP_A1(SCMP_CMP_EQ, TCGETS) } },
		{ HN_CALLS_JOB, SCMP_SYS(ioctl), SCMP_ACT_ALLOW, 1, { SCMP_A1(SCMP_CMP_EQ, TIOCGWINSZ) } },
		{ HN_CALLS_THREADS, SCMP_SYS(clone), SCMP_ACT_ALLOW, 1,
		  { SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD) } },
		/* Its flags are in memory, out of a filter's reach: the C library then uses clone. */
		{ HN_CALLS_THREADS, SCMP_SYS(clone3), SCMP_ACT_ERRNO(ENOSYS), 0, { { 0 } } },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < HN_COUNT(rows); i++)
		if (rows[i].group == 0 || (rows[i].group & set) != 0)
			rc = add(f, rows[i].action, rows[i].call, rows[i].n, rows[i].args);
	return rc;
}

static int
build(scmp_filter_ctx f, unsigned set, bool is_sanitized)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < HN_COUNT(groups); i++)
		if (groups[i].group == 0 || (groups[i].group & set) != 0)
			rc = allow_all(f, SCMP_ACT_ALLOW, groups[i].calls, groups[i].n);
	if (rc == 0 && is_sanitized)
		rc = allow_all(f, SCMP_ACT_ALLOW, sanitizer_calls, HN_COUNT(sanitizer_calls));
	return rc == 0 ? allow_some(f, set) : rc;
}

/* For us while we build: which call is missing in a row. */
static void
tell_forbidden_call(int signo, siginfo_t *info, void *context)
{
	char text[] = "jail: system call 0000 is outside of this role's row\n";
	int call = info->si_syscall;

	(void)context;
	for (char *at = text + 22; call > 0; call /= 10)
		*--at = (char)('0' + call % 10);
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(128 + signo);
}

/* Load ${f}, which was built with ${rc} (0 or -errno), and give it back. */
static enum hn_rc
put_in_force(scmp_filter_ctx f, int rc, struct hn_err *err)
{
	if (rc == 0)
		rc = seccomp_load(f);
	seccomp_release(f);
	if (rc == 0)
		return HN_OK;
	errno = -rc;
	return HN_FAIL(err, HN_E_IO, 0, "seccomp");
}

enum hn_rc
hn_jail_calls(unsigned set, bool is_sanitized, struct hn_err *err)
{
	const struct sigaction tell = { .sa_sigaction = tell_forbidden_call, .sa_flags = SA_SIGINFO };
	scmp_filter_ctx f = seccomp_init(is_sanitized ? SCMP_ACT_TRAP : SCMP_ACT_KILL_PROCESS);

	if (f == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "seccomp");
	if (is_sanitized && sigaction(SIGSYS, &tell, NULL) != 0) {
		seccomp_release(f);
		return HN_FAIL(err, HN_E_IO, 0, "sigaction");
	}
	(void)seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);	/* a search tree instead of a list: faster */
	return put_in_force(f, build(f, set, is_sanitized), err);
}

enum hn_rc
hn_jail_never(bool is_sanitized, struct hn_err *err)
{
	static const int tracing[] = { SCMP_SYS(ptrace) };	/* the leak checker's way to look at threads */
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	int rc;

	if (f == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "seccomp");
	rc = allow_all(f, SCMP_ACT_KILL_PROCESS, never_calls, HN_COUNT(never_calls));
	if (rc == 0 && !is_sanitized)
		rc = allow_all(f, SCMP_ACT_KILL_PROCESS, tracing, HN_COUNT(tracing));
	return put_in_force(f, rc, err);
}
