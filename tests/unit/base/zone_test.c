#include "unit/test.h"

#include "base/clock.h"
#include "base/zone.h"

/* Zones of the machine's tzdata; a row whose zone is not installed is skipped. */
static bool
load(const char *name, struct hn_zone *z)
{
	struct hn_err err = { 0 };
	const enum hn_rc rc = hn_zone_load(hn_view_of(name), z, &err);

	assert_true(rc == HN_OK || rc == HN_E_NOTFOUND);
	return rc == HN_OK;
}

static int64_t
at(const char *text)
{
	int64_t ms = 0;

	assert_int_equal(hn_time_parse(hn_view_of(text), 0, &ms), HN_OK);
	return ms;
}

static void
knows_offsets(void **state)
{
	static const struct {
		const char *zone, *utc;
		int32_t offset_s;
	} rows[] = {
		{ "Asia/Tokyo", "2026-11-23T00:00:00Z", 32400 },
		{ "UTC", "2026-11-23T00:00:00Z", 0 },
		{ "Europe/Berlin", "2026-01-01T00:00:00Z", 3600 },
		{ "Europe/Berlin", "2026-03-29T00:59:59Z", 3600 },
		{ "Europe/Berlin", "2026-03-29T01:00:00Z", 7200 },
		{ "Europe/Berlin", "2026-10-25T00:59:59Z", 7200 },
		{ "Europe/Berlin", "2026-10-25T01:00:00Z", 3600 },
		{ "Europe/Berlin", "2090-07-01T00:00:00Z", 7200 },	/* past the file's last change: the rule */
		{ "Europe/Berlin", "2090-12-01T00:00:00Z", 3600 },
		{ "Australia/Sydney", "2091-01-01T00:00:00Z", 39600 },	/* summer over the turn of the year */
		{ "Australia/Sydney", "2091-07-01T00:00:00Z", 36000 },
		{ "Asia/Kolkata", "2026-01-01T00:00:00Z", 19800 },
		{ "Asia/Kathmandu", "1970-01-01T00:00:00Z", 19800 },
		{ "America/New_York", "1800-01-01T00:00:00Z", -17762 },	/* local mean time */
	};
	static struct hn_zone z;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (load(rows[i].zone, &z))
			assert_int_equal(hn_zone_offset(&z, at(rows[i].utc)), rows[i].offset_s);
}

static void
defines_gaps_and_overlaps(void **state)
{
	static const struct {
		const char *zone, *local, *utc;
	} rows[] = {
		{ "Asia/Tokyo", "2026-11-23T09:00:00Z", "2026-11-23T00:00:00Z" },
		{ "Europe/Berlin", "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z" },
		{ "Europe/Berlin", "2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z" },	/* gap: the old offset */
		{ "Europe/Berlin", "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z" },
		{ "Europe/Berlin", "2026-10-25T01:59:59Z", "2026-10-24T23:59:59Z" },
		{ "Europe/Berlin", "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z" },	/* overlap: the first */
		{ "Europe/Berlin", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z" },
		{ "America/New_York", "2026-03-08T02:30:00Z", "2026-03-08T07:30:00Z" },
		{ "America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T05:30:00Z" },
	};
	static struct hn_zone z;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (load(rows[i].zone, &z))
			assert_int_equal(hn_zone_instant(&z, at(rows[i].local)), at(rows[i].utc));
}

static void
refuses_names_that_are_no_zone(void **state)
{
	static const struct {
		const char *name;
		enum hn_rc rc;
	} rows[] = {
		{ "", HN_E_SYNTAX }, { "/etc/passwd", HN_E_SYNTAX }, { "../../etc/passwd", HN_E_SYNTAX },
		{ "Asia/Edo", HN_E_NOTFOUND }, { "Asia", HN_E_IO },
		{ "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", HN_E_SYNTAX },
	};
	static struct hn_zone z;

	(void)state;
	z.first_s = 77;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_err err = { 0 };
		const enum hn_rc rc = hn_zone_load(hn_view_of(rows[i].name), &z, &err);

		assert_true(rc == rows[i].rc || (rc == HN_E_NOTFOUND && rows[i].rc == HN_E_IO));
		assert_int_equal(err.rc, rc);
		assert_int_equal(z.first_s, 77);	/* out is untouched */
	}
}

/* A whole small file: version 2, no change, one type, and a footer. */
#define BLOCK "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4" "\0\0\x7e\x90\0\0JST\0"
#define HEAD "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define FILE_OF(footer) HEAD BLOCK HEAD BLOCK "\n" footer "\n"

static void
reads_footers(void **state)
{
	static const struct {
		struct hn_view file;
		enum hn_rc rc;
		const char *utc;
		int32_t offset_s;
	} rows[] = {
		{ HN_INIT(FILE_OF("JST-9")), HN_OK, "2026-11-23T00:00:00Z", 32400 },
		{ HN_INIT(FILE_OF("<+0330>-3:30")), HN_OK, "2026-11-23T00:00:00Z", 12600 },
		{ HN_INIT(FILE_OF("AAA0BBB,J60/0,J300/0")), HN_OK, "2024-03-01T00:00:00Z", 3600 },
		{ HN_INIT(FILE_OF("AAA0BBB,J60/0,J300/0")), HN_OK, "2024-02-29T23:59:59Z", 0 },
		{ HN_INIT(FILE_OF("AAA0BBB,59/0,300/0")), HN_OK, "2024-02-29T00:00:00Z", 3600 },
		{ HN_INIT(FILE_OF("AAA0BBB-2,M3.5.0/-1,M10.1.0/25")), HN_OK, "2026-06-01T00:00:00Z", 7200 },
		{ HN_INIT(FILE_OF("")), HN_OK, "2026-06-01T00:00:00Z", 32400 },
		{ HN_INIT(FILE_OF("AA-9")), HN_E_SYNTAX, NULL, 0 },
		{ HN_INIT(FILE_OF("JST-9x")), HN_E_SYNTAX, NULL, 0 },
		{ HN_INIT(FILE_OF("JST-168")), HN_E_SYNTAX, NULL, 0 },
		{ HN_INIT(FILE_OF("AAA0BBB,M13.1.0,M10.1.0")), HN_E_SYNTAX, NULL, 0 },
		{ HN_INIT(FILE_OF("AAA0BBB,M3.1.0")), HN_E_SYNTAX, NULL, 0 },
		{ HN_INIT("TZif"), HN_E_SYNTAX, NULL, 0 },
	};
	static struct hn_zone z;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		assert_int_equal(hn_zone_parse(rows[i].file, &z, NULL), rows[i].rc);
		if (rows[i].rc == HN_OK)
			assert_int_equal(hn_zone_offset(&z, at(rows[i].utc)), rows[i].offset_s);
	}
}

static void
survives_every_cut(void **state)
{
	const struct hn_view good = HN_LIT(FILE_OF("AAA0BBB-2,M3.5.0/-1,M10.1.0/25"));
	static struct hn_zone z;

	(void)state;
	for (size_t n = 0; n < good.n; n++) {
		char *exact = malloc(n > 0 ? n : 1);	/* the sanitizer sees overruns */

		assert_non_null(exact);
		memcpy(exact, good.p, n);
		if (hn_zone_parse((struct hn_view){ exact, n }, &z, NULL) == HN_OK)
			assert_true(n >= 2 * (44 + 10));
		free(exact);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_offsets),
		cmocka_unit_test(defines_gaps_and_overlaps),
		cmocka_unit_test(refuses_names_that_are_no_zone),
		cmocka_unit_test(reads_footers),
		cmocka_unit_test(survives_every_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
