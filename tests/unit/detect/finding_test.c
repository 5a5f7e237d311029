#include "unit/test.h"

#include "base/mem.h"
#include "detect/finding_wire.h"
#include "detect/findings.h"

static struct finding
a_hit(const char *source, const char *rule)
{
	return (struct finding){
		.kind = FINDING_INDICATOR,
		.at_most = LEVEL_HIGH,
		.rule = hn_view_of(rule),
		.words = HN_LIT("indicator.domain"),
		.source = hn_view_of(source),
		.destination = HN_LIT("c2.example"),
		.n_techniques = 1,
		.techniques = { HN_LIT("T1071") },
		.n_parts = 1,
		.parts = { { HN_LIT("indicator.domain"), 1.0 } },
	};
}

static struct record
a_record(int64_t at_ms, const char *raw)
{
	struct record r;

	record_reset(&r);
	r.at_ms = at_ms;
	r.raw = hn_view_of(raw);
	r.line = 7;
	r.source = 3;
	return r;
}

static void
grows_by_the_same_id(void **state)
{
	struct findings *s = findings_new(100, 1u << 20);
	struct finding hit = a_hit("10.0.0.5", "c2.example");
	const struct finding *const *all;
	size_t n;

	(void)state;
	for (int64_t i = 0; i < 25; i++) {
		const struct record r = a_record(1000 - i, "line");

		hit.parts[0].weight = i == 20 ? 3.0 : 1.0;
		findings_hit(s, &hit, &r);
	}
	all = findings_sorted(s, &n);
	assert_int_equal(n, 1);
	assert_int_equal(all[0]->count, 25);
	assert_int_equal(all[0]->first_ms, 976);
	assert_int_equal(all[0]->last_ms, 1000);
	assert_int_equal(all[0]->n_evidence, FINDING_EVIDENCE_MAX);
	assert_int_equal(all[0]->evidence[0].line, 7);
	assert_int_equal(all[0]->n_parts, 1);
	assert_int_equal(all[0]->n_techniques, 1);
	assert_true(all[0]->score > 0.95 && all[0]->score < 0.96);
	assert_int_equal(all[0]->level, LEVEL_HIGH);
	findings_free(s);
}

static void
is_told_in_the_words_of_the_latest(void **state)
{
	struct findings *s = findings_new(100, 1u << 20);
	struct finding hit = a_hit("10.0.0.5", "c2.example");
	const struct finding *const *all;
	size_t n;

	(void)state;
	for (int64_t at_ms = 3; at_ms > 0; at_ms--) {	/* the first line that comes is the latest */
		const struct record r = a_record(at_ms == 3 ? 5 : at_ms, "line");

		hit.words = at_ms == 3 ? HN_LIT("indicator.url") : HN_LIT("indicator.domain");
		findings_hit(s, &hit, &r);
	}
	all = findings_sorted(s, &n);
	assert_int_equal(n, 1);
	assert_view_equal(all[0]->words, "indicator.url");
	hit.words = HN_LIT("indicator.file");
	findings_hit(s, &hit, &(struct record){ .at_ms = 6 });
	all = findings_sorted(s, &n);
	assert_view_equal(all[0]->words, "indicator.file");
	findings_free(s);
}

static void
puts_the_most_urgent_first(void **state)
{
	struct findings *s = findings_new(100, 1u << 20);
	struct finding low = a_hit("10.0.0.1", "x"), high = a_hit("10.0.0.2", "x"), insisted = a_hit("10.0.0.3", "x");
	const struct record r = a_record(5, "line");
	const struct finding *const *all;
	size_t n;

	(void)state;
	low.parts[0].weight = -1;
	high.parts[0].weight = 4;
	insisted.parts[0].weight = -5;
	insisted.at_least = insisted.at_most = LEVEL_CRITICAL;
	findings_hit(s, &low, &r);
	findings_hit(s, &high, &r);
	findings_hit(s, &insisted, &r);
	all = findings_sorted(s, &n);
	assert_int_equal(n, 3);
	assert_view_equal(all[0]->source, "10.0.0.3");
	assert_view_equal(all[1]->source, "10.0.0.2");
	assert_view_equal(all[2]->source, "10.0.0.1");
	assert_int_equal(all[2]->level, LEVEL_LOW);
	findings_free(s);
}

