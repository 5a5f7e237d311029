#ifndef SITE_INTAKE_FILE_H
#define SITE_INTAKE_FILE_H

/* A file whose lines (or pieces) go to the log, with its mark: of tailed and of dropped files.  Only intake*.c include this. */

#include <sys/stat.h>

#include "site/frame.h"
#include "site/intake.h"
#include "site/tail_mark.h"

struct intake_file {
	uint32_t index;			/* of its source */
	const struct site_source *config;
	int fd;				/* -1: none is open */
	struct tail_mark mark;		/* behind the last line in the evidence log */
	struct site_framer framer;
};

/* Open a regular file for reading; -1: there is none (errno). */
int intake_file_open(const char *path, struct stat *st);

/* Begin at the start of the file that is open as ${fd}, which is then the file's own. */
void intake_file_begin(struct intake_file *f, int fd, const struct stat *st);

/* Go on at a mark that an earlier run left. */
void intake_file_resume(struct intake_file *f, const struct tail_mark *mark);

/* Whether it is still the file of the mark: its beginning has not changed and it has not shrunk. */
bool intake_file_is_same(const struct intake_file *f, const struct stat *st);

/* Lines from the mark on, once; false: nothing more can be taken now. */
bool intake_file_lines(struct intake *in, struct intake_file *f);

/* What is left without a LF at the end of a file that is done; false: the log has no room. */
bool intake_file_rest(struct intake *in, struct intake_file *f);

/* The next piece of a document of ${size} bytes; false: it is at its end, or the log has no room. */
bool intake_file_piece(struct intake *in, struct intake_file *f, uint64_t size);

/*
 * Tell the log that the document of ${mark}, a part of which it has, will not be read on: its file has gone or is another
 * now.  Should the file come again it is read from its start.  false: the log has no room.
 */
bool intake_file_break_off(struct intake *in, struct intake_file *f, const struct tail_mark *mark);

int64_t intake_file_mtime_ns(const struct stat *st);

#endif
