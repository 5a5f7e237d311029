#include "unit/test.h"

#include "base/words.h"
#include "detect/engine.h"
#include "detect/indicator_build.h"

#define NOW INT64_C(1763875835000)

static struct indicator_table *
table_of(const char *const *texts, size_t n)
{
	static struct indicator_scratch scratch;
	struct indicator_build *b = indicator_build_new();
	struct indicator_table *t = NULL;
	struct hn_err err;

	for (size_t i = 0; i < n; i++) {
		struct indicator one = { .about = { .feed = HN_LIT("test"), .note = HN_LIT("seen elsewhere"), .confidence = 60,
		    .tlp = TLP_AMBER } };

		assert_int_equal(indicator_key_of_text(hn_view_of(texts[i]), &scratch, &one.key, &err), HN_OK);
		assert_int_equal(indicator_build_add(b, &one, &err), HN_OK);
	}
	assert_int_equal(indicator_build_open(b, NOW, 42, &t, &err), HN_OK);
	indicator_build_free(b);
	return t;
}

static const char *const listed[] = {
	"evil.example", "198.51.100.9", "/panel/gate7.php", "http://site.example/tool.exe", "d960e06569ac1b8454e7c737000d6bb6",
	"ja3:e7d705a3286e19ea42f587b344ee6865", "boss@evil-mail.example",
};

/* What is seen once, and what must be held against it. */
struct scene {
	const char *name;
	enum record_kind kind;
	struct {
		enum field field;
		const char *text;
	} fields[5];
	enum finding_level level;
	const char *words, *source, *destination, *rule;	/* rule NULL: nothing is held against it */
};

static const struct scene scenes[] = {
	{ "a call that went through", RECORD_WEB,
	    { { FIELD_SOURCE_IP, "10.0.0.5" }, { FIELD_URL_DOMAIN, "a.evil.example" }, { FIELD_EVENT_OUTCOME, "success" } },
	    LEVEL_HIGH, "indicator-call", "10.0.0.5", "evil.example", "evil.example" },
	{ "a call that the proxy stopped", RECORD_WEB,
	    { { FIELD_SOURCE_IP, "10.0.0.5" }, { FIELD_URL_DOMAIN, "a.evil.example" }, { FIELD_EVENT_OUTCOME, "failure" } },
	    LEVEL_MEDIUM, "indicator-call", "10.0.0.5", "evil.example", "evil.example" },
	{ "a question", RECORD_DNS, { { FIELD_SOURCE_IP, "10.0.0.5" }, { FIELD_DNS_QUESTION_NAME, "evil.example" } },
	    LEVEL_MEDIUM, "indicator-lookup", "10.0.0.5", "evil.example", "evil.example" },
	{ "a closed door", RECORD_FLOW,
	    { { FIELD_SOURCE_IP, "198.51.100.9" }, { FIELD_DESTINATION_IP, "192.168.1.1" }, { FIELD_EVENT_OUTCOME, "failure" } },
	    LEVEL_INFO, "indicator-knock", "192.168.1.1", "198.51.100.9", "198.51.100.9" },
	{ "an open door", RECORD_FLOW,
	    { { FIELD_SOURCE_IP, "198.51.100.9" }, { FIELD_DESTINATION_IP, "192.168.1.1" }, { FIELD_EVENT_OUTCOME, "success" } },
	    LEVEL_LOW, "indicator-knock", "192.168.1.1", "198.51.100.9", "198.51.100.9" },
	{ "a sign-in", RECORD_LOGON,
	    { { FIELD_SOURCE_IP, "198.51.100.9" }, { FIELD_OBSERVER_NAME, "fw01" }, { FIELD_EVENT_OUTCOME, "success" },
	    { FIELD_USER_NAME, "hoshu" } }, LEVEL_HIGH, "indicator-logon", "fw01", "198.51.100.9", "198.51.100.9" },
	{ "a wrong password", RECORD_LOGON,
	    { { FIELD_SOURCE_IP, "198.51.100.9" }, { FIELD_OBSERVER_NAME, "fw01" }, { FIELD_EVENT_OUTCOME, "failure" } },
	    LEVEL_LOW, "indicator-try", "fw01", "198.51.100.9", "198.51.100.9" },
	{ "a path anywhere", RECORD_WEB,
	    { { FIELD_SOURCE_IP, "10.0.0.5" }, { FIELD_URL_ORIGINAL, "http://good.example/panel/gate7.php" },
	    { FIELD_EVENT_OUTCOME, "success" } }, LEVEL_LOW, "indicator-call", "10.0.0.5", "/panel/gate7.php", "/panel/gate7.php" },
	{ "a file", RECORD_PROCESS,
	    { { FIELD_HOST_NAME, "PC12" }, { FIELD_PROCESS_MD5, "D960E06569AC1B8454E7C737000D6BB6" },
	    { FIELD_PROCESS_EXECUTABLE, "C:\\PerfLogs\\upd7.exe" } },
	    LEVEL_HIGH, "indicator-file", "PC12", "C:\\PerfLogs\\upd7.exe", "d960e06569ac1b8454e7c737000d6bb6" },
	{ "a fingerprint", RECORD_TLS,
	    { { FIELD_SOURCE_IP, "10.0.0.5" }, { FIELD_TLS_JA3, "e7d705a3286e19ea42f587b344ee6865" },
	    { FIELD_TLS_SERVER_NAME, "x.example" } },
	    LEVEL_MEDIUM, "indicator-print", "10.0.0.5", "x.example", "e7d705a3286e19ea42f587b344ee6865" },
	{ "a letter", RECORD_MAIL, { { FIELD_EMAIL_FROM, "Boss@evil-mail.example" }, { FIELD_EVENT_OUTCOME, "success" } },
	    LEVEL_MEDIUM, "indicator-letter", "", "boss@evil-mail.example", "boss@evil-mail.example" },
	{ "a good name", RECORD_WEB, { { FIELD_SOURCE_IP, "10.0.0.5" }, { FIELD_URL_DOMAIN, "notevil.example" } },
	    LEVEL_INFO, NULL, NULL, NULL, NULL },
	{ "a user of that name", RECORD_LOGON, { { FIELD_SOURCE_IP, "10.0.0.5" }, { FIELD_USER_NAME, "evil.example" } },
	    LEVEL_INFO, NULL, NULL, NULL, NULL },
};

