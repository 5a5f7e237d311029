#include "detect/finding.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"

#define SCORE_MEDIUM 0.50	/* an even chance: worth a look */
#define SCORE_HIGH 0.88
#define SCORE_LOW 0.12
#define MEMBERS_BYTES ((size_t)FINDING_MEMBERS_MAX * FINDING_ID_BYTES)

static const char *const kind_names[FINDING_KINDS] = {
#define KIND(name, text, grows) [FINDING_##name] = text,
#include "detect/kinds.def"
#undef KIND
};

static const bool weighs_anew[FINDING_KINDS] = {
#define ADDS false
#define ANEW true
#define KIND(name, text, grows) [FINDING_##name] = grows,
#include "detect/kinds.def"
#undef KIND
#undef ADDS
#undef ANEW
};

static const char *const level_names[LEVEL_COUNT] = {
	[LEVEL_INFO] = "info", [LEVEL_LOW] = "low", [LEVEL_MEDIUM] = "medium",
	[LEVEL_HIGH] = "high", [LEVEL_CRITICAL] = "critical",
};

static struct hn_view
first_bytes(struct hn_view v, size_t max)
{
	return v.n > max ? (struct hn_view){ v.p, max } : v;
}

void
finding_identify(struct finding *f)
{
	const struct hn_view fields[] = {
		hn_view_of(finding_kind_name(f->kind)), f->rule, f->source, f->destination, f->user,
	};
	struct hn_buf b = HN_BUF(8 * FINDING_TEXT_MAX);
	uint8_t digest[32];

	for (size_t i = 0; i < HN_COUNT(fields); i++) {
		hn_buf_put(&b, first_bytes(fields[i], FINDING_TEXT_MAX));
		hn_buf_char(&b, '\0');
	}
	hn_sha256(hn_buf_view(&b), digest);
	memcpy(f->id, digest, sizeof(f->id));
	hn_buf_fini(&b);
}

void
finding_part(struct finding *f, const char *name, double weight)
{
	if (f->n_parts < FINDING_PARTS_MAX && (weight > 0.001 || weight < -0.001))
		f->parts[f->n_parts++] = (struct finding_part){ hn_view_of(name), weight };
}

void
finding_fact_text(struct finding *f, const char *name, struct hn_view value)
{
	if (f->n_facts < FINDING_FACTS_MAX)
		f->facts[f->n_facts++] = (struct finding_fact){ hn_view_of(name), value };
}

void
finding_fact_number(struct finding *f, const char *name, double value, struct hn_buf *b)
{
	const size_t before = b->n;

	hn_buf_printf(b, value == floor(value) ? "%.0f" : "%.4g", value);
	if (!b->failed)
		finding_fact_text(f, name, (struct hn_view){ b->p + before, b->n - before });
}

void
finding_weigh(struct finding *f)
{
	static const struct {
		double score;
		enum finding_level level;
	} steps[] = { { SCORE_HIGH, LEVEL_HIGH }, { SCORE_MEDIUM, LEVEL_MEDIUM }, { SCORE_LOW, LEVEL_LOW } };
	double sum = 0;

	for (size_t i = 0; i < f->n_parts; i++)
		sum += f->parts[i].weight;
	f->score = 1 / (1 + exp(-sum));
	f->level = LEVEL_INFO;
	for (size_t i = 0; i < HN_COUNT(steps); i++)
		if (f->score >= steps[i].score) {
			f->level = steps[i].level;
			break;
		}
	if (f->level < f->at_least)
		f->level = f->at_least;
	if (f->level > f->at_most)
		f->level = f->at_most;
}

/* Copy ${v}, at most ${max} bytes of it; false: no room. */
static bool
keep(struct hn_arena *arena, struct hn_view v, size_t max, struct hn_view *out)
{
	const struct hn_view copy = hn_arena_copy(arena, first_bytes(v, max));

	if (copy.p == NULL)
		return false;
	*out = copy;
	return true;
}

static bool
merge_parts(struct finding *f, const struct finding *more, struct hn_arena *arena)
{
	for (size_t i = 0; i < more->n_parts; i++) {
		size_t k = 0;

		while (k < f->n_parts && !hn_view_eq(f->parts[k].name, more->parts[i].name))
			k++;
		if (k == FINDING_PARTS_MAX)
			continue;
		if (k < f->n_parts) {
			f->parts[k].weight = fmax(f->parts[k].weight, more->parts[i].weight);
			continue;
		}
		if (!keep(arena, more->parts[i].name, FINDING_TEXT_MAX, &f->parts[k].name))
			return false;
		f->parts[f->n_parts++].weight = more->parts[i].weight;
	}
	return true;
}

static bool
merge_techniques(struct finding *f, const struct finding *more, struct hn_arena *arena)
{
	for (size_t i = 0; i < more->n_techniques; i++) {
		size_t k = 0;

		while (k < f->n_techniques && !hn_view_eq(f->techniques[k], more->techniques[i]))
			k++;
		if (k < f->n_techniques || k == FINDING_TECHNIQUES_MAX)
			continue;
		if (!keep(arena, more->techniques[i], FINDING_TEXT_MAX, &f->techniques[k]))
			return false;
		f->n_techniques++;
	}
	return true;
}

/* The facts of ${more} instead of those of ${f}. */
static bool
take_facts(struct finding *f, const struct finding *more, struct hn_arena *arena)
{
	f->n_facts = 0;
	for (size_t i = 0; i < more->n_facts; i++) {
		struct finding_fact *fact = &f->facts[i];

		if (!keep(arena, more->facts[i].name, FINDING_TEXT_MAX, &fact->name) ||
		    !keep(arena, more->facts[i].value, FINDING_TEXT_MAX, &fact->value))
			return false;
		f->n_facts++;
	}
	return true;
}

