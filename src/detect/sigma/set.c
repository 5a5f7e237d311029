#include "detect/sigma/set.h"

#include "base/hash.h"
#include "base/mem.h"
#include "detect/sigma/condition.h"
#include "detect/sigma/correlation.h"
#include "detect/sigma/item.h"
#include "detect/sigma/keys.h"
#include "detect/sigma/link.h"
#include "detect/sigma/source.h"

/* Numbers by a hash of what they number; open addressing. */
struct numbers {
	uint32_t *at;		/* number + 1; 0: free */
	size_t size, n;		/* size: a power of two */
};

struct sigma_set {
	struct hn_arena arena;
	uint64_t serial;
	size_t n_rules, n_atoms, n_slots;
	size_t rules_size, atoms_size, slots_size;
	struct sigma_rule *rules;
	struct sigma_atom *atoms;
	struct hn_view *slots;
	struct numbers rule_numbers, atom_numbers, slot_numbers;
	struct sigma_index **indexes;		/* by slot */
	uint32_t *watch_from, *watchers;	/* of atom a: watchers[watch_from[a]..watch_from[a + 1]) */
};

/* Room for one more of ${size} bytes each in the array ${p}. */
static bool
grow(void **p, size_t n, size_t *room, size_t size, size_t max)
{
	const size_t more = *room == 0 ? 256 : 2 * *room;
	void *moved;

	if (n < *room)
		return true;
	moved = n < max ? hn_realloc(*p, more, size) : NULL;
	if (moved == NULL)
		return false;
	*p = moved;
	*room = more;
	return true;
}

/* Where the number of hash ${h} is, or would be: the caller looks on while it is another's. */
static uint32_t *
number_at(struct numbers *n, uint64_t h)
{
	return &n->at[h & (n->size - 1)];
}

static bool
numbers_grow(struct numbers *n, uint64_t (*hash)(const void *ctx, uint32_t number), const void *ctx)
{
	struct numbers more = { .size = n->size == 0 ? 1024 : 2 * n->size, .n = n->n };

	if (2 * n->n < n->size)
		return true;
	more.at = hn_alloc(more.size, sizeof(uint32_t));
	if (more.at == NULL)
		return false;
	for (size_t i = 0; i < n->size; i++) {
		uint64_t h;

		if (n->at[i] == 0)
			continue;
		h = hash(ctx, n->at[i] - 1);
		while (*number_at(&more, h) != 0)
			h++;
		*number_at(&more, h) = n->at[i];
	}
	hn_free(n->at);
	*n = more;
	return true;
}

static uint64_t
hash_atom(const struct sigma_atom *a)
{
	const uint64_t h = hn_hash64(a->text,
	    (uint64_t)a->op << 40 | (uint64_t)a->slot << 8 | (uint64_t)a->cased << 4 | a->flags);

	return h ^ hn_hash64((struct hn_view){ (const char *)&a->number, sizeof(a->number) }, a->other) ^
	    hn_hash64((struct hn_view){ (const char *)a->net.addr.b, 16 }, a->net.bits);
}

static uint64_t
hash_atom_number(const void *ctx, uint32_t i)
{
	return hash_atom(&((const struct sigma_set *)ctx)->atoms[i]);
}

static uint64_t
hash_slot_number(const void *ctx, uint32_t i)
{
	return hn_hash64(((const struct sigma_set *)ctx)->slots[i], 0);
}

static uint64_t
hash_rule_number(const void *ctx, uint32_t i)
{
	return hn_hash64(((const struct sigma_set *)ctx)->rules[i].id, 0);
}

static bool
is_same_atom(const struct sigma_atom *a, const struct sigma_atom *b)
{
	return a->op == b->op && a->slot == b->slot && a->cased == b->cased && a->flags == b->flags && a->other == b->other &&
	    !(a->number < b->number) && !(a->number > b->number) && a->net.bits == b->net.bits &&
	    hn_addr_eq(a->net.addr, b->net.addr) && hn_view_eq(a->text, b->text);
}

