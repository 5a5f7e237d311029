#define PCRE2_CODE_UNIT_WIDTH 8
#include "detect/sigma/atom.h"

#include <pcre2.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

#define MATCH_LIMIT 50000u	/* steps of one regex on one value */
#define HEAP_LIMIT 1024u	/* KiB of one regex on one value */
#define REGEX_VALUE_MAX 65536u	/* bytes of a value that a regex is shown */
#define NUMBER_MAX 64u

static bool
is_like(struct hn_view v, struct hn_view pattern)
{
	size_t i = 0, k = 0, star = SIZE_MAX, from = 0;

	while (i < v.n) {
		if (k < pattern.n && pattern.p[k] == SIGMA_ANY) {
			star = k++;
			from = i;
		} else if (k < pattern.n && (pattern.p[k] == SIGMA_ONE || pattern.p[k] == v.p[i])) {
			i++;
			k++;
		} else if (star != SIZE_MAX) {
			k = star + 1;
			i = ++from;
		} else {
			return false;
		}
	}
	while (k < pattern.n && pattern.p[k] == SIGMA_ANY)
		k++;
	return k == pattern.n;
}

static bool
is_matched(const struct sigma_atom *a, struct hn_view v)
{
	static pcre2_match_context *context;
	static pcre2_match_data *data;
	int rc;

	if (a->code == NULL)
		return false;
	if (context == NULL)
		context = pcre2_match_context_create(NULL);
	if (data == NULL)
		data = pcre2_match_data_create(1, NULL);
	if (context == NULL || data == NULL)
		return false;
	(void)pcre2_set_match_limit(context, MATCH_LIMIT);
	(void)pcre2_set_heap_limit(context, HEAP_LIMIT);
	if (v.n > REGEX_VALUE_MAX)	/* where it is cut is no end that $ may mean */
		rc = pcre2_match(a->code, (PCRE2_SPTR)v.p, REGEX_VALUE_MAX, 0, PCRE2_NOTEOL, data, context);
	else
		rc = pcre2_match(a->code, (PCRE2_SPTR)v.p, v.n, 0, 0, data, context);
	return rc >= 0;
}

static bool
number_of(struct hn_view v, double *out)
{
	char text[NUMBER_MAX], *end;

	if (v.n == 0 || v.n >= sizeof(text))
		return false;
	memcpy(text, v.p, v.n);
	text[v.n] = '\0';
	*out = strtod(text, &end);
	return end == text + v.n;
}

static bool
is_compared(const struct sigma_atom *a, struct hn_view v)
{
	double n;

	if (!number_of(v, &n))
		return false;
	switch (a->op) {
	case SIGMA_GT:
		return n > a->number;
	case SIGMA_GTE:
		return n >= a->number;
	case SIGMA_LT:
		return n < a->number;
	default:
		return n <= a->number;
	}
}

/* ISO 8601 week of the year. */
static int
week_of(const struct tm *t)
{
	const int monday_based = (t->tm_wday + 6) % 7;
	struct tm thursday = *t;
	time_t at;

	thursday.tm_mday += 3 - monday_based;
	at = timegm(&thursday);
	(void)gmtime_r(&at, &thursday);
	return thursday.tm_yday / 7 + 1;
}

static bool
is_time(const struct sigma_atom *a, struct hn_view v)
{
	int64_t ms;
	time_t at;
	struct tm t;

	if (hn_time_parse(v, 0, &ms) != HN_OK)
		return false;
	at = (time_t)(ms / 1000);
	if (gmtime_r(&at, &t) == NULL)
		return false;
	const int parts[] = { t.tm_min, t.tm_hour, t.tm_mday, week_of(&t), t.tm_mon + 1, t.tm_year + 1900 };
	const int part = parts[a->op - SIGMA_MINUTE];

	return (int)a->number == part;
}

static bool
has_text(enum sigma_op op, struct hn_view v, struct hn_view text)
{
	switch (op) {
	case SIGMA_EQUAL:
	case SIGMA_FIELD_EQUAL:
		return hn_view_eq(v, text);
	case SIGMA_PREFIX:
	case SIGMA_FIELD_PREFIX:
		return hn_view_starts(v, text);
	case SIGMA_SUFFIX:
	case SIGMA_FIELD_SUFFIX:
		return hn_view_ends(v, text);
	default:
		return text.n == 0 || hn_view_search(v, text) < v.n;
	}
}

bool
sigma_atom_match(const struct sigma_atom *a, const struct sigma_value *v)
{
	const struct hn_view text = a->cased ? v->raw : v->low;
	struct hn_addr addr;

	if (a->op < SIGMA_LITERALS)
		return has_text(a->op, text, a->text);
	if (a->op >= SIGMA_GT && a->op <= SIGMA_LTE)
		return is_compared(a, v->raw);
	if (a->op >= SIGMA_MINUTE)
		return is_time(a, v->raw);
	if (a->op == SIGMA_PATTERN)
		return is_like(text, a->text);
	if (a->op == SIGMA_REGEX)
		return is_matched(a, v->raw);
	return a->op == SIGMA_CIDR && hn_addr_parse(v->raw, &addr) == HN_OK && hn_cidr_has(a->net, addr);
}

bool
sigma_atom_match_other(const struct sigma_atom *a, const struct sigma_value *v, const struct sigma_value *other)
{
	return has_text(a->op, a->cased ? v->raw : v->low, a->cased ? other->raw : other->low);
}

