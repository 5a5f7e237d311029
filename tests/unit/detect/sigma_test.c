#include "unit/test.h"

#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "detect/sigma/cache.h"
#include "detect/sigma/correlate.h"

#define PAIRS_MAX 6u
#define HEAD "title: t\nid: r\nlogsource: {product: windows, category: process_creation}\ndetection:\n"

static void
count(void *ctx, uint32_t rule)
{
	(void)rule;
	++*(unsigned *)ctx;
}

/* A set of this one rule; its reason where it cannot be used. */
static struct sigma_set *
set_of(const char *detection, const char **why_not)
{
	char yaml[8192];
	struct sigma_set *set;

	(void)snprintf(yaml, sizeof(yaml), HEAD "%s", detection);
	assert_int_equal(sigma_set_new(&set, NULL), HN_OK);
	if (sigma_set_add(set, HN_LIT("r.yml"), hn_view_of(yaml), NULL) != HN_OK)
		fail_msg("not read: %s", yaml);
	assert_int_equal(sigma_set_seal(set, NULL), HN_OK);
	*why_not = sigma_set_rule(set, 0)->why_not;
	return set;
}

/* "Field=value" pairs into a Sysmon record that a program was started. */
static void
fill(struct record *r, const char *const *pairs)
{
	record_reset(r);
	r->dataset = "windows.sysmon";
	r->kind = RECORD_PROCESS;
	record_set(r, FIELD_EVENT_CODE, HN_LIT("1"));
	for (size_t i = 0; i < PAIRS_MAX && pairs[i] != NULL; i++) {
		struct hn_view rest = hn_view_of(pairs[i]), name;

		(void)hn_view_cut(&rest, '=', &name);
		record_keep(r, name, rest);
	}
}

static bool
meets(const char *detection, const char *const *pairs)
{
	static struct record r;
	const char *why_not;
	struct sigma_set *set = set_of(detection, &why_not);
	struct sigma_run *run = sigma_run_new(set);
	unsigned n = 0;

	assert_non_null(run);
	if (why_not != NULL)
		fail_msg("%s: %s", detection, why_not);
	fill(&r, pairs);
	sigma_run_see(run, &r, count, &n);
	sigma_run_see(run, &r, count, &n);	/* the second record is not asked with what the first left behind */
	assert_true(n == 0 || n == 2);
	sigma_run_free(run);
	sigma_set_free(set);
	return n == 2;
}