static uint32_t
take_slot(void *ctx, struct hn_view name)
{
	struct sigma_set *s = ctx;
	uint64_t h = hn_hash64(name, 0);
	void *slots = s->slots;

	if (!numbers_grow(&s->slot_numbers, hash_slot_number, s))
		return SIGMA_ATOM_NONE;
	for (; *number_at(&s->slot_numbers, h) != 0; h++)
		if (hn_view_eq(s->slots[*number_at(&s->slot_numbers, h) - 1], name))
			return *number_at(&s->slot_numbers, h) - 1;
	if (!grow(&slots, s->n_slots, &s->slots_size, sizeof(*s->slots), SIGMA_SLOTS_MAX))
		return SIGMA_ATOM_NONE;
	s->slots = slots;
	s->slots[s->n_slots++] = name;
	s->slot_numbers.n++;
	*number_at(&s->slot_numbers, h) = (uint32_t)s->n_slots;
	return (uint32_t)s->n_slots - 1;
}

static uint32_t
take_atom(void *ctx, const struct sigma_atom *a)
{
	struct sigma_set *s = ctx;
	uint64_t h = hash_atom(a);
	void *atoms = s->atoms;

	if (!numbers_grow(&s->atom_numbers, hash_atom_number, s))
		return SIGMA_ATOM_NONE;
	for (; *number_at(&s->atom_numbers, h) != 0; h++)
		if (is_same_atom(&s->atoms[*number_at(&s->atom_numbers, h) - 1], a))
			return *number_at(&s->atom_numbers, h) - 1;
	if (!grow(&atoms, s->n_atoms, &s->atoms_size, sizeof(*s->atoms), SIGMA_ATOMS_MAX))
		return SIGMA_ATOM_NONE;
	s->atoms = atoms;
	s->atoms[s->n_atoms++] = *a;
	s->atom_numbers.n++;
	*number_at(&s->atom_numbers, h) = (uint32_t)s->n_atoms;
	return (uint32_t)s->n_atoms - 1;
}

static const char *const *
find_placeholder(void *ctx, struct hn_view name)
{
	(void)ctx;
	for (size_t i = 0; i < sigma_placeholders_n; i++)
		if (hn_view_eq(sigma_placeholders[i].name, name))
			return sigma_placeholders[i].values;
	return NULL;
}

enum hn_rc
sigma_set_new(struct sigma_set **out, struct hn_err *err)
{
	static uint64_t serial;
	struct sigma_set *s = hn_alloc(1, sizeof(*s));

	if (s == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "rules");
	s->arena = HN_ARENA(SIGMA_SET_BYTES);
	s->serial = ++serial;
	*out = s;
	return HN_OK;
}

void
sigma_set_free(struct sigma_set *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; s->indexes != NULL && i < s->n_slots; i++)
		sigma_index_free(s->indexes[i]);
	for (size_t i = 0; i < s->n_atoms; i++)
		sigma_regex_free(&s->atoms[i]);
	hn_free(s->indexes);
	hn_free(s->watch_from);
	hn_free(s->watchers);
	hn_free(s->rules);
	hn_free(s->atoms);
	hn_free(s->slots);
	hn_free(s->rule_numbers.at);
	hn_free(s->atom_numbers.at);
	hn_free(s->slot_numbers.at);
	hn_arena_fini(&s->arena);
	hn_free(s);
}

static bool
is_unused_key(struct hn_view key)
{
	return hn_view_eq(key, HN_LIT("condition")) || hn_view_eq(key, HN_LIT("timeframe"));
}

/* One condition, or a list of them of which any will do. */
static enum hn_rc
read_conditions(struct sigma_set *s, const struct sigma_node *c, const struct sigma_searches *searches,
    const struct sigma_expr **out, struct hn_err *err)
{
	struct sigma_expr *any;
	enum hn_rc rc = HN_OK;
	uint32_t n = 0;

	if (c != NULL && c->type == SIGMA_SCALAR)
		return sigma_condition_read(c->text, searches, &s->arena, out, err);
	if (c == NULL || c->type != SIGMA_LIST || c->n == 0)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "no condition");
	any = sigma_expr_new(&s->arena, SIGMA_EXPR_OR, c->n);
	if (any == NULL)
		return HN_FAIL(err, HN_E_LIMIT, 0, "size of the rules");
	for (const struct sigma_node *one = c->child; one != NULL && rc == HN_OK; one = one->next)
		rc = sigma_condition_read(one->text, searches, &s->arena, &any->kids[n++], err);
	*out = any;
	return rc;
}

