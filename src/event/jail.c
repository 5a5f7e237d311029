#include "event/jail.h"

#include <assert.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "event/jail_calls.h"
#include "event/jail_files.h"

#define CAPABILITIES_MAX 63	/* more than the kernel has; unknown ones are refused with EINVAL */

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

bool
hn_jail_is_sanitized(void)
{
	return SANITIZED;
}

static bool
limit(int what, uint64_t max)
{
	struct rlimit r;

	if (getrlimit((__rlimit_resource_t)what, &r) != 0)
		return false;
	if (r.rlim_max != RLIM_INFINITY && r.rlim_max < max)
		max = r.rlim_max;
	r = (struct rlimit){ .rlim_cur = max, .rlim_max = max };
	return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

static enum hn_rc
enter_limits(const struct hn_jail *j, struct hn_err *err)
{
	const struct {
		int what;
		uint64_t max;
		bool is_set;
		const char *name;
	} rows[] = {
		{ RLIMIT_CORE, 0, true, "RLIMIT_CORE" },
		{ RLIMIT_NOFILE, j->files_max, true, "RLIMIT_NOFILE" },
		{ RLIMIT_NPROC, 0, (j->calls & HN_CALLS_THREADS) == 0, "RLIMIT_NPROC" },
		{ RLIMIT_AS, j->memory_max_bytes, j->memory_max_bytes > 0 && !SANITIZED, "RLIMIT_AS" },
	};

	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (rows[i].is_set && !limit(rows[i].what, rows[i].max))
			return HN_FAIL(err, HN_E_IO, i, rows[i].name);
	return HN_OK;
}

/* Set the permitted and effective capabilities of this process to exactly ${set}. */
static bool
keep_capabilities(uint64_t set)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2] = { 0 };

	for (int i = 0; i < 2; i++)
		d[i].permitted = d[i].effective = (uint32_t)(set >> (32 * i));
	return syscall(SYS_capset, &h, d) == 0;
}

/* No child can gain a capability that is not in ${set}. */
static bool
bound_capabilities(uint64_t set)
{
	for (unsigned long cap = 0; cap <= CAPABILITIES_MAX; cap++)
		if ((set >> cap & 1) == 0 && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0 && errno != EINVAL)
			return false;
	return true;
}

static enum hn_rc
enter_user(const struct hn_jail *j, uint64_t capabilities, struct hn_err *err)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(j->user);
	if (pw == NULL || pw->pw_uid == 0)
		return HN_FAIL(err, HN_E_NOTFOUND, 0, "user");
	if (!bound_capabilities(0))
		return HN_FAIL(err, HN_E_IO, 0, "capability bounding set");
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
		return HN_FAIL(err, HN_E_IO, 0, "PR_SET_KEEPCAPS");
	if (setgroups(0, NULL) != 0 || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0)
		return HN_FAIL(err, HN_E_IO, 0, "change of user");
	if (!keep_capabilities(capabilities))
		return HN_FAIL(err, HN_E_IO, 0, "capset");
	if (setuid(0) == 0 || setgid(0) == 0)
		return HN_FAIL(err, HN_E_DENIED, 0, "the way back to root is open");
	return HN_OK;
}

/* What cannot be undone and needs no right: no new privileges, then files, then system calls. */
static enum hn_rc
enter_kernel(const struct hn_jail *j, const struct hn_jail_state *s, struct hn_err *err)
{
	enum hn_rc rc = HN_OK;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return HN_FAIL(err, HN_E_IO, 0, "no_new_privs");
	if (s->landlock_abi > 0)
		rc = hn_jail_files(j->paths, j->n_paths, s->landlock_abi, err);
	if (rc == HN_OK && s->has_seccomp)
		rc = hn_jail_calls(j->calls, SANITIZED, err);
	return rc;
}

enum hn_rc
hn_jail_enter(const struct hn_jail *j, struct hn_jail_state *out, struct hn_err *err)
{
	struct hn_jail_state s = hn_jail_probe();
	enum hn_rc rc;

	if (!j->is_reduced && (s.landlock_abi == 0 || !s.has_seccomp))
		return HN_FAIL(err, HN_E_UNSUPPORTED, 0, s.has_seccomp ? "Landlock" : "seccomp");
	rc = enter_limits(j, err);
	if (rc == HN_OK && geteuid() == 0 && j->user != NULL) {
		rc = enter_user(j, s.landlock_abi > 0 ? j->capabilities : 0, err);
		s.has_user = true;
	}
	if (rc == HN_OK)
		rc = enter_kernel(j, &s, err);
	if (rc == HN_OK)
		*out = s;
	return rc;
}

struct hn_jail_state
hn_jail_probe(void)
{
	/* A strict mode that is already on, or none compiled in, answers EINVAL; asking changes nothing. */
	return (struct hn_jail_state){
		.landlock_abi = hn_jail_landlock_abi(),
		.has_seccomp = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0,
	};
}

enum hn_rc
hn_jail_guard(uint64_t capabilities, bool is_reduced, struct hn_err *err)
{
	const struct hn_jail_state s = hn_jail_probe();

	if (!limit(RLIMIT_CORE, 0))
		return HN_FAIL(err, HN_E_IO, 0, "RLIMIT_CORE");
	if (geteuid() == 0) {
		struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
		struct __user_cap_data_struct d[2] = { 0 };

		/* A container may have started us with fewer than all. */
		if (syscall(SYS_capget, &h, d) != 0)
			return HN_FAIL(err, HN_E_IO, 0, "capget");
		capabilities &= (uint64_t)d[1].permitted << 32 | d[0].permitted;
		if (!bound_capabilities(capabilities) || !keep_capabilities(capabilities))
			return HN_FAIL(err, HN_E_IO, 0, "capabilities");
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return HN_FAIL(err, HN_E_IO, 0, "no_new_privs");
	if (!s.has_seccomp)
		return is_reduced ? HN_OK : HN_FAIL(err, HN_E_UNSUPPORTED, 0, "seccomp");
	return hn_jail_never(SANITIZED, err);
}
