#include "detect/stix_pattern.h"

#include <stdint.h>

#define RANK_PORT 1u
#define RANK_ADDR 40u

struct parser {
	struct hn_view text;
	size_t at;
	unsigned depth;
	struct hn_arena *arena;
	struct stix_terms *out;		/* each expression leaves its terms at the end */
	struct hn_err *err;
};

static enum hn_rc
wrong(struct parser *p, const char *what)
{
	return HN_FAIL(p->err, HN_E_SYNTAX, p->at, what);
}

static void
skip_blanks(struct parser *p)
{
	while (p->at < p->text.n && (p->text.p[p->at] == ' ' || (p->text.p[p->at] >= '\t' && p->text.p[p->at] <= '\r')))
		p->at++;
}

static bool
is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
	    c == '.' || c == '+';
}

/* The word at the place; empty: none. */
static struct hn_view
peek_word(struct parser *p)
{
	size_t n = 0;

	skip_blanks(p);
	while (p->at + n < p->text.n && is_word_char(p->text.p[p->at + n]))
		n++;
	return (struct hn_view){ p->text.p + p->at, n };
}

static bool
take_word(struct parser *p, struct hn_view word)
{
	if (!hn_view_eq(peek_word(p), word))
		return false;
	p->at += word.n;
	return true;
}

static bool
take_char(struct parser *p, char c)
{
	skip_blanks(p);
	if (p->at == p->text.n || p->text.p[p->at] != c)
		return false;
	p->at++;
	return true;
}

/* 'text' with \' and \\ made plain. */
static enum hn_rc
take_string(struct parser *p, struct hn_view *out)
{
	const size_t start = ++p->at;
	char *to;
	size_t n = 0;

	while (p->at < p->text.n && p->text.p[p->at] != '\'')
		p->at += p->text.p[p->at] == '\\' ? 2u : 1u;
	if (p->at >= p->text.n) {
		p->at = start - 1;
		return wrong(p, "a string without its end");
	}
	to = hn_arena_get(p->arena, p->at - start + 1);
	if (to == NULL)
		return HN_FAIL(p->err, HN_E_LIMIT, start, "pattern");
	for (size_t i = start; i < p->at; i++) {
		i += p->text.p[i] == '\\';
		to[n++] = p->text.p[i];
	}
	p->at++;
	*out = (struct hn_view){ to, n };
	return HN_OK;
}

/* 'text', 12, true, t'2026-01-01T00:00:00Z', h'ab', b'aGk=' */
static enum hn_rc
take_literal(struct parser *p, struct hn_view *out)
{
	struct hn_view word = peek_word(p);

	p->at += word.n;
	if (p->at < p->text.n && p->text.p[p->at] == '\'' && word.n <= 1)
		return take_string(p, out);
	if (word.n == 0)
		return wrong(p, "a value is missing");
	*out = word;
	return HN_OK;
}

/* Properties that can be looked up, and how much a value says by itself. */
static const struct property {
	struct hn_view path;	/* without quotes */
	unsigned rank;
} properties[] = {
	{ HN_INIT("ipv4-addr:value"), RANK_ADDR }, { HN_INIT("ipv6-addr:value"), RANK_ADDR },
	{ HN_INIT("network-traffic:dst_ref.value"), RANK_ADDR }, { HN_INIT("network-traffic:src_ref.value"), RANK_ADDR },
	{ HN_INIT("network-traffic:dst_port"), RANK_PORT }, { HN_INIT("domain-name:value"), 50 },
	{ HN_INIT("domain-name:resolves_to_refs[*].value"), RANK_ADDR }, { HN_INIT("url:value"), 70 },
	{ HN_INIT("email-addr:value"), 55 }, { HN_INIT("email-message:from_ref.value"), 55 },
	{ HN_INIT("email-message:sender_ref.value"), 55 }, { HN_INIT("file:hashes.MD5"), 88 },
	{ HN_INIT("file:hashes.SHA-1"), 89 }, { HN_INIT("file:hashes.SHA1"), 89 }, { HN_INIT("file:hashes.SHA-256"), 90 },
	{ HN_INIT("file:hashes.SHA256"), 90 }, { HN_INIT("artifact:hashes.MD5"), 88 },
	{ HN_INIT("artifact:hashes.SHA-1"), 89 }, { HN_INIT("artifact:hashes.SHA-256"), 90 },
	{ HN_INIT("x509-certificate:hashes.SHA-1"), 89 }, { HN_INIT("x509-certificate:hashes.SHA-256"), 90 },
};

/* Equal but for quotes in ${path} and the case of letters. */
static bool
is_path(struct hn_view path, struct hn_view plain)
{
	size_t n = 0;

	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '\'')
			continue;
		if (n == plain.n || hn_lower(path.p[i]) != hn_lower(plain.p[n]))
			return false;
		n++;
	}
	return n == plain.n;
}

