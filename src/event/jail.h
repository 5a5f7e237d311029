#ifndef HN_EVENT_JAIL_H
#define HN_EVENT_JAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Groups of system calls, a bit each; what every process of ours needs is always allowed. */
enum hn_calls {
	HN_CALLS_THREADS = 1 << 0,	/* start threads of the same process */
	HN_CALLS_READ_FILES = 1 << 1,	/* open for reading, list folders */
	HN_CALLS_WRITE_FILES = 1 << 2,	/* create, write, rename, remove, lock, sync */
	HN_CALLS_ACCEPT = 1 << 3,	/* take connections on sockets it was given */
	HN_CALLS_MAP_LOCKED = 1 << 4,	/* mlock: for keys */
	HN_CALLS_JOB = 1 << 5,		/* a person's job: ask the terminal for its size; tables in memory files */
};

/* Files below a path (or the file itself), by Landlock. */
struct hn_jail_path {
	const char *path;
	bool writes;		/* also create, write, rename and remove */
};

/* What a process may still do after it has entered. */
struct hn_jail {
	const char *user;			/* when started as root: become this user; NULL: stay who we are */
	uint64_t capabilities;			/* a bit each (CAP_*), kept although not root; only with Landlock */
	const struct hn_jail_path *paths;	/* a path that does not exist is left out */
	size_t n_paths;
	unsigned calls;				/* enum hn_calls */
	uint64_t files_max;			/* open descriptors */
	uint64_t memory_max_bytes;		/* address space; 0: no limit (never set in sanitizer builds) */
	bool is_reduced;			/* go on without what the kernel lacks, and tell it */
};

/* What the kernel gave. */
struct hn_jail_state {
	unsigned landlock_abi;	/* 0: none */
	bool has_seccomp;
	bool has_user;		/* runs as the user of the row */
};

/*
 * Give up everything that ${j} does not name, for good: descriptors and memory limits, user and capabilities,
 * no_new_privs, files (Landlock), the network where the kernel can (Landlock ABI 4), system calls (seccomp: a call
 * outside of the list kills the process).  To be called before threads start and before the first outside byte.
 * On failure the process is in between and must end.
 * Errors: HN_E_NOTFOUND "user" (the system user does not exist), HN_E_UNSUPPORTED "Landlock" or "seccomp" (not in this
 * kernel, and not is_reduced), HN_E_IO (errno), HN_E_LIMIT.
 * Source: landlock(7), seccomp(2), capabilities(7).
 */
enum hn_rc hn_jail_enter(const struct hn_jail *j, struct hn_jail_state *out, struct hn_err *err) HN_MUST_CHECK;

/* What this kernel could give, without giving anything up. */
struct hn_jail_state hn_jail_probe(void);

/* Whether this program was built with AddressSanitizer: then memory has no limit and a few more calls are allowed. */
bool hn_jail_is_sanitized(void);

/*
 * The weaker guard of the process that starts the others: it keeps the capabilities named, loses the rest, and calls
 * that it never makes (ptrace, mount, modules, bpf, keys, ...) kill it and its children.
 */
enum hn_rc hn_jail_guard(uint64_t capabilities, bool is_reduced, struct hn_err *err) HN_MUST_CHECK;

#endif
