#include "detect/expected.h"

#include "detect/house.h"
#include "detect/triage.h"
#include "unit/test.h"

static const struct row {
	const char *name, *service;	/* NULL: none */
	bool is_confirmed;
} rows[] = {
	{ "windowsupdate.com", "windows-update", true }, { "au.download.windowsupdate.com", "windows-update", true },
	{ "notwindowsupdate.com", NULL, false }, { "windowsupdate.com.example.net", NULL, false },
	{ "ntp.nict.jp", "time", true }, { "a.ntp.nict.jp", NULL, false }, { "www.ssk.or.jp", "eligibility", false },
	{ "", NULL, false },
};

static void
names_are_found_whole_or_below(void **state)
{
	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct expected_service *const e = expected_find(hn_view_of(rows[i].name));

		if ((e != NULL) != (rows[i].service != NULL))
			fail_msg("%s: %s", rows[i].name, e != NULL ? e->name : "none");
		if (e != NULL) {
			assert_string_equal(e->name, rows[i].service);
			assert_int_equal(e->is_confirmed, rows[i].is_confirmed);
		}
	}
}

static void
every_service_says_who_says_so(void **state)
{
	(void)state;
	assert_true(expected_services_n >= 5);
	for (size_t i = 0; i < expected_services_n; i++) {
		assert_int_equal(strlen(expected_services[i].date), 10);
		assert_true(strlen(expected_services[i].source) > 10);
	}
}

/* Whether a finding about ${whom} has the part. */
static bool
is_lowered(const char *whom, enum finding_kind kind, enum contact_way way, const struct house *house)
{
	static struct record record;
	const struct contact contact = { .way = way, .whom = hn_view_of(whom) };
	const struct sight s = { .record = &record, .contact = &contact, .house = house };
	struct findings *const out = findings_new(4, 1u << 20);
	struct finding f = { .kind = kind, .at_most = LEVEL_CRITICAL, .rule = HN_LIT("x"), .words = HN_LIT("x"), .source = HN_LIT("a"),
		.destination = HN_LIT(""), .user = HN_LIT("") };

	assert_non_null(out);
	detect_hit(&s, &f, out);
	findings_free(out);
	return f.n_parts == 1 && hn_view_eq(f.parts[0].name, HN_LIT("expected.peer")) && f.parts[0].weight < 0;
}

static void
it_weighs_against_behaviour_alone(void **state)
{
	static struct house house;

	(void)state;
	house.expected[0] = (struct house_expected){ HN_LIT("cloud"), HN_LIT("backup.example  .vendor.example") };
	house.n_expected = 1;
	assert_true(is_lowered("au.windowsupdate.com", FINDING_BEACON, CONTACT_OUT, NULL));
	assert_false(is_lowered("au.windowsupdate.com", FINDING_INDICATOR, CONTACT_OUT, NULL));
	assert_false(is_lowered("au.windowsupdate.com", FINDING_BEACON, CONTACT_INSIDE, NULL));
	assert_false(is_lowered("www.ssk.or.jp", FINDING_BEACON, CONTACT_OUT, NULL));
	assert_false(is_lowered("backup.example", FINDING_BEACON, CONTACT_OUT, NULL));
	assert_true(is_lowered("backup.example", FINDING_BEACON, CONTACT_OUT, &house));
	assert_false(is_lowered("a.backup.example", FINDING_BEACON, CONTACT_OUT, &house));
	assert_true(is_lowered("a.vendor.example", FINDING_BEACON, CONTACT_OUT, &house));
	assert_true(is_lowered("vendor.example", FINDING_BEACON, CONTACT_OUT, &house));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_whole_or_below),
		cmocka_unit_test(every_service_says_who_says_so),
		cmocka_unit_test(it_weighs_against_behaviour_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