/* Where the path that starts at ${start} ends; text.n: never. */
static size_t
path_end(const struct parser *p, size_t start)
{
	bool quoted = false, indexed = false;
	size_t at = start;

	for (; at < p->text.n; at++) {
		const char c = p->text.p[at];

		if (c == '\'')
			quoted = !quoted;
		if (quoted || c == '\'')
			continue;
		if (c == ']' && !indexed)
			break;		/* the end of the observation, not of an index */
		if (!is_word_char(c) && c != ':' && c != '[' && c != ']' && c != '*')
			break;
		indexed = c == '[' || (indexed && c != ']');
	}
	return at;
}

/* "file:hashes.'SHA-256'", "x:y[*].z"; *rank 0: nothing that can be looked up. */
static enum hn_rc
take_path(struct parser *p, unsigned *rank)
{
	size_t start;

	skip_blanks(p);
	start = p->at;
	p->at = path_end(p, start);

	const struct hn_view path = { p->text.p + start, p->at - start };

	if (p->at == p->text.n || hn_view_find(path, ':') == path.n)
		return wrong(p, "an object path is missing");
	*rank = 0;
	for (size_t i = 0; i < HN_COUNT(properties); i++)
		if (is_path(path, properties[i].path))
			*rank = properties[i].rank;
	return HN_OK;
}

static enum hn_rc
put_term(struct parser *p, struct hn_view value, unsigned rank)
{
	if (rank == 0)
		return HN_OK;
	if (p->out->n == STIX_TERMS_MAX)
		return HN_FAIL(p->err, HN_E_LIMIT, p->at, "a pattern with too many alternatives");
	p->out->at[p->out->n++] = (struct stix_term){ value, rank, { "", 0 } };
	return HN_OK;
}

/* ('a', 'b') */
static enum hn_rc
take_set(struct parser *p, unsigned rank)
{
	struct hn_view value;
	enum hn_rc rc;

	if (!take_char(p, '('))
		return wrong(p, "a list is missing");
	do {
		rc = take_literal(p, &value);
		if (rc == HN_OK)
			rc = put_term(p, value, rank);
		if (rc != HN_OK)
			return rc;
	} while (take_char(p, ','));
	return take_char(p, ')') ? HN_OK : wrong(p, "a list without its end");
}

/* Its length; 0: there is no comparison; *gives: it names values that can be looked up. */
static size_t
comparison_at(struct parser *p, bool *gives)
{
	static const struct {
		struct hn_view text;
		bool gives;
	} rows[] = {
		{ HN_INIT("ISSUBSET"), true }, { HN_INIT("ISSUPERSET"), false }, { HN_INIT("LIKE"), false },
		{ HN_INIT("MATCHES"), false }, { HN_INIT("!="), false }, { HN_INIT("<>"), false }, { HN_INIT("<="), false },
		{ HN_INIT(">="), false }, { HN_INIT("=="), true }, { HN_INIT("="), true }, { HN_INIT("<"), false },
		{ HN_INIT(">"), false },
	};

	skip_blanks(p);
	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (hn_view_starts(hn_view_skip(p->text, p->at), rows[i].text)) {
			*gives = rows[i].gives;
			return rows[i].text.n;
		}
	return 0;
}

static enum hn_rc comparisons(struct parser *p);

/* a:b = 'c', a:b NOT IN ('c'), EXISTS a:b, ( ... ) */
static enum hn_rc
comparison(struct parser *p)
{
	struct hn_view value;
	unsigned rank;
	bool gives = false;
	enum hn_rc rc;

	if (take_char(p, '(')) {
		rc = comparisons(p);
		return rc != HN_OK ? rc : take_char(p, ')') ? HN_OK : wrong(p, "a parenthesis without its end");
	}
	if (take_word(p, HN_LIT("EXISTS")))
		return take_path(p, &rank);
	rc = take_path(p, &rank);
	if (rc != HN_OK)
		return rc;
	if (take_word(p, HN_LIT("NOT")))
		rank = 0;
	if (take_word(p, HN_LIT("IN")))
		return take_set(p, rank);
	const size_t n = comparison_at(p, &gives);

	if (n == 0)
		return wrong(p, "a comparison is missing");
	p->at += n;
	rc = take_literal(p, &value);
	return rc == HN_OK ? put_term(p, value, gives ? rank : 0) : rc;
}

static unsigned
rank_of(const struct stix_term *t, size_t n)
{
	unsigned rank = n > 0 ? t[0].rank : 0;

	for (size_t i = 1; i < n; i++)
		rank = t[i].rank < rank ? t[i].rank : rank;
	return rank;
}

