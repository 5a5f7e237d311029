#include "detect/engine.h"

#include "base/mem.h"

#define DETECTORS_MAX 32u

struct opened {
	const struct detector *is;
	void *state;
};

struct engine {
	const struct scope *scope;
	struct engine_memory memory;
	size_t n;
	struct opened all[DETECTORS_MAX];
	size_t n_for[RECORD_KINDS];			/* per kind of record: who is shown it */
	struct opened *for_kind[RECORD_KINDS][DETECTORS_MAX];
	struct observables observables;			/* of the record being looked at */
};

static void
subscribe(struct engine *e, struct opened *d)
{
	for (unsigned k = 0; k < RECORD_KINDS; k++)
		if ((d->is->wants & WANTS(k)) != 0)
			e->for_kind[k][e->n_for[k]++] = d;
}

static enum hn_rc
open_all(struct engine *e, const struct detect_conf *conf, uint32_t only, struct hn_err *err)
{
	for (size_t i = 0; detectors[i] != NULL; i++) {
		struct opened *d = &e->all[e->n];
		enum hn_rc rc;

		if (only != 0 && (only >> detectors[i]->kind & 1) == 0)
			continue;
		assert(e->n < DETECTORS_MAX);
		d->is = detectors[i];
		rc = d->is->open != NULL ? d->is->open(conf, &d->state, err) : HN_OK;
		if (rc != HN_OK)
			return rc;
		e->n++;
		subscribe(e, d);
	}
	return HN_OK;
}

enum hn_rc
engine_open(const struct detect_conf *conf, uint32_t only, struct engine_memory memory, struct engine **out,
    struct hn_err *err)
{
	struct engine *e = hn_alloc(1, sizeof(*e));
	enum hn_rc rc;

	if (e == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "detectors");
	e->scope = conf->scope;
	e->memory = memory;
	rc = open_all(e, conf, only, err);
	if (rc != HN_OK) {
		engine_close(e);
		return rc;
	}
	*out = e;
	return HN_OK;
}

void
engine_close(struct engine *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->n; i++)
		if (e->all[i].is->close != NULL)
			e->all[i].is->close(e->all[i].state);
	hn_free(e);
}

void
engine_see(struct engine *e, const struct record *r, struct findings *out)
{
	const struct sight s = { r, &e->observables, e->scope };

	record_observables(r, &e->observables);
	if (e->memory.remember != NULL)
		e->memory.remember(e->memory.ctx, r, &e->observables);
	for (size_t i = 0; i < e->n_for[r->kind]; i++)
		e->for_kind[r->kind][i]->is->see(e->for_kind[r->kind][i]->state, &s, out);
}

void
engine_tick(struct engine *e, int64_t now_ms, struct findings *out)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->all[i].is->tick != NULL)
			e->all[i].is->tick(e->all[i].state, now_ms, out);
}
