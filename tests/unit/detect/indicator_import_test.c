#include "unit/test.h"

#include "base/clock.h"
#include "base/text.h"
#include "detect/indicator_import.h"

#define NOW INT64_C(1763875835000)	/* 2025-11-23 */

struct row {
	const char *name;
	const char *text;
	const char *form;
	const char *entries;	/* "kind value feed tlp confidence note;" in order */
	uint64_t refused, unread, passed;
};

static const struct row rows[] = {
	{ "a list", "# remark\n\n198.51.100.9\nEvil.Example. # why\n; no\n// no\n203.0.113.0/24\r\nhttp://101.43.67.24\n/panel/gate7.php\n",
	    "list", "ip 198.51.100.9 mine amber 50 ;domain evil.example mine amber 50 ;cidr 203.0.113.0/24 mine amber 50 ;"
	    "ip 101.43.67.24 mine amber 50 ;path /panel/gate7.php mine amber 50 ;", 0, 0, 0 },
	{ "a hosts file", "127.0.0.1 localhost.example\n0.0.0.0 evil.example # x\n0.0.0.0\tworse.example\n", "list",
	    "domain localhost.example mine amber 50 ;domain evil.example mine amber 50 ;domain worse.example mine amber 50 ;", 0, 0, 0 },
	{ "a list with what cannot be taken", "co.jp\n(a|b)[0-9]+\\.com\nevil.example\n", "list",
	    "domain evil.example mine amber 50 ;", 1, 1, 0 },
	{ "a list whose last line has no end", "evil.example\nworse.example", "list",
	    "domain evil.example mine amber 50 ;domain worse.example mine amber 50 ;", 0, 0, 0 },
	{ "our CSV", "value,type,source,tlp,expires,note\n"
	    "evil.example,domain,isac,green,2099-12-31T00:00:00Z,\"seen, \"\"there\"\"\"\n"
	    "old.example,domain,isac,green,2020-01-01,gone\n"
	    "e7d705a3286e19ea42f587b344ee6865,ja3,isac,red,,x\n"
	    "bad.example,domain,isac,pink,,x\n", "csv",
	    "domain evil.example isac green 50 seen, \"there\";ja3 e7d705a3286e19ea42f587b344ee6865 isac red 50 x;", 0, 1, 1 },
	{ "a feed's CSV with its header in a remark", "# first_seen,ioc_value,ioc_type,confidence_level\n"
	    "\"2026-01-01\", \"198.51.100.9:8080\", \"ip:port\", \"75\"\n", "csv", "ip:port 198.51.100.9:8080 mine amber 75 ;", 0, 0, 0 },
	{ "a list of certificates' hashes", "# Listingdate,SHA1,Listingreason\n2026-01-01 00:00:00,"
	    "da39a3ee5e6b4b0d3255bfef95601890afd80700,C2\n", "csv", "hash da39a3ee5e6b4b0d3255bfef95601890afd80700 mine amber 50 C2;",
	    0, 0, 0 },
	{ "JA3 by the column's name", "# ja3_md5,Firstseen\ne7d705a3286e19ea42f587b344ee6865,2026-01-01\n", "csv",
	    "ja3 e7d705a3286e19ea42f587b344ee6865 mine amber 50 ;", 0, 0, 0 },
	{ "several values a row", "Domain Name,IP-Address,md5,note\nevil.example,198.51.100.9,,x\n,198.51.100.10,,\n,,,nothing\n", "csv",
	    "domain evil.example mine amber 50 x;ip 198.51.100.9 mine amber 50 x;ip 198.51.100.10 mine amber 50 ;", 0, 1, 0 },
	{ "a column for any value counts alone", "indicator,domain\nevil.example,good.example\n", "csv",
	    "domain evil.example mine amber 50 ;", 0, 0, 0 },
	{ "semicolons", "type;value;comment\nip;198.51.100.9;\"a; b\"\n", "csv", "ip 198.51.100.9 mine amber 50 a; b;", 0, 0, 0 },
	{ "tabs", "value\tnote\nevil.example\ta, b\n", "csv", "domain evil.example mine amber 50 a, b;", 0, 0, 0 },
	{ "a spreadsheet's mark and ends of lines", "\xef\xbb\xbfvalue,note\r\nevil.example,x\r\n", "csv",
	    "domain evil.example mine amber 50 x;", 0, 0, 0 },
	{ "one column with a name", "url\nhttp://evil.example/a,b;c\n", "csv", "url evil.example/a,b;c mine amber 50 ;", 0, 0, 0 },
	{ "confidence as feeds have it", "value,confidence\na.example,High\nb.example,85%\nc.example,0.7\nd.example,12.5\ne.example,so so\n",
	    "csv", "domain a.example mine amber 85 ;domain b.example mine amber 85 ;domain c.example mine amber 70 ;"
	    "domain d.example mine amber 12 ;", 0, 1, 0 },
	{ "ends as feeds have them", "value,expires\na.example,4070908800\nb.example,never\nc.example,2001-01-01 10:00:00\n"
	    "d.example,1000000000\ne.example,soon\n", "csv", "domain a.example mine amber 50 ;domain b.example mine amber 50 ;", 0, 1, 2 },
	{ "values of two parts", "type,value,to_ids\ndomain|ip,evil.example|198.51.100.9,1\nip-dst|port,198.51.100.9|443,1\n"
	    "filename|md5,a.exe|d41d8cd98f00b204e9800998ecf84200,1\nip-dst,198.51.100.11,0\nCVE,CVE-2026-1,1\n", "csv",
	    "domain evil.example mine amber 50 ;ip 198.51.100.9 mine amber 50 ;ip:port 198.51.100.9:443 mine amber 50 ;"
	    "hash d41d8cd98f00b204e9800998ecf84200 mine amber 50 ;", 0, 0, 2 },
	{ "Shift_JIS", "value,note\nevil.example,\x8a\xb3\x8e\xd2\n", "csv", "domain evil.example mine amber 50 患者;", 0, 0, 0 },
	{ "names with all below them", "*.evil.example\n.worse.example\n||worst.example^\n[.]\n", "list",
	    "domain evil.example mine amber 50 ;domain worse.example mine amber 50 ;domain worst.example mine amber 50 ;", 0, 1, 0 },
	{ "networks as reports write them", "203[.]0[.]113[.]0/24\n198.51.100.1-198.51.100.9\n198.51.100\n[2001:db8::1]:443\n", "list",
	    "cidr 203.0.113.0/24 mine amber 50 ;ip:port [2001:db8::1]:443 mine amber 50 ;", 0, 2, 0 },
	{ "an address in brackets first", "[2001:db8::1]\n", "list", "ip 2001:db8::1 mine amber 50 ;", 0, 0, 0 },
	{ "values with commas and no header", "evil.example,x,y\n", "list", "domain evil.example mine amber 50 ;", 0, 0, 0 },
	{ "a MISP event", "{\"Event\":{\"info\":\"Campaign\",\"Orgc\":{\"name\":\"CERT\"},\"Tag\":[{\"name\":\"tlp:green\"}],\"Attribute\":["
	    "{\"type\":\"domain|ip\",\"value\":\"evil.example|198.51.100.9\",\"to_ids\":true},"
	    "{\"type\":\"ip-dst|port\",\"value\":\"198.51.100.9|443\",\"to_ids\":true,\"Tag\":[{\"name\":\"tlp:red\"}]},"
	    "{\"type\":\"md5\",\"value\":\"d41d8cd98f00b204e9800998ecf84200\",\"to_ids\":false},"
	    "{\"type\":\"mutex\",\"value\":\"abc\",\"to_ids\":true},"
	    "{\"type\":\"ja3-fingerprint-md5\",\"value\":\"e7d705a3286e19ea42f587b344ee6865\",\"to_ids\":true},"
	    "{\"type\":\"domain\",\"value\":\"gone.example\",\"to_ids\":true,\"deleted\":true}],"
	    "\"Object\":[{\"Attribute\":[{\"type\":\"filename|md5\",\"value\":\"x.exe|d41d8cd98f00b204e9800998ecf84201\",\"to_ids\":true}]}]}}",
	    "misp", "domain evil.example CERT green 50 Campaign;ip 198.51.100.9 CERT green 50 Campaign;"
	    "ip:port 198.51.100.9:443 CERT red 50 Campaign;ja3 e7d705a3286e19ea42f587b344ee6865 CERT green 50 Campaign;"
	    "hash d41d8cd98f00b204e9800998ecf84201 CERT green 50 Campaign;", 0, 0, 3 },
	{ "attributes that a MISP search answers with", "{\"response\":{\"Attribute\":[{\"type\":\"domain\",\"value\":\"evil.example\","
	    "\"to_ids\":true}]}}", "misp", "domain evil.example mine amber 50 ;", 0, 0, 0 },
	{ "a TAXII envelope", "{\"more\":false,\"objects\":[{\"type\":\"indicator\",\"pattern_type\":\"stix\","
	    "\"pattern\":\"[domain-name:value = 'evil.example']\"}]}", "stix", "domain evil.example mine amber 50 ;", 0, 0, 0 },
	{ "STIX objects alone", "\xef\xbb\xbf[ {\"type\":\"indicator\",\"pattern_type\":\"stix\","
	    "\"pattern\":\"[domain-name:value = 'evil.example']\"}]", "stix", "domain evil.example mine amber 50 ;", 0, 0, 0 },
	{ "a MISP feed's manifest", "{\"5a3b\":{\"info\":\"x\",\"timestamp\":\"1\"}}", "misp", "", 0, 0, 0 },
	{ "a STIX bundle", "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":["
	    "{\"type\":\"identity\",\"id\":\"identity--1\",\"name\":\"ISAC\"},"
	    "{\"type\":\"domain-name\",\"id\":\"domain-name--1\",\"value\":\"good.example\"},"
	    "{\"type\":\"indicator\",\"id\":\"indicator--1\",\"created_by_ref\":\"identity--1\",\"name\":\"C2\",\"confidence\":85,"
	    "\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value = 'evil.example' OR ipv4-addr:value = '198.51.100.9']\","
	    "\"valid_until\":\"2099-01-01T00:00:00Z\",\"object_marking_refs\":[\"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1\"]},"
	    "{\"type\":\"indicator\",\"revoked\":true,\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value = 'a.example']\"},"
	    "{\"type\":\"indicator\",\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value = 'b.example']\",\"valid_until\":\"2020-01-01T00:00:00Z\"},"
	    "{\"type\":\"indicator\",\"pattern_type\":\"sigma\",\"pattern\":\"title: x\"},"
	    "{\"type\":\"indicator\",\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value\"}]}", "stix",
	    "domain evil.example ISAC red 85 C2;ip 198.51.100.9 ISAC red 85 C2;", 0, 2, 2 },
};

static struct indicator_import *
import_new(struct indicator_build *b)
{
	static const struct indicator_about defaults = { .feed = HN_INIT("mine"), .note = HN_INIT(""), .mute = HN_INIT(""),
		.confidence = 50, .tlp = TLP_AMBER };
	struct indicator_import *im = NULL;
	struct hn_err err;

	assert_int_equal(indicator_import_new(b, &defaults, NOW, &im, &err), HN_OK);
	return im;
}

static void
put_entries(struct indicator_build *b, struct hn_buf *out)
{
	struct indicator_table *t = NULL;
	struct indicator i;
	struct hn_err err;
	uint64_t at = 0;

	assert_int_equal(indicator_build_open(b, NOW, 42, &t, &err), HN_OK);
	while (indicator_table_next(t, &at, &i)) {
		hn_buf_printf(out, "%s ", indicator_kind_name(i.key.kind));
		assert_int_equal(indicator_key_text(i.key, out), HN_OK);
		hn_buf_printf(out, " %.*s %s %u %.*s;", (int)i.about.feed.n, i.about.feed.p, indicator_tlp_name(i.about.tlp),
		    i.about.confidence, (int)i.about.note.n, i.about.note.p);
	}
	indicator_table_close(t);
}

/* The row's text in pieces of ${step} bytes. */
static void
check(const struct row *row, size_t step)
{
	struct indicator_build *b = indicator_build_new();
	struct indicator_import *im = import_new(b);
	const struct indicator_report *r = indicator_import_report(im);
	const size_t n = strlen(row->text);
	struct hn_buf got = HN_BUF(1 << 16);
	struct hn_err err = { .what = "" };

	for (size_t at = 0; at < n; at += step)
		assert_int_equal(indicator_import_push(im, (struct hn_view){ row->text + at, step < n - at ? step : n - at }, &err),
		    HN_OK);
	if (indicator_import_end(im, &err) != HN_OK)
		fail_msg("%s: %s", row->name, err.what);
	put_entries(b, &got);
	if (!hn_view_eq(hn_buf_view(&got), hn_view_of(row->entries)))
		fail_msg("%s (in %zu):\n%.*s\nnot\n%s", row->name, step, (int)got.n, got.p, row->entries);
	assert_string_equal(indicator_import_form(im), row->form);
	if (r->refused != row->refused || r->unread != row->unread || r->passed != row->passed)
		fail_msg("%s: refused %d, unread %d, passed %d", row->name, (int)r->refused, (int)r->unread, (int)r->passed);
	assert_int_equal(r->n_faults, r->refused + r->unread);
	hn_buf_fini(&got);
	indicator_import_free(im);
	indicator_build_free(b);
}

static void
reads_every_form(void **state)
{
	static const size_t steps[] = { 1, 7, 100000 };

	(void)state;
	assert_true(hn_text_init());
	for (size_t i = 0; i < HN_COUNT(rows); i++)
		for (size_t k = 0; k < HN_COUNT(steps); k++)
			check(&rows[i], steps[k]);
}

/* "value,note" and a row in UTF-16, either way round. */
static void
reads_wide_text(void **state)
{
	static const char text[] = "value,note\r\nevil.example,x\r\n";

	(void)state;
	for (unsigned big = 0; big < 2; big++) {
		char wide[2 * sizeof(text)];
		struct indicator_build *b = indicator_build_new();
		struct indicator_import *im = import_new(b);
		struct hn_buf got = HN_BUF(1 << 16);
		struct hn_err err;

		wide[0] = big ? '\xfe' : '\xff';
		wide[1] = big ? '\xff' : '\xfe';
		for (size_t i = 0; i + 1 < sizeof(text); i++) {
			wide[2 + 2 * i] = big ? '\0' : text[i];
			wide[3 + 2 * i] = big ? text[i] : '\0';
		}
		for (size_t at = 0; at < sizeof(wide); at++)
			assert_int_equal(indicator_import_push(im, (struct hn_view){ wide + at, 1 }, &err), HN_OK);
		assert_int_equal(indicator_import_end(im, &err), HN_OK);
		put_entries(b, &got);
		assert_view_equal(hn_buf_view(&got), "domain evil.example mine amber 50 x;");
		hn_buf_fini(&got);
		indicator_import_free(im);
		indicator_build_free(b);
	}
}

static enum hn_rc
rc_of(const char *text, size_t n)
{
	struct indicator_build *b = indicator_build_new();
	struct indicator_import *im = import_new(b);
	struct hn_err err;
	enum hn_rc rc = indicator_import_push(im, (struct hn_view){ text, n }, &err);

	if (rc == HN_OK)
		rc = indicator_import_end(im, &err);
	indicator_import_free(im);
	indicator_build_free(b);
	return rc;
}

static void
refuses_broken_documents(void **state)
{
	static char deep[200];
	static const struct {
		const char *text;
		enum hn_rc rc;
	} bad[] = {
		{ "{", HN_E_SYNTAX }, { "{\"a\":1}", HN_E_UNSUPPORTED }, { "{\"type\":\"bundle\",\"type\":\"bundle\"}", HN_E_SYNTAX },
		{ "{\"type\":\"bundle\"}", HN_OK }, { "{\"Event\":[]}", HN_OK }, { "{\"type\":\"bundle\",\"objects\":{}}", HN_OK },
		{ "\x1f\x8b\x08\x00garbage", HN_E_SYNTAX }, { "", HN_OK }, { "a", HN_OK },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(bad); i++)
		if (rc_of(bad[i].text, bad[i].text[0] == '\x1f' ? 11 : strlen(bad[i].text)) != bad[i].rc)
			fail_msg("%s", bad[i].text);
	memset(deep, '[', sizeof(deep));
	memcpy(deep, "{\"a\":", 5);
	assert_int_equal(rc_of(deep, sizeof(deep)), HN_E_LIMIT);
}

/* A line of 100 MB is one unread line, and the next is read. */
static void
passes_over_long_lines(void **state)
{
	static char piece[65536];
	struct indicator_build *b = indicator_build_new();
	struct indicator_import *im = import_new(b);
	struct hn_err err;

	(void)state;
	memset(piece, 'a', sizeof(piece));
	for (int i = 0; i < 200; i++)
		assert_int_equal(indicator_import_push(im, (struct hn_view){ piece, sizeof(piece) }, &err), HN_OK);
	assert_int_equal(indicator_import_push(im, HN_LIT("\nevil.example\n"), &err), HN_OK);
	assert_int_equal(indicator_import_end(im, &err), HN_OK);
	assert_int_equal(indicator_import_report(im)->unread, 1);
	assert_int_equal(indicator_import_report(im)->added, 1);
	assert_int_equal(indicator_import_report(im)->faults[0].line, 1);
	indicator_import_free(im);
	indicator_build_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_form),
		cmocka_unit_test(reads_wide_text),
		cmocka_unit_test(refuses_broken_documents),
		cmocka_unit_test(passes_over_long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
