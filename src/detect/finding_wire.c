#include "detect/finding_wire.h"

#include <math.h>

#include "base/wire.h"

#define WEIGHT_MAX 20.0

void
finding_put(struct hn_buf *b, const struct finding *f)
{
	const struct hn_view texts[] = { f->rule, f->words, f->source, f->destination, f->user, f->note };

	hn_put_bytes(b, (struct hn_view){ (const char *)f->id, FINDING_ID_BYTES });
	hn_put_u8(b, (uint8_t)f->kind);
	hn_put_u8(b, (uint8_t)f->at_least);
	hn_put_u8(b, (uint8_t)f->at_most);
	hn_put_u64(b, f->count);
	hn_put_i64(b, f->first_ms);
	hn_put_i64(b, f->last_ms);
	for (size_t i = 0; i < HN_COUNT(texts); i++)
		hn_put_bytes(b, texts[i]);
	hn_put_bytes(b, f->members);
	hn_put_u8(b, (uint8_t)f->n_techniques);
	for (size_t i = 0; i < f->n_techniques; i++)
		hn_put_bytes(b, f->techniques[i]);
	hn_put_u8(b, (uint8_t)f->n_parts);
	for (size_t i = 0; i < f->n_parts; i++) {
		hn_put_bytes(b, f->parts[i].name);
		hn_put_f64(b, f->parts[i].weight);
	}
	hn_put_u8(b, (uint8_t)f->n_facts);
	for (size_t i = 0; i < f->n_facts; i++) {
		hn_put_bytes(b, f->facts[i].name);
		hn_put_bytes(b, f->facts[i].value);
	}
	hn_put_u8(b, (uint8_t)f->n_evidence);
	for (size_t i = 0; i < f->n_evidence; i++) {
		hn_put_u32(b, f->evidence[i].source);
		hn_put_u64(b, f->evidence[i].line);
		hn_put_i64(b, f->evidence[i].at_ms);
		hn_put_bytes(b, f->evidence[i].raw);
	}
}

/* A small number below ${limit}; otherwise ${g} has failed. */
static unsigned
take_below(struct hn_get *g, unsigned limit)
{
	const unsigned n = hn_get_u8(g);

	if (n >= limit)
		g->failed = true;
	return n < limit ? n : 0;
}

static void
take_texts(struct hn_get *g, struct finding *f)
{
	struct hn_view *const texts[] = { &f->rule, &f->words, &f->source, &f->destination, &f->user, &f->note };

	for (size_t i = 0; i < HN_COUNT(texts); i++)
		*texts[i] = hn_get_bytes(g, FINDING_TEXT_MAX);
	f->members = hn_get_bytes(g, FINDING_MEMBERS_MAX * FINDING_ID_BYTES);
	if (f->members.n % FINDING_ID_BYTES != 0)
		g->failed = true;
	f->n_techniques = take_below(g, FINDING_TECHNIQUES_MAX + 1);
	for (size_t i = 0; i < f->n_techniques; i++)
		f->techniques[i] = hn_get_bytes(g, FINDING_TEXT_MAX);
}

static void
take_parts(struct hn_get *g, struct finding *f)
{
	f->n_parts = take_below(g, FINDING_PARTS_MAX + 1);
	for (size_t i = 0; i < f->n_parts; i++) {
		f->parts[i].name = hn_get_bytes(g, FINDING_TEXT_MAX);
		f->parts[i].weight = hn_get_f64(g);
		if (!(fabs(f->parts[i].weight) <= WEIGHT_MAX))
			g->failed = true;
	}
}

static void
take_facts(struct hn_get *g, struct finding *f)
{
	f->n_facts = take_below(g, FINDING_FACTS_MAX + 1);
	for (size_t i = 0; i < f->n_facts; i++) {
		f->facts[i].name = hn_get_bytes(g, FINDING_TEXT_MAX);
		f->facts[i].value = hn_get_bytes(g, FINDING_TEXT_MAX);
	}
}

static void
take_evidence(struct hn_get *g, struct finding *f)
{
	f->n_evidence = take_below(g, FINDING_EVIDENCE_MAX + 1);
	for (size_t i = 0; i < f->n_evidence; i++) {
		f->evidence[i].source = hn_get_u32(g);
		f->evidence[i].line = hn_get_u64(g);
		f->evidence[i].at_ms = hn_get_i64(g);
		f->evidence[i].raw = hn_get_bytes(g, FINDING_RAW_MAX);
	}
}

enum hn_rc
finding_take(struct hn_view in, struct finding *out, struct hn_err *err)
{
	struct hn_get g = HN_GET(in);
	struct finding f = { 0 };
	const struct hn_view id = hn_get_bytes(&g, FINDING_ID_BYTES);

	if (id.n == FINDING_ID_BYTES)
		memcpy(f.id, id.p, FINDING_ID_BYTES);
	f.kind = (enum finding_kind)take_below(&g, FINDING_KINDS);
	f.at_least = (enum finding_level)take_below(&g, LEVEL_COUNT);
	f.at_most = (enum finding_level)take_below(&g, LEVEL_COUNT);
	f.count = hn_get_u64(&g);
	f.first_ms = hn_get_i64(&g);
	f.last_ms = hn_get_i64(&g);
	take_texts(&g, &f);
	take_parts(&g, &f);
	take_facts(&g, &f);
	take_evidence(&g, &f);
	if (!hn_get_done(&g) || id.n != FINDING_ID_BYTES || f.count == 0 || f.first_ms > f.last_ms)
		return HN_FAIL(err, HN_E_SYNTAX, (size_t)(in.n - g.rest.n), "finding");
	finding_weigh(&f);
	*out = f;
	return HN_OK;
}
