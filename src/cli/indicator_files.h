#ifndef CLI_INDICATOR_FILES_H
#define CLI_INDICATOR_FILES_H

#include "cli/command.h"
#include "detect/indicator_build.h"

#define INDICATOR_FILES_MAX 4096u

/* The files of indicators that a command was given, opened before the first byte of one is read. */
struct indicator_files {
	int64_t from_ms;	/* entries that expired before are passed over */
	size_t n;
	struct {
		const char *path;	/* the caller's */
		int fd;
	} at[INDICATOR_FILES_MAX];
};

#define INDICATOR_CONFIDENCE 60u	/* of an entry whose list says nothing about it */

/* What all of them gave. */
struct indicator_total {
	uint64_t bytes, read, added, refused, unread, passed;
	size_t files;
};

/* Open ${path}; what is wrong is said and gives false. */
bool indicator_files_open(struct indicator_files *f, const struct arguments *a, const char *path);

/* Close what is still open. */
void indicator_files_close(struct indicator_files *f);

/*
 * Read them all into ${b} and close them.  An empty defaults->feed stands for the file's own name.  What a file says that
 * cannot be taken is said with file and line (the first of each file), what makes a file unreadable gives false.
 */
bool indicator_files_read(struct indicator_files *f, const struct arguments *a, const struct indicator_about *defaults,
    struct indicator_build *b, struct indicator_total *total);

/* A random number for a table's seed. */
uint64_t indicator_files_seed(void);

#endif