static void
counts_what_it_cannot_hold(void **state)
{
	struct findings *s = findings_new(3, 1u << 20);
	char source[16];
	const struct record r = a_record(5, "line");

	(void)state;
	for (int i = 0; i < 10; i++) {
		struct finding hit;

		(void)snprintf(source, sizeof(source), "10.0.0.%d", i);
		hit = a_hit(source, "x");
		findings_hit(s, &hit, &r);
	}
	assert_int_equal(findings_count(s), 3);
	assert_int_equal(findings_left_out(s), 7);
	findings_reset(s);
	assert_int_equal(findings_count(s), 0);
	findings_free(s);
}

/* What identifies is told apart field by field: no two ways of cutting the same bytes give one id. */
static void
identifies_by_field(void **state)
{
	struct finding a = a_hit("ab", "c"), b = a_hit("a", "bc");

	(void)state;
	finding_identify(&a);
	finding_identify(&b);
	assert_memory_not_equal(a.id, b.id, FINDING_ID_BYTES);
	b = a_hit("ab", "c");
	b.parts[0].weight = 9;
	finding_identify(&b);
	assert_memory_equal(a.id, b.id, FINDING_ID_BYTES);
}

static void
travels_whole_and_refuses_every_cut(void **state)
{
	struct finding f = a_hit("10.0.0.5", "c2.example"), back = { 0 };
	struct hn_buf b = HN_BUF(FINDING_WIRE_MAX);

	(void)state;
	finding_identify(&f);
	f.count = 3;
	f.first_ms = 5;
	f.last_ms = 9;
	f.n_evidence = 1;
	f.evidence[0] = (struct finding_evidence){ 2, 44, 5, HN_LIT("raw line") };
	finding_put(&b, &f);
	assert_false(b.failed);
	assert_int_equal(finding_take(hn_buf_view(&b), &back, NULL), HN_OK);
	assert_memory_equal(back.id, f.id, FINDING_ID_BYTES);
	assert_view_equal(back.evidence[0].raw, "raw line");
	assert_view_equal(back.source, "10.0.0.5");
	assert_int_equal(back.count, 3);
	for (size_t n = 0; n < b.n; n++) {
		back.count = 77;
		assert_int_equal(finding_take((struct hn_view){ b.p, n }, &back, NULL), HN_E_SYNTAX);
		assert_int_equal(back.count, 77);
	}
	hn_buf_fini(&b);
}

static void
survives_every_lost_allocation(void **state)
{
	const struct record r = a_record(5, "line");
	const struct finding hit = a_hit("10.0.0.5", "c2.example");

	(void)state;
	for (size_t nth = 1; nth < 12; nth++) {
		struct findings *s;

		hn_mem_fail_at(nth);
		s = findings_new(10, 1u << 20);
		if (s != NULL) {
			findings_hit(s, &hit, &r);
			assert_int_equal(findings_count(s) + findings_left_out(s), 1);
		}
		hn_mem_fail_at(0);
		findings_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_by_the_same_id),
		cmocka_unit_test(is_told_in_the_words_of_the_latest),
		cmocka_unit_test(puts_the_most_urgent_first),
		cmocka_unit_test(counts_what_it_cannot_hold),
		cmocka_unit_test(identifies_by_field),
		cmocka_unit_test(travels_whole_and_refuses_every_cut),
		cmocka_unit_test(survives_every_lost_allocation),
	};

	return cmocka_run_group_tests_name("detect/finding", tests, NULL, NULL);
}