/* Terms [a, b) AND [b, end): the side that says more stays; one port goes to the addresses. */
static void
join_and(struct stix_terms *t, size_t a, size_t b)
{
	const unsigned left = rank_of(t->at + a, b - a), right = rank_of(t->at + b, t->n - b);
	size_t from = left >= right ? a : b, n = left >= right ? b - a : t->n - b;
	const size_t other = from == a ? b : a, others = t->n - a - n;

	if (others == 1 && t->at[other].rank == RANK_PORT)
		for (size_t i = 0; i < n; i++)
			if (t->at[from + i].rank == RANK_ADDR)
				t->at[from + i].port = t->at[other].value;
	memmove(t->at + a, t->at + from, n * sizeof(t->at[0]));
	t->n = a + n;
}

static enum hn_rc
comparisons_and(struct parser *p)
{
	const size_t start = p->out->n;
	enum hn_rc rc = comparison(p);

	while (rc == HN_OK && take_word(p, HN_LIT("AND"))) {
		const size_t middle = p->out->n;

		rc = comparison(p);
		if (rc == HN_OK)
			join_and(p->out, start, middle);
	}
	return rc;
}

static enum hn_rc
comparisons(struct parser *p)
{
	enum hn_rc rc;

	if (++p->depth > STIX_DEPTH_MAX)
		return HN_FAIL(p->err, HN_E_LIMIT, p->at, "parentheses too deep");
	do {
		rc = comparisons_and(p);
	} while (rc == HN_OK && take_word(p, HN_LIT("OR")));
	p->depth--;
	return rc;
}

/* WITHIN 5 SECONDS, REPEATS 5 TIMES, START t'...' STOP t'...': when, not what */
static enum hn_rc
qualifiers(struct parser *p)
{
	static const struct {
		struct hn_view before, after;
	} rows[] = {
		{ HN_INIT("WITHIN"), HN_INIT("SECONDS") }, { HN_INIT("REPEATS"), HN_INIT("TIMES") },
		{ HN_INIT("START"), HN_INIT("") }, { HN_INIT("STOP"), HN_INIT("") },
	};
	struct hn_view value;

	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		if (!take_word(p, rows[i].before))
			continue;
		if (take_literal(p, &value) != HN_OK || (rows[i].after.n > 0 && !take_word(p, rows[i].after)))
			return wrong(p, "a qualifier without its value");
		i = SIZE_MAX;	/* from the first again */
	}
	return HN_OK;
}

static enum hn_rc observations(struct parser *p);

static enum hn_rc
observation(struct parser *p)
{
	const bool plain = take_char(p, '[');
	enum hn_rc rc;

	if (!plain && !take_char(p, '('))
		return wrong(p, "an observation is missing");
	rc = plain ? comparisons(p) : observations(p);
	if (rc != HN_OK)
		return rc;
	if (!take_char(p, plain ? ']' : ')'))
		return wrong(p, "an observation without its end");
	return qualifiers(p);
}

/* Observations joined by AND or FOLLOWEDBY must all be seen: no single value tells. */
static enum hn_rc
observations_and(struct parser *p)
{
	const size_t start = p->out->n;
	enum hn_rc rc = observation(p);

	while (rc == HN_OK && (take_word(p, HN_LIT("AND")) || take_word(p, HN_LIT("FOLLOWEDBY")))) {
		rc = observation(p);
		p->out->n = start;
	}
	return rc;
}

static enum hn_rc
observations(struct parser *p)
{
	enum hn_rc rc;

	if (++p->depth > STIX_DEPTH_MAX)
		return HN_FAIL(p->err, HN_E_LIMIT, p->at, "parentheses too deep");
	do {
		rc = observations_and(p);
	} while (rc == HN_OK && take_word(p, HN_LIT("OR")));
	p->depth--;
	return rc;
}

/* A port alone is no indicator. */
static void
drop_ports(struct stix_terms *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->at[i].rank != RANK_PORT)
			t->at[n++] = t->at[i];
	t->n = n;
}

enum hn_rc
stix_pattern_terms(struct hn_view pattern, struct hn_arena *arena, struct stix_terms *out, struct hn_err *err)
{
	struct parser p = { .text = pattern, .arena = arena, .out = out, .err = err };
	enum hn_rc rc;

	out->n = 0;
	if (pattern.n > STIX_PATTERN_MAX)
		return HN_FAIL(err, HN_E_LIMIT, STIX_PATTERN_MAX, "pattern");
	rc = observations(&p);
	if (rc != HN_OK)
		return rc;
	skip_blanks(&p);
	if (p.at != pattern.n)
		return wrong(&p, "something behind the pattern");
	drop_ports(out);
	return out->n > 0 ? HN_OK : HN_FAIL(err, HN_E_UNSUPPORTED, 0, "nothing in the pattern can be looked up in logs");
}