enum hn_rc
sigma_regex_compile(struct sigma_atom *a, struct hn_err *err)
{
	const uint32_t options = ((a->flags & SIGMA_RE_CASELESS) != 0 ? PCRE2_CASELESS : 0) |
	    ((a->flags & SIGMA_RE_MULTILINE) != 0 ? PCRE2_MULTILINE : 0) |
	    ((a->flags & SIGMA_RE_DOTALL) != 0 ? PCRE2_DOTALL : 0) | PCRE2_NEVER_BACKSLASH_C;
	int code;
	PCRE2_SIZE at;

	a->code = pcre2_compile((PCRE2_SPTR)a->text.p, a->text.n, options, &code, &at, NULL);
	return a->code != NULL ? HN_OK : HN_FAIL(err, HN_E_SYNTAX, at, "regular expression");
}

void
sigma_regex_free(struct sigma_atom *a)
{
	if (a->op == SIGMA_REGEX)
		pcre2_code_free(a->code);
	a->code = NULL;
}

/* Where the group or class that opens at ${at} has ended; the end: never. */
static size_t
skip_group(struct hn_view re, size_t at)
{
	const bool is_class = re.p[at] == '[';
	unsigned depth = 0;

	if (is_class) {
		at++;
		if (at < re.n && re.p[at] == '^')
			at++;
		if (at < re.n && re.p[at] == ']')
			at++;
		for (; at < re.n && re.p[at] != ']'; at++)
			at += re.p[at] == '\\';
		return at + 1 < re.n ? at + 1 : re.n;
	}
	for (; at < re.n; at++) {
		if (re.p[at] == '\\')
			at++;
		else if (re.p[at] == '[')
			at = skip_group(re, at) - 1;
		else if (re.p[at] == '(')
			depth++;
		else if (re.p[at] == ')' && --depth == 0)
			return at + 1;
	}
	return re.n;
}

/* Whether the regex says "or" outside of all groups, or changes its own flags: then no literal is looked for. */
static bool
is_manifold(struct hn_view re)
{
	if (hn_view_search(re, HN_LIT("(?x")) < re.n || hn_view_search(re, HN_LIT("\\Q")) < re.n)
		return true;
	for (size_t i = 0; i < re.n;) {
		if (re.p[i] == '|')
			return true;
		i = re.p[i] == '(' || re.p[i] == '[' ? skip_group(re, i) : i + (re.p[i] == '\\' ? 2 : 1);
	}
	return false;
}

/* The plain byte that stands at ${at}, and how long it is written; 0: none. */
static size_t
plain_at(struct hn_view re, size_t at, char *out)
{
	const char c = re.p[at];

	if (c == '\\') {
		if (at + 1 == re.n || (re.p[at + 1] & 0x80) != 0 || strchr("\\.+*?()[]{}|^$/-\" ", re.p[at + 1]) == NULL)
			return 0;
		*out = re.p[at + 1];
		return 2;
	}
	if (strchr(".+*?()[]{}|^$", c) != NULL)
		return 0;
	*out = hn_lower(c);
	return 1;
}

/* Where what stands at ${at}, which is no plain byte, has ended. */
static size_t
skip_special(struct hn_view re, size_t at)
{
	if (re.p[at] == '(' || re.p[at] == '[')
		return skip_group(re, at);
	if (re.p[at] == '{')
		return at + hn_view_find(hn_view_skip(re, at), '}') + 1;
	return re.p[at] == '\\' ? re.n : at + 1;	/* \x41, \d{2}, \b: what follows may be part of it */
}

struct hn_view
sigma_regex_literal(struct hn_view re, struct hn_arena *arena)
{
	char *text = hn_arena_get(arena, re.n + 1);
	struct hn_view best = { "", 0 };
	size_t from = 0, n = 0;

	if (text == NULL || is_manifold(re))
		return best;
	for (size_t i = 0; i < re.n;) {
		char c = 0;
		const size_t size = plain_at(re, i, &c);
		const size_t after = i + (size > 0 ? size : 1);
		const char follows = after < re.n ? re.p[after] : ' ';
		const bool may_miss = strchr("?*{", follows) != NULL;

		if (size > 0 && !may_miss)
			text[n++] = c;
		if (n - from > best.n)
			best = (struct hn_view){ text + from, n - from };
		if (size == 0 || may_miss || follows == '+')
			from = n;	/* the run ends here */
		i = size > 0 ? after : skip_special(re, i);
	}
	return best;
}

struct hn_view
sigma_pattern_literal(struct hn_view pattern)
{
	struct hn_view best = { "", 0 };

	for (size_t i = 0; i < pattern.n;) {
		size_t n = 0;

		while (i + n < pattern.n && pattern.p[i + n] != SIGMA_ANY && pattern.p[i + n] != SIGMA_ONE)
			n++;
		if (n > best.n)
			best = (struct hn_view){ pattern.p + i, n };
		i += n + 1;
	}
	return best;
}

struct hn_view
sigma_lower(struct hn_view v, struct hn_arena *arena)
{
	char *text = hn_arena_get(arena, v.n + 1);

	for (size_t i = 0; text != NULL && i < v.n; i++)
		text[i] = hn_lower(v.p[i]);
	return (struct hn_view){ text, v.n };
}
