#include "detect/sigma/item.h"

#include <stdlib.h>

#include "base/mem.h"
#include "detect/sigma/modify.h"

#define VALUES_MAX 32768u	/* of one item, after modifiers that make many of one */

/* One item on its way to an expression. */
struct item {
	const struct sigma_store *store;
	struct sigma_modifiers m;
	uint32_t slot;
	struct hn_err *err;
	enum hn_rc rc;
	uint32_t n, size;
	const struct sigma_expr **exprs;	/* of each value */
};

static const struct sigma_expr *
fail(struct item *it, enum hn_rc rc, const char *what)
{
	if (it->rc == HN_OK)
		it->rc = HN_FAIL(it->err, rc, 0, what);
	return NULL;
}

static const struct sigma_expr *
atom(struct item *it, struct sigma_atom a)
{
	const struct sigma_expr *e;
	uint32_t number;

	a.slot = it->slot;
	number = it->store->atom(it->store->ctx, &a);
	e = number != SIGMA_ATOM_NONE ? sigma_expr_atom(it->store->arena, number) : NULL;
	return e != NULL ? e : fail(it, HN_E_LIMIT, "number of comparisons");
}

/* A literal in lower case that ${a} needs; SIGMA_ATOM_NONE: it has none worth asking for. */
static uint32_t
gate_of(struct item *it, struct hn_view literal)
{
	const struct sigma_atom a = { .op = SIGMA_CONTAINS, .slot = it->slot, .text = literal, .gate = SIGMA_ATOM_NONE };

	return literal.n >= 2 ? it->store->atom(it->store->ctx, &a) : SIGMA_ATOM_NONE;
}

static const struct sigma_expr *
regex(struct item *it, struct hn_view text)
{
	struct sigma_atom a = { .op = SIGMA_REGEX, .flags = it->m.regex_flags, .text = text };
	struct hn_err err = { .what = "" };

	if (sigma_regex_compile(&a, &err) != HN_OK)
		return fail(it, HN_E_SYNTAX, err.what);
	sigma_regex_free(&a);
	a.gate = gate_of(it, sigma_regex_literal(text, it->store->arena));
	return atom(it, a);
}

/* Text with wildcards, already with the anchors of contains, startswith, endswith. */
static const struct sigma_expr *
pattern(struct item *it, struct hn_view p)
{
	struct sigma_atom a = { .op = SIGMA_EQUAL, .cased = it->m.cased, .gate = SIGMA_ATOM_NONE };
	const bool opens = p.n > 0 && p.p[0] == SIGMA_ANY;
	const bool closes = p.n > 0 && p.p[p.n - 1] == SIGMA_ANY;
	struct hn_view low;

	if (p.n == 1 && opens) {
		a.op = SIGMA_EXISTS;
		a.number = 1;
		return atom(it, a);
	}
	low = sigma_lower(p, it->store->arena);
	if (low.p == NULL)
		return fail(it, HN_E_LIMIT, "size of the rules");
	a.text = a.cased ? p : low;
	if (sigma_pattern_literal(p).n == p.n - opens - closes) {
		a.op = opens && closes ? SIGMA_CONTAINS : opens ? SIGMA_SUFFIX : closes ? SIGMA_PREFIX : SIGMA_EQUAL;
		a.text = (struct hn_view){ a.text.p + opens, a.text.n - opens - closes };
	} else {
		a.op = SIGMA_PATTERN;
	}
	if (a.cased || a.op == SIGMA_PATTERN)
		a.gate = gate_of(it, sigma_pattern_literal(low));
	return atom(it, a);
}

static const struct sigma_expr *
fieldref(struct item *it, struct hn_view name)
{
	static const enum sigma_op ops[] = {
		[SIGMA_ANCHOR_WHOLE] = SIGMA_FIELD_EQUAL, [SIGMA_ANCHOR_START] = SIGMA_FIELD_PREFIX,
		[SIGMA_ANCHOR_END] = SIGMA_FIELD_SUFFIX, [SIGMA_ANCHOR_NONE] = SIGMA_FIELD_CONTAINS,
	};
	struct sigma_atom a = { .op = ops[it->m.anchor], .cased = it->m.cased, .gate = SIGMA_ATOM_NONE };

	a.other = it->store->slot(it->store->ctx, name);
	return a.other != SIGMA_ATOM_NONE ? atom(it, a) : fail(it, HN_E_LIMIT, "number of fields");
}

