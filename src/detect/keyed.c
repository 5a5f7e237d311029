#include "detect/keyed.h"

#include <assert.h>

#include "base/mem.h"
#include "base/wire.h"

#define FIRST_ROOM 64u
#define MOVE_SHARE 8u		/* an entry is moved once in so many parts of the table's size of questions */
#define NONE 0u			/* places count from 1; place 0 is the ring's head: older = newest, newer = oldest */

/* In front of each entry. */
struct link {
	uint64_t key;
	uint32_t older, newer;
	uint32_t moved;		/* when it was last made the newest, in times that the table was asked */
	uint32_t unused;
};

struct keyed {
	size_t entry_bytes;
	size_t stride;
	uint32_t max, n;
	uint32_t room;		/* places that there is memory for, without the head */
	char *places;		/* (room + 1) * stride */
	uint32_t slots_n;	/* a power of two, at least 2 * room */
	uint32_t *slots;	/* open addressing: places by key */
	uint64_t evicted;
	uint32_t asked;		/* how often; it may wrap */
};

static struct link *
link_at(const struct keyed *t, uint32_t place)
{
	return (struct link *)(void *)(t->places + place * t->stride);
}

static void *
entry_at(const struct keyed *t, uint32_t place)
{
	return t->places + place * t->stride + sizeof(struct link);
}

/* Keys are hashes already; spread them again, for a table's place must not be guessed from a part of the key. */
static uint32_t
first_slot(const struct keyed *t, uint64_t key)
{
	return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (t->slots_n - 1);
}

/* The slot that has ${key}, or the free one where it would stand. */
static uint32_t
slot_of(const struct keyed *t, uint64_t key)
{
	uint32_t i = first_slot(t, key);

	while (t->slots[i] != NONE && link_at(t, t->slots[i])->key != key)
		i = (i + 1) & (t->slots_n - 1);
	return i;
}

/* Free slot ${i}; those behind it that would no longer be found move up. */
static void
slot_free(struct keyed *t, uint32_t i)
{
	const uint32_t mask = t->slots_n - 1;

	for (uint32_t k = (i + 1) & mask; t->slots[k] != NONE; k = (k + 1) & mask) {
		const uint32_t home = first_slot(t, link_at(t, t->slots[k])->key);

		if (((k - home) & mask) >= ((k - i) & mask)) {
			t->slots[i] = t->slots[k];
			i = k;
		}
	}
	t->slots[i] = NONE;
}

static void
ring_out(struct keyed *t, uint32_t place)
{
	const struct link *l = link_at(t, place);

	link_at(t, l->older)->newer = l->newer;
	link_at(t, l->newer)->older = l->older;
}

/* Put it in as the newest. */
static void
ring_in(struct keyed *t, uint32_t place)
{
	struct link *head = link_at(t, 0), *l = link_at(t, place);

	l->older = head->older;
	l->newer = 0;
	link_at(t, head->older)->newer = place;
	head->older = place;
}

static bool
grow(struct keyed *t)
{
	const uint32_t room = t->room == 0 ? (t->max < FIRST_ROOM ? t->max : FIRST_ROOM) :
	    t->max / 2 < t->room ? t->max : 2 * t->room;
	uint32_t slots_n = 2 * FIRST_ROOM;
	uint32_t *slots;
	char *places = hn_realloc(t->places, (size_t)room + 1, t->stride);

	if (places == NULL)
		return false;
	t->places = places;
	while (slots_n < 2 * room)
		slots_n *= 2;
	slots = hn_alloc(slots_n, sizeof(*slots));
	if (slots == NULL)
		return false;
	hn_free(t->slots);
	t->slots = slots;
	t->slots_n = slots_n;
	if (t->room == 0)
		*link_at(t, 0) = (struct link){ 0 };
	t->room = room;
	for (uint32_t p = 1; p <= t->n; p++)
		t->slots[slot_of(t, link_at(t, p)->key)] = p;
	return true;
}

struct keyed *
keyed_new(size_t entry_bytes, uint32_t max)
{
	struct keyed *t = hn_alloc(1, sizeof(*t));

	assert(entry_bytes % 8 == 0 && max > 0 && max < UINT32_MAX / 4);
	if (t == NULL)
		return NULL;
	t->entry_bytes = entry_bytes;
	t->stride = sizeof(struct link) + entry_bytes;
	t->max = max;
	if (!grow(t)) {
		keyed_free(t);
		return NULL;
	}
	return t;
}

