#include "detect/silence.h"

#include <math.h>

#include "base/mem.h"
#include "detect/triage.h"

#define SLOT_MS INT64_C(600000)
#define WEEK_SLOTS 1008
#define LEARN_SLOTS (8 * 144)		/* a week and a day */
#define STEADY_SLOTS 12			/* two hours */
#define STEADY_MIN 10			/* of them, in which it spoke */
#define FALLEN_MIN 10u
#define FALLEN_SHARE 0.3
#define STILL_MIN 5u			/* machines that still speak */
#define NAME_MAX_BYTES 46u

struct machine {
	int64_t slot;			/* in which it spoke last, ten minutes each since 1970 */
	uint64_t recent;		/* bit 0: that slot, bit 1: the one before ... */
	uint64_t week[(WEEK_SLOTS + 63) / 64];	/* slots of the week in which it spoke when they were last there */
	uint32_t source;		/* log that told of it last */
	uint8_t n;
	char name[NAME_MAX_BYTES];
	char unused[5];
};

/* The house; one entry. */
struct house_time {
	int64_t began, slot;		/* slots: the first one, the one that is on */
};

static_assert(sizeof(struct machine) % 8 == 0 && sizeof(struct house_time) % 8 == 0, "entries of tables");

struct state {
	const struct detect_conf *conf;
	struct keyed *machines, *sources, *house;
	struct keyed *tables[3];
};

/* What a slot's end shows. */
struct count {
	uint32_t fallen, still;
	const struct machine *first;
};

static void
silence_close(void *state)
{
	struct state *s = state;

	for (size_t i = 0; s != NULL && i < HN_COUNT(s->tables); i++)
		keyed_free(s->tables[i]);
	hn_free(s);
}

static enum hn_rc
silence_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));
	bool is_whole = s != NULL;

	if (s != NULL) {
		s->conf = conf;
		s->tables[0] = s->machines = keyed_new(sizeof(struct machine), SILENCE_MACHINES_MAX);
		s->tables[1] = s->sources = keyed_new(sizeof(int64_t), SILENCE_SOURCES_MAX);
		s->tables[2] = s->house = keyed_new(sizeof(struct house_time), 1);
		for (size_t i = 0; i < HN_COUNT(s->tables); i++)
			is_whole = is_whole && s->tables[i] != NULL;
	}
	if (!is_whole) {
		silence_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "silence");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
silence_tables(void *state, size_t *n)
{
	*n = HN_COUNT(((struct state *)state)->tables);
	return ((struct state *)state)->tables;
}

static uint64_t *
week_word(struct machine *m, int64_t slot, uint64_t *bit)
{
	const size_t at = (size_t)((slot % WEEK_SLOTS + WEEK_SLOTS) % WEEK_SLOTS);

	*bit = UINT64_C(1) << (at % 64);
	return &m->week[at / 64];
}

static bool
spoke_a_week_ago(struct machine *m, int64_t slot)
{
	uint64_t bit;
	const uint64_t *const word = week_word(m, slot, &bit);

	return (*word & bit) != 0;
}

/* It speaks in ${slot}; what it did not say since is now known. */
static void
advance(struct machine *m, int64_t slot)
{
	const int64_t by = slot - m->slot;
	uint64_t bit, *word;

	for (int64_t s = by > WEEK_SLOTS ? slot - WEEK_SLOTS : m->slot + 1; s < slot; s++) {
		word = week_word(m, s, &bit);
		*word &= ~bit;
	}
	word = week_word(m, slot, &bit);
	*word |= bit;
	m->recent = (by < 64 ? m->recent << by : 0) | 1;
	m->slot = slot;
}

static bool
is_steady(const struct machine *m)
{
	return __builtin_popcountll(m->recent & ((UINT64_C(1) << STEADY_SLOTS) - 1)) >= STEADY_MIN;
}

/* Slot ${now} begins: who spoke in the third before it and not since? */
static struct count
count_fallen(struct state *st, int64_t now)
{
	struct count c = { 0 };
	uint32_t place = 0;
	uint64_t key;
	struct machine *m;

	while ((m = keyed_next(st->machines, &place, &key)) != NULL) {
		const int64_t *const source = keyed_find(st->sources, (uint64_t)m->source + 1);

		if (!is_steady(m) || m->slot < now - 3)
			continue;
		if (m->slot >= now - 2) {
			c.still++;
		} else if (source != NULL && *source >= now - 1 && spoke_a_week_ago(m, now - 2) && spoke_a_week_ago(m, now - 1)) {
			c.fallen++;
			c.first = m;
		}
	}
	return c;
}

static void
say(const struct count *c, const struct sight *s, int64_t now, struct findings *out)
{
	const double share = c->fallen / (double)(c->fallen + c->still);
	char text[64];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_SILENCE, .at_most = LEVEL_HIGH, .rule = HN_LIT("silence.machines"),
		.words = HN_LIT("silence"), .source = { c->first->name, c->first->n }, .destination = HN_LIT(""),
		.user = HN_LIT(""), .count = c->fallen, .first_ms = (now - 3) * SLOT_MS, .n_techniques = 2,
		.techniques = { HN_LIT("T1486"), HN_LIT("T1529") } };

	finding_part(&f, "silence.prior", -1.0);
	finding_part(&f, "silence.number", log(c->fallen / (double)FALLEN_MIN));
	finding_part(&f, "silence.share", share >= 0.8 ? 1.5 : share >= 0.5 ? 1.0 : 0.3);
	finding_fact_number(&f, "machines", c->fallen, &facts);
	finding_fact_number(&f, "still", c->still, &facts);
	findings_hit(out, &f, s->record);
}

static void
turn_slot(struct state *st, const struct sight *s, int64_t now, struct findings *out)
{
	struct house_time *const h = keyed_get(st->house, 1, NULL);
	struct count c;

	if (h == NULL || (h->slot != 0 && now <= h->slot))
		return;
	if (h->slot == 0)
		h->began = now;
	/* Where nothing was told for a while, nothing is known of machines. */
	if (now - h->slot == 1 && now - h->began >= LEARN_SLOTS) {
		c = count_fallen(st, now);
		if (c.fallen >= FALLEN_MIN && c.still >= STILL_MIN && c.fallen >= FALLEN_SHARE * (c.fallen + c.still))
			say(&c, s, now, out);
	}
	h->slot = now;
}

static void
silence_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *const st = state;
	const struct contact *const c = s->contact;
	const int64_t slot = s->record->at_ms / SLOT_MS;
	struct machine *m;
	int64_t *source;
	bool is_new;

	turn_slot(st, s, slot, out);
	source = keyed_get(st->sources, (uint64_t)s->record->source + 1, NULL);
	if (source != NULL && slot > *source)
		*source = slot;
	if (c == NULL || !c->has_who_addr || c->way == CONTACT_IN || c->way == CONTACT_PASSING || c->who.n > NAME_MAX_BYTES)
		return;
	m = keyed_get(st->machines, c->who_key, &is_new);
	if (m == NULL)
		return;
	if (is_new) {
		m->n = (uint8_t)c->who.n;
		hn_view_copy(m->name, c->who);
		m->slot = slot - 1;
	}
	m->source = s->record->source;
	if (slot > m->slot)
		advance(m, slot);
}

const struct detector silence_detector = {
	.name = "silence",
	.kind = FINDING_SILENCE,
	.wants = WANTS(RECORD_FLOW) | WANTS(RECORD_WEB) | WANTS(RECORD_TLS),
	.wants_contacts = true,
	.open = silence_open,
	.see = silence_see,
	.tables = silence_tables,
	.close = silence_close,
};
