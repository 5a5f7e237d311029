#include "unit/test.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "detect/indicator_build.h"
#include "detect/indicator_format.h"
#include "detect/warninglist.h"

#define NOW INT64_C(1763875835000)

static struct indicator_scratch scratch;

static enum hn_rc
add_about(struct indicator_build *b, const char *text, struct indicator_about about)
{
	struct indicator i = { .about = about };
	struct hn_err err;
	enum hn_rc rc = indicator_key_of_text(hn_view_of(text), &scratch, &i.key, &err);

	return rc == HN_OK ? indicator_build_add(b, &i, &err) : rc;
}

static void
add(struct indicator_build *b, const char *text)
{
	assert_int_equal(add_about(b, text, (struct indicator_about){ .feed = HN_LIT("test"), .note = HN_LIT(""), .confidence = 50 }),
	    HN_OK);
}

static struct indicator_table *
open_built(struct indicator_build *b)
{
	struct indicator_table *t = NULL;
	struct hn_err err;

	assert_int_equal(indicator_build_open(b, NOW, 42, &t, &err), HN_OK);
	indicator_build_free(b);
	return t;
}

/* The text of the entry that ${seen} meets; "": none. */
static const char *
met(const struct indicator_table *t, const char *seen)
{
	static struct hn_buf b = { .max = 4096 };
	static struct observables o;
	struct indicator i;
	struct hn_err err;

	hn_buf_reset(&b);
	assert_int_equal(observable_of(hn_view_of(seen), &o, &err), HN_OK);
	if (indicator_table_find(t, &o.at[0], NOW, &i))
		assert_int_equal(indicator_key_text(i.key, &b), HN_OK);
	return hn_buf_cstr(&b) != NULL ? hn_buf_cstr(&b) : "";
}

static void
meets_values(void **state)
{
	static const char *const listed[] = {
		"198.51.100.9", "203.0.113.0/24", "203.0.113.128/25", "192.0.2.1:8080", "2001:db8:bad::/48", "2001:db8::7",
		"evil.example", "c2.shared.example", "http://site.example/gate.php", "http://site.example/q?id=1",
		"http://site.example/dir/", "/panel/gate7.php", "/unique_stage2.bin", "d41d8cd98f00b204e9800998ecf84200",
		"ja3:e7d705a3286e19ea42f587b344ee6865", "t13d1516h2_8daaf6152771_e5627efa2ab1", "boss@evil-mail.example",
		"http://198.51.100.77",
	};
	static const struct {
		const char *seen, *met;
	} rows[] = {
		{ "198.51.100.9", "198.51.100.9" },
		{ "198.51.100.9:443", "198.51.100.9" },
		{ "198.51.100.90", "" },
		{ "198.51.100.77", "198.51.100.77" },
		{ "203.0.113.1", "203.0.113.0/24" },
		{ "203.0.113.200", "203.0.113.128/25" },
		{ "203.0.114.1", "" },
		{ "192.0.2.1:8080", "192.0.2.1:8080" },
		{ "192.0.2.1:8081", "" },
		{ "192.0.2.1", "" },
		{ "2001:db8:bad:1::9", "2001:db8:bad::/48" },
		{ "2001:db8:bae:1::9", "" },
		{ "2001:0DB8::0:7", "2001:db8::7" },
		{ "evil.example", "evil.example" },
		{ "a.b.evil.example", "evil.example" },
		{ "EVIL.example.", "evil.example" },
		{ "notevil.example", "" },
		{ "evil.example.jp", "" },
		{ "shared.example", "" },
		{ "x.c2.shared.example", "c2.shared.example" },
		{ "http://site.example/gate.php", "site.example/gate.php" },
		{ "https://site.example/Gate.php?x=1", "site.example/gate.php" },
		{ "http://site.example/gate.php5", "" },
		{ "http://site.example/q?id=1", "site.example/q?id=1" },
		{ "http://site.example/q?id=12", "" },
		{ "http://site.example/dir", "site.example/dir" },
		{ "http://any.example/panel/gate7.php?a=b", "/panel/gate7.php" },
		{ "http://any.example/x/panel/gate7.php", "" },
		{ "http://any.example/some/where/unique_stage2.bin", "/unique_stage2.bin" },
		{ "http://any.example/", "" },
		{ "D41D8CD98F00B204E9800998ECF84200", "d41d8cd98f00b204e9800998ecf84200" },
		{ "d41d8cd98f00b204e9800998ecf84201", "" },
		{ "ja3:e7d705a3286e19ea42f587b344ee6865", "e7d705a3286e19ea42f587b344ee6865" },
		{ "e7d705a3286e19ea42f587b344ee6865", "" },
		{ "t13d1516h2_8daaf6152771_e5627efa2ab1", "t13d1516h2_8daaf6152771_e5627efa2ab1" },
		{ "Boss@Evil-Mail.example", "boss@evil-mail.example" },
		{ "user:boss", "" },
	};
	struct indicator_build *b = indicator_build_new();
	struct indicator_table *t;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(listed); i++)
		add(b, listed[i]);
	t = open_built(b);
	assert_int_equal(indicator_table_facts(t).entries, HN_COUNT(listed));
	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (strcmp(met(t, rows[i].seen), rows[i].met) != 0)
			fail_msg("%s meets \"%s\", not \"%s\"", rows[i].seen, met(t, rows[i].seen), rows[i].met);
	indicator_table_close(t);
}