void
keyed_free(struct keyed *t)
{
	if (t == NULL)
		return;
	hn_free(t->places);
	hn_free(t->slots);
	hn_free(t);
}

/* A place for one more: unused, or that of the oldest.  NONE: memory is out. */
static uint32_t
take_place(struct keyed *t)
{
	uint32_t oldest;

	if (t->n == t->room && t->room < t->max && !grow(t))
		return NONE;
	if (t->n < t->room)
		return ++t->n;
	oldest = link_at(t, 0)->newer;
	ring_out(t, oldest);
	slot_free(t, slot_of(t, link_at(t, oldest)->key));
	t->evicted++;
	return oldest;
}

/*
 * Make it the newest; but not again and again: to move an entry touches its neighbours' memory too, and what most records ask
 * for stays far from the oldest anyway.
 */
static void
touch(struct keyed *t, uint32_t place)
{
	struct link *l = link_at(t, place);

	t->asked++;
	if (t->asked - l->moved <= t->n / MOVE_SHARE || link_at(t, 0)->older == place)
		return;
	ring_out(t, place);
	ring_in(t, place);
	l->moved = t->asked;
}

void *
keyed_get(struct keyed *t, uint64_t key, bool *is_new)
{
	uint32_t place = t->slots[slot_of(t, key)];

	if (is_new != NULL)
		*is_new = place == NONE;
	if (place != NONE) {
		touch(t, place);
		return entry_at(t, place);
	}
	place = take_place(t);
	if (place == NONE)
		return NULL;
	link_at(t, place)->key = key;
	memset(entry_at(t, place), 0, t->entry_bytes);
	t->slots[slot_of(t, key)] = place;
	ring_in(t, place);
	link_at(t, place)->moved = ++t->asked;
	return entry_at(t, place);
}

void *
keyed_find(const struct keyed *t, uint64_t key)
{
	const uint32_t place = t->slots[slot_of(t, key)];

	return place != NONE ? entry_at(t, place) : NULL;
}

/* The last place fills the gap, so that places stay dense. */
void
keyed_drop(struct keyed *t, uint64_t key)
{
	const uint32_t slot = slot_of(t, key), place = t->slots[slot], last = t->n;

	if (place == NONE)
		return;
	ring_out(t, place);
	slot_free(t, slot);
	if (place != last) {
		const struct link *l = link_at(t, last);

		t->slots[slot_of(t, l->key)] = place;
		memcpy(link_at(t, place), l, t->stride);
		link_at(t, l->older)->newer = place;
		link_at(t, l->newer)->older = place;
	}
	t->n--;
}

uint64_t
keyed_bytes_max(const struct keyed *t)
{
	uint64_t slots = 2 * FIRST_ROOM;

	while (slots < 2 * (uint64_t)t->max)
		slots *= 2;
	return ((uint64_t)t->max + 1) * t->stride + slots * sizeof(*t->slots);
}

uint32_t
keyed_count(const struct keyed *t)
{
	return t->n;
}

uint64_t
keyed_evicted(const struct keyed *t)
{
	return t->evicted;
}

void *
keyed_next(const struct keyed *t, uint32_t *place, uint64_t *key)
{
	*place = link_at(t, *place)->newer;
	if (*place == NONE)
		return NULL;
	*key = link_at(t, *place)->key;
	return entry_at(t, *place);
}

void
keyed_save(const struct keyed *t, struct hn_buf *b)
{
	uint32_t place = 0;
	uint64_t key;
	const void *entry;

	hn_put_u32(b, (uint32_t)t->entry_bytes);
	hn_put_u32(b, t->n);
	while ((entry = keyed_next(t, &place, &key)) != NULL) {
		hn_put_u64(b, key);
		hn_buf_put(b, (struct hn_view){ entry, t->entry_bytes });
	}
}

enum hn_rc
keyed_load(struct keyed *t, struct hn_view saved)
{
	struct hn_get g = HN_GET(saved);
	const uint32_t entry_bytes = hn_get_u32(&g), n = hn_get_u32(&g);

	if (g.failed || entry_bytes != t->entry_bytes || n > t->max ||
	    g.rest.n != (uint64_t)n * (sizeof(uint64_t) + entry_bytes))
		return HN_E_SYNTAX;
	for (uint32_t i = 0; i < n; i++) {
		void *entry = keyed_get(t, hn_get_u64(&g), NULL);

		if (entry == NULL)
			return HN_E_NOMEM;
		memcpy(entry, g.rest.p, entry_bytes);
		g.rest = hn_view_skip(g.rest, entry_bytes);
	}
	return HN_OK;
}
