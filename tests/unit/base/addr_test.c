#include "unit/test.h"

#include "base/addr.h"

static void
reads_and_writes(void **state)
{
	static const struct {
		struct hn_view in;
		const char *out;	/* NULL: refused */
	} rows[] = {
		{ HN_INIT("192.0.2.1"), "192.0.2.1" },
		{ HN_INIT("[2001:DB8::1]"), "2001:db8::1" },
		{ HN_INIT("fe80::1%eth0"), "fe80::1" },
		{ HN_INIT("::"), "::" },
		{ HN_INIT("::1"), "::1" },
		{ HN_INIT("1::"), "1::" },
		{ HN_INIT("1:0:0:2:0:0:0:3"), "1:0:0:2::3" },
		{ HN_INIT("1:2:3:4:5:6:7:8"), "1:2:3:4:5:6:7:8" },
		{ HN_INIT("::ffff:192.0.2.1"), "192.0.2.1" },
		{ HN_INIT("64:ff9b::192.0.2.33"), "64:ff9b::c000:221" },
		{ HN_INIT("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1" },
		{ HN_INIT("256.0.0.1"), NULL },
		{ HN_INIT("010.0.0.1"), NULL },
		{ HN_INIT("1.2.3"), NULL },
		{ HN_INIT("1.2.3.4.5"), NULL },
		{ HN_INIT("1.2.3.4 "), NULL },
		{ HN_INIT(":1"), NULL },
		{ HN_INIT("1:"), NULL },
		{ HN_INIT("1::2::3"), NULL },
		{ HN_INIT("1:2:3:4:5:6:7"), NULL },
		{ HN_INIT("1:2:3:4:5:6:7:8:9"), NULL },
		{ HN_INIT("12345::"), NULL },
		{ HN_INIT("0x1::"), NULL },
		{ HN_INIT(":::"), NULL },
		{ HN_INIT("1:2:3:4:5:6:7:1.2.3.4"), NULL },
		{ HN_INIT(""), NULL },
		{ HN_INIT("example.jp"), NULL },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct hn_buf b = HN_BUF(64);
		struct hn_addr a;
		const enum hn_rc rc = hn_addr_parse(rows[i].in, &a);

		if ((rc == HN_OK) != (rows[i].out != NULL))
			fail_msg("%s", rows[i].in.p);
		if (rc == HN_OK) {
			hn_addr_put(&b, a);
			assert_view_equal(hn_buf_view(&b), rows[i].out);
		}
		hn_buf_fini(&b);
	}
}

static void
knows_networks(void **state)
{
	static const struct {
		struct hn_view net, addr;
		bool in;
	} rows[] = {
		{ HN_INIT("192.0.2.0/24"), HN_INIT("192.0.2.255"), true },
		{ HN_INIT("192.0.2.77/24"), HN_INIT("192.0.2.1"), true },
		{ HN_INIT("192.0.2.0/24"), HN_INIT("192.0.3.0"), false },
		{ HN_INIT("192.0.2.1"), HN_INIT("192.0.2.1"), true },
		{ HN_INIT("192.0.2.1"), HN_INIT("192.0.2.2"), false },
		{ HN_INIT("0.0.0.0/0"), HN_INIT("8.8.8.8"), true },
		{ HN_INIT("0.0.0.0/0"), HN_INIT("2001:db8::1"), false },
		{ HN_INIT("2001:db8::/33"), HN_INIT("2001:db8:7fff::1"), true },
		{ HN_INIT("2001:db8::/33"), HN_INIT("2001:db8:8000::1"), false },
	};
	struct hn_cidr net;
	struct hn_addr a;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		assert_int_equal(hn_cidr_parse(rows[i].net, &net), HN_OK);
		assert_int_equal(hn_addr_parse(rows[i].addr, &a), HN_OK);
		assert_int_equal(hn_cidr_has(net, a), rows[i].in);
	}
	assert_int_equal(hn_cidr_parse(HN_LIT("192.0.2.0/33"), &net), HN_E_SYNTAX);
	assert_int_equal(hn_cidr_parse(HN_LIT("192.0.2.0/"), &net), HN_E_SYNTAX);
	assert_int_equal(hn_cidr_parse(HN_LIT("2001:db8::/129"), &net), HN_E_SYNTAX);
}

static void
knows_whose_addresses_they_are(void **state)
{
	static const struct {
		struct hn_view addr;
		bool is_private, is_special;
	} rows[] = {
		{ HN_INIT("10.1.2.3"), true, false },
		{ HN_INIT("172.31.0.1"), true, false },
		{ HN_INIT("172.32.0.1"), false, false },
		{ HN_INIT("127.0.0.1"), true, true },
		{ HN_INIT("224.0.0.251"), false, true },
		{ HN_INIT("255.255.255.255"), false, true },
		{ HN_INIT("8.8.8.8"), false, false },
		{ HN_INIT("fd00::1"), true, false },
		{ HN_INIT("fe80::1"), true, true },
		{ HN_INIT("ff02::fb"), false, true },
		{ HN_INIT("2001:db8::1"), false, false },
		{ HN_INIT("::1"), true, true },
	};
	struct hn_addr a;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		assert_int_equal(hn_addr_parse(rows[i].addr, &a), HN_OK);
		assert_int_equal(hn_addr_is_private(a), rows[i].is_private);
		assert_int_equal(hn_addr_is_special(a), rows[i].is_special);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes),
		cmocka_unit_test(knows_networks),
		cmocka_unit_test(knows_whose_addresses_they_are),
	};

	return cmocka_run_group_tests_name("base/addr", tests, NULL, NULL);
}
