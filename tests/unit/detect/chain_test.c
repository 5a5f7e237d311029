#include "detect/chain.h"

#include "base/mem.h"
#include "detect/allow.h"
#include "detect/chain_stage.h"
#include "detect/finding_wire.h"
#include "detect/findings.h"
#include "detect/triage.h"
#include "unit/test.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define START_MS INT64_C(1780000000000)
#define SIGNS_MAX 8u

/* What another detector says: of whom, what, how sure, when. */
struct sign {
	const char *source, *user, *technique;
	double logit;
	int64_t at_ms;
	const char *to;		/* a sign-in from the machine to this one, just after; NULL: none */
};

static const struct row {
	const char *what;
	struct sign signs[SIGNS_MAX];
	enum finding_level least, most;	/* of the most urgent chain; both LEVEL_COUNT: there is none */
	unsigned stages;
	const char *begins;
} rows[] = {
	{ "one stage, many times", { { "10.0.0.5", "", "T1046", 0.5, 0, NULL }, { "10.0.0.5", "", "T1018", 1.5, HOUR_MS, NULL },
	    { "10.0.0.5", "", "T1135", 1.5, 2 * HOUR_MS, NULL } }, LEVEL_COUNT, LEVEL_COUNT, 0, NULL },
	{ "two views of one thing", { { "10.0.0.5", "", "T1071.001", 0.5, 0, NULL }, { "10.0.0.5", "", "T1573", 0.5, 1, NULL } },
	    LEVEL_COUNT, LEVEL_COUNT, 0, NULL },
	{ "two faint signs", { { "10.0.0.5", "", "T1078", -1.5, 0, NULL }, { "10.0.0.5", "", "T1046", -1.5, HOUR_MS, NULL } },
	    LEVEL_INFO, LEVEL_LOW, 2, "10.0.0.5" },
	{ "three low ones that are linked", { { "10.0.0.5", "", "T1078", -0.2, 0, NULL },
	    { "10.0.0.5", "", "T1046", -0.2, HOUR_MS, NULL }, { "10.0.0.5", "", "T1021.002", -0.2, 2 * HOUR_MS, NULL } },
	    LEVEL_HIGH, LEVEL_HIGH, 3, "10.0.0.5" },
	{ "the same on three machines that have nothing to do with each other", { { "10.0.0.5", "", "T1078", -0.8, 0, NULL },
	    { "10.0.0.6", "", "T1046", -0.8, HOUR_MS, NULL }, { "10.0.0.7", "", "T1021.002", -0.8, 2 * HOUR_MS, NULL } },
	    LEVEL_COUNT, LEVEL_COUNT, 0, NULL },
	{ "from machine to machine", { { "10.0.0.5", "", "T1110.001", 0.2, 0, "10.0.0.6" },
	    { "10.0.0.6", "", "T1046", -0.2, HOUR_MS, "10.0.0.7" }, { "10.0.0.7", "", "T1562.001", -0.2, 2 * HOUR_MS, NULL } },
	    LEVEL_HIGH, LEVEL_HIGH, 3, "10.0.0.5" },
	{ "from machine to machine, but faintly", { { "10.0.0.5", "", "T1110.001", -0.2, 0, "10.0.0.6" },
	    { "10.0.0.6", "", "T1046", -0.2, HOUR_MS, NULL } }, LEVEL_COUNT, LEVEL_COUNT, 0, NULL },
	{ "over a machine without a sign", { { "10.0.0.5", "", "T1110.001", 0.5, 0, "10.0.0.6" },
	    { "10.0.0.9", "", NULL, 0, HOUR_MS, NULL }, { "10.0.0.6", "", NULL, 0, HOUR_MS, "10.0.0.7" },
	    { "10.0.0.7", "", "T1490", 2.4, 2 * HOUR_MS, NULL } }, LEVEL_MEDIUM, LEVEL_HIGH, 2, "10.0.0.5" },
	{ "one account on two machines", { { "10.0.0.5", "HP\\tanaka", "T1078", 0.2, 0, NULL },
	    { "10.0.0.6", "tanaka@hp.example", "T1021.001", 0.5, HOUR_MS, NULL } }, LEVEL_LOW, LEVEL_MEDIUM, 2, "10.0.0.5" },
	{ "the system's own account", { { "10.0.0.5", "SYSTEM", "T1078", -0.8, 0, NULL },
	    { "10.0.0.6", "SYSTEM", "T1021.001", 0.5, HOUR_MS, NULL } }, LEVEL_COUNT, LEVEL_COUNT, 0, NULL },
	{ "harm, and an entry five days after it", { { "10.0.0.5", "", "T1490", 0.5, 0, NULL },
	    { "10.0.0.5", "", "T1078", 0.5, 5 * DAY_MS, NULL } }, LEVEL_COUNT, LEVEL_COUNT, 0, NULL },
	{ "too long ago", { { "10.0.0.5", "", "T1078", 0.5, 0, NULL }, { "10.0.0.5", "", "T1490", 0.5, 20 * DAY_MS, NULL } },
	    LEVEL_COUNT, LEVEL_COUNT, 0, NULL },
	{ "scans from the internet", { { "10.0.0.5", "", "T1595", 2.5, 0, NULL }, { "10.0.0.5", "", "T1046", 0.5, HOUR_MS, NULL } },
	    LEVEL_COUNT, LEVEL_COUNT, 0, NULL },
	{ "the whole of it", { { "10.0.0.5", "", "T1133", 2.2, 0, NULL }, { "10.0.0.5", "", "T1046", 1, HOUR_MS, NULL },
	    { "10.0.0.5", "", "T1071", 2.2, HOUR_MS, "10.0.0.6" }, { "10.0.0.6", "", "T1490", 2.2, 3 * HOUR_MS, NULL } },
	    LEVEL_CRITICAL, LEVEL_CRITICAL, 4, "10.0.0.5" },
};