static const struct sigma_expr *
number(struct item *it, struct hn_view text)
{
	struct sigma_atom a = { .op = it->m.op, .gate = SIGMA_ATOM_NONE };
	char buf[64], *end = buf;

	if (text.n > 0 && text.n < sizeof(buf)) {
		memcpy(buf, text.p, text.n);
		buf[text.n] = '\0';
		a.number = strtod(buf, &end);
	}
	if (text.n == 0 || text.n >= sizeof(buf) || end != buf + text.n)
		return fail(it, HN_E_SYNTAX, "a number is needed here");
	return atom(it, a);
}

static const struct sigma_expr *
special(struct item *it, struct hn_view text)
{
	struct sigma_atom a = { .op = it->m.op, .gate = SIGMA_ATOM_NONE };

	if (it->m.op == SIGMA_REGEX)
		return regex(it, text);
	if (it->m.op == SIGMA_FIELD_EQUAL)
		return fieldref(it, text);
	if (it->m.op == SIGMA_CIDR)
		return hn_cidr_parse(text, &a.net) == HN_OK ? atom(it, a) : fail(it, HN_E_SYNTAX, "network");
	if (it->m.op == SIGMA_EXISTS) {
		a.number = hn_view_eq_nocase(text, HN_LIT("true")) || hn_view_eq_nocase(text, HN_LIT("yes"));
		return atom(it, a);
	}
	return number(it, text);
}

static void
add(struct item *it, const struct sigma_expr *e)
{
	if (e == NULL)
		return;
	if (it->n == it->size) {
		const uint32_t size = it->size == 0 ? 16 : 2 * it->size;
		const struct sigma_expr **moved = it->n < VALUES_MAX ? hn_realloc(it->exprs, size, sizeof(*moved)) : NULL;

		if (moved == NULL) {
			fail(it, HN_E_LIMIT, "number of values");
			return;
		}
		it->exprs = moved;
		it->size = size;
	}
	it->exprs[it->n++] = e;
}

/* What the modifiers make of one text; they may make several. */
static void
add_made(void *ctx, struct hn_view made)
{
	struct item *it = ctx;

	add(it, pattern(it, made));
}

static void
add_text(struct item *it, struct hn_view text)
{
	struct hn_err err = { .what = "" };
	enum hn_rc rc;

	if (it->m.op != SIGMA_EQUAL) {
		add(it, special(it, text));
		return;
	}
	rc = sigma_modify(&it->m, text, it->store->arena, (struct sigma_made){ add_made, it }, &err);
	if (rc != HN_OK)
		fail(it, rc, err.what);
}

/* %name% in a value that is to be expanded: once for each of its values. */
static void
add_expanded(struct item *it, struct hn_view text)
{
	const size_t open = hn_view_find(text, '%');
	struct hn_view rest = hn_view_skip(text, open < text.n ? open + 1 : text.n), name;
	const char *const *values;

	if (!it->m.expand || !hn_view_cut(&rest, '%', &name)) {
		add_text(it, text);
		return;
	}
	values = it->store->placeholder(it->store->ctx, name);
	if (values == NULL) {
		fail(it, HN_E_NOTFOUND, "the placeholder has no values");
		return;
	}
	for (size_t i = 0; values[i] != NULL; i++) {
		const struct hn_view v = hn_view_of(values[i]);
		char *made = hn_arena_get(it->store->arena, open + v.n + rest.n + 1);

		if (made == NULL) {
			fail(it, HN_E_LIMIT, "size of the rules");
			return;
		}
		memcpy(made, text.p, open);
		memcpy(made + open, v.p, v.n);
		memcpy(made + open + v.n, rest.p, rest.n);
		add_text(it, (struct hn_view){ made, open + v.n + rest.n });
	}
}

static void
add_value(struct item *it, const struct sigma_node *v)
{
	if (v->type == SIGMA_NULL)
		add(it, atom(it, (struct sigma_atom){ .op = SIGMA_ABSENT, .gate = SIGMA_ATOM_NONE }));
	else if (v->type == SIGMA_SCALAR)
		add_expanded(it, v->text);
	else
		fail(it, HN_E_SYNTAX, "a value is a list or a map");
}

