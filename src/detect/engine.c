#include "detect/engine.h"

#include "base/mem.h"
#include "base/rand.h"
#include "base/wire.h"

#define DETECTORS_MAX 32u
#define SAVED_VERSION 1u
#define NAME_MAX_BYTES 64u

struct opened {
	const struct detector *is;
	void *state;
};

struct engine {
	struct detect_conf conf;
	uint64_t seed;
	struct contacts *contacts;
	struct prevalences *prevalences;
	struct engine_memory memory;
	size_t n;
	struct opened all[DETECTORS_MAX];
	size_t n_hearers;
	struct opened *hearers[DETECTORS_MAX];
	bool wants_contacts;				/* some detector of behaviour is open */
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
open_all(struct engine *e, uint32_t only, struct hn_err *err)
{
	for (size_t i = 0; detectors[i] != NULL; i++) {
		struct opened *d = &e->all[e->n];
		enum hn_rc rc;

		if (only != 0 && (only >> detectors[i]->kind & 1) == 0)
			continue;
		assert(e->n < DETECTORS_MAX);
		d->is = detectors[i];
		rc = d->is->open != NULL ? d->is->open(&e->conf, &d->state, err) : HN_OK;
		if (rc != HN_OK)
			return rc;
		e->n++;
		if (d->is->hear != NULL)
			e->hearers[e->n_hearers++] = d;
		e->wants_contacts |= d->is->wants_contacts;
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
	hn_random(&e->seed, sizeof(e->seed));
	e->conf = *conf;
	e->memory = memory;
	e->conf.contacts = e->contacts = contacts_new(e->seed, conf->scope);
	e->prevalences = prevalences_new();
	rc = e->contacts != NULL && e->prevalences != NULL ? open_all(e, only, err) : HN_FAIL(err, HN_E_NOMEM, 0, "contacts");
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
	contacts_free(e->contacts);
	prevalences_free(e->prevalences);
	hn_free(e);
}

static void
tell_hearers(void *ctx, const struct finding *hit, const struct record *r, struct findings *out)
{
	struct engine *e = ctx;

	for (size_t i = 0; i < e->n_hearers; i++)
		e->hearers[i]->is->hear(e->hearers[i]->state, hit, r, out);
}

void
engine_see(struct engine *e, const struct record *r, struct findings *out)
{
	struct contact contact;
	struct sight s = { .record = r, .observables = &e->observables, .scope = e->conf.scope,
		.house = e->conf.house };

	findings_listen(out, (struct findings_ear){ e->n_hearers > 0 ? tell_hearers : NULL, e });
	record_observables(r, &e->observables);
	if (e->memory.remember != NULL)
		e->memory.remember(e->memory.ctx, r, &e->observables);
	if (e->wants_contacts && contact_of(e->contacts, r, &contact))
		s.contact = &contact;
	if (s.contact != NULL)
		s.prevalence = prevalence_see(e->prevalences, s.contact);
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

static uint64_t
bytes_of(struct keyed *const *tables, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += keyed_bytes_max(tables[i]);
	return sum;
}

uint64_t
engine_bytes_max(const struct engine *e)
{
	size_t n;
	struct keyed *const *tables = contacts_tables(e->contacts, &n);
	uint64_t sum = bytes_of(tables, n);

	tables = prevalences_tables(e->prevalences, &n);
	sum += bytes_of(tables, n);
	for (size_t i = 0; i < e->n; i++) {
		if (e->all[i].is->tables == NULL)
			continue;
		tables = e->all[i].is->tables(e->all[i].state, &n);
		sum += bytes_of(tables, n);
	}
	return sum;
}

static void
save_tables(const char *name, struct keyed *const *tables, size_t n, struct hn_buf *b)
{
	struct hn_buf one = HN_BUF(b->max);

	for (size_t i = 0; i < n; i++) {
		hn_put_bytes(b, hn_view_of(name));
		hn_put_u32(b, (uint32_t)i);
		keyed_save(tables[i], &one);
		hn_put_bytes(b, hn_buf_view(&one));
		b->failed |= one.failed;
		hn_buf_reset(&one);
	}
	hn_buf_fini(&one);
}

void
engine_save(const struct engine *e, struct hn_buf *b)
{
	size_t n;
	struct keyed *const *tables = contacts_tables(e->contacts, &n);

	hn_put_u32(b, SAVED_VERSION);
	hn_put_u64(b, e->seed);
	save_tables("contacts", tables, n, b);
	tables = prevalences_tables(e->prevalences, &n);
	save_tables("prevalence", tables, n, b);
	for (size_t i = 0; i < e->n; i++) {
		if (e->all[i].is->tables == NULL)
			continue;
		tables = e->all[i].is->tables(e->all[i].state, &n);
		save_tables(e->all[i].is->name, tables, n, b);
	}
}

/* The table that was saved under ${name} as its number ${i}; NULL: there is no such table any more. */
static struct keyed *
find_table(const struct engine *e, struct hn_view name, uint32_t number)
{
	size_t n = 0;
	struct keyed *const *tables = NULL;

	if (hn_view_eq(name, HN_LIT("contacts")))
		tables = contacts_tables(e->contacts, &n);
	if (hn_view_eq(name, HN_LIT("prevalence")))
		tables = prevalences_tables(e->prevalences, &n);
	for (size_t i = 0; i < e->n && tables == NULL; i++)
		if (e->all[i].is->tables != NULL && hn_view_eq(name, hn_view_of(e->all[i].is->name)))
			tables = e->all[i].is->tables(e->all[i].state, &n);
	return number < n ? tables[number] : NULL;
}

enum hn_rc
engine_load(struct engine *e, struct hn_view saved, struct hn_err *err)
{
	struct hn_get g = HN_GET(saved);

	if (hn_get_u32(&g) != SAVED_VERSION)
		return HN_FAIL(err, HN_E_UNSUPPORTED, 0, "version of the detectors' memory");
	e->seed = hn_get_u64(&g);
	contacts_seed(e->contacts, e->seed);
	while (!g.failed && g.rest.n > 0) {
		const struct hn_view name = hn_get_bytes(&g, NAME_MAX_BYTES);
		const uint32_t number = hn_get_u32(&g);
		const struct hn_view bytes = hn_get_bytes(&g, SIZE_MAX);
		struct keyed *t = find_table(e, name, number);

		if (t != NULL && keyed_load(t, bytes) == HN_E_NOMEM)
			return HN_FAIL(err, HN_E_NOMEM, 0, "detectors' memory");
	}
	return g.failed ? HN_FAIL(err, HN_E_SYNTAX, 0, "detectors' memory") : HN_OK;
}