struct stage_set {
	struct scope scope;
	struct detect_conf conf;
	struct findings *findings;
	void *chain;
};

static void
hear(void *ctx, const struct finding *hit, const struct record *r, struct findings *out)
{
	struct stage_set *s = ctx;

	chain_detector.hear(s->chain, hit, r, out);
}

static void
set_up(struct stage_set *s)
{
	*s = (struct stage_set){ .findings = findings_new(100, 4u << 20) };
	s->conf.scope = &s->scope;
	s->conf.contacts = contacts_new(7, &s->scope);
	assert_non_null(s->findings);
	assert_non_null(s->conf.contacts);
	assert_int_equal(chain_detector.open(&s->conf, &s->chain, NULL), HN_OK);
	findings_listen(s->findings, (struct findings_ear){ hear, s });
}

static void
clean_up(struct stage_set *s)
{
	chain_detector.close(s->chain);
	contacts_free(s->conf.contacts);
	findings_free(s->findings);
}

static void
visit(struct stage_set *s, const struct sign *sign)
{
	struct record r;
	const struct sight sight = { .record = &r, .scope = &s->scope };

	record_reset(&r);
	r.kind = RECORD_LOGON;
	r.at_ms = START_MS + sign->at_ms + 1000;
	record_set(&r, FIELD_EVENT_OUTCOME, HN_LIT("success"));
	record_set(&r, FIELD_SOURCE_IP, hn_view_of(sign->source));
	record_set(&r, FIELD_DESTINATION_IP, hn_view_of(sign->to));
	chain_detector.see(s->chain, &sight, s->findings);
}

