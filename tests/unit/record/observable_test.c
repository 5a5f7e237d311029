#include "unit/test.h"

#include "record/observable.h"
#include "record/squid.h"

#define ROW_MAX 6

/* What the field's text gives: "kind value" in order. */
static void
takes_fields(void **state)
{
	static const struct {
		enum field field;
		struct hn_view in;
		const char *out[ROW_MAX];
	} rows[] = {
		{ FIELD_SOURCE_IP, HN_INIT("192.0.2.7"), { "ip 192.0.2.7" } },
		{ FIELD_SOURCE_IP, HN_INIT("2001:0DB8::1"), { "ip 2001:db8::1" } },
		{ FIELD_SOURCE_IP, HN_INIT("::ffff:192.0.2.7"), { "ip 192.0.2.7" } },
		{ FIELD_SOURCE_IP, HN_INIT("127.0.0.1"), { NULL } },
		{ FIELD_SOURCE_IP, HN_INIT("224.0.0.251"), { NULL } },
		{ FIELD_SOURCE_IP, HN_INIT("fe80::1%eth0"), { NULL } },
		{ FIELD_SOURCE_IP, HN_INIT("pc-12"), { NULL } },
		{ FIELD_DNS_QUESTION_NAME, HN_INIT("WWW.Example.JP."), { "domain www.example.jp" } },
		{ FIELD_DNS_QUESTION_NAME, HN_INIT("www.example.jp"), { "domain www.example.jp" } },
		{ FIELD_DNS_QUESTION_NAME, HN_INIT("病院.JP"), { "domain xn--0rys90e.jp" } },
		{ FIELD_DNS_QUESTION_NAME, HN_INIT("\xff\xfe.jp"), { NULL } },
		{ FIELD_DNS_QUESTION_NAME, HN_INIT("a b.jp"), { NULL } },
		{ FIELD_URL_DOMAIN, HN_INIT("198.51.100.9"), { "ip 198.51.100.9" } },
		{ FIELD_URL_DOMAIN, HN_INIT("[2001:db8::9]"), { "ip 2001:db8::9" } },
		{ FIELD_TLS_SERVER_NAME, HN_INIT("4.example.3com"), { "domain 4.example.3com" } },
		{ FIELD_DNS_ANSWERS, HN_INIT("cdn.example.net,198.51.100.9, 2001:db8::9,TXT 5 hello"),
		    { "domain cdn.example.net", "ip 198.51.100.9", "ip 2001:db8::9" } },
		{ FIELD_URL_ORIGINAL, HN_INIT("http://example.jp/a?b"), { "url example.jp/a?b" } },
		{ FIELD_URL_ORIGINAL, HN_INIT("HTTP://Example.JP/A?b#c"), { "url example.jp/a?b" } },
		{ FIELD_URL_ORIGINAL, HN_INIT("https://example.jp:443"), { "url example.jp/" } },
		{ FIELD_URL_ORIGINAL, HN_INIT("https://example.jp:8443/x"), { "url example.jp:8443/x" } },
		{ FIELD_URL_ORIGINAL, HN_INIT("http://u:p@example.jp./x"), { "url example.jp/x" } },
		{ FIELD_URL_ORIGINAL, HN_INIT("http://example.jp?q"), { "url example.jp/?q" } },
		{ FIELD_URL_ORIGINAL, HN_INIT("http://[2001:DB8::1]:81/x"), { "url [2001:db8::1]:81/x" } },
		{ FIELD_URL_ORIGINAL, HN_INIT("http://病院.jp/x"), { "url xn--0rys90e.jp/x" } },
		{ FIELD_URL_ORIGINAL, HN_INIT("example.jp:443"), { NULL } },
		{ FIELD_URL_ORIGINAL, HN_INIT("error:invalid-request"), { NULL } },
		{ FIELD_FILE_MD5, HN_INIT("D41D8CD98F00B204E9800998ECF8427E"), { "hash d41d8cd98f00b204e9800998ecf8427e" } },
		{ FIELD_FILE_SHA1, HN_INIT("da39a3ee5e6b4b0d3255bfef95601890afd8070"), { NULL } },
		{ FIELD_FILE_SHA1, HN_INIT("da39a3ee5e6b4b0d3255bfef95601890afd8070g"), { NULL } },
		{ FIELD_TLS_JA3, HN_INIT("e7d705a3286e19ea42f587b344ee6865"), { "ja3 e7d705a3286e19ea42f587b344ee6865" } },
		{ FIELD_TLS_JA4, HN_INIT("t13d1516h2_8daaf6152771_e5627efa2ab1"),
		    { "ja4 t13d1516h2_8daaf6152771_e5627efa2ab1" } },
		{ FIELD_TLS_JA4, HN_INIT("t13d1516h2_8daaf6152771"), { NULL } },
		{ FIELD_USER_NAME, HN_INIT("Suzuki.H"), { "user suzuki.h" } },
		{ FIELD_EMAIL_FROM, HN_INIT("Reception <Info@Example.jp>"), { "email info@example.jp" } },
		{ FIELD_EMAIL_TO, HN_INIT("a@example.jp,b@example.jp,nobody"), { "email a@example.jp", "email b@example.jp" } },
		{ FIELD_MESSAGE, HN_INIT("example.jp"), { NULL } },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		static struct record r;
		static struct observables o;
		size_t n = 0;

		record_reset(&r);
		record_set(&r, rows[i].field, rows[i].in);
		record_observables(&r, &o);
		for (; n < ROW_MAX && rows[i].out[n] != NULL; n++) {
			char text[256];

			if (n >= o.n)
				fail_msg("row %zu: \"%s\" lacks \"%s\"", i, rows[i].in.p, rows[i].out[n]);
			snprintf(text, sizeof(text), "%s %.*s", observable_kind_name(o.at[n].kind), (int)o.at[n].value.n,
			    o.at[n].value.p);
			assert_string_equal(text, rows[i].out[n]);
			assert_int_equal(o.at[n].field, rows[i].field);
		}
		if (o.n != n)
			fail_msg("row %zu: \"%s\" gives %zu", i, rows[i].in.p, o.n);
	}
}

