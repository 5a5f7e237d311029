#include "record/pattern.h"

#include <assert.h>

#include "base/addr.h"
#include "base/num.h"

#define CAPTURES_MAX 10u

enum shape {
	SHAPE_ADDR,
	SHAPE_HOST,
	SHAPE_NUMBER,
	SHAPE_WORD,
	SHAPE_LAZY,	/* as little as lets the rest match */
	SHAPE_GREEDY,	/* as much */
	SHAPE_END,
};

static const struct letter {
	char letter;
	enum shape shape;
	enum field field;	/* FIELD_COUNT: not kept */
} letters[] = {
	{ 's', SHAPE_ADDR, FIELD_SOURCE_IP }, { 'd', SHAPE_ADDR, FIELD_DESTINATION_IP },
	{ 'p', SHAPE_NUMBER, FIELD_SOURCE_PORT }, { 'q', SHAPE_NUMBER, FIELD_DESTINATION_PORT },
	{ 'h', SHAPE_HOST, FIELD_SOURCE_DOMAIN }, { 'u', SHAPE_GREEDY, FIELD_USER_NAME },
	{ 't', SHAPE_GREEDY, FIELD_USER_TARGET_NAME }, { 'n', SHAPE_WORD, FIELD_DNS_QUESTION_NAME },
	{ 'y', SHAPE_WORD, FIELD_DNS_QUESTION_TYPE }, { 'c', SHAPE_LAZY, FIELD_PROCESS_COMMAND_LINE },
	{ 'r', SHAPE_LAZY, FIELD_EVENT_REASON }, { 'm', SHAPE_WORD, FIELD_SOURCE_MAC },
	{ 'x', SHAPE_WORD, FIELD_NETWORK_TRANSPORT }, { 'i', SHAPE_WORD, FIELD_NETWORK_INTERFACE },
	{ 'g', SHAPE_WORD, FIELD_RULE_ID },
	{ 'w', SHAPE_WORD, FIELD_COUNT }, { '*', SHAPE_LAZY, FIELD_COUNT }, { '$', SHAPE_END, FIELD_COUNT },
};

struct match {
	size_t n;
	unsigned steps;		/* bounds the search */
	struct {
		enum field field;
		struct hn_view value;
	} at[CAPTURES_MAX];
};

#define STEPS_MAX 20000u

static bool match_from(const char *pattern, struct hn_view text, struct match *m);

static const struct letter *
letter_of(char c)
{
	for (size_t i = 0; i < HN_COUNT(letters); i++)
		if (letters[i].letter == c)
			return &letters[i];
	assert(false && "a pattern names a capture that there is not");
	return NULL;
}

/* Bytes of an address at the begin of ${v}, without a port behind it; 0: none. */
static size_t
addr_len(struct hn_view v)
{
	struct hn_addr addr;
	size_t n = 0;

	while (n < v.n && n < 46 && (v.p[n] == '.' || v.p[n] == ':' || (v.p[n] >= '0' && v.p[n] <= '9') ||
	    (hn_lower(v.p[n]) >= 'a' && hn_lower(v.p[n]) <= 'f')))
		n++;
	while (n > 0 && hn_addr_parse((struct hn_view){ v.p, n }, &addr) != HN_OK) {
		do	/* "192.0.2.1:443", "192.0.2.1:" */
			n--;
		while (n > 0 && v.p[n] != ':' && v.p[n] != '.');
	}
	return n;
}

static size_t
run_len(struct hn_view v, enum shape shape)
{
	size_t n = 0;

	while (n < v.n && (shape == SHAPE_NUMBER ? v.p[n] >= '0' && v.p[n] <= '9' : v.p[n] != ' '))
		n++;
	return n;
}

/* Capture the first ${n} bytes and go on behind them; on failure the capture is forgotten. */
static bool
capture(enum field field, size_t n, const char *rest, struct hn_view text, struct match *m)
{
	const size_t before = m->n;

	if (field != FIELD_COUNT) {
		assert(m->n < CAPTURES_MAX);
		m->at[m->n].field = field;
		m->at[m->n++].value = (struct hn_view){ text.p, n };
	}
	if (match_from(rest, hn_view_skip(text, n), m))
		return true;
	m->n = before;
	return false;
}

