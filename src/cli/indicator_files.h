#ifndef CLI_INDICATOR_FILES_H
#define CLI_INDICATOR_FILES_H

#include "cli/command.h"
#include "cli/files.h"
#include "detect/indicator_build.h"

/*
 * So long an entry stays in the table after it expired: it counts for records of its time only, and those may come late (a
 * file that is dropped in, a machine that was away).
 */
#define INDICATOR_KEPT_MS (INT64_C(30) * 86400000)

/* The lists of indicators that a command was given: files, "-", and all files below a folder.  Zero it but for from_ms. */
struct indicator_files {
	int64_t from_ms;	/* entries that expired before are passed over */
	struct files all;
	struct hn_arena paths;
};

#define INDICATOR_CONFIDENCE 60u	/* of an entry whose list says nothing about it */

/* What all of them gave. */
struct indicator_total {
	uint64_t bytes, read, added, refused, unread, passed;
	size_t files;
};

/* Add ${path}; what is wrong is said and gives false. */
bool indicator_files_add(struct indicator_files *f, const struct arguments *a, const char *path);

void indicator_files_fini(struct indicator_files *f);

/*
 * Read them all into ${b}, one after the other; those of a MISP feed but for its hashes.csv, which has hashes of values.  An
 * empty defaults->feed stands for the file's own name.  What a file says that cannot be taken is said with file and line (the
 * first of each file), what makes a file unreadable gives false.
 */
bool indicator_files_read(const struct indicator_files *f, const struct arguments *a,
    const struct indicator_about *defaults, struct indicator_build *b, struct indicator_total *total);

/* A random number for a table's seed. */
uint64_t indicator_files_seed(void);

#endif
