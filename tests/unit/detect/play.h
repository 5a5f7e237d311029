#ifndef TESTS_UNIT_DETECT_PLAY_H
#define TESTS_UNIT_DETECT_PLAY_H

/* A small stage for detectors: log lines in, findings out. */

#include "detect/engine.h"
#include "record/stream.h"
#include "unit/test.h"

struct play {
	struct scope scope;
	struct detect_conf conf;
	struct reader_conf reader;
	struct engine *engine;
	struct findings *findings;
	struct stream *stream;
	struct record record;
	struct hn_arena arena;
	uint64_t lines, random;
};

/* ${house}: what it has written down of itself; NULL: nothing. */
static inline void
play_open_house(struct play *p, enum finding_kind only, const char *format, const struct house *house)
{
	*p = (struct play){ .random = 88172645463325252u, .arena = HN_ARENA(1u << 20) };
	p->conf.scope = &p->scope;
	p->conf.house = house;
	p->reader.arena = &p->arena;
	p->findings = findings_new(1000, 16u << 20);
	assert_non_null(p->findings);
	assert_int_equal(engine_open(&p->conf, 1u << only, (struct engine_memory){ 0 }, &p->engine, NULL), HN_OK);
	assert_int_equal(stream_new(hn_view_of(format), &p->reader, &p->stream, NULL), HN_OK);
}

static inline void
play_open(struct play *p, enum finding_kind only, const char *format)
{
	play_open_house(p, only, format, NULL);
}

static inline void
play_close(struct play *p)
{
	engine_close(p->engine);
	findings_free(p->findings);
	stream_free(p->stream);
	hn_arena_fini(&p->arena);
}

static inline void
play_line(struct play *p, const char *line)
{
	const enum hn_rc rc = stream_line(p->stream, hn_view_of(line), ++p->lines, &p->record, NULL);

	if (rc == HN_SKIP)
		return;
	if (rc != HN_OK)
		fail_msg("not read: %s", line);
	engine_see(p->engine, &p->record, p->findings);
	hn_arena_reset(&p->arena);
}

/* Stop the detectors and go on from what they saved. */
static inline void
play_restart(struct play *p, enum finding_kind only)
{
	struct hn_buf saved = HN_BUF(64u << 20);

	engine_save(p->engine, &saved);
	assert_false(saved.failed);
	engine_close(p->engine);
	assert_int_equal(engine_open(&p->conf, 1u << only, (struct engine_memory){ 0 }, &p->engine, NULL), HN_OK);
	assert_int_equal(engine_load(p->engine, hn_buf_view(&saved), NULL), HN_OK);
	hn_buf_fini(&saved);
}

/* 0..1, the same in every run. */
static inline double
play_chance(struct play *p)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return (double)(p->random >> 11) / 9007199254740992.0;
}

/* The most urgent finding; NULL: none. */
static inline const struct finding *
play_worst(struct play *p)
{
	size_t n;
	const struct finding *const *all = findings_sorted(p->findings, &n);

	return n > 0 ? all[0] : NULL;
}

#endif