static void
compares_values(void **state)
{
	static const struct {
		const char *item;	/* of the one search */
		const char *value;	/* of the field F; NULL: the record lacks it */
		bool meets;
	} rows[] = {
		{ "F: abc", "abc", true }, { "F: abc", "ABC", true }, { "F: abc", "abcd", false }, { "F: abc", NULL, false },
		{ "F: 4624", "4624", true }, { "F: [1, 2]", "2", true }, { "F: [1, 2]", "3", false },
		{ "F|contains: bcd", "abcde", true }, { "F|contains: bcd", "abde", false }, { "F|contains: x", "axb", true },
		{ "F|contains: ''", "abc", true }, { "F|contains: bc", "abc", true }, { "F|contains: bcd", "BCD", true },
		{ "F|startswith: abc", "abcd", true }, { "F|startswith: abc", "xabcd", false },
		{ "F|endswith: '\\cmd.exe'", "C:\\cmd.exe", true }, { "F|endswith: '\\cmd.exe'", "C:\\cmd.exe ", false },
		{ "F|endswith: 'abab'", "ababab", true }, { "F|startswith: 'abab'", "ababab", true },
		{ "F|contains|all: [aa, bb]", "bb aa", true }, { "F|contains|all: [aa, bb]", "bb", false },
		{ "F: 'a*c'", "abbbc", true }, { "F: 'a*c'", "abbb", false }, { "F: 'a?c'", "abc", true }, { "F: 'a?c'", "abbc", false },
		{ "F: 'a\\*c'", "a*c", true }, { "F: 'a\\*c'", "abc", false }, { "F: 'a\\?c'", "a?c", true },
		{ "F: 'a\\\\*'", "a\\b", true }, { "F: 'a\\\\*'", "ab", false }, { "F: 'a\\b'", "a\\b", true },
		{ "F: '*'", "x", true }, { "F: '*'", NULL, false }, { "F|contains: 'a*b?d'", "xxa--bcdxx", true },
		{ "F|re: '^a[0-9]+b$'", "a12b", true }, { "F|re: '^a[0-9]+b$'", "A12b", false }, { "F|re|i: '^a[0-9]+b$'", "A12B", true },
		{ "F|re: 'foo(bar)?baz'", "foobaz", true }, { "F|re: 'foo|baz'", "a baz", true }, { "F|re: 'fooo?b'", "foob", true },
		{ "F|re|s: 'a.b'", "a\nb", true }, { "F|re: 'a.b'", "a\nb", false }, { "F|re|m: '^b'", "a\nb", true },
		{ "F|re: '(?i)hello'", "HELLO", true }, { "F|re: 'ab{0,1}c'", "ac", true },
		{ "F|cidr: 192.0.2.0/24", "192.0.2.7", true }, { "F|cidr: 192.0.2.0/24", "192.0.3.7", false },
		{ "F|cidr: 2001:db8::/32", "2001:db8::1", true }, { "F|cidr: 192.0.2.0/24", "no address", false },
		{ "F|gt: 5", "6", true }, { "F|gt: 5", "5", false }, { "F|gte: 5", "5", true }, { "F|lt: 5", "4.5", true },
		{ "F|lte: 5", "6", false }, { "F|gt: 5", "x", false },
		{ "F|exists: true", "x", true }, { "F|exists: true", NULL, false }, { "F|exists: false", NULL, true },
		{ "F: null", NULL, true }, { "F: null", "x", false }, { "F: 'null'", "null", true }, { "F: ''", "", true },
		{ "F: ''", "x", false }, { "F: [null, x]", "x", true },
		{ "F|cased: Abc", "Abc", true }, { "F|cased: Abc", "abc", false }, { "F|contains|cased: Bc", "aBcd", true },
		{ "F|neq: abc", "abd", true }, { "F|neq: abc", "abc", false },
		{ "F|contains|windash: ' -enc '", "ps /enc x", true }, { "F|contains|windash: ' -enc '", "ps \xe2\x80\x93" "enc x", true },
		{ "F|contains|windash: ' -enc '", "ps enc x", false },
		{ "F|base64|contains: foobar", "xx Zm9vYmFy yy", true }, { "F|base64: foo", "Zm9v", true },
		{ "F|base64offset|contains: /bin/bash", "x L2Jpbi9iYXNo y", true },
		{ "F|base64offset|contains: /bin/bash", "x 9iaW4vYmFza y", true },
		{ "F|base64offset|contains: /bin/bash", "x vYmluL2Jhc2 y", true },
		{ "F|base64offset|contains: /bin/bash", "x y", false },
		{ "F|wide|base64offset|contains: ping", "cABpAG4AZw", true }, { "F|utf16le|base64|contains: 'ab'", "YQBiAA==", true },
		{ "F|utf16be|base64|contains: 'ab'", "AGEAYg==", true }, { "F|utf16|base64|contains: 'ab'", "//5hAGIA", true },
		{ "F|fieldref: G", "same", true }, { "F|fieldref: G", "other", false }, { "F|fieldref|startswith: G", "same x", true },
		{ "F|fieldref|contains: G", "x same y", true }, { "F|endswith|fieldref: G", "x SAME", true },
		{ "F|minute: 5", "2026-11-23 10:05:00", true }, { "F|hour: 10", "2026-11-23 10:05:00", true },
		{ "F|day: 23", "2026-11-23 10:05:00", true }, { "F|week: 48", "2026-11-23 10:05:00", true },
		{ "F|week: 53", "2021-01-01 00:00:00", true }, { "F|month: 11", "2026-11-23 10:05:00", true },
		{ "F|year: 2026", "2026-11-23 10:05:00", true }, { "F|hour: 11", "2026-11-23 10:05:00", false },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		char detection[512], pair[256];
		const char *pairs[PAIRS_MAX] = { "G=same", rows[i].value != NULL ? pair : NULL };

		(void)snprintf(detection, sizeof(detection), "  s:\n    %s\n  condition: s\n", rows[i].item);
		(void)snprintf(pair, sizeof(pair), "F=%s", rows[i].value != NULL ? rows[i].value : "");
		if (meets(detection, pairs) != rows[i].meets)
			fail_msg("%s on %s", rows[i].item, rows[i].value != NULL ? rows[i].value : "nothing");
	}
}