static void
takes_a_squid_line(void **state)
{
	static const struct hn_view line = HN_INIT("1763875835.123    120 10.0.3.21 TCP_MISS/200 4512 GET "
	    "http://Update.Example.JP:8080/a.cab suzuki HIER_DIRECT/203.0.113.9 text/html");
	static const char *const want[] = { "10.0.3.21", "203.0.113.9", "suzuki", "update.example.jp:8080/a.cab",
		"update.example.jp" };
	static struct record r;
	static struct observables o;
	struct hn_err err;

	(void)state;
	record_reset(&r);
	assert_int_equal(squid_reader.read(NULL, NULL, line, &r, &err), HN_OK);
	record_observables(&r, &o);
	assert_int_equal(o.n, HN_COUNT(want));
	for (size_t i = 0; i < o.n; i++)
		assert_view_equal(o.at[i].value, want[i]);
	assert_int_equal(o.at[4].port, 8080);
	assert_true(hn_addr_is_v4(o.at[1].addr));
}

static void
joins_host_and_path(void **state)
{
	static struct record r;
	static struct observables o;

	(void)state;
	record_reset(&r);
	record_set(&r, FIELD_URL_DOMAIN, HN_LIT("Example.jp"));
	record_set(&r, FIELD_URL_PATH, HN_LIT("/Gate.php?id=1"));
	record_set(&r, FIELD_DESTINATION_PORT, HN_LIT("80"));
	record_observables(&r, &o);
	assert_int_equal(o.n, 2);
	assert_view_equal(o.at[1].value, "example.jp/gate.php?id=1");
	record_set(&r, FIELD_DESTINATION_PORT, HN_LIT("8081"));
	record_observables(&r, &o);
	assert_view_equal(o.at[1].value, "example.jp:8081/gate.php?id=1");
	assert_int_equal(o.at[0].port, 8081);
}

/* A record with more than there is room for loses the rest, never more. */
static void
stays_within_its_room(void **state)
{
	static struct record r;
	static struct observables o;
	static char big[65536];
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; n < sizeof(big) - 300; i++)
		n += (size_t)snprintf(big + n, 300, "Host%u.%0200u.Example.JP,", i, i);
	record_reset(&r);
	record_set(&r, FIELD_DNS_ANSWERS, (struct hn_view){ big, n });
	record_observables(&r, &o);
	assert_true(o.n > 10 && o.n <= OBSERVABLE_MAX);
	assert_true(o.text_n <= sizeof(o.text));
	memset(big, 'A', sizeof(big));
	memcpy(big, "http://a/", 9);
	record_reset(&r);
	record_set(&r, FIELD_URL_ORIGINAL, (struct hn_view){ big, sizeof(big) });
	record_set(&r, FIELD_URL_DOMAIN, (struct hn_view){ big + 9, 300 });
	record_observables(&r, &o);
	assert_int_equal(o.n, 0);
}