static enum hn_rc
read_detection(struct sigma_set *s, struct sigma_rule *r, struct hn_err *err)
{
	const struct sigma_node *detection = sigma_node_get(r->document, "detection");
	const struct sigma_store store = { s, take_slot, take_atom, find_placeholder, &s->arena };
	struct sigma_searches searches = { 0 };

	if (detection == NULL || detection->type != SIGMA_MAP)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "no detection");
	for (const struct sigma_node *d = detection->child; d != NULL; d = d->next) {
		enum hn_rc rc;

		if (is_unused_key(d->key))
			continue;
		if (searches.n == SIGMA_SEARCHES_MAX)
			return HN_FAIL(err, HN_E_LIMIT, 0, "number of searches");
		searches.names[searches.n] = r->where = d->key;
		rc = sigma_search_read(d, &store, &searches.exprs[searches.n++], err);
		if (rc != HN_OK)
			return rc;
	}
	r->where = HN_LIT("condition");
	return read_conditions(s, sigma_node_get(detection, "condition"), &searches, &r->expr, err);
}

static void
compile_correlation(struct sigma_set *s, struct sigma_rule *r)
{
	const struct sigma_store store = { s, take_slot, take_atom, find_placeholder, &s->arena };
	struct hn_err err = { .what = "" };

	r->correlation = hn_arena_get(&s->arena, sizeof(*r->correlation));
	r->where = HN_LIT("correlation");
	if (r->correlation == NULL) {
		r->why_not = "size of the rules";
	} else if (sigma_correlation_read(r->document, &store, r->correlation, &err) != HN_OK) {
		r->why_not = err.what;
		r->correlation = NULL;
	}
}

/* From what the rule asks to how it is asked; its reason where it cannot be. */
static void
compile(struct sigma_set *s, struct sigma_rule *r)
{
	struct hn_err err = { .what = "" };
	const size_t source = sigma_source_find(r->product, r->category, r->service);

	if (sigma_node_get(r->document, "correlation") != NULL) {
		compile_correlation(s, r);
	} else if (read_detection(s, r, &err) != HN_OK) {
		r->why_not = err.what;
		r->expr = NULL;
	} else if (source == sigma_sources_n) {
		r->where = HN_LIT("logsource");
		r->why_not = "no source that is read here has such records";
		r->expr = NULL;
	} else {
		r->where = HN_LIT("");
		r->sources[r->n_sources++] = (uint16_t)source;
		if (!sigma_keys_find(r, s->atoms, &s->arena)) {
			r->why_not = "size of the rule";
			r->expr = NULL;
		}
	}
}

enum hn_rc
sigma_set_add_document(struct sigma_set *s, struct hn_view file, const struct sigma_node *document, struct hn_err *err)
{
	struct sigma_rule r;
	void *rules = s->rules;
	uint64_t h;
	const enum hn_rc rc = sigma_rule_read(document, &s->arena, &r, err);

	if (rc != HN_OK)
		return rc;
	if (!numbers_grow(&s->rule_numbers, hash_rule_number, s) ||
	    !grow(&rules, s->n_rules, &s->rules_size, sizeof(*s->rules), SIGMA_RULES_MAX))
		return HN_FAIL(err, HN_E_LIMIT, s->n_rules, "number of rules");
	s->rules = rules;
	for (h = hn_hash64(r.id, 0); *number_at(&s->rule_numbers, h) != 0; h++)
		if (hn_view_eq(s->rules[*number_at(&s->rule_numbers, h) - 1].id, r.id))
			return HN_SKIP;
	r.file = file;
	compile(s, &r);
	s->rules[s->n_rules++] = r;
	s->rule_numbers.n++;
	*number_at(&s->rule_numbers, h) = (uint32_t)s->n_rules;
	return HN_OK;
}

enum hn_rc
sigma_set_add(struct sigma_set *s, struct hn_view file, struct hn_view yaml, struct hn_err *err)
{
	struct sigma_node *documents;
	const struct hn_view name = hn_arena_copy(&s->arena, file);
	enum hn_rc rc = sigma_node_read(yaml, &s->arena, &documents, err);

	for (const struct sigma_node *d = documents; rc >= HN_OK && d != NULL; d = d->next)
		rc = sigma_set_add_document(s, name, d, err);
	return rc == HN_SKIP ? HN_OK : rc;
}

