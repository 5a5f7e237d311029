#ifndef CLI_WATCH_FILE_H
#define CLI_WATCH_FILE_H

#include "cli/watch_run.h"

/*
 * One file of a run, from which the next record can be asked for: many files are read side by side, each record when its
 * time has come.
 */
struct watch_file {
	struct watch *watch;
	uint32_t number;		/* index into files.paths */
	int fd;
	bool at_end;			/* no more bytes, for now */
	bool is_ended;			/* and none will come */
	bool container_broken;
	bool had_fault;			/* something could not even be a line */
	bool has_record;
	struct hn_arena arena;		/* rewritten text of the record */
	struct reader_conf conf;
	struct input *input;
	struct stream *stream;
	struct hn_buf lines;		/* unpacked, not yet read: number, length, bytes */
	size_t lines_at;		/* the first of them that was not read */
	struct record record;		/* the next one, where has_record; its views hold until the next advance */
};

/* HN_E_IO: this file cannot be opened (errno); the others are none the worse for it. */
enum hn_rc watch_file_open(struct watch *w, uint32_t number, struct watch_file *f, struct hn_err *err) HN_MUST_CHECK;

/* Put the next record into f->record; f->has_record false: there is none (now, or at all). */
void watch_file_advance(struct watch_file *f);

/* Show f->record to the detectors. */
void watch_file_see(struct watch_file *f);

/* Add the file's counts to the run's, and name the first places that could not be read. */
void watch_file_count(struct watch_file *f);

void watch_file_close(struct watch_file *f);

#endif
