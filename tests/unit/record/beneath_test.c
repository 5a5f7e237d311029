#include "unit/test.h"

#include "record/beneath.h"

static void
what_a_value_lies_beneath(void **state)
{
	static const struct {
		enum observable_kind kind;
		const char *value, *above[BENEATH_ABOVE_MAX + 1];
	} rows[] = {
		{ OBSERVABLE_DOMAIN, "evil.example", { NULL } },
		{ OBSERVABLE_DOMAIN, "a.b.evil.example", { "evil.example", "b.evil.example", NULL } },
		{ OBSERVABLE_DOMAIN, "www.byoin.co.jp", { "byoin.co.jp", NULL } },
		{ OBSERVABLE_DOMAIN, "byoin.co.jp", { NULL } },
		{ OBSERVABLE_DOMAIN, "co.jp", { NULL } },
		{ OBSERVABLE_DOMAIN, "localhost", { NULL } },
		{ OBSERVABLE_DOMAIN, "x.xn--zckzah.jp", { "xn--zckzah.jp", NULL } },
		{ OBSERVABLE_DOMAIN, "6.5.4.3.2.1.evil.example",
		    { "evil.example", "1.evil.example", "2.1.evil.example", "3.2.1.evil.example", NULL } },
		{ OBSERVABLE_ADDR, "203.0.113.7", { NULL } },
		{ OBSERVABLE_ADDR, "2001:db8:1:2:3::4", { "2001:db8::/32", "2001:db8:1::/48", "2001:db8:1:2::/64", NULL } },
		{ OBSERVABLE_URL, "a.evil.example/x", { NULL } },
		{ OBSERVABLE_USER, "a.evil.example", { NULL } },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		static struct beneath_known known;
		struct beneath b;
		size_t n = 0;

		beneath_of(&known, rows[i].kind, hn_view_of(rows[i].value), &b);
		beneath_of(&known, rows[i].kind, hn_view_of(rows[i].value), &b);	/* from memory */
		for (; rows[i].above[n] != NULL; n++) {
			assert_true(n < b.n);
			assert_true(hn_view_eq(b.at[n], hn_view_of(rows[i].above[n])));
		}
		assert_int_equal(b.n, n);
	}
}

struct asked {
	size_t n;
	uint8_t kind;
	char first[BENEATH_TEXT_MAX + 1], last[BENEATH_TEXT_MAX + 1];
};

static bool
note(void *ctx, uint8_t kind, struct hn_view value)
{
	struct asked *a = ctx;
	char *to = a->n++ == 0 ? a->first : a->last;

	a->kind = kind;
	memcpy(to, value.p, value.n);
	to[value.n] = '\0';
	return true;
}

static void
what_a_network_is_asked_for_as(void **state)
{
	const uint8_t addr = OBSERVABLE_ADDR, net = BENEATH_KIND(OBSERVABLE_ADDR);
	const struct {
		const char *net;
		size_t n;
		uint8_t kind;
		const char *first, *last;
	} rows[] = {
		{ "203.0.113.0/24", 256, addr, "203.0.113.0", "203.0.113.255" },
		{ "203.0.113.8/31", 2, addr, "203.0.113.8", "203.0.113.9" },
		{ "203.0.113.77/30", 4, addr, "203.0.113.76", "203.0.113.79" },
		{ "198.51.0.0/16", 65536, addr, "198.51.0.0", "198.51.255.255" },
		{ "198.50.0.0/15", 0, addr, "", "" },
		{ "2001:db8::/112", 65536, addr, "2001:db8::", "2001:db8::ffff" },
		{ "2001:db8::/96", 0, addr, "", "" },
		{ "2001:db8:1:2::/64", 1, net, "2001:db8:1:2::/64", "" },
		{ "2001:db8:1:ff00::/57", 128, net, "2001:db8:1:ff00::/64", "2001:db8:1:ff7f::/64" },
		{ "2001:db8::/32", 1, net, "2001:db8::/32", "" },
		{ "2001:d80::/28", 16, net, "2001:d80::/32", "2001:d8f::/32" },
		{ "2000::/8", 0, addr, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct asked a = { .kind = rows[i].kind };
		struct hn_cidr cidr;

		assert_int_equal(hn_cidr_parse(hn_view_of(rows[i].net), &cidr), HN_OK);
		assert_int_equal(beneath_ask_net(cidr, (struct beneath_asking){ note, &a }),
		    rows[i].n > 0 ? HN_OK : HN_E_LIMIT);
		assert_int_equal(a.n, rows[i].n);
		assert_int_equal(a.kind, rows[i].kind);
		assert_string_equal(a.first, rows[i].first);
		assert_string_equal(a.last, rows[i].last);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_value_lies_beneath),
		cmocka_unit_test(what_a_network_is_asked_for_as),
	};

	return cmocka_run_group_tests_name("record/beneath", tests, NULL, NULL);
}