/* The index of each field, over its atoms. */
static bool
seal_indexes(struct sigma_set *s)
{
	uint32_t *of = hn_alloc(s->n_atoms + 1, sizeof(*of)), *from = hn_alloc(s->n_slots + 2, sizeof(*from));
	bool ok = of != NULL && from != NULL;

	s->indexes = hn_alloc(s->n_slots + 1, sizeof(struct sigma_index *));
	ok = ok && s->indexes != NULL;
	for (size_t i = 0; ok && i < s->n_atoms; i++)
		from[s->atoms[i].slot + 2]++;
	for (size_t i = 2; ok && i < s->n_slots + 2; i++)
		from[i] += from[i - 1];
	for (uint32_t i = 0; ok && i < s->n_atoms; i++)
		of[from[s->atoms[i].slot + 1]++] = i;
	for (size_t i = 0; ok && i < s->n_slots; i++) {
		s->indexes[i] = sigma_index_new(s->atoms, of + from[i], from[i + 1] - from[i]);
		ok = s->indexes[i] != NULL;
	}
	hn_free(of);
	hn_free(from);
	return ok;
}

static bool
seal_watchers(struct sigma_set *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_rules; i++)
		n += s->rules[i].n_keys;
	s->watch_from = hn_alloc(s->n_atoms + 2, sizeof(uint32_t));
	s->watchers = hn_alloc(n + 1, sizeof(uint32_t));
	if (s->watch_from == NULL || s->watchers == NULL)
		return false;
	for (size_t i = 0; i < s->n_rules; i++)
		for (uint32_t k = 0; k < s->rules[i].n_keys; k++)
			s->watch_from[s->rules[i].keys[k] + 1]++;
	for (size_t i = 1; i <= s->n_atoms; i++)
		s->watch_from[i] += s->watch_from[i - 1];
	for (uint32_t i = (uint32_t)s->n_rules; i-- > 0;)
		for (uint32_t k = 0; k < s->rules[i].n_keys; k++)
			s->watchers[--s->watch_from[s->rules[i].keys[k] + 1]] = i;
	/* Each row's end has become its start: shift by one. */
	for (size_t i = 0; i < s->n_atoms; i++)
		s->watch_from[i] = s->watch_from[i + 1];
	s->watch_from[s->n_atoms] = (uint32_t)n;
	return true;
}

static void
seal_regexes(struct sigma_set *s)
{
	for (size_t i = 0; i < s->n_atoms; i++)
		if (s->atoms[i].op == SIGMA_REGEX && s->atoms[i].code == NULL)
			(void)!sigma_regex_compile(&s->atoms[i], NULL);	/* it was tried when it was read */
}

enum hn_rc
sigma_set_seal(struct sigma_set *s, struct hn_err *err)
{
	seal_regexes(s);
	if (sigma_link(s->rules, s->n_rules, &s->arena) && seal_indexes(s) && seal_watchers(s))
		return HN_OK;
	return HN_FAIL(err, HN_E_NOMEM, 0, "rules");
}

struct hn_arena *
sigma_set_arena(struct sigma_set *s)
{
	return &s->arena;
}

size_t
sigma_set_count(const struct sigma_set *s)
{
	return s->n_rules;
}

const struct sigma_rule *
sigma_set_rule(const struct sigma_set *s, size_t i)
{
	return &s->rules[i];
}

size_t
sigma_set_atoms(const struct sigma_set *s)
{
	return s->n_atoms;
}

const struct sigma_atom *
sigma_set_atom(const struct sigma_set *s, uint32_t i)
{
	return &s->atoms[i];
}

size_t
sigma_set_slots(const struct sigma_set *s)
{
	return s->n_slots;
}

struct hn_view
sigma_set_slot_name(const struct sigma_set *s, uint32_t slot)
{
	return s->slots[slot];
}

const struct sigma_index *
sigma_set_index(const struct sigma_set *s, uint32_t slot)
{
	return s->indexes[slot];
}

struct sigma_watch
sigma_set_watch(const struct sigma_set *s, uint32_t atom)
{
	return (struct sigma_watch){ s->watchers + s->watch_from[atom], s->watch_from[atom + 1] - s->watch_from[atom] };
}

uint64_t
sigma_set_serial(const struct sigma_set *s)
{
	return s->serial;
}