/* A capture of free length: try each end, the shortest or the longest first. */
static bool
capture_any(const struct letter *l, const char *rest, struct hn_view text, struct match *m)
{
	for (size_t i = 0; i <= text.n; i++) {
		const size_t n = l->shape == SHAPE_LAZY && *rest != '\0' ? i : text.n - i;
		const bool may_end = *rest == '\0' || *rest == '%' || (n < text.n && text.p[n] == *rest);

		if (may_end && capture(l->field, n, rest, text, m))
			return true;
	}
	return false;
}

/* A word is as long as can be, but may be shorter: "(%w)". */
static bool
capture_word(const struct letter *l, const char *rest, struct hn_view text, struct match *m)
{
	for (size_t n = run_len(text, l->shape); n > 0; n--) {
		const bool may_end = *rest == '\0' || *rest == '%' || (n < text.n && text.p[n] == *rest);

		if (may_end && capture(l->field, n, rest, text, m))
			return true;
	}
	return false;
}

static bool
capture_addr(const struct letter *l, const char *rest, struct hn_view text, struct match *m)
{
	const size_t n = addr_len(text);

	if (n > 0)
		return capture(l->shape == SHAPE_HOST ? FIELD_SOURCE_IP : l->field, n, rest, text, m);
	return l->shape == SHAPE_HOST && capture_word(l, rest, text, m);
}

static bool
capture_number(const struct letter *l, const char *rest, struct hn_view text, struct match *m)
{
	const size_t n = run_len(text, l->shape);

	return n > 0 && capture(l->field, n, rest, text, m);
}

static bool
capture_end(const struct letter *l, const char *rest, struct hn_view text, struct match *m)
{
	(void)l;
	(void)rest;
	(void)m;
	return hn_view_trim(text).n == 0;
}

static bool
match_from(const char *pattern, struct hn_view text, struct match *m)
{
	for (; *pattern != '\0' && *pattern != '%'; pattern++) {
		if (text.n == 0 || text.p[0] != *pattern)
			return false;
		do
			text = hn_view_skip(text, 1);
		while (*pattern == ' ' && text.n > 0 && text.p[0] == ' ');
	}
	if (++m->steps > STEPS_MAX)
		return false;
	if (*pattern == '\0')
		return true;
	static bool (*const by_shape[])(const struct letter *, const char *, struct hn_view, struct match *) = {
		[SHAPE_ADDR] = capture_addr, [SHAPE_HOST] = capture_addr, [SHAPE_NUMBER] = capture_number,
		[SHAPE_WORD] = capture_word, [SHAPE_LAZY] = capture_any, [SHAPE_GREEDY] = capture_any,
		[SHAPE_END] = capture_end,
	};
	const struct letter *const l = letter_of(pattern[1]);

	return by_shape[l->shape](l, pattern + 2, text, m);
}

/* The normal form has transports in lower case. */
static struct hn_view
transport_name(struct hn_view v)
{
	static const struct hn_view names[] = { HN_INIT("tcp"), HN_INIT("udp"), HN_INIT("icmp"), HN_INIT("gre"), HN_INIT("esp") };

	for (size_t i = 0; i < HN_COUNT(names); i++)
		if (hn_view_eq_nocase(v, names[i]))
			return names[i];
	return v;
}

bool
pattern_match(const char *pattern, struct hn_view text, struct record *r)
{
	struct match m = { 0 };

	if (text.n > PATTERN_TEXT_MAX)
		text.n = PATTERN_TEXT_MAX;
	if (!match_from(pattern, text, &m))
		return false;
	for (size_t i = 0; i < m.n; i++) {
		const struct hn_view value = hn_view_trim(m.at[i].value);

		record_set(r, m.at[i].field, m.at[i].field == FIELD_NETWORK_TRANSPORT ? transport_name(value) : value);
	}
	return true;
}
