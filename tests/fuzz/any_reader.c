#include <stdlib.h>

#include "record/observable.h"
#include "record/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned char state[READER_STATE_MAX];
static struct record r, again;
static struct observables seen;

static uint64_t
digest(const struct record *x)
{
	uint64_t sum = (uint64_t)x->at_ms ^ (uint64_t)x->kind << 56;

	for (unsigned f = 0; f < FIELD_COUNT; f++) {
		const struct hn_view v = record_get(x, (enum field)f);

		for (size_t i = 0; i < v.n; i++)
			sum = sum * 31 + (unsigned char)v.p[i] + f;
	}
	for (size_t i = 0; i < x->n_extra; i++)
		sum = sum * 31 + x->extra[i].name.n * 7 + x->extra[i].value.n;
	return sum;
}

/*
 * Properties: a line read twice is the same record twice; a record has a kind, a name and text where a field is set; an error
 * has a reason and a place in the line; and whatever is read can be searched for observables.
 */
static void
read_line(const struct reader *reader, const struct reader_conf *conf, struct hn_view line)
{
	struct hn_err e = { 0 };

	record_reset(&r);
	record_reset(&again);
	if (reader->recognise(line) > 100)
		abort();
	const enum hn_rc rc = reader->read(state, conf, line, &r, &e);

	if (rc < HN_OK && (e.what == NULL || e.at > line.n))
		abort();
	if (rc != reader->read(state, conf, line, &again, NULL))
		abort();
	if (rc != HN_OK)
		return;
	if (r.kind >= RECORD_KINDS || r.dataset[0] == '\0' || r.n_extra > RECORD_EXTRA_MAX || digest(&r) != digest(&again))
		abort();
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (record_has(&r, (enum field)f) && r.value[f].n == 0)
			abort();
	record_observables(&r, &seen);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct reader *const reader = reader_find(hn_view_of(READER));
	struct hn_arena arena = HN_ARENA(1u << 22);
	const struct reader_conf conf = { .arena = &arena, .now_ms = INT64_C(1795424400000) };
	struct hn_view rest = { (const char *)data, size }, line;

	if (reader == NULL)
		abort();
	memset(state, 0, reader->state_size);
	if (reader->init != NULL && reader->init(state, &conf, NULL) != HN_OK)
		abort();
	while (rest.n > 0) {
		(void)hn_view_cut(&rest, '\n', &line);
		read_line(reader, &conf, line);
		if (arena.used > arena.max / 2)
			hn_arena_reset(&arena);
	}
	hn_arena_fini(&arena);
	return 0;
}
