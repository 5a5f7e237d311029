#ifndef DETECT_ENGINE_H
#define DETECT_ENGINE_H

#include "detect/detector.h"

struct engine;

/* Who else wants each record's observables: the store of the past.  May be left out. */
struct engine_memory {
	void (*remember)(void *ctx, const struct record *r, const struct observables *o);
	void *ctx;
};

/*
 * The detectors of one run, opened.  ${only}: WANTS-like bits of finding kinds (1 << FINDING_X), 0: all.
 * Errors: what a detector's open returns; HN_E_NOMEM.
 */
enum hn_rc engine_open(const struct detect_conf *conf, uint32_t only, struct engine_memory memory, struct engine **out,
    struct hn_err *err) HN_MUST_CHECK;
void engine_close(struct engine *e);

/* Show ${r} to every detector that wants its kind; what they hold against it goes to ${out}. */
void engine_see(struct engine *e, const struct record *r, struct findings *out);

/* Tell every detector that no record before ${now_ms} comes any more. */
void engine_tick(struct engine *e, int64_t now_ms, struct findings *out);

#define ENGINE_BYTES_MAX (256u << 20)	/* of all that detectors remember, whatever comes */

/* Bytes of all tables when all are full: at most ENGINE_BYTES_MAX. */
uint64_t engine_bytes_max(const struct engine *e);

/*
 * What the detectors remember, appended to ${b}; and read back by an engine that has seen nothing yet.  What an older
 * program wrote of a detector that has changed since is left out: that detector learns anew.  Errors: HN_E_SYNTAX: these are
 * no such bytes (the engine must not be used any more); HN_E_NOMEM.
 */
void engine_save(const struct engine *e, struct hn_buf *b);
enum hn_rc engine_load(struct engine *e, struct hn_view saved, struct hn_err *err) HN_MUST_CHECK;

#endif
