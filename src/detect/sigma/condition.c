#include "detect/sigma/condition.h"

#include "base/num.h"

#define JOINED_MAX 256u		/* terms of one "and" or "or" */

struct reading {
	struct hn_view text;
	size_t at;
	const struct sigma_searches *searches;
	struct hn_arena *arena;
	struct hn_err *err;
	unsigned depth;
	enum hn_rc rc;
};

static const struct sigma_expr *read_or(struct reading *r);

static const struct sigma_expr *
fail(struct reading *r, enum hn_rc rc, const char *what)
{
	if (r->rc == HN_OK)
		r->rc = HN_FAIL(r->err, rc, r->at, what);
	return NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next word, or one of ( ) |; empty: the end. */
static struct hn_view
peek(struct reading *r)
{
	size_t n = 0;
	struct hn_view rest;

	while (r->at < r->text.n && is_blank(r->text.p[r->at]))
		r->at++;
	rest = hn_view_skip(r->text, r->at);
	if (rest.n > 0 && strchr("()|", rest.p[0]) != NULL)
		return (struct hn_view){ rest.p, 1 };
	while (n < rest.n && !is_blank(rest.p[n]) && strchr("()|", rest.p[n]) == NULL)
		n++;
	return (struct hn_view){ rest.p, n };
}

static bool
accept(struct reading *r, const char *word)
{
	const struct hn_view v = peek(r);

	if (v.n == 0 || !hn_view_eq_nocase(v, hn_view_of(word)))
		return false;
	r->at += v.n;
	return true;
}

/* Whether ${name} is of the pattern, in which * stands for any run. */
static bool
is_like(struct hn_view name, struct hn_view pattern)
{
	size_t i = 0, k = 0, star = SIZE_MAX, from = 0;

	while (i < name.n) {
		if (k < pattern.n && pattern.p[k] == '*') {
			star = k++;
			from = i;
		} else if (k < pattern.n && pattern.p[k] == name.p[i]) {
			i++;
			k++;
		} else if (star != SIZE_MAX) {
			k = star + 1;
			i = ++from;
		} else {
			return false;
		}
	}
	while (k < pattern.n && pattern.p[k] == '*')
		k++;
	return k == pattern.n;
}

static bool
is_meant(struct hn_view name, struct hn_view pattern)
{
	if (hn_view_eq_nocase(pattern, HN_LIT("them")))
		return name.n > 0 && name.p[0] != '_';
	return is_like(name, pattern);
}

/* ${need}: 0: all. */
static const struct sigma_expr *
read_some(struct reading *r, uint64_t need)
{
	const struct hn_view pattern = peek(r);
	const struct sigma_searches *s = r->searches;
	struct sigma_expr *e;
	uint32_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += is_meant(s->names[i], pattern);
	if (pattern.n == 0 || n == 0)
		return fail(r, HN_E_NOTFOUND, "no search is of this pattern");
	r->at += pattern.n;
	e = sigma_expr_new(r->arena, need == 0 ? SIGMA_EXPR_AND : need == 1 ? SIGMA_EXPR_OR : SIGMA_EXPR_AT_LEAST, n);
	if (e == NULL)
		return fail(r, HN_E_NOMEM, "condition");
	e->need = (uint32_t)need;
	n = 0;
	for (size_t i = 0; i < s->n; i++)
		if (is_meant(s->names[i], pattern))
			e->kids[n++] = s->exprs[i];
	return e;
}

static const struct sigma_expr *
read_name(struct reading *r)
{
	const struct hn_view name = peek(r);

	for (size_t i = 0; i < r->searches->n; i++)
		if (hn_view_eq(r->searches->names[i], name)) {
			r->at += name.n;
			return r->searches->exprs[i];
		}
	if (name.n == 1 && name.p[0] == '|')
		return fail(r, HN_E_UNSUPPORTED, "aggregation behind | is no part of Sigma 2.0");
	if (name.n == 0)
		return fail(r, HN_E_SYNTAX, "condition ends too soon");
	return fail(r, HN_E_NOTFOUND, "no search of this name");
}

/* "1 of", "all of": whether they stand next; then they are gone. */
static bool
accept_number(struct reading *r, uint64_t *need)
{
	const size_t before = r->at;
	const struct hn_view word = peek(r);

	if (hn_view_eq_nocase(word, HN_LIT("all")))
		*need = 0;
	else if (hn_view_eq_nocase(word, HN_LIT("any")))
		*need = 1;
	else if (hn_num_u64(word, SIGMA_SEARCHES_MAX, need) != HN_OK || *need == 0)
		return false;
	r->at += word.n;
	if (accept(r, "of"))
		return true;
	r->at = before;
	return false;
}

static const struct sigma_expr *
read_term(struct reading *r)
{
	const struct sigma_expr *e = NULL;
	uint64_t need;

	if (++r->depth > SIGMA_EXPR_DEPTH_MAX / 2)
		return fail(r, HN_E_LIMIT, "depth of the condition");
	if (accept(r, "not")) {
		e = sigma_expr_not(r->arena, read_term(r));
		if (e == NULL)
			fail(r, HN_E_NOMEM, "condition");
	} else if (accept(r, "(")) {
		e = read_or(r);
		if (e != NULL && !accept(r, ")"))
			e = fail(r, HN_E_SYNTAX, "a parenthesis is open");
	} else if (accept_number(r, &need)) {
		e = read_some(r, need);
	} else {
		e = read_name(r);
	}
	r->depth--;
	return e;
}

/* Terms between ${word}. */
static const struct sigma_expr *
read_joined(struct reading *r, const char *word, enum sigma_expr_op op, const struct sigma_expr *(*read)(struct reading *))
{
	const struct sigma_expr *terms[JOINED_MAX];
	struct sigma_expr *e;
	uint32_t n = 0;

	do {
		if (n == JOINED_MAX)
			return fail(r, HN_E_LIMIT, "length of the condition");
		terms[n] = read(r);
		if (terms[n++] == NULL)
			return NULL;
	} while (accept(r, word));
	if (n == 1)
		return terms[0];
	e = sigma_expr_new(r->arena, op, n);
	if (e == NULL)
		return fail(r, HN_E_NOMEM, "condition");
	memcpy(e->kids, terms, n * sizeof(struct sigma_expr *));
	return e;
}

static const struct sigma_expr *
read_and(struct reading *r)
{
	return read_joined(r, "and", SIGMA_EXPR_AND, read_term);
}

static const struct sigma_expr *
read_or(struct reading *r)
{
	return read_joined(r, "or", SIGMA_EXPR_OR, read_and);
}

enum hn_rc
sigma_condition_read(struct hn_view text, const struct sigma_searches *s, struct hn_arena *arena,
    const struct sigma_expr **out, struct hn_err *err)
{
	struct reading r = { .text = text, .searches = s, .arena = arena, .err = err };
	const struct sigma_expr *e;
	struct hn_view left;

	if (text.n > SIGMA_CONDITION_MAX)
		return HN_FAIL(err, HN_E_LIMIT, text.n, "length of the condition");
	e = read_or(&r);
	left = peek(&r);
	if (e != NULL && left.n > 0)
		fail(&r, left.p[0] == '|' ? HN_E_UNSUPPORTED : HN_E_SYNTAX,
		    left.p[0] == '|' ? "aggregation behind | is no part of Sigma 2.0" : "something is left behind the condition");
	if (r.rc == HN_OK)
		*out = e;
	return r.rc;
}