static void
refuses_what_is_too_general(void **state)
{
	static const struct {
		const char *text;
		enum hn_rc rc;
	} rows[] = {
		{ "co.jp", HN_E_DENIED }, { "github.io", HN_E_DENIED }, { "tokyo.jp", HN_E_DENIED }, { "com.", HN_E_DENIED },
		{ "0.0.0.0/0", HN_E_DENIED }, { "10.0.0.0/7", HN_E_DENIED }, { "2000::/3", HN_E_DENIED },
		{ "example.co.jp", HN_OK }, { "evil.github.io", HN_OK }, { "45.0.0.0/8", HN_OK },
		{ "/a", HN_E_UNSUPPORTED }, { "user:root", HN_E_UNSUPPORTED }, { "(a|b)[0-9].com", HN_E_SYNTAX },
	};
	struct indicator_build *b = indicator_build_new();

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (add_about(b, rows[i].text, (struct indicator_about){ .feed = HN_LIT("t"), .note = HN_LIT("") }) != rows[i].rc)
			fail_msg("%s", rows[i].text);
	indicator_build_free(b);
}

static void
mutes_what_is_on_a_warninglist(void **state)
{
	static const struct {
		const char *text, *list;	/* NULL: on none */
	} rows[] = {
		{ "8.8.8.8", "resolver" }, { "8.8.8.8:53", "resolver" }, { "8.8.8.0/24", "resolver" }, { "10.1.2.3", "own" },
		{ "127.0.0.1", "own" }, { "192.168.0.0/24", "own" }, { "www.google.com", "service" }, { "google.com", "service" },
		{ "notgoogle.com", NULL }, { "ntp.nict.jp", "time" }, { "www.mhlw.go.jp", "state" }, { "onlineshikaku.jp", "medical" },
		{ "au.download.windowsupdate.com", "update" }, { "github.com", "service" }, { "evil.github.com", NULL },
		{ "d41d8cd98f00b204e9800998ecf8427e", "empty" }, { "45.1.2.3", NULL },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct indicator_build *b = indicator_build_new();
		struct indicator_table *t;
		struct indicator got;
		uint64_t at = 0;

		add(b, rows[i].text);
		t = open_built(b);
		assert_true(indicator_table_next(t, &at, &got));
		if (!hn_view_eq(got.about.mute, rows[i].list != NULL ? hn_view_of(rows[i].list) : HN_LIT("")))
			fail_msg("%s is on \"%.*s\"", rows[i].text, (int)got.about.mute.n, got.about.mute.p);
		assert_int_equal(indicator_table_facts(t).muted, rows[i].list != NULL);
		if (rows[i].list != NULL && hn_view_find(hn_view_of(rows[i].text), '/') == strlen(rows[i].text) &&
		    strcmp(rows[i].text, "127.0.0.1") != 0)
			assert_string_equal(met(t, rows[i].text), "");
		assert_true(rows[i].list == NULL || warninglist_named(got.about.mute) != NULL);
		indicator_table_close(t);
	}
}

/* One value from several lists: the surest that has not expired counts; the same twice counts once. */
static void
keeps_where_entries_come_from(void **state)
{
	static const struct indicator_about abouts[] = {
		{ .feed = HN_INIT("old"), .note = HN_INIT("gone"), .confidence = 99, .expires_ms = NOW - 1, .tlp = TLP_RED },
		{ .feed = HN_INIT("weak"), .note = HN_INIT("maybe"), .confidence = 20, .tlp = TLP_CLEAR },
		{ .feed = HN_INIT("sure"), .note = HN_INIT("seen"), .confidence = 80, .expires_ms = NOW + 1, .tlp = TLP_AMBER },
		{ .feed = HN_INIT("weak"), .note = HN_INIT("maybe"), .confidence = 20, .tlp = TLP_CLEAR },
	};
	static struct observables o;
	struct indicator_build *b = indicator_build_new();
	struct indicator_table *t;
	struct indicator i;
	struct hn_err err;
	uint64_t at = 0, n = 0;

	(void)state;
	for (size_t k = 0; k < HN_COUNT(abouts); k++)
		assert_int_equal(add_about(b, "evil.example", abouts[k]), HN_OK);
	t = open_built(b);
	assert_int_equal(indicator_table_facts(t).entries, 3);
	while (indicator_table_next(t, &at, &i))
		n++;
	assert_int_equal(n, 3);
	assert_int_equal(observable_of(HN_LIT("www.evil.example"), &o, &err), HN_OK);
	assert_true(indicator_table_find(t, &o.at[0], NOW, &i));
	assert_view_equal(i.about.feed, "sure");
	assert_view_equal(i.about.note, "seen");
	assert_int_equal(i.about.tlp, TLP_AMBER);
	assert_true(indicator_table_find(t, &o.at[0], NOW + 2, &i));
	assert_view_equal(i.about.feed, "weak");
	at = n = 0;
	while (indicator_table_each_of(t, (struct indicator_key){ INDICATOR_DOMAIN, HN_LIT("evil.example") }, &at, &i))
		n++;
	assert_int_equal(n, 3);
	indicator_table_close(t);
}