/* The values joined; for "neq" the opposite. */
static const struct sigma_expr *
join(struct item *it)
{
	struct sigma_expr *e = sigma_expr_new(it->store->arena, it->m.all ? SIGMA_EXPR_AND : SIGMA_EXPR_OR, it->n);

	if (e == NULL)
		return fail(it, HN_E_LIMIT, "size of the rules");
	if (it->n > 0)
		memcpy(e->kids, it->exprs, it->n * sizeof(struct sigma_expr *));
	if (it->m.neq)
		e = sigma_expr_not(it->store->arena, e);
	return e;
}

/* ${key}: field and modifiers; ${values}: one value, or a list of them. */
static const struct sigma_expr *
read_item(const struct sigma_store *store, struct hn_view key, const struct sigma_node *values, struct hn_err *err,
    enum hn_rc *rc)
{
	struct item it = { .store = store, .err = err };
	struct hn_view name;
	const struct sigma_expr *e = NULL;

	(void)hn_view_cut(&key, '|', &name);
	it.rc = sigma_modifiers_read(key, &it.m, err);
	if (name.n == 0 && it.rc == HN_OK && it.m.op == SIGMA_EQUAL)
		it.m.anchor = SIGMA_ANCHOR_NONE;	/* a keyword may stand anywhere */
	it.slot = store->slot(store->ctx, name);
	if (it.slot == SIGMA_ATOM_NONE)
		fail(&it, HN_E_LIMIT, "number of fields");
	if (it.rc == HN_OK && values->type == SIGMA_LIST)
		for (const struct sigma_node *v = values->child; v != NULL && it.rc == HN_OK; v = v->next)
			add_value(&it, v);
	else if (it.rc == HN_OK)
		add_value(&it, values);
	if (it.rc == HN_OK)
		e = join(&it);
	hn_free(it.exprs);
	*rc = it.rc;
	return e;
}

static enum hn_rc
read_map(const struct sigma_node *map, const struct sigma_store *store, const struct sigma_expr **out, struct hn_err *err)
{
	struct sigma_expr *e = sigma_expr_new(store->arena, SIGMA_EXPR_AND, map->n);
	uint32_t n = 0;

	if (e == NULL)
		return HN_FAIL(err, HN_E_LIMIT, 0, "size of the rules");
	for (const struct sigma_node *i = map->child; i != NULL; i = i->next) {
		enum hn_rc rc = HN_OK;

		e->kids[n] = read_item(store, i->key, i, err, &rc);
		if (e->kids[n++] == NULL)
			return rc != HN_OK ? rc : HN_FAIL(err, HN_E_NOMEM, 0, "rule");
	}
	*out = e;
	return HN_OK;
}

/* A list of maps, or of keywords. */
static enum hn_rc
read_list(const struct sigma_node *list, const struct sigma_store *store, const struct sigma_expr **out, struct hn_err *err)
{
	struct sigma_expr *e = sigma_expr_new(store->arena, SIGMA_EXPR_OR, list->n);
	uint32_t n = 0;
	enum hn_rc rc = HN_OK;

	if (e == NULL)
		return HN_FAIL(err, HN_E_LIMIT, 0, "size of the rules");
	for (const struct sigma_node *i = list->child; i != NULL && rc == HN_OK; i = i->next, n++) {
		if (i->type == SIGMA_MAP)
			rc = read_map(i, store, &e->kids[n], err);
		else
			e->kids[n] = read_item(store, HN_LIT(SIGMA_KEYWORDS), i, err, &rc);
		if (rc == HN_OK && e->kids[n] == NULL)
			rc = HN_FAIL(err, HN_E_NOMEM, 0, "rule");
	}
	*out = e;
	return rc;
}

enum hn_rc
sigma_search_read(const struct sigma_node *search, const struct sigma_store *store, const struct sigma_expr **out,
    struct hn_err *err)
{
	enum hn_rc rc = HN_OK;

	if (search->type == SIGMA_MAP)
		return read_map(search, store, out, err);
	if (search->type == SIGMA_LIST)
		return read_list(search, store, out, err);
	*out = read_item(store, HN_LIT(SIGMA_KEYWORDS), search, err, &rc);
	return *out != NULL ? HN_OK : rc;
}
