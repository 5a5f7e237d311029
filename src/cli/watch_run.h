#ifndef CLI_WATCH_RUN_H
#define CLI_WATCH_RUN_H

#include "base/zone.h"
#include "cli/command.h"
#include "cli/files.h"
#include "detect/allow.h"
#include "detect/engine.h"
#include "record/input.h"
#include "record/stream.h"
#include "site/house.h"

#define WATCH_FINDINGS_MAX 100000u
#define WATCH_FINDINGS_BYTES (256u << 20)
#define WATCH_LISTS_BYTES (64u << 20)		/* paths, allow-list */
#define WATCH_CHUNK_BYTES (256u << 10)
#define WATCH_FAULTS_SHOWN 20u

/* One run of `hinomi watch`. */
struct watch {
	const struct arguments *args;
	struct hn_arena lists;
	struct files files;
	struct hn_zone zone;
	struct scope scope;
	struct allow allow;
	struct site_config *site;		/* of --site; NULL: none is given */
	struct house *house;			/* what it says */
	int64_t from_ms, to_ms;			/* records outside are not shown to the detectors */
	uint32_t only;				/* finding kinds, a bit each; 0: all */
	struct reader_conf reader_conf;
	struct detect_conf detect_conf;
	struct engine *engine;
	struct findings *findings;
	char *chunk;				/* WATCH_CHUNK_BYTES: what was read last */
	bool is_following;
	uint64_t queued;			/* bytes of lines that wait for their turn, of all files */
	int64_t started_ms;			/* monotonic */
	int64_t progress_ms;			/* when progress was last told */
	int64_t newest_ms;			/* of all records */
	uint64_t bytes, records, unread, outside;
	uint64_t faults_told;
	uint64_t foreign;			/* files within folders that are no log: licences, notes, pictures */
	bool had_unreadable;			/* something could not be read: exit 1 */
};

/* Whether a signal has told it to end; the first call to watch_catch_signals begins to listen. */
bool watch_is_told_to_stop(void);
void watch_catch_signals(void);

/* Read every file of w->files to its end, all side by side in the order of their records' times.  HN_E_NOMEM or HN_E_LIMIT. */
enum hn_rc watch_read_all(struct watch *w, struct hn_err *err) HN_MUST_CHECK;

/* Stay with the files as they grow, showing each new finding, until a signal ends it. */
enum hn_rc watch_follow(struct watch *w, struct hn_err *err) HN_MUST_CHECK;

/* Show findings on args->out, most urgent first; *shown counts them; those that the allow-list expects are left out. */
void watch_show_all(struct watch *w, size_t *shown, size_t *expected);
void watch_show(struct watch *w, const struct finding *f);

/* Say one line about a place in the input, at most WATCH_FAULTS_SHOWN of them. */
void watch_tell_fault(struct watch *w, const char *path, uint64_t line, const char *what, const char *why);

/* Say that a file is no log of a known format and was passed over; within the same number. */
void watch_tell_foreign(struct watch *w, const char *path);

void watch_progress(struct watch *w, bool last);
void watch_progress_due(struct watch *w);	/* now and then */
void watch_summary(struct watch *w, size_t shown, size_t expected);

#endif