static uint64_t
next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* A name of few letters and labels, so that parents, twins and near misses are many. */
static void
random_name(uint64_t *s, char *to, size_t size)
{
	const unsigned labels = 2 + (unsigned)(next_random(s) % 3);
	size_t n = 0;

	for (unsigned i = 0; i < labels; i++)
		n += (size_t)snprintf(to + n, size - n, "%s%c%c", i > 0 ? "." : "", 'a' + (char)(next_random(s) % 6),
		    'a' + (char)(next_random(s) % 6));
	snprintf(to + n, size - n, ".example");
}

#define NAMES 3000u

static bool
oracle_has(char (*names)[64], const char *seen)
{
	for (const char *p = seen; p != NULL; p = strchr(p, '.') != NULL ? strchr(p, '.') + 1 : NULL)
		for (size_t i = 0; i < NAMES; i++)
			if (strcmp(names[i], p) == 0)
				return true;
	return false;
}

static void
agrees_with_a_plain_search(void **state)
{
	static char names[NAMES][64];
	struct indicator_build *b = indicator_build_new();
	struct indicator_table *t;
	uint64_t s = 88172645463325252u;
	unsigned hits = 0;

	(void)state;
	for (size_t i = 0; i < NAMES; i++) {
		random_name(&s, names[i], sizeof(names[i]));
		add(b, names[i]);
	}
	t = open_built(b);
	for (size_t i = 0; i < NAMES; i++) {
		char seen[64];
		bool has;

		random_name(&s, seen, sizeof(seen));
		has = oracle_has(names, seen);
		hits += has;
		if ((met(t, seen)[0] != '\0') != has)
			fail_msg("%s", seen);
	}
	assert_true(hits > NAMES / 10 && hits < NAMES);
	indicator_table_close(t);
}

/* A file that was cut or changed anywhere is refused; and without its check sums it is still read within bounds. */
static void
refuses_a_damaged_file(void **state)
{
	struct indicator_build *b = indicator_build_new();
	struct indicator_table *t = NULL;
	struct hn_err err;
	const int fd = memfd_create("t", 0);
	char *bytes;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		char text[64];

		snprintf(text, sizeof(text), "h%u.example", i);
		add(b, text);
	}
	assert_int_equal(indicator_build_write(b, fd, NOW, 42, &err), HN_OK);
	indicator_build_free(b);
	n = (size_t)lseek(fd, 0, SEEK_END);
	bytes = hn_alloc(n, 1);
	assert_int_equal(pread(fd, bytes, n, 0), n);
	for (size_t cut = 0; cut < n; cut += 97) {
		assert_int_equal(indicator_table_of((struct hn_view){ bytes, cut }, true, &t, &err), HN_E_CORRUPT);
		assert_int_equal(indicator_table_of((struct hn_view){ bytes, cut }, false, &t, &err), HN_E_CORRUPT);
	}
	for (size_t at = 0; at < n; at += at < sizeof(struct format_head) ? 1 : 13) {
		enum hn_rc rc;

		bytes[at] = (char)(bytes[at] ^ 0x55);
		rc = indicator_table_of((struct hn_view){ bytes, n }, true, &t, &err);
		assert_true(rc == HN_E_CORRUPT || rc == HN_E_UNSUPPORTED);
		if (indicator_table_of((struct hn_view){ bytes, n }, false, &t, &err) == HN_OK) {
			struct indicator i;
			uint64_t k = 0;

			while (indicator_table_next(t, &k, &i))
				;
			for (unsigned j = 0; j < 4; j++)
				(void)met(t, j % 2 ? "www.h7.example" : "h299.example");
			indicator_table_close(t);
		}
		bytes[at] = (char)(bytes[at] ^ 0x55);
	}
	assert_int_equal(indicator_table_of((struct hn_view){ bytes, n }, true, &t, &err), HN_OK);
	assert_string_equal(met(t, "www.h7.example"), "h7.example");
	indicator_table_close(t);
	hn_free(bytes);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meets_values),
		cmocka_unit_test(refuses_what_is_too_general),
		cmocka_unit_test(mutes_what_is_on_a_warninglist),
		cmocka_unit_test(keeps_where_entries_come_from),
		cmocka_unit_test(agrees_with_a_plain_search),
		cmocka_unit_test(refuses_a_damaged_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
