#ifndef SITE_SENSE_SOURCE_H
#define SITE_SENSE_SOURCE_H

#include "base/zone.h"
#include "detect/engine.h"
#include "record/input.h"
#include "record/stream.h"
#include "site/batch.h"
#include "site/observed.h"

#define SENSE_LINE_ARENA_BYTES (8u << 20)	/* rewritten text of one line */

struct sense;

/* One source as sense sees it: the reader that knows its lines, and a document that is just coming in. */
struct sense_source {
	struct sense *sense;
	const struct site_source *config;
	struct hn_zone zone;
	struct reader_conf reader_conf;
	struct stream *stream;
	struct input *document;		/* NULL: none is open */
	struct stream *document_stream;
	bool is_skipping;		/* a piece was missing: what follows of that document is of no use */
	uint64_t document_offset;	/* of its first piece: where its evidence is found */
	uint64_t documents_records, documents_unread;	/* of documents that are done */
	uint64_t told_records, told_unread;	/* of all counts, what core has been told */
	bool has_changed;		/* core is to be told */
};

/* Counts and header lines of a source for core: SENSE_SOURCE's body. */
void sense_source_put(struct sense_source *s, struct hn_buf *b);

/* What was counted up to now is known already: core is not told of it. */
void sense_source_known(struct sense_source *s);

/* ${arena} is emptied after each line.  The zone is loaded here: call it before the jail. */
enum hn_rc sense_source_init(struct sense_source *s, const struct site_source *config, struct hn_arena *arena,
    struct hn_err *err) HN_MUST_CHECK;
void sense_source_fini(struct sense_source *s);

/* Read header lines again that an earlier sense had seen. */
void sense_source_recall(struct sense_source *s, struct hn_view lines);

/* One line of a batch, or a piece of a document. */
void sense_source_line(struct sense_source *s, const struct site_line *l);

/* What sense does with a record: sense.c. */
void sense_see(struct sense *sense, const struct record *r);

#endif