static void
say(struct stage_set *s, const struct sign *sign)
{
	struct record r;
	struct finding f = { .kind = FINDING_SIGMA, .at_most = LEVEL_CRITICAL, .words = HN_LIT("sigma"), .destination = HN_LIT(""),
		.note = HN_LIT(""), .source = hn_view_of(sign->source), .user = hn_view_of(sign->user), .n_techniques = 1 };

	record_reset(&r);
	r.at_ms = START_MS + sign->at_ms;
	r.raw = HN_LIT("a line");
	if (sign->technique != NULL) {
		f.rule = f.techniques[0] = hn_view_of(sign->technique);
		finding_part(&f, "sigma.rule", sign->logit);
		findings_hit(s->findings, &f, &r);
	}
	if (sign->to != NULL)
		visit(s, sign);
}

/* The most urgent chain; NULL: there is none. */
static const struct finding *
worst_chain(struct stage_set *s, size_t *n_told)
{
	size_t n;
	const struct finding *const *all = findings_sorted(s->findings, &n), *worst = NULL;

	*n_told = 0;
	for (size_t i = 0; i < n; i++)
		if (all[i]->kind == FINDING_CHAIN) {
			worst = worst == NULL ? all[i] : worst;
			*n_told += all[i]->level > LEVEL_INFO;
		}
	return worst;
}

static void
check(const struct row *row, const struct finding *f)
{
	if ((f != NULL) != (row->begins != NULL))
		fail_msg("%s: %s", row->what, f != NULL ? "told" : "not told");
	if (f == NULL)
		return;
	if (f->level < row->least || f->level > row->most)
		fail_msg("%s: %s", row->what, finding_level_name(f->level));
	assert_view_equal(f->source, row->begins);
	assert_int_equal(f->n_parts, row->stages + 2);	/* and the prior and the links */
	assert_true(f->members.n >= row->stages * FINDING_ID_BYTES);
	assert_int_equal(f->first_ms, START_MS);
	assert_true(f->n_evidence >= row->stages);
}

static void
linked_stages_are_one_attack(void **state)
{
	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct stage_set s;
		size_t n;

		set_up(&s);
		for (size_t k = 0; k < SIGNS_MAX && rows[i].signs[k].source != NULL; k++)
			say(&s, &rows[i].signs[k]);
		check(&rows[i], worst_chain(&s, &n));
		clean_up(&s);
	}
}

/* Two chains that were told apart turn out to be one: the first goes on, the other is its member and no more. */
static void
chains_join(void **state)
{
	static const struct sign signs[] = {
		{ "10.0.0.5", "", "T1078", 1, 0, NULL }, { "10.0.0.5", "", "T1046", 1, HOUR_MS, NULL },
		{ "10.0.0.6", "", "T1105", 1, 2 * HOUR_MS, NULL }, { "10.0.0.6", "", "T1071", 1, 3 * HOUR_MS, NULL },
		{ "10.0.0.5", "", NULL, 0, 4 * HOUR_MS, "10.0.0.6" }, { "10.0.0.6", "", "T1562", 1, 5 * HOUR_MS, NULL },
	};
	const struct finding *worst;
	struct stage_set s;
	size_t n;

	(void)state;
	set_up(&s);
	for (size_t i = 0; i < 4; i++)
		say(&s, &signs[i]);
	(void)worst_chain(&s, &n);
	assert_int_equal(n, 2);
	for (size_t i = 4; i < HN_COUNT(signs); i++)
		say(&s, &signs[i]);
	worst = worst_chain(&s, &n);
	assert_int_equal(n, 1);
	assert_view_equal(worst->source, "10.0.0.5");
	assert_int_equal(worst->level, LEVEL_HIGH);
	assert_int_equal(worst->members.n, 6 * FINDING_ID_BYTES);	/* five signs and the chain that joined */
	clean_up(&s);
}