static struct record record;

static void
show(struct engine *e, const struct scene *sc, int64_t at_ms, struct findings *out)
{
	record_reset(&record);
	record.at_ms = at_ms;
	record.kind = sc->kind;
	record.raw = HN_LIT("raw");
	for (size_t i = 0; i < HN_COUNT(sc->fields) && sc->fields[i].text != NULL; i++)
		record_set(&record, sc->fields[i].field, hn_view_of(sc->fields[i].text));
	engine_see(e, &record, out);
}

static void
check(const struct scene *sc, struct findings *got)
{
	size_t n;
	const struct finding *const *all = findings_sorted(got, &n);

	if (n != (sc->rule != NULL ? 1u : 0u))
		fail_msg("%s: %zu findings", sc->name, n);
	if (n == 0)
		return;
	if (all[0]->level != sc->level)
		fail_msg("%s: level %s, score %.3f", sc->name, finding_level_name(all[0]->level), all[0]->score);
	assert_view_equal(all[0]->words, sc->words);
	assert_view_equal(all[0]->source, sc->source);
	assert_view_equal(all[0]->destination, sc->destination);
	assert_view_equal(all[0]->rule, sc->rule);
	assert_view_equal(all[0]->note, "test: seen elsewhere (TLP:amber)");
	assert_true(all[0]->n_techniques > 0);
	for (size_t i = 0; i < all[0]->n_parts; i++) {
		char key[128];

		snprintf(key, sizeof(key), "part.%.*s", (int)all[0]->parts[i].name.n, all[0]->parts[i].name.p);
		if (!hn_word_has(key))
			fail_msg("%s has no words", key);
	}
}

static void
weighs_scenes(void **state)
{
	static const struct scope scope;
	struct indicator_table *t = table_of(listed, HN_COUNT(listed));
	const struct indicator_table *current = t;
	const struct detect_conf conf = { .scope = &scope, .indicators = &current };
	struct findings *got = findings_new(100, 1 << 20);
	struct hn_err err;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(scenes); i++) {
		struct engine *e = NULL;

		assert_int_equal(engine_open(&conf, 1u << FINDING_INDICATOR, (struct engine_memory){ 0 }, &e, &err), HN_OK);
		show(e, &scenes[i], NOW, got);
		check(&scenes[i], got);
		findings_reset(got);
		engine_close(e);
	}
	findings_free(got);
	indicator_table_close(t);
}

/* The same machine and indicator are one finding, surer with every time; a swap to an empty table ends it. */
static void
grows_and_follows_the_table(void **state)
{
	static const struct scope scope;
	struct indicator_table *t = table_of(listed, HN_COUNT(listed)), *none = table_of(NULL, 0);
	const struct indicator_table *current = t;
	const struct detect_conf conf = { .scope = &scope, .indicators = &current };
	struct findings *got = findings_new(100, 1 << 20);
	struct engine *e = NULL;
	const struct finding *const *all;
	struct hn_err err;
	size_t n;

	(void)state;
	assert_int_equal(engine_open(&conf, 0, (struct engine_memory){ 0 }, &e, &err), HN_OK);
	show(e, &scenes[1], NOW, got);
	all = findings_sorted(got, &n);
	const double once = all[0]->score;

	for (int i = 1; i < 30; i++)
		show(e, &scenes[1], NOW + i * 1000, got);
	all = findings_sorted(got, &n);
	assert_int_equal(n, 1);
	assert_int_equal(all[0]->count, 30);
	assert_int_equal(all[0]->last_ms - all[0]->first_ms, 29000);
	assert_true(all[0]->score > once);
	current = none;
	show(e, &scenes[1], NOW + 60000, got);
	all = findings_sorted(got, &n);
	assert_int_equal(all[0]->count, 30);
	engine_close(e);
	findings_free(got);
	indicator_table_close(t);
	indicator_table_close(none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weighs_scenes),
		cmocka_unit_test(grows_and_follows_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
