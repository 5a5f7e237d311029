/*
 * Puts the lines of FILE into a sealed evidence log in FOLDER and prints the log's bytes on disk; with "read", also makes each
 * line a record and takes its observables, once it is in the log, and prints how many. For bench/run.py.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/observable.h"
#include "record/stream.h"
#include "store/evidence.h"

#define BATCH_LINES 512u
#define ARENA_BYTES (8u << 20)
#define START_MS INT64_C(1780844400000)	/* any; the sample day's first moment */

/* What makes records of the lines. */
struct reading {
	struct reader_conf conf;
	struct hn_arena arena;
	struct stream *stream;		/* NULL: lines are kept only */
	uint64_t records, observables;
	struct record record;
	struct observables found;
};

static void
read_batch(struct reading *g, const struct hn_evidence_record *batch, size_t n)
{
	for (size_t i = 0; g->stream != NULL && i < n; i++) {
		struct hn_err err;

		if (g->arena.used > 0)
			hn_arena_reset(&g->arena);
		if (stream_line(g->stream, batch[i].raw, i, &g->record, &err) != HN_OK)
			continue;
		record_observables(&g->record, &g->found);
		g->records++;
		g->observables += g->found.n;
	}
}

static enum hn_rc
put(struct hn_evidence *log, struct hn_evidence_record *batch, size_t n, struct hn_err *err)
{
	size_t done = 0;

	for (size_t at = 0; at < n; at += done) {
		const enum hn_rc rc = hn_evidence_append(log, batch + at, n - at, &done, err);

		if (rc != HN_OK)
			return rc;
	}
	return HN_OK;
}

static enum hn_rc
seal_all(struct hn_evidence *log, struct hn_err *err)
{
	enum hn_rc rc;

	while ((rc = hn_evidence_seal(log, err)) == HN_OK)
		;
	return rc == HN_E_AGAIN ? HN_OK : rc;
}

/* A batch of lines is what arrives within 100 ms at 5,000 lines a second; full tails are sealed as they come. */
static enum hn_rc
fill(struct hn_evidence *log, struct reading *g, struct hn_view rest, struct hn_err *err)
{
	static struct hn_evidence_record batch[BATCH_LINES];
	size_t n = 0;
	int64_t now_ms = START_MS;
	enum hn_rc rc = HN_OK;

	while (rc == HN_OK && rest.n > 0) {
		const size_t line = hn_view_find(rest, '\n');

		batch[n++] = (struct hn_evidence_record){ .received_ms = now_ms, .source = 1, .raw = { rest.p, line } };
		rest = hn_view_skip(rest, line < rest.n ? line + 1 : line);
		if (n < BATCH_LINES && rest.n > 0)
			continue;
		rc = put(log, batch, n, err);
		read_batch(g, batch, n);
		if (rc == HN_OK)
			rc = seal_all(log, err);
		n = 0;
		now_ms += 100;
	}
	if (rc == HN_OK)
		rc = hn_evidence_cut(log, now_ms, true, err);
	return rc == HN_OK ? seal_all(log, err) : rc;
}

static enum hn_rc
run(const char *folder, struct reading *g, struct hn_view text, struct hn_err *err)
{
	struct hn_evidence *log = NULL;
	struct hn_evidence_state state;
	enum hn_rc rc = hn_evidence_open(folder, &log, err);

	if (rc == HN_OK)
		rc = fill(log, g, text, err);
	if (rc == HN_OK) {
		hn_evidence_state(log, &state);
		printf("%llu %llu %llu\n", (unsigned long long)state.disk_bytes, (unsigned long long)g->records,
		    (unsigned long long)g->observables);
	}
	hn_evidence_close(log);
	return rc;
}

int
main(int argc, char **argv)
{
	static struct reading g;
	struct hn_err err = { .what = "" };
	struct stat st;
	const bool reads = argc == 4 && strcmp(argv[1], "read") == 0;
	const int fd = argc == 3 || reads ? open(argv[argc - 1], O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0 || fstat(fd, &st) != 0) {
		fputs("usage: bench_evidence [read] FOLDER FILE\n", stderr);
		return 2;
	}
	const char *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	enum hn_rc rc = p != MAP_FAILED ? HN_OK : HN_FAIL(&err, HN_E_IO, 0, "file");

	g.arena = HN_ARENA(ARENA_BYTES);
	g.conf.arena = &g.arena;
	if (rc == HN_OK && reads)
		rc = stream_new(HN_LIT("auto"), &g.conf, &g.stream, &err);
	if (rc == HN_OK)
		rc = run(argv[argc - 2], &g, (struct hn_view){ p, (size_t)st.st_size }, &err);
	stream_free(g.stream);
	hn_arena_fini(&g.arena);
	if (rc != HN_OK)
		fprintf(stderr, "bench_evidence: %s\n", err.what);
	return rc == HN_OK ? 0 : 1;
}