static void
joins_searches(void **state)
{
	/* The record has A=1 and B=2 only. */
	static const struct {
		const char *condition;
		bool meets;
	} rows[] = {
		{ "sa", true }, { "sx", false }, { "not sx", true }, { "not not sa", true }, { "sa and sb", true },
		{ "sa and sx", false }, { "sx or sb", true }, { "sx or sy", false }, { "sx and sx or sb", true },
		{ "sx and (sx or sb)", false }, { "not sx and sb", true }, { "not (sx or sb)", false },
		{ "1 of s*", true }, { "all of s*", false }, { "any of sx*", false }, { "all of sa*", true }, { "1 of them", true },
		{ "2 of s*", true }, { "3 of s*", false }, { "all of them", false }, { "sa and not 1 of sx*", true },
		{ "sa AND NOT sx", true }, { "1 of *b", true }, { "((sa))", true }, { "1 of _*", true },
	};
	static const char *const pairs[PAIRS_MAX] = { "A=1", "B=2" };

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		char detection[512];

		(void)snprintf(detection, sizeof(detection),
		    "  sa: {A: 1}\n  sb: {B: 2}\n  sx: {A: 3}\n  sy: {C: 1}\n  _h: {A: 1}\n  condition: %s\n", rows[i].condition);
		if (meets(detection, pairs) != rows[i].meets)
			fail_msg("%s", rows[i].condition);
	}
}

static void
searches_without_field(void **state)
{
	static const char *const pairs[PAIRS_MAX] = { "A=some Mimikatz here", "B=2" };
	static const char *const twice[PAIRS_MAX] = { "Data=one", "Data=two" };

	(void)state;
	assert_true(meets("  k: [nothing, mimikatz]\n  condition: k\n", pairs));
	assert_true(meets("  k: 'some*here'\n  condition: k\n", pairs));
	assert_false(meets("  k: [nothing]\n  condition: k\n", pairs));
	assert_true(meets("  k: {'|all': [mimikatz, here]}\n  condition: k\n", pairs));
	assert_false(meets("  k: {'|all': [mimikatz, gone]}\n  condition: k\n", pairs));
	assert_true(meets("  k: [{A|contains: x}, {B: 2}]\n  condition: k\n", pairs));
	assert_true(meets("  k: {Data|contains|all: [one, two]}\n  condition: k\n", twice));
	assert_true(meets("  k: {B: 2}\n  condition: [k and k, k]\n", pairs));
}

