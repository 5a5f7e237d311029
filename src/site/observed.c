#include "site/observed.h"

#include "base/hash.h"
#include "base/mem.h"

#define SLOTS (2 * SITE_OBSERVED_MAX)	/* a power of two */
#define TEXT_BYTES (16u << 20)
#define ROW_BYTES_MAX (OBSERVABLE_VALUE_MAX + 2 * SITE_OBSERVED_NAME_MAX + 64)

struct site_observed_set {
	struct hn_arena text;
	size_t n, taken;
	struct site_observed rows[SITE_OBSERVED_MAX];
	uint64_t hash[SITE_OBSERVED_MAX];
	uint16_t slots[SLOTS];		/* index into rows + 1; 0: free */
};

struct site_observed_set *
site_observed_new(void)
{
	struct site_observed_set *s = hn_alloc(1, sizeof(*s));

	if (s != NULL)
		s->text = HN_ARENA(TEXT_BYTES);
	return s;
}

void
site_observed_free(struct site_observed_set *s)
{
	if (s == NULL)
		return;
	hn_arena_fini(&s->text);
	hn_free(s);
}

static struct hn_view
name_of(struct hn_view v)
{
	return v.n > SITE_OBSERVED_NAME_MAX ? (struct hn_view){ v.p, SITE_OBSERVED_NAME_MAX } : v;
}

static bool
is_same(const struct site_observed *a, const struct site_observed *b)
{
	return a->kind == b->kind && hn_view_eq(a->value, b->value) && hn_view_eq(a->machine, b->machine) &&
	    hn_view_eq(a->user, b->user);
}

static bool
add_new(struct site_observed_set *s, const struct site_observed *seen, uint64_t hash, uint16_t *slot)
{
	struct site_observed *row = &s->rows[s->n];

	if (s->n == SITE_OBSERVED_MAX)
		return false;
	*row = *seen;
	row->value = hn_arena_copy(&s->text, seen->value);
	row->machine = hn_arena_copy(&s->text, seen->machine);
	row->user = hn_arena_copy(&s->text, seen->user);
	if (row->value.p == NULL || row->machine.p == NULL || row->user.p == NULL)
		return false;
	s->hash[s->n] = hash;
	*slot = (uint16_t)++s->n;
	return true;
}

/* ${who}: hash of machine and user, the same for all that one record tells. */
static bool
add(struct site_observed_set *s, const struct site_observed *seen, uint64_t who)
{
	const uint64_t hash = hn_hash64(seen->value, who + (uint64_t)seen->kind);

	for (size_t i = hash % SLOTS;; i = (i + 1) % SLOTS) {
		struct site_observed *row;

		if (s->slots[i] == 0)
			return add_new(s, seen, hash, &s->slots[i]);
		row = &s->rows[s->slots[i] - 1];
		if (s->hash[s->slots[i] - 1] != hash || !is_same(row, seen))
			continue;
		row->first_ms = seen->first_ms < row->first_ms ? seen->first_ms : row->first_ms;
		row->last_ms = seen->last_ms > row->last_ms ? seen->last_ms : row->last_ms;
		row->count++;
		return true;
	}
}

bool
site_observed_add(struct site_observed_set *s, const struct record *r, const struct observables *o)
{
	const struct hn_view machine = name_of(record_machine(r));
	const struct hn_view user = name_of(record_get(r, FIELD_USER_NAME));

	const uint64_t who = hn_hash64(machine, hn_hash64(user, 1));

	if (SITE_OBSERVED_MAX - s->n < o->n)
		return false;
	for (size_t i = 0; i < o->n; i++) {
		const struct site_observed seen = {
			.kind = o->at[i].kind, .value = o->at[i].value, .machine = machine, .user = user,
			.first_ms = r->at_ms, .last_ms = r->at_ms, .count = 1,
		};

		if (o->at[i].kind == OBSERVABLE_ADDR && hn_view_eq(o->at[i].value, machine))
			continue;
		if (!add(s, &seen, who))
			return false;
	}
	return true;
}

static void
put(struct hn_buf *b, const struct site_observed *row)
{
	hn_put_u8(b, (uint8_t)row->kind);
	hn_put_i64(b, row->first_ms);
	hn_put_i64(b, row->last_ms);
	hn_put_u32(b, row->count);
	hn_put_bytes(b, row->value);
	hn_put_bytes(b, row->machine);
	hn_put_bytes(b, row->user);
}

static void
reset(struct site_observed_set *s)
{
	memset(s->slots, 0, sizeof(s->slots));
	s->n = s->taken = 0;
	hn_arena_reset(&s->text);
}

bool
site_observed_take(struct site_observed_set *s, struct hn_buf *b)
{
	const size_t count_at = b->n;
	uint32_t n = 0;

	if (s->taken == s->n) {
		if (s->n > 0)
			reset(s);
		return false;
	}
	hn_put_u32(b, 0);
	while (s->taken < s->n && b->n - count_at + ROW_BYTES_MAX <= SITE_OBSERVED_MESSAGE_MAX) {
		put(b, &s->rows[s->taken++]);
		n++;
	}
	for (unsigned i = 0; i < 4 && !b->failed; i++)
		b->p[count_at + i] = (char)(n >> (8 * i));
	return true;
}

bool
site_observed_get(struct hn_get *g, struct site_observed *out)
{
	const unsigned kind = hn_get_u8(g);

	*out = (struct site_observed){ 0 };
	out->first_ms = hn_get_i64(g);
	out->last_ms = hn_get_i64(g);
	out->count = hn_get_u32(g);
	out->value = hn_get_bytes(g, OBSERVABLE_VALUE_MAX);
	out->machine = hn_get_bytes(g, SITE_OBSERVED_NAME_MAX);
	out->user = hn_get_bytes(g, SITE_OBSERVED_NAME_MAX);
	if (kind >= OBSERVABLE_KINDS)
		g->failed = true;
	out->kind = (enum observable_kind)(kind < OBSERVABLE_KINDS ? kind : 0);
	return !g->failed;
}