static void
members_name_their_chain(void **state)
{
	struct stage_set s;
	const struct finding *const *all;
	struct finding copy;
	struct hn_buf wire = HN_BUF(FINDING_WIRE_MAX);
	size_t n;

	(void)state;
	set_up(&s);
	for (size_t k = 0; k < 3; k++)
		say(&s, &rows[3].signs[k]);
	findings_link(s.findings);
	all = findings_sorted(s.findings, &n);
	assert_int_equal(n, 4);
	assert_int_equal(all[0]->kind, FINDING_CHAIN);
	assert_int_equal(all[0]->chain.n, 0);
	for (size_t i = 1; i < n; i++)
		assert_memory_equal(all[i]->chain.p, all[0]->id, FINDING_ID_BYTES);
	finding_put(&wire, all[0]);
	assert_int_equal(finding_take(hn_buf_view(&wire), &copy, NULL), HN_OK);
	assert_int_equal(copy.members.n, all[0]->members.n);
	assert_memory_equal(copy.members.p, all[0]->members.p, copy.members.n);
	hn_buf_fini(&wire);
	clean_up(&s);
}

/* However many made-up machines: the tables stay within their caps. */
static void
a_flood_stays_within_caps(void **state)
{
	struct stage_set s;
	char source[32];
	struct keyed *const *tables;
	size_t n;

	(void)state;
	set_up(&s);
	for (unsigned i = 0; i < 20000; i++) {
		const struct sign sign = { source, "", i % 2 == 0 ? "T1046" : "T1071", 1, (int64_t)i * 10, NULL };

		(void)snprintf(source, sizeof(source), "10.%u.%u.%u", i / 2 >> 14 & 255, i / 2 >> 6 & 255, i / 2 & 63);
		say(&s, &sign);
	}
	tables = chain_detector.tables(s.chain, &n);
	assert_int_equal(n, 4);
	assert_true(keyed_count(tables[0]) <= CHAIN_NODES_MAX);
	assert_true(keyed_count(tables[1]) <= CHAINS_MAX);
	clean_up(&s);
}

/* What is saved in the middle and read back by another process goes on as if nothing had been. */
static void
a_restart_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++)
		for (size_t at = 1; at < SIGNS_MAX && rows[i].signs[at].source != NULL; at++) {
			struct stage_set s;
			struct keyed *const *tables;
			struct hn_buf saved[4] = { HN_BUF(64u << 20), HN_BUF(64u << 20), HN_BUF(64u << 20), HN_BUF(64u << 20) };
			size_t n;

			set_up(&s);
			for (size_t k = 0; k < at; k++)
				say(&s, &rows[i].signs[k]);
			tables = chain_detector.tables(s.chain, &n);
			for (size_t t = 0; t < n; t++)
				keyed_save(tables[t], &saved[t]);
			chain_detector.close(s.chain);
			assert_int_equal(chain_detector.open(&s.conf, &s.chain, NULL), HN_OK);
			tables = chain_detector.tables(s.chain, &n);
			for (size_t t = 0; t < n; t++) {
				assert_int_equal(keyed_load(tables[t], hn_buf_view(&saved[t])), HN_OK);
				hn_buf_fini(&saved[t]);
			}
			for (size_t k = at; k < SIGNS_MAX && rows[i].signs[k].source != NULL; k++)
				say(&s, &rows[i].signs[k]);
			check(&rows[i], worst_chain(&s, &n));
			clean_up(&s);
		}
}

/* A finding that is weighed anew turns out to be nothing: what it had made of the chain goes with it. */
static void
a_sign_is_taken_back(void **state)
{
	struct stage_set s;
	struct record r;
	struct finding f = { .kind = FINDING_SCAN, .at_most = LEVEL_HIGH, .rule = HN_LIT("scan.hosts"), .words = HN_LIT("scan"),
		.source = HN_LIT("10.0.0.5"), .destination = HN_LIT(""), .user = HN_LIT(""), .note = HN_LIT(""),
		.n_techniques = 1, .techniques = { HN_LIT("T1018") } };
	size_t n;

	(void)state;
	set_up(&s);
	say(&s, &(struct sign){ "10.0.0.5", "", "T1071", 1.5, 0, NULL });
	record_reset(&r);
	r.at_ms = START_MS + HOUR_MS;
	r.raw = HN_LIT("a line");
	finding_part(&f, "scan.prior", 1.5);
	findings_hit(s.findings, &f, &r);
	assert_int_equal(worst_chain(&s, &n)->level, LEVEL_MEDIUM);
	f.parts[0].weight = -3;
	r.at_ms += HOUR_MS;
	findings_hit(s.findings, &f, &r);
	assert_int_equal(worst_chain(&s, &n)->level, LEVEL_INFO);
	assert_int_equal(n, 0);
	clean_up(&s);
}