static void
reads_typed_values(void **state)
{
	static const struct {
		struct hn_view in;
		const char *out;	/* NULL: refused */
		uint16_t port;
	} rows[] = {
		{ HN_INIT(" 192.0.2.7 "), "ip 192.0.2.7", 0 },
		{ HN_INIT("192[.]0[.]2[.]7"), "ip 192.0.2.7", 0 },
		{ HN_INIT("192.0.2.7:443"), "ip 192.0.2.7", 443 },
		{ HN_INIT("[2001:db8::1]:443"), "ip 2001:db8::1", 443 },
		{ HN_INIT("hxxps://Example[.]JP/Gate"), "url example.jp/gate", 443 },
		{ HN_INIT("hxxp[:]//example(.)jp"), "url example.jp/", 80 },
		{ HN_INIT("example[dot]jp"), "domain example.jp", 0 },
		{ HN_INIT("198.51.100"), NULL, 0 },
		{ HN_INIT("198.51.100.1-198.51.100.9"), NULL, 0 },
		{ HN_INIT("4.example."), "domain 4.example", 0 },
		{ HN_INIT("example.4x"), "domain example.4x", 0 },
		{ HN_INIT("example[.jp"), "domain example.jp", 0 },
		{ HN_INIT("www.]example\\.jp"), "domain www.example.jp", 0 },
		{ HN_INIT("hxxp://myhxxp[.]example[/]a"), "url myhxxp.example/a", 80 },
		{ HN_INIT("my{dot}hxxp.example"), "domain my.hxxp.example", 0 },
		{ HN_INIT("hxxp.example"), "domain hxxp.example", 0 },
		{ HN_INIT("Example.JP."), "domain example.jp", 0 },
		{ HN_INIT("example.jp:8080"), "domain example.jp", 8080 },
		{ HN_INIT("病院.jp"), "domain xn--0rys90e.jp", 0 },
		{ HN_INIT("example.jp/a/b"), "url example.jp/a/b", 0 },
		{ HN_INIT("D41D8CD98F00B204E9800998ECF8427E"), "hash d41d8cd98f00b204e9800998ecf8427e", 0 },
		{ HN_INIT("ja3:e7d705a3286e19ea42f587b344ee6865"), "ja3 e7d705a3286e19ea42f587b344ee6865", 0 },
		{ HN_INIT("t13d1516h2_8daaf6152771_e5627efa2ab1"), "ja4 t13d1516h2_8daaf6152771_e5627efa2ab1", 0 },
		{ HN_INIT("info[at]example.jp"), "email info@example.jp", 0 },
		{ HN_INIT("user:Suzuki"), "user suzuki", 0 },
		{ HN_INIT("suzuki"), NULL, 0 },
		{ HN_INIT("deadbeef"), NULL, 0 },
		{ HN_INIT("127.0.0.1"), NULL, 0 },
		{ HN_INIT("/gate.php"), NULL, 0 },
		{ HN_INIT("two words.jp"), NULL, 0 },
		{ HN_INIT("a..jp"), NULL, 0 },
		{ HN_INIT(""), NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		static struct observables o;
		struct hn_err err = { 0 };
		char text[256];
		const enum hn_rc rc = observable_of(rows[i].in, &o, &err);

		if ((rc == HN_OK) != (rows[i].out != NULL))
			fail_msg("row %zu: %s", i, rows[i].in.p);
		if (rc != HN_OK) {
			assert_non_null(err.what);
			continue;
		}
		snprintf(text, sizeof(text), "%s %.*s", observable_kind_name(o.at[0].kind), (int)o.at[0].value.n,
		    o.at[0].value.p);
		assert_string_equal(text, rows[i].out);
		assert_int_equal(o.at[0].port, rows[i].port);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_fields),
		cmocka_unit_test(takes_a_squid_line),
		cmocka_unit_test(joins_host_and_path),
		cmocka_unit_test(stays_within_its_room),
		cmocka_unit_test(reads_typed_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
