#include "unit/store/scratch.h"

#include "cli/command.h"
#include "record/beneath.h"
#include "store/evidence.h"
#include "store/observable.h"

#define AT INT64_C(1780930800000)	/* 2026-06-09 00:00 in Tokyo */
#define PATH_MAX_BYTES (SCRATCH_PATH + 32)

static char printed[65536], said[4096];

struct place {
	char data[SCRATCH_PATH], observables[PATH_MAX_BYTES], evidence[PATH_MAX_BYTES];
};

static enum exit_code
hinomi(const char *const *argv)
{
	FILE *out = fmemopen(printed, sizeof(printed), "w"), *say = fmemopen(said, sizeof(said), "w");
	int n = 0;

	memset(printed, 0, sizeof(printed));
	memset(said, 0, sizeof(said));
	while (argv[n] != NULL)
		n++;

	const enum exit_code code = command_run(n, argv, out, say);

	(void)fclose(out);
	(void)fclose(say);
	return code;
}

static void
place_make(struct place *p)
{
	scratch_make(p->data);
	(void)snprintf(p->observables, sizeof(p->observables), "%s/observables", p->data);
	(void)snprintf(p->evidence, sizeof(p->evidence), "%s/evidence", p->data);
}

static void
remember(const struct place *p)
{
	const struct hn_observation o[] = {
		{ .kind = OBSERVABLE_DOMAIN, .count = 4, .value = HN_LIT("evil.example"), .host = HN_LIT("10.0.0.5"),
		    .user = HN_LIT("sato"), .first_ms = AT + 1000, .last_ms = AT + 5000 },
		{ .kind = OBSERVABLE_ADDR, .count = 1, .value = HN_LIT("192.0.2.9"), .host = HN_LIT("10.0.0.6"),
		    .first_ms = AT, .last_ms = AT },
		{ .kind = BENEATH_KIND(OBSERVABLE_DOMAIN), .count = 7, .value = HN_LIT("evil.example"), .host = HN_LIT("10.0.0.7"),
		    .first_ms = AT, .last_ms = AT },
		{ .kind = BENEATH_KIND(OBSERVABLE_ADDR), .count = 2, .value = HN_LIT("2001:db8::/32"), .host = HN_LIT("10.0.0.8"),
		    .first_ms = AT, .last_ms = AT },
	};
	struct hn_observables *s;

	assert_int_equal(hn_observables_open(p->observables, HN_OBSERVABLE_ZONE_S, 0, &s, NULL), HN_OK);
	assert_int_equal(hn_observables_put(s, (struct hn_observations){ o, HN_COUNT(o), 1 }, AT, NULL), HN_OK);
	assert_int_equal(hn_observables_merge(s, AT, true, NULL), HN_OK);
	hn_observables_close(s);
}

static void
hunt_tells_who_met_a_value_as_a_person_writes_it(void **state)
{
	struct place p;

	(void)state;
	place_make(&p);
	remember(&p);
	const char *const text[] = { "hinomi", "hunt", "--data", p.data, "--to", "2026-06-10", "hxxp://Evil[.]example", "EVIL[.]example.",
		"192[.]0[.]2[.]9", "nothing.example", NULL };
	const char *const nets[] = { "hinomi", "hunt", "--data", p.data, "--to", "2026-06-10", "192[.]0.2.77/25", "2001:db8::/32",
		"0.0.0.0/1", NULL };
	const char *const json[] = { "hinomi", "hunt", "--data", p.data, "--to=2026-06-10", "--output=json", "evil.example", NULL };
	const char *const before[] = { "hinomi", "hunt", "--data", p.data, "--to=2026-06-08", "--from=2026-01-01", "evil.example", NULL };

	assert_int_equal(hinomi(text), EXIT_DONE);
	assert_non_null(strstr(printed, "2026-06-09  evil.example  10.0.0.5  sato  4\n"));
	assert_non_null(strstr(printed, "2026-06-09  192.0.2.9  10.0.0.6    1\n"));
	assert_non_null(strstr(printed, "2026-06-09  *.evil.example  10.0.0.7    7\n"));
	assert_int_equal(hinomi(nets), EXIT_PARTLY);
	assert_non_null(strstr(printed, "2026-06-09  192.0.2.9  10.0.0.6    1\n"));
	assert_non_null(strstr(said, "0.0.0.0/1"));
	assert_int_equal(hinomi(json), EXIT_DONE);
	assert_non_null(strstr(printed, "{\"value\":\"evil.example\",\"kind\":\"domain\",\"host\":\"10.0.0.5\",\"user\":\"sato\","
	    "\"first_at\":\"2026-06-08T15:00:01.000Z\",\"last_at\":\"2026-06-08T15:00:05.000Z\",\"beneath\":false,\"count\":4}\n"));
	assert_non_null(strstr(printed, "\"last_at\":\"2026-06-08T15:00:00.000Z\",\"beneath\":true,\"count\":7}\n"));
	assert_int_equal(hinomi(before), EXIT_DONE);
	assert_string_equal(printed, "");
	scratch_remove(p.observables);
	scratch_remove(p.data);
}

static void
hunt_says_what_it_cannot_do(void **state)
{
	struct place p;

	(void)state;
	place_make(&p);
	const char *const nowhere[] = { "hinomi", "hunt", "--data", p.data, "evil.example", NULL };
	const char *const no_value[] = { "hinomi", "hunt", "--data", p.data, NULL };
	const char *const bad_time[] = { "hinomi", "hunt", "--data", p.data, "--from", "yesterday", "evil.example", NULL };
	const char *const no_config[] = { "hinomi", "hunt", "--config", "/nonexistent", "evil.example", NULL };
	const char *const *const rows[] = { nowhere, no_value, bad_time, no_config };

	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		assert_int_equal(hinomi(rows[i]), EXIT_NOT_DONE);
		assert_true(strlen(said) > 10);
	}
	scratch_remove(p.data);
}

static void
evidence_verify_names_the_broken_link(void **state)
{
	struct place p;
	struct hn_evidence *e;
	char file[2 * SCRATCH_PATH];
	const struct hn_evidence_record r = { .source = 1, .raw = HN_LIT("a line") };
	size_t done;

	(void)state;
	place_make(&p);
	assert_int_equal(hn_evidence_open(p.evidence, &e, NULL), HN_OK);
	assert_int_equal(hn_evidence_append(e, &r, 1, &done, NULL), HN_OK);
	assert_int_equal(hn_evidence_cut(e, 0, true, NULL), HN_OK);
	assert_int_equal(hn_evidence_seal(e, NULL), HN_OK);
	hn_evidence_close(e);
	const char *const verify[] = { "hinomi", "evidence", "verify", "--data", p.data, "--output", "json", NULL };

	assert_int_equal(hinomi(verify), EXIT_DONE);
	assert_non_null(strstr(printed, "\"whole\":true,\"segments\":1,\"records\":1"));
	assert_int_equal(scratch_count(p.evidence, ".seg", file, sizeof(file)), 1);
	scratch_flip(file, 170);
	assert_int_equal(hinomi(verify), EXIT_PARTLY);
	assert_non_null(strstr(printed, "\"broken\":{\"what\":\"frame\",\"segment\":\"0000000000000000\",\"offset\":0,\"frame\":0}"));
	scratch_remove(p.evidence);
	scratch_remove(p.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hunt_tells_who_met_a_value_as_a_person_writes_it),
		cmocka_unit_test(hunt_says_what_it_cannot_do),
		cmocka_unit_test(evidence_verify_names_the_broken_link),
	};

	return cmocka_run_group_tests_name("cli/hunt", tests, NULL, NULL);
}
