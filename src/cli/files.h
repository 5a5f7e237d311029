#ifndef CLI_FILES_H
#define CLI_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"

#define FILES_MAX 200000u	/* in one run */
#define FILES_DEPTH_MAX 32u	/* folders within folders */

/* The files that a command line names: itself, or all below a folder, in the order of their names. */
struct files {
	size_t n;
	const char **paths;	/* in the arena */
	uint64_t bytes;		/* together, where known */
};

/* What cannot be looked at: its path and errno. */
struct files_fault {
	void (*say)(void *ctx, const char *path, int error);
	void *ctx;
};

/*
 * Add ${path}: a file, a folder (all regular files below it; links to files are followed, links to folders are not), or "-".
 * What cannot be looked at is said and passed over.  Errors: HN_E_NOTFOUND (${path} itself is not there), HN_E_LIMIT, HN_E_NOMEM.
 */
enum hn_rc files_add(struct files *f, const char *path, struct hn_arena *arena, struct files_fault fault,
    struct hn_err *err) HN_MUST_CHECK;

/*
 * Leave each file in once, under the name by which it came first, whatever other names and links lead to it: a record must not
 * count twice.  Errors: HN_E_NOMEM.
 */
enum hn_rc files_unique(struct files *f, struct hn_err *err) HN_MUST_CHECK;

#endif
