#include "detect/sigma/index.h"

#include "base/hash.h"
#include "base/mem.h"

#define NONE UINT32_MAX

struct entry {
	uint32_t atom;
	uint32_t next;		/* NONE: the last of its chain */
	uint32_t gram;
	uint32_t offset;	/* of the gram within the literal */
	enum sigma_op op;	/* and the text: of the atom, at hand */
	struct hn_view text;
};

/* Literals by ${bytes} of theirs. */
struct grams {
	unsigned bytes;		/* 2 or 4 */
	unsigned shift;		/* of a hash, to its chain */
	uint32_t n;
	uint32_t *heads;	/* NULL: no literals */
	uint64_t *marks;	/* a bit a chain: whether there is any */
};

struct sigma_index {
	const struct sigma_atom *atoms;
	size_t n, n_equal;
	struct entry *entries;
	uint32_t *equal;	/* chains by the hash of the whole value */
	uint32_t equal_mask;
	struct grams four, two;
};

bool
sigma_index_takes(const struct sigma_atom *a)
{
	return a->op < SIGMA_LITERALS && !a->cased && (a->op == SIGMA_EQUAL || a->text.n >= 2);
}

static uint32_t
gram_at(const char *p, unsigned bytes)
{
	uint32_t g = 0;

	if (bytes == 4)
		memcpy(&g, p, 4);
	else
		memcpy(&g, p, 2);
	return g;
}

static uint32_t
chain_of(const struct grams *g, uint32_t gram)
{
	return gram * UINT32_C(0x9e3779b1) >> g->shift;
}

static bool
make_grams(struct grams *g, unsigned bytes, size_t n)
{
	unsigned bits = 10;

	g->bytes = bytes;
	if (n == 0)
		return true;
	while (bits < 17 && (size_t)1 << bits < 16 * n)
		bits++;
	g->shift = 32 - bits;
	g->heads = hn_alloc((size_t)1 << bits, sizeof(uint32_t));
	g->marks = hn_alloc(((size_t)1 << bits) / 64, sizeof(uint64_t));
	if (g->heads == NULL || g->marks == NULL)
		return false;
	memset(g->heads, 0xff, sizeof(uint32_t) << bits);
	return true;
}

static void
put_equal(struct sigma_index *x, uint32_t entry)
{
	uint32_t *head = &x->equal[hn_hash64(x->atoms[x->entries[entry].atom].text, 0) & x->equal_mask];

	x->entries[entry].next = *head;
	*head = entry;
}

/* How many literals stand already where this gram would be looked up. */
static unsigned
crowd_of(const struct sigma_index *x, const struct grams *g, uint32_t gram)
{
	unsigned n = 0;

	for (uint32_t e = g->heads[chain_of(g, gram)]; e != NONE && n < 64; e = x->entries[e].next)
		n++;
	return n;
}

static void
put_gram(struct sigma_index *x, struct grams *g, uint32_t entry)
{
	const struct hn_view text = x->atoms[x->entries[entry].atom].text;
	struct entry *e = &x->entries[entry];
	unsigned least = UINT32_MAX;
	uint32_t chain;

	for (size_t i = 0; i + g->bytes <= text.n && least > 0; i++) {
		const unsigned crowd = crowd_of(x, g, gram_at(text.p + i, g->bytes));

		if (crowd < least) {
			least = crowd;
			e->gram = gram_at(text.p + i, g->bytes);
			e->offset = (uint32_t)i;
		}
	}
	chain = chain_of(g, e->gram);
	e->next = g->heads[chain];
	g->heads[chain] = entry;
	g->marks[chain / 64] |= UINT64_C(1) << (chain % 64);
	g->n++;
}

static bool
make_room(struct sigma_index *x, const uint32_t *of, size_t n)
{
	size_t n_four = 0, n_two = 0;
	uint32_t slots = 4;

	for (size_t i = 0; i < n; i++) {
		const struct sigma_atom *a = &x->atoms[of[i]];

		if (!sigma_index_takes(a))
			continue;
		x->n_equal += a->op == SIGMA_EQUAL;
		n_four += a->op != SIGMA_EQUAL && a->text.n >= 4;
		n_two += a->op != SIGMA_EQUAL && a->text.n < 4;
	}
	while (slots < 2 * x->n_equal)
		slots *= 2;
	x->equal_mask = slots - 1;
	x->equal = hn_alloc(slots, sizeof(uint32_t));
	x->entries = hn_alloc(n + 1, sizeof(*x->entries));
	if (x->equal == NULL || x->entries == NULL)
		return false;
	memset(x->equal, 0xff, slots * sizeof(uint32_t));
	return make_grams(&x->four, 4, n_four) && make_grams(&x->two, 2, n_two);
}

struct sigma_index *
sigma_index_new(const struct sigma_atom *atoms, const uint32_t *of, size_t n)
{
	struct sigma_index *x = hn_alloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->atoms = atoms;
	if (!make_room(x, of, n)) {
		sigma_index_free(x);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		const uint32_t entry = (uint32_t)x->n;
		const struct sigma_atom *a = &atoms[of[i]];

		if (!sigma_index_takes(a))
			continue;
		x->entries[x->n++] = (struct entry){ .atom = of[i], .op = a->op, .text = a->text };
		if (a->op == SIGMA_EQUAL)
			put_equal(x, entry);
		else
			put_gram(x, a->text.n >= 4 ? &x->four : &x->two, entry);
	}
	return x;
}

void
sigma_index_free(struct sigma_index *x)
{
	if (x == NULL)
		return;
	hn_free(x->entries);
	hn_free(x->equal);
	hn_free(x->four.heads);
	hn_free(x->four.marks);
	hn_free(x->two.heads);
	hn_free(x->two.marks);
	hn_free(x);
}

/* Who is told of what is found. */
struct teller {
	void (*hit)(void *ctx, uint32_t atom);
	void *ctx;
};

/* Whether the literal stands in ${v} with its gram at ${at}. */
static bool
stands(const struct entry *e, struct hn_view v, size_t at)
{
	const size_t from = at - e->offset;

	if (e->offset > at || e->text.n > v.n - from)
		return false;
	if ((e->op == SIGMA_PREFIX && from != 0) || (e->op == SIGMA_SUFFIX && from + e->text.n != v.n))
		return false;
	return memcmp(v.p + from, e->text.p, e->text.n) == 0;
}

static void
find_grams(const struct sigma_index *x, const struct grams *g, struct hn_view v, struct teller t)
{
	for (size_t at = 0; g->n > 0 && at + g->bytes <= v.n; at++) {
		const uint32_t gram = gram_at(v.p + at, g->bytes);
		const uint32_t chain = chain_of(g, gram);

		if ((g->marks[chain / 64] >> (chain % 64) & 1) == 0)
			continue;
		for (uint32_t e = g->heads[chain]; e != NONE; e = x->entries[e].next)
			if (x->entries[e].gram == gram && stands(&x->entries[e], v, at))
				t.hit(t.ctx, x->entries[e].atom);
	}
}

void
sigma_index_find(const struct sigma_index *x, struct hn_view low, void (*hit)(void *ctx, uint32_t atom), void *ctx)
{
	if (x->n_equal > 0)
		for (uint32_t e = x->equal[hn_hash64(low, 0) & x->equal_mask]; e != NONE; e = x->entries[e].next)
			if (hn_view_eq(x->atoms[x->entries[e].atom].text, low))
				hit(ctx, x->entries[e].atom);
	find_grams(x, &x->four, low, (struct teller){ hit, ctx });
	find_grams(x, &x->two, low, (struct teller){ hit, ctx });
}