static void
what_is_expected_is_no_sign(void **state)
{
	struct hn_arena arena = HN_ARENA(4u << 20);
	struct allow allow;
	struct stage_set s;
	size_t n;

	(void)state;
	assert_int_equal(allow_read(HN_LIT("10.0.0.5,,the scanner\n"), 0, &arena, &allow, NULL), HN_OK);
	set_up(&s);
	s.conf.allow = &allow;
	for (size_t k = 0; k < 3; k++)
		say(&s, &rows[3].signs[k]);
	assert_null(worst_chain(&s, &n));
	clean_up(&s);
	hn_arena_fini(&arena);
}

/* A suspect machine's faint sign links a target and an account that are both new, again and again: tables grow meanwhile. */
static void
tables_grow_while_linking(void **state)
{
	struct stage_set s;
	struct record r;
	char source[32], target[32], user[32];

	(void)state;
	set_up(&s);
	for (unsigned i = 0; i < 1500; i++) {
		struct finding f = { .kind = FINDING_SIGMA, .at_most = LEVEL_HIGH, .rule = HN_LIT("r"), .words = HN_LIT("sigma"),
			.destination = HN_LIT(""), .note = HN_LIT(""), .n_techniques = 1, .techniques = { HN_LIT("T1021") } };

		(void)snprintf(source, sizeof(source), "10.1.%u.%u", i / 250, i % 250);
		(void)snprintf(target, sizeof(target), "10.2.%u.%u", i / 250, i % 250);
		(void)snprintf(user, sizeof(user), "user%u", i);
		say(&s, &(struct sign){ source, "", "T1071", 1, (int64_t)i * 10, NULL });
		record_reset(&r);
		r.at_ms = START_MS + (int64_t)i * 10 + 1;
		r.raw = HN_LIT("a line");
		record_set(&r, FIELD_DESTINATION_IP, hn_view_of(target));
		f.source = hn_view_of(source);
		f.user = hn_view_of(user);
		finding_part(&f, "sigma.rule", -1);
		findings_hit(s.findings, &f, &r);
	}
	clean_up(&s);
}

static void
techniques_have_stages(void **state)
{
	static const struct {
		const char *technique;
		bool is_one;
		enum chain_stage stage;
	} all[] = {
		{ "T1003.001", true, STAGE_CREDENTIAL }, { "T1649", true, STAGE_CREDENTIAL }, { "T1486", true, STAGE_IMPACT },
		{ "T1021.002", true, STAGE_LATERAL }, { "T1595", false, STAGES }, { "T1", false, STAGES }, { "Txxxx", false, STAGES },
		{ "", false, STAGES },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(all); i++) {
		const struct finding f = { .n_techniques = 1, .techniques = { hn_view_of(all[i].technique) } };
		enum chain_stage stage = STAGES;

		assert_int_equal(chain_stage_of(&f, &stage), all[i].is_one);
		assert_int_equal(stage, all[i].stage);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linked_stages_are_one_attack),
		cmocka_unit_test(chains_join),
		cmocka_unit_test(members_name_their_chain),
		cmocka_unit_test(a_flood_stays_within_caps),
		cmocka_unit_test(a_restart_changes_nothing),
		cmocka_unit_test(what_is_expected_is_no_sign),
		cmocka_unit_test(a_sign_is_taken_back),
		cmocka_unit_test(tables_grow_while_linking),
		cmocka_unit_test(techniques_have_stages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
