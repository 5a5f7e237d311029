#include "detect/findings.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

#define RECENT 1024u	/* a power of two */

struct findings {
	struct hn_arena arena;		/* texts, and the findings themselves */
	size_t max;
	size_t n;
	size_t slots_n;			/* a power of two, at least 2 * max */
	struct finding **slots;		/* open addressing by the first bytes of id */
	struct finding **sorted;	/* room for max */
	uint64_t left_out;
	struct findings_ear ear;
	struct finding *recent[RECENT];	/* by a fast hash of what identifies them: their id need not be worked out again */
};

struct findings *
findings_new(size_t max, size_t max_bytes)
{
	struct findings *s = hn_alloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->arena = HN_ARENA(max_bytes);
	s->max = max;
	s->slots_n = 16;
	while (s->slots_n < 2 * max)
		s->slots_n *= 2;
	s->slots = hn_alloc(s->slots_n, sizeof(struct finding *));
	s->sorted = hn_alloc(max, sizeof(struct finding *));
	if (s->slots == NULL || s->sorted == NULL) {
		findings_free(s);
		return NULL;
	}
	return s;
}

void
findings_free(struct findings *s)
{
	if (s == NULL)
		return;
	hn_arena_fini(&s->arena);
	hn_free(s->slots);
	hn_free(s->sorted);
	hn_free(s);
}

void
findings_reset(struct findings *s)
{
	if (s->n > 0)
		memset(s->slots, 0, s->slots_n * sizeof(struct finding *));
	s->n = 0;
	s->left_out = 0;
	memset(s->recent, 0, sizeof(s->recent));
	hn_arena_reset(&s->arena);
}

/* Where the finding of ${id} is, or where it would be. */
static struct finding **
slot_of(struct findings *s, const uint8_t *id)
{
	uint64_t h;

	memcpy(&h, id, sizeof(h));
	for (size_t i = h & (s->slots_n - 1);; i = (i + 1) & (s->slots_n - 1))
		if (s->slots[i] == NULL || memcmp(s->slots[i]->id, id, FINDING_ID_BYTES) == 0)
			return &s->slots[i];
}

void
findings_add(struct findings *s, const struct finding *f)
{
	struct finding **slot = slot_of(s, f->id);
	struct finding *made;

	if (*slot != NULL) {
		if (finding_merge(*slot, f, &s->arena) != HN_OK)
			s->left_out++;
		return;
	}
	made = s->n < s->max ? hn_arena_get(&s->arena, sizeof(*made)) : NULL;
	if (made == NULL || finding_copy(made, f, &s->arena) != HN_OK) {
		s->left_out++;
		return;
	}
	finding_weigh(made);
	*slot = made;
	s->sorted[s->n++] = made;
}

/* Where a finding that is identified like ${f} is remembered; NULL in it, or another one: not yet. */
static struct finding **
recent_of(struct findings *s, const struct finding *f)
{
	const struct hn_view texts[] = { f->rule, f->source, f->destination, f->user };
	uint64_t h = f->kind;

	for (size_t i = 0; i < HN_COUNT(texts); i++)
		h = hn_hash64(texts[i], h);
	return &s->recent[h & (RECENT - 1)];
}

static bool
is_same(const struct finding *a, const struct finding *b)
{
	return a->kind == b->kind && hn_view_eq(a->rule, b->rule) && hn_view_eq(a->source, b->source) &&
	    hn_view_eq(a->destination, b->destination) && hn_view_eq(a->user, b->user);
}

void
findings_hit(struct findings *s, const struct finding *hit, const struct record *r)
{
	struct finding **recent = recent_of(s, hit);
	struct finding f = *hit;

	if (*recent != NULL && is_same(*recent, hit))
		memcpy(f.id, (*recent)->id, sizeof(f.id));
	else
		finding_identify(&f);
	f.count = hit->count > 0 ? hit->count : 1;
	f.first_ms = hit->first_ms != 0 ? hit->first_ms : r->at_ms;
	f.last_ms = r->at_ms;
	f.n_evidence = 1;
	f.evidence[0] = (struct finding_evidence){ r->source, r->line, r->at_ms, r->raw };
	findings_add(s, &f);
	*recent = *slot_of(s, f.id);
	if (s->ear.hear == NULL)
		return;
	finding_weigh(&f);
	s->ear.hear(s->ear.ctx, &f, r, s);
}

void
findings_listen(struct findings *s, struct findings_ear ear)
{
	s->ear = ear;
}

static void
link_members(struct findings *s, struct finding *chain)
{
	for (size_t i = 0; i + FINDING_ID_BYTES <= chain->members.n; i += FINDING_ID_BYTES) {
		struct finding **slot = slot_of(s, (const uint8_t *)chain->members.p + i);

		if (*slot != NULL)
			(*slot)->chain = (struct hn_view){ (const char *)chain->id, FINDING_ID_BYTES };
	}
}

void
findings_link(struct findings *s)
{
	for (size_t i = 0; i < s->n; i++)
		link_members(s, s->sorted[i]);
	for (size_t i = 0; i < s->n; i++)	/* what one that joined another had belongs to that other now */
		if (s->sorted[i]->chain.n == 0)
			link_members(s, s->sorted[i]);
}

size_t
findings_count(const struct findings *s)
{
	return s->n;
}

uint64_t
findings_left_out(const struct findings *s)
{
	return s->left_out;
}

const struct finding *const *
findings_sorted(struct findings *s, size_t *n)
{
	*n = s->n;
	if (s->n == 0)
		return NULL;
	qsort(s->sorted, s->n, sizeof(struct finding *), finding_compare_urgency);
	return (const struct finding *const *)s->sorted;
}