static void
refuses(void **state)
{
	static const struct {
		const char *detection;
		const char *why;
	} rows[] = {
		{ "  s: {A: 1}\n  condition: s | count() > 5\n", "aggregation behind | is no part of Sigma 2.0" },
		{ "  s: {A: 1}\n  condition: t\n", "no search of this name" },
		{ "  s: {A: 1}\n  condition: 1 of t*\n", "no search is of this pattern" },
		{ "  s: {A: 1}\n  condition: (s\n", "a parenthesis is open" },
		{ "  s: {A: 1}\n  condition: s s\n", "something is left behind the condition" },
		{ "  s: {A: 1}\n  condition: s and\n", "condition ends too soon" },
		{ "  s: {A: 1}\n", "no condition" },
		{ "  s: {A|nonsense: 1}\n  condition: s\n", "no such modifier in Sigma 2.0" },
		{ "  s: {A|re|contains: x}\n  condition: s\n", "a modifier that cannot go with the one before it" },
		{ "  s: {A|re: '('}\n  condition: s\n", "regular expression" },
		{ "  s: {A|cidr: x}\n  condition: s\n", "network" },
		{ "  s: {A|gt: x}\n  condition: s\n", "a number is needed here" },
		{ "  s: {A|expand: '%none%'}\n  condition: s\n", "the placeholder has no values" },
		{ "  s: {A|base64: 'a*'}\n  condition: s\n", "wildcards in a value that is to be encoded" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const char *why;
		struct sigma_set *set = set_of(rows[i].detection, &why);

		if (why == NULL || strcmp(why, rows[i].why) != 0)
			fail_msg("%s: %s", rows[i].detection, why != NULL ? why : "taken");
		sigma_set_free(set);
	}
}

/* Values that are made to cost: nothing matches, and it ends. */
static void
ends_on_hostile_values(void **state)
{
	static struct record r;
	const size_t n = 1u << 20;
	char *text = hn_alloc(n, 1);
	const char *why;
	struct sigma_set *set = set_of("  s: {F|re: '^(a+)+$'}\n  t: {F: 'a*a*a*b?c'}\n  u: {F|contains: aaaaaab}\n"
	    "  condition: s or t or u\n", &why);
	struct sigma_run *run = sigma_run_new(set);
	unsigned hits = 0;

	(void)state;
	assert_null(why);
	assert_non_null(text);
	memset(text, 'a', n);
	text[n - 1] = '!';
	fill(&r, (const char *const[PAIRS_MAX]){ NULL });
	record_keep(&r, HN_LIT("F"), (struct hn_view){ text, n });
	sigma_run_see(run, &r, count, &hits);
	assert_int_equal(hits, 0);
	sigma_run_free(run);
	sigma_set_free(set);
	hn_free(text);
}

/* A generic category means Sysmon's events and Windows' own, each with its own names. */
static void
translates_fields(void **state)
{
	static struct record r;
	const char *why;
	struct sigma_set *set = set_of("  s: {Image|endswith: '\\a.exe'}\n  condition: s\n", &why);
	struct sigma_run *run = sigma_run_new(set);
	unsigned hits = 0;

	(void)state;
	record_reset(&r);
	r.dataset = "windows.security";
	record_set(&r, FIELD_EVENT_CODE, HN_LIT("4688"));
	record_keep(&r, HN_LIT("NewProcessName"), HN_LIT("C:\\A.EXE"));
	sigma_run_see(run, &r, count, &hits);
	assert_int_equal(hits, 1);
	record_set(&r, FIELD_EVENT_CODE, HN_LIT("4624"));	/* another kind of event: no such rule */
	sigma_run_see(run, &r, count, &hits);
	assert_int_equal(hits, 1);
	sigma_run_free(run);
	sigma_set_free(set);
}

static void
reads_metadata(void **state)
{
	static const char yaml[] = "title: One\nid: a\nstatus: experimental\nlevel: high\nauthor: Somebody\nlicense: MIT\n"
	    "references: [https://one.example]\ntags: [attack.t1059.001, attack.execution]\n"
	    "logsource: {product: windows, service: security}\ndetection: {s: {A: 1}, condition: s}\n"
	    "---\ntitle: Two\nid: b\nlogsource: {product: nowhere}\ndetection: {s: {A: 1}, condition: s}\n"
	    "---\ntitle: Again\nid: a\nlogsource: {product: windows}\ndetection: {s: {A: 1}, condition: s}\n";
	struct sigma_set *set;
	const struct sigma_rule *r;

	(void)state;
	assert_int_equal(sigma_set_new(&set, NULL), HN_OK);
	assert_int_equal(sigma_set_add(set, HN_LIT("x.yml"), hn_view_of(yaml), NULL), HN_OK);
	assert_int_equal(sigma_set_count(set), 2);
	r = sigma_set_rule(set, 0);
	assert_view_equal(r->title, "One");
	assert_int_equal(r->status, SIGMA_EXPERIMENTAL);
	assert_int_equal(r->level, LEVEL_HIGH);
	assert_int_equal(r->n_techniques, 1);
	assert_view_equal(r->techniques[0], "T1059.001");
	assert_view_equal(r->note, "Sigma; author: Somebody; https://one.example; MIT");
	assert_null(r->why_not);
	assert_string_equal(sigma_set_rule(set, 1)->why_not, "no source that is read here has such records");
	assert_int_equal(sigma_set_add(set, HN_LIT("y.yml"), HN_LIT("title: [\n"), NULL), HN_E_SYNTAX);
	assert_int_equal(sigma_set_add(set, HN_LIT("y.yml"), HN_LIT("a: &x 1\nb: *x\n"), NULL), HN_E_UNSUPPORTED);
	sigma_set_free(set);
}

#define BASE "title: b\nid: base-1\nname: one\nlogsource: {product: windows, category: process_creation}\n" \
    "detection: {s: {A: 1}, condition: s}\n---\ntitle: c\nid: base-2\nname: two\n" \
    "logsource: {product: windows, category: process_creation}\ndetection: {s: {A: 2}, condition: s}\n---\ntitle: c\nid: cor\n"

struct correlating {
	struct sigma_set *set;
	struct sigma_run *run;
	struct keyed *memory;
	int64_t at_ms;
	unsigned met;	/* how often the correlation "cor" was */
};

static void
on_met(void *ctx, uint32_t rule)
{
	struct correlating *c = ctx;

	c->met += hn_view_eq(sigma_set_rule(c->set, rule)->id, HN_LIT("cor"));
}

static void
on_hit(void *ctx, uint32_t rule)
{
	struct correlating *c = ctx;
	const struct sigma_hit h = { c->set, c->run, rule, c->at_ms };

	sigma_correlate(c->memory, &h, on_met, c);
}

/* Events "SECOND A U V": which rule, of whom, what value. */
static void
correlates(void **state)
{
	static const struct {
		const char *rule;
		const char *events;
		unsigned met;
	} rows[] = {
		{ "correlation: {type: event_count, rules: one, group-by: [U], timespan: 10s, condition: {gte: 3}}",
		    "0 1 a x;1 1 a x;2 1 b x;3 1 a x", 1 },
		{ "correlation: {type: event_count, rules: [base-1], timespan: 10s, condition: {gte: 3}}", "0 1 a x;1 1 b x;11 1 a x", 0 },
		{ "correlation: {type: event_count, rules: [one], timespan: 1m, condition: {gt: 1, lte: 2}}",
		    "0 1 a x;1 1 a x;2 1 a x", 1 },
		{ "correlation: {type: value_count, rules: [one], group-by: [U], timespan: 1h, condition: {gte: 2, field: V}}",
		    "0 1 a x;1 1 a x;2 1 a y;3 1 b z", 1 },
		{ "correlation: {type: value_count, rules: [one], timespan: 5s, condition: {gte: 2, field: V}}", "0 1 a x;9 1 a y", 0 },
		{ "correlation: {type: temporal, rules: [one, two], group-by: [U], timespan: 5s}", "0 2 a x;3 1 a x", 1 },
		{ "correlation: {type: temporal, rules: [one, two], group-by: [U], timespan: 5s}", "0 2 a x;3 1 b x", 0 },
		{ "correlation: {type: temporal, rules: [one, two], group-by: [U], timespan: 5s}", "0 2 a x;7 1 a x", 0 },
		{ "correlation: {type: temporal_ordered, rules: [one, two], timespan: 5s}", "0 1 a x;3 2 a x", 1 },
		{ "correlation: {type: temporal_ordered, rules: [one, two], timespan: 5s}", "0 2 a x;3 1 a x", 0 },
		{ "correlation: {type: temporal, rules: [one, two], group-by: [who], timespan: 5s,"
		  " aliases: {who: {one: U, two: V}}}", "0 1 a x;1 2 b a", 1 },
		{ "correlation: {type: temporal, rules: [one, many], group-by: [U], timespan: 9s}\n---\ntitle: m\nid: m\nname: many\n"
		  "correlation: {type: event_count, rules: [two], group-by: [U], timespan: 9s, condition: {gte: 2}}",
		    "0 1 a x;1 2 a x;2 2 a x", 1 },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		static struct record r;
		struct correlating c = { .memory = sigma_correlate_new() };
		struct hn_view rest = hn_view_of(rows[i].events), event, part[3];
		char yaml[2048];

		(void)snprintf(yaml, sizeof(yaml), BASE "%s\n", rows[i].rule);
		assert_int_equal(sigma_set_new(&c.set, NULL), HN_OK);
		assert_int_equal(sigma_set_add(c.set, HN_LIT("c.yml"), hn_view_of(yaml), NULL), HN_OK);
		assert_int_equal(sigma_set_seal(c.set, NULL), HN_OK);
		c.run = sigma_run_new(c.set);
		if (sigma_set_rule(c.set, 2)->why_not != NULL)
			fail_msg("%s: %s", rows[i].rule, sigma_set_rule(c.set, 2)->why_not);
		assert_true(sigma_set_rule(c.set, 0)->is_silent);
		while (rest.n > 0) {
			(void)hn_view_cut(&rest, ';', &event);
			for (size_t k = 0; k < 3; k++)
				(void)hn_view_cut(&event, ' ', &part[k]);
			fill(&r, (const char *const[PAIRS_MAX]){ NULL });
			record_keep(&r, HN_LIT("A"), part[1]);
			record_keep(&r, HN_LIT("U"), part[2]);
			record_keep(&r, HN_LIT("V"), event);
			c.at_ms = 1000 * (int64_t)strtol(part[0].p, NULL, 10) + 1000000;
			sigma_run_see(c.run, &r, on_hit, &c);
		}
		if (c.met != rows[i].met)
			fail_msg("%s: met %u times", rows[i].rule, c.met);
		sigma_run_free(c.run);
		sigma_set_free(c.set);
		keyed_free(c.memory);
	}
}

static void
refuses_correlations(void **state)
{
	static const struct {
		const char *rule;
		const char *why;
	} rows[] = {
		{ "correlation: {type: sum, rules: [one], timespan: 5s}", "type of correlation" },
		{ "correlation: {type: temporal, rules: [one], timespan: 5y}", "timespan" },
		{ "correlation: {type: temporal, timespan: 5s}", "a correlation without rules" },
		{ "correlation: {type: event_count, rules: [one], timespan: 5s}", "condition of the correlation" },
		{ "correlation: {type: value_count, rules: [one], timespan: 5s, condition: {gte: 2}}", "the field whose values are counted" },
		{ "correlation: {type: value_count, rules: [one], timespan: 5s, condition: {gte: 500, field: V}}",
		    "more different values than are told apart" },
		{ "correlation: {type: temporal, rules: [gone], timespan: 5s}",
		    "a rule that it refers to is not there, or cannot be used" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct sigma_set *set;
		char yaml[2048];

		(void)snprintf(yaml, sizeof(yaml), BASE "%s\n", rows[i].rule);
		assert_int_equal(sigma_set_new(&set, NULL), HN_OK);
		assert_int_equal(sigma_set_add(set, HN_LIT("c.yml"), hn_view_of(yaml), NULL), HN_OK);
		assert_int_equal(sigma_set_seal(set, NULL), HN_OK);
		if (sigma_set_rule(set, 2)->why_not == NULL || strcmp(sigma_set_rule(set, 2)->why_not, rows[i].why) != 0)
			fail_msg("%s: %s", rows[i].rule, sigma_set_rule(set, 2)->why_not);
		sigma_set_free(set);
	}
}

/* A file of compiled rules is opened as the same rules; one bit that has turned, or another file, never. */
static void
opens_compiled_rules(void **state)
{
	static const char yaml[] = BASE "correlation: {type: temporal, rules: [one, two], timespan: 5s}\n";
	struct hn_buf b = HN_BUF(65536);
	struct sigma_set *set, *opened = NULL;

	(void)state;
	assert_int_equal(sigma_set_new(&set, NULL), HN_OK);
	assert_int_equal(sigma_set_add(set, HN_LIT("c.yml"), hn_view_of(yaml), NULL), HN_OK);
	sigma_cache_put(set, &b);
	assert_false(b.failed);
	for (size_t turned = 0; turned <= b.n; turned++) {
		FILE *f = tmpfile();
		enum hn_rc rc;

		assert_non_null(f);
		if (turned < b.n)
			b.p[turned] ^= 4;
		assert_int_equal(fwrite(b.p, 1, b.n, f), b.n);
		assert_int_equal(fflush(f), 0);
		rc = sigma_cache_open(fileno(f), &opened, NULL);
		assert_int_equal(rc == HN_OK, turned == b.n);
		if (turned < b.n)
			b.p[turned] ^= 4;
		(void)fclose(f);
	}
	assert_int_equal(sigma_set_count(opened), 3);
	assert_view_equal(sigma_set_rule(opened, 2)->id, "cor");
	assert_null(sigma_set_rule(opened, 2)->why_not);
	sigma_set_free(opened);
	sigma_set_free(set);
	hn_buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_values), cmocka_unit_test(joins_searches), cmocka_unit_test(searches_without_field),
		cmocka_unit_test(refuses), cmocka_unit_test(ends_on_hostile_values), cmocka_unit_test(translates_fields),
		cmocka_unit_test(reads_metadata), cmocka_unit_test(correlates), cmocka_unit_test(refuses_correlations),
		cmocka_unit_test(opens_compiled_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