static bool
take_words(struct finding *f, const struct finding *more, struct hn_arena *arena)
{
	return more->words.n == 0 || hn_view_eq(f->words, more->words) || keep(arena, more->words, FINDING_TEXT_MAX, &f->words);
}

static bool
merge_evidence(struct finding *f, const struct finding *more, struct hn_arena *arena)
{
	for (size_t i = 0; i < more->n_evidence && f->n_evidence < FINDING_EVIDENCE_MAX; i++) {
		struct finding_evidence e = more->evidence[i];

		if (!keep(arena, e.raw, FINDING_RAW_MAX, &e.raw))
			return false;
		f->evidence[f->n_evidence++] = e;
	}
	return true;
}

/* Parts, the levels that the detectors insist on, and facts. */
static bool
merge_reasons(struct finding *f, const struct finding *more, struct hn_arena *arena, bool is_later)
{
	const bool anew = finding_kind_weighs_anew(f->kind);

	if (anew && !is_later)
		return true;
	if (anew) {
		f->n_parts = 0;
		f->at_least = more->at_least;
		f->at_most = more->at_most;
	}
	if (more->at_least > f->at_least)
		f->at_least = more->at_least;
	if (more->at_most > f->at_most)
		f->at_most = more->at_most;
	if (is_later && more->members.n > 0 && !keep(arena, more->members, MEMBERS_BYTES, &f->members))
		return false;
	return merge_parts(f, more, arena) && (!is_later || (take_words(f, more, arena) &&
	    (more->n_facts == 0 || take_facts(f, more, arena))));
}

enum hn_rc
finding_merge(struct finding *f, const struct finding *more, struct hn_arena *arena)
{
	const bool is_later = more->last_ms >= f->last_ms;
	const bool fitted = merge_reasons(f, more, arena, is_later) && merge_techniques(f, more, arena) &&
	    merge_evidence(f, more, arena);

	f->count += more->count;
	if (more->first_ms < f->first_ms)
		f->first_ms = more->first_ms;
	if (more->last_ms > f->last_ms)
		f->last_ms = more->last_ms;
	finding_weigh(f);
	return fitted ? HN_OK : HN_E_NOMEM;
}

enum hn_rc
finding_copy(struct finding *to, const struct finding *from, struct hn_arena *arena)
{
	struct finding f = *from;
	const struct {
		struct hn_view *to;
		struct hn_view from;
	} texts[] = {
		{ &f.rule, from->rule }, { &f.words, from->words }, { &f.source, from->source },
		{ &f.destination, from->destination }, { &f.user, from->user }, { &f.note, from->note },
	};

	f.n_parts = f.n_techniques = f.n_facts = f.n_evidence = 0;
	for (size_t i = 0; i < HN_COUNT(texts); i++)
		if (!keep(arena, texts[i].from, FINDING_TEXT_MAX, texts[i].to))
			return HN_E_NOMEM;
	f.members = f.chain = (struct hn_view){ "", 0 };
	if (from->members.n > 0 && !keep(arena, from->members, MEMBERS_BYTES, &f.members))
		return HN_E_NOMEM;
	if (from->chain.n > 0 && !keep(arena, from->chain, FINDING_ID_BYTES, &f.chain))
		return HN_E_NOMEM;
	if (!merge_parts(&f, from, arena) || !merge_techniques(&f, from, arena) || !take_facts(&f, from, arena) ||
	    !merge_evidence(&f, from, arena))
		return HN_E_NOMEM;
	*to = f;
	return HN_OK;
}

static int
compare_numbers(double a, double b)
{
	return (a > b) - (a < b);
}

int
finding_compare_urgency(const void *a, const void *b)
{
	const struct finding *const *x = a, *const *y = b;
	int order = compare_numbers((*y)->level, (*x)->level);

	if (order == 0)
		order = compare_numbers((*y)->score, (*x)->score);
	if (order == 0)
		order = compare_numbers((double)(*y)->last_ms, (double)(*x)->last_ms);
	return order != 0 ? order : memcmp((*x)->id, (*y)->id, FINDING_ID_BYTES);
}

const char *
finding_kind_name(enum finding_kind k)
{
	assert(k < FINDING_KINDS);
	return kind_names[k];
}

bool
finding_kind_weighs_anew(enum finding_kind k)
{
	assert(k < FINDING_KINDS);
	return weighs_anew[k];
}

const char *
finding_level_name(enum finding_level l)
{
	assert(l < LEVEL_COUNT);
	return level_names[l];
}

/* Index of ${name} among ${names}; ${n}: none. */
static size_t
find_name(const char *const *names, size_t n, struct hn_view name)
{
	size_t i = 0;

	while (i < n && !hn_view_eq(hn_view_of(names[i]), name))
		i++;
	return i;
}

bool
finding_kind_find(struct hn_view name, enum finding_kind *out)
{
	const size_t i = find_name(kind_names, FINDING_KINDS, name);

	if (i < FINDING_KINDS)
		*out = (enum finding_kind)i;
	return i < FINDING_KINDS;
}

bool
finding_level_find(struct hn_view name, enum finding_level *out)
{
	const size_t i = find_name(level_names, LEVEL_COUNT, name);

	if (i < LEVEL_COUNT)
		*out = (enum finding_level)i;
	return i < LEVEL_COUNT;
}
