#include "detect/destruction.h"

#include "unit/detect/play.h"

#define EVENT "{\"@timestamp\":\"2026-11-%02uT0%u:%02u:%02u.%03uZ\",\"event\":{\"code\":\"%u\"},\"winlog\":{\"channel\":\"Security\"," \
	"\"computer_name\":\"file01\",\"event_id\":%u,\"provider_name\":\"Microsoft-Windows-Security-Auditing\",\"event_data\":{" \
	"\"SubjectUserName\":\"sato\",\"ObjectType\":\"File\",%s\"AccessMask\":\"%s\"}},\"host\":{\"name\":\"file01\"}}"

enum by { BY_SHARE, BY_OBJECT };

/* What is done with each of so many files, one by one. */
static const struct {
	const char *what;
	struct {
		enum by by;
		const char *mask;
	} deeds[2];
	unsigned n_deeds, files, gap_ms;
	bool came;		/* the account was seen to come from its client before */
	enum finding_level least, most;
	const char *rule, *source;
} rows[] = {
	{ "deleted by a client", { { BY_SHARE, "0x10000" } }, 1, 1500, 60, false, LEVEL_MEDIUM, LEVEL_HIGH, "ransomware.deletion",
	    "10.0.0.5" },
	{ "deleted, as the server tells", { { BY_OBJECT, "0x10000" } }, 1, 1500, 60, false, LEVEL_MEDIUM, LEVEL_HIGH,
	    "ransomware.deletion", "file01" },
	{ "the same, by one who came before", { { BY_OBJECT, "0x10000" } }, 1, 1500, 60, true, LEVEL_MEDIUM, LEVEL_HIGH,
	    "ransomware.deletion", "10.0.0.5" },
	{ "read and written over", { { BY_OBJECT, "0x1" }, { BY_OBJECT, "0x2" } }, 2, 1500, 60, false, LEVEL_MEDIUM, LEVEL_HIGH,
	    "ransomware.rewriting", "file01" },
	{ "copied to the share", { { BY_SHARE, "0x13019f" }, { BY_OBJECT, "0x2" } }, 2, 1500, 60, false, LEVEL_INFO, LEVEL_INFO, NULL,
	    NULL },
	{ "read", { { BY_SHARE, "0x120089" }, { BY_OBJECT, "0x1" } }, 2, 1500, 60, false, LEVEL_INFO, LEVEL_INFO, NULL, NULL },
	{ "a folder tidied up", { { BY_SHARE, "0x10000" }, { BY_OBJECT, "0x10000" } }, 2, 400, 300, false, LEVEL_INFO, LEVEL_INFO,
	    NULL, NULL },
	{ "moved over an hour", { { BY_SHARE, "0x10080" } }, 1, 4000, 900, false, LEVEL_INFO, LEVEL_INFO, NULL, NULL },
};

static void
event(struct play *p, unsigned day, unsigned ms, const char *mask, const char *file)
{
	char text[1024], data[256];
	const bool is_share = file[0] == 's';

	if (is_share)
		(void)snprintf(data, sizeof(data), "\"IpAddress\":\"10.0.0.5\",\"ShareName\":\"\\\\\\\\*\\\\kyouyuu\",\"RelativeTargetName\":\"%s\",",
		    file + 1);
	else
		(void)snprintf(data, sizeof(data), "\"ObjectName\":\"D:\\\\kyouyuu\\\\%s\",", file + 1);
	(void)snprintf(text, sizeof(text), EVENT, day, 1 + ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000,
	    is_share ? 5145u : 4663u, is_share ? 5145u : 4663u, data, mask);
	play_line(p, text);
}

static void
destroy(struct play *p, size_t row, unsigned day)
{
	for (unsigned n = 0; n < rows[row].files; n++) {
		if (n == 300)
			play_restart(p, FINDING_RANSOMWARE);
		for (unsigned d = 0; d < rows[row].n_deeds; d++) {
			char file[64];

			(void)snprintf(file, sizeof(file), "%cb%02u\\\\k%04u.xlsx", rows[row].deeds[d].by == BY_SHARE ? 's' : 'o', n / 50, n);
			event(p, day, n * rows[row].gap_ms + d * 10, rows[row].deeds[d].mask, file);
		}
	}
}

static void
many_files_destroyed_are_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct finding *f;
		enum finding_level level;

		play_open(&p, FINDING_RANSOMWARE, "winevent");
		event(&p, 10, 0, "0x1", "ox\\\\old.xlsx");
		if (rows[i].came)
			event(&p, 20, 0, "0x120089", "sx\\\\y.xlsx");
		destroy(&p, i, 20);
		f = play_worst(&p);
		level = f != NULL ? f->level : LEVEL_INFO;
		if (level < rows[i].least || level > rows[i].most)
			fail_msg("%s: %s", rows[i].what, finding_level_name(level));
		if (rows[i].rule != NULL) {
			assert_view_equal(f->rule, rows[i].rule);
			assert_view_equal(f->source, rows[i].source);
			assert_view_equal(f->user, "sato");
		}
		play_close(&p);
	}
}

/* A job that does so every night. */
static void
a_nightly_job_is_known(void **state)
{
	static struct play p;

	(void)state;
	play_open(&p, FINDING_RANSOMWARE, "winevent");
	for (unsigned day = 10; day < 13; day++) {
		findings_reset(p.findings);
		destroy(&p, 0, day);
		assert_non_null(play_worst(&p));
	}
	assert_true(play_worst(&p)->level <= LEVEL_LOW);
	play_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_files_destroyed_are_told),
		cmocka_unit_test(a_nightly_job_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
