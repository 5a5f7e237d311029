#include "unit/test.h"

#include "base/buf.h"
#include "detect/stix_pattern.h"

static void
reads_patterns(void **state)
{
	static const struct {
		const char *pattern;
		enum hn_rc rc;
		const char *terms;	/* "value" or "value|port", a blank between two */
	} rows[] = {
		{ "[ipv4-addr:value = '198.51.100.9']", HN_OK, "198.51.100.9" },
		{ "[domain-name:value='evil.example']", HN_OK, "evil.example" },
		{ " [ url:value = 'http://evil.example/it''s' ] ", HN_E_SYNTAX, "" },
		{ "[url:value = 'http://evil.example/it\\'s\\\\x']", HN_OK, "http://evil.example/it's\\x" },
		{ "[file:hashes.'SHA-256' = 'aa' OR file:hashes.MD5 = 'bb']", HN_OK, "aa bb" },
		{ "[file:hashes.\"MD5\" = 'bb']", HN_E_SYNTAX, "" },
		{ "[file:hashes.MD5 = 'bb' AND file:name = 'x.exe']", HN_OK, "bb" },
		{ "[file:name = 'x.exe' AND file:size > 12 AND file:hashes.MD5 = 'bb']", HN_OK, "bb" },
		{ "[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '198.51.100.9']", HN_OK, "a.example" },
		{ "[network-traffic:dst_ref.value = '198.51.100.9' AND network-traffic:dst_port = 443]", HN_OK, "198.51.100.9|443" },
		{ "[network-traffic:dst_port = 443 AND network-traffic:dst_ref.value = '198.51.100.9']", HN_OK, "198.51.100.9|443" },
		{ "[ipv4-addr:value IN ('192.0.2.1', '192.0.2.2','192.0.2.3')]", HN_OK, "192.0.2.1 192.0.2.2 192.0.2.3" },
		{ "[ipv4-addr:value ISSUBSET '203.0.113.0/24']", HN_OK, "203.0.113.0/24" },
		{ "[(domain-name:value = 'a.example' OR domain-name:value = 'b.example') AND file:name = 'x']", HN_OK,
		    "a.example b.example" },
		{ "[domain-name:value = 'a.example'] OR [domain-name:value = 'b.example']", HN_OK, "a.example b.example" },
		{ "([domain-name:value = 'a.example'] OR [domain-name:value = 'b.example']) WITHIN 5 SECONDS", HN_OK,
		    "a.example b.example" },
		{ "[domain-name:value = 'a.example'] REPEATS 5 TIMES WITHIN 1800 SECONDS", HN_OK, "a.example" },
		{ "[domain-name:value = 'a.example'] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'", HN_OK, "a.example" },
		{ "[domain-name:value = 'a.example'] AND [domain-name:value = 'b.example']", HN_E_UNSUPPORTED, "" },
		{ "[domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value = 'b.example']", HN_E_UNSUPPORTED, "" },
		{ "[domain-name:value != 'a.example']", HN_E_UNSUPPORTED, "" },
		{ "[domain-name:value NOT = 'a.example']", HN_E_UNSUPPORTED, "" },
		{ "[domain-name:value LIKE '%.example']", HN_E_UNSUPPORTED, "" },
		{ "[domain-name:value MATCHES '^a']", HN_E_UNSUPPORTED, "" },
		{ "[network-traffic:dst_port = 443]", HN_E_UNSUPPORTED, "" },
		{ "[EXISTS windows-registry-key:key]", HN_E_UNSUPPORTED, "" },
		{ "[x-thing:value = h'abcd' OR x-thing:other = b'aGk=' OR x-thing:on = true]", HN_E_UNSUPPORTED, "" },
		{ "[email-message:from_ref.value = 'a@b.example']", HN_OK, "a@b.example" },
		{ "[windows-registry-key:values[0].data = 'x' OR ipv6-addr:value = '2001:db8::1']", HN_OK, "2001:db8::1" },
		{ "", HN_E_SYNTAX, "" },
		{ "[", HN_E_SYNTAX, "" },
		{ "[]", HN_E_SYNTAX, "" },
		{ "[a:b = ]", HN_E_SYNTAX, "" },
		{ "[a:b = 'c'", HN_E_SYNTAX, "" },
		{ "[a:b = 'c']]", HN_E_SYNTAX, "" },
		{ "[a:b = 'c\\']", HN_E_SYNTAX, "" },
		{ "[a:b IN ('c',)]", HN_E_SYNTAX, "" },
		{ "[a:b 'c']", HN_E_SYNTAX, "" },
		{ "[a = 'c']", HN_E_SYNTAX, "" },
		{ "[a:b = 'c'] WITHIN SECONDS", HN_E_SYNTAX, "" },
		{ "((((((((((((((((((((((((((((((((((", HN_E_LIMIT, "" },
	};
	static struct stix_terms terms;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_arena arena = HN_ARENA(1 << 16);
		struct hn_buf got = HN_BUF(4096);
		struct hn_err err = { .what = NULL };
		const enum hn_rc rc = stix_pattern_terms(hn_view_of(rows[i].pattern), &arena, &terms, &err);

		if (rc != rows[i].rc)
			fail_msg("%s: %d (%s at %zu)", rows[i].pattern, rc, err.what != NULL ? err.what : "", err.at);
		for (size_t k = 0; rc == HN_OK && k < terms.n; k++) {
			hn_buf_put(&got, k > 0 ? HN_LIT(" ") : HN_LIT(""));
			hn_buf_put(&got, terms.at[k].value);
			hn_buf_put(&got, terms.at[k].port.n > 0 ? HN_LIT("|") : HN_LIT(""));
			hn_buf_put(&got, terms.at[k].port);
		}
		assert_view_equal(hn_buf_view(&got), rows[i].terms);
		hn_buf_fini(&got);
		hn_arena_fini(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reads_patterns) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
