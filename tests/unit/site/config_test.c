#include "unit/test.h"

#include "base/buf.h"
#include "site/config.h"
#include "site/config_value.h"

static struct site_config config;

static void
reads_every_kind_of_value(void **state)
{
	static const char text[] =
	    "\xef\xbb\xbf# comment\r\n[site]\r\nname = 火の見病院\ninternal = 10.1.0.0/16  2001:db8::/32\nlisten = [::1]:9443\n"
	    "language=en\n\n[evidence]\nkeep_days = 30\n"
	    "[source squid]\nkind = tail\npath = /var/log/squid/access.log\ntime_zone = +09:00\nlogformat = %ts.%03tu # %>a\n"
	    "[source fw]\nkind = syslog-udp\nlisten = :514\nmax_line_bytes = 2048\n"
	    "[maintenance ehr]\naccount = ehr-hoshu\nfrom = 192.0.2.0/24\ndays = Mon-Fri Sun\nhours = 22:00-05:30\n"
	    "[server lis]\naddress = 10.1.0.15/32\n[server gw]\naddress = 10.1.0.1/32 10.1.0.2/32\ninternet = yes\n";
	struct site_fault fault;

	(void)state;
	assert_int_equal(site_config_parse(hn_view_of(text), &config, &fault), HN_OK);
	assert_view_equal(config.name, "火の見病院");
	assert_int_equal(config.internal.n, 2);
	assert_int_equal(config.internal.net[0].bits, 96 + 16);
	assert_int_equal(config.listen.port, 9443);
	assert_int_equal(config.language, SITE_EN);
	assert_int_equal(config.jail, SITE_JAIL_FULL);
	assert_int_equal(config.evidence_keep_days, 30);
	assert_int_equal(config.observables_keep_days, 400);
	assert_int_equal(config.n_sources, 2);
	assert_view_equal(config.source[0].name, "squid");
	assert_view_equal(config.source[0].path, "/var/log/squid/access.log");
	assert_int_equal(config.source[0].path.p[config.source[0].path.n], '\0');
	assert_view_equal(config.source[0].time_zone, "+09:00");
	assert_view_equal(config.source[0].logformat, "%ts.%03tu # %>a");
	assert_view_equal(config.source[0].format, "auto");
	assert_int_equal(config.source[1].kind, SITE_SYSLOG_UDP);
	assert_int_equal(config.source[1].listen.port, 514);
	assert_int_equal(config.source[1].max_line_bytes, 2048);
	assert_view_equal(config.source[1].time_zone, "Asia/Tokyo");
	assert_view_equal(config.time_zone, "Asia/Tokyo");
	assert_int_equal(config.n_maintenances, 1);
	assert_view_equal(config.maintenance[0].name, "ehr");
	assert_view_equal(config.maintenance[0].account, "ehr-hoshu");
	assert_int_equal(config.maintenance[0].from.n, 1);
	assert_int_equal(config.maintenance[0].days, 0x5f);
	assert_int_equal(config.maintenance[0].hours.from_min, 22 * 60);
	assert_int_equal(config.maintenance[0].hours.to_min, 5 * 60 + 30);
	assert_int_equal(config.n_servers, 2);
	assert_int_equal(config.server[0].internet, SITE_INTERNET_NO);
	assert_int_equal(config.server[1].address.n, 2);
	assert_int_equal(config.server[1].internet, SITE_INTERNET_YES);
	site_config_fini(&config);
}

/* Each names its line, its key and what to write. */
static void
says_what_is_wrong_and_how_to_mend_it(void **state)
{
	static const struct {
		const char *text;
		size_t line;
		const char *says;
	} rows[] = {
		{ "name = x", 1, "name: comes before any [section]" },
		{ "[site]\nnam = x", 2, "nam: not a key of [site]; see hinomi site --example-config" },
		{ "[site]\nhello", 2, "\"hello\" is neither [section] nor key = value" },
		{ "[hospital]", 1, "[hospital] is not a section; see hinomi site --example-config" },
		{ "[site", 1, "a section ends with ]: [site]" },
		{ "[site]\nname = a\nname = b", 3, "name: comes twice; leave one" },
		{ "[site]\nlanguage = fr", 2, "language: \"fr\" cannot be used; write ja, en" },
		{ "[site]\nlisten = 127.0.0.1", 2,
		  "listen: \"127.0.0.1\" cannot be used; write ADDRESS:PORT like 127.0.0.1:514, or :PORT for all" },
		{ "[site]\ndata_dir = data", 2, "data_dir: \"data\" cannot be used; write a path that begins with /" },
		{ "[site]\ninternal = 10.0.0.0/33", 2,
		  "internal: \"10.0.0.0/33\" cannot be used; write networks like 10.0.0.0/8 192.168.1.0/24" },
		{ "[disk]\nreserve_mb = -1", 2, "reserve_mb: \"-1\" cannot be used; write a whole number from 16 to 1073741824" },
		{ "[disk]\nreserve_mb = 1", 2, "reserve_mb: \"1\" cannot be used; write a whole number from 16 to 1073741824" },
		{ "[source a]\nkind = tail\n", 2, "source a: path is missing; write path = /..." },
		{ "[source a]\nkind = syslog-tcp\n[site]", 3, "source a: listen is missing; write listen = ADDRESS:PORT" },
		{ "[source a]", 1, "source a: kind is missing; write kind = tail, or another kind" },
		{ "[source a b]", 1, "[source a b]: a name is 1 to 64 letters, digits, - _ ." },
		{ "[source]", 1, "[source ]: a name is 1 to 64 letters, digits, - _ ." },
		{ "[source a]\nkind = tail\npath = /a\n[source a]", 4, "[source a] comes twice; give it another name" },
		{ "[source a]\ntime_zone = Mars/Olympus", 2,
		  "time_zone: \"Mars/Olympus\" cannot be used; write a zone like Asia/Tokyo or UTC, or +HH:MM" },
		{ "[maintenance a]\ndays = Mon-Fre", 2, "days: \"Mon-Fre\" cannot be used; write days like Mon-Fri or Mon Wed Sat" },
		{ "[maintenance a]\nhours = 9-17", 2, "hours: \"9-17\" cannot be used; write hours like 09:00-17:30" },
		{ "[maintenance a]\ndays = Mon\n", 2, "maintenance a: account or from is missing; write account = NAME" },
		{ "[expected a]\n", 1, "expected a: peers is missing; write peers = NAME" },
		{ "[server a]\n", 1, "server a: address is missing; write address = ADDRESS" },
		{ "[server a]\nkind = tail", 2, "kind: not a key of [server]; see hinomi site --example-config" },
		{ "[site]\nname = \x83\x7d", 2, "this line is not UTF-8; save the file as UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct site_fault fault = { 0 };

		assert_int_not_equal(site_config_parse(hn_view_of(rows[i].text), &config, &fault), HN_OK);
		assert_string_equal(fault.text, rows[i].says);
		assert_int_equal(fault.line, rows[i].line);
		assert_int_equal(config.n_sources, 0);
	}
}

/* The example is the documentation of every key: taken out of its comments, it is a valid file with the same values. */
static void
the_example_says_the_defaults(void **state)
{
	static const struct {
		struct hn_view section, lines;	/* what a section must have has no default */
	} musts[] = {
		{ HN_INIT("#[source"), HN_INIT("kind = tail\npath = /x\n") }, { HN_INIT("#[maintenance"), HN_INIT("account = x\n") },
		{ HN_INIT("#[server"), HN_INIT("address = 10.0.0.1\n") }, { HN_INIT("#[expected"), HN_INIT("peers = x.example\n") },
	};
	struct hn_buf example = HN_BUF(65536), plain = HN_BUF(65536);
	struct site_fault fault = { 0 };
	struct hn_view rest, line;

	(void)state;
	site_config_example(&example);
	assert_false(example.failed);
	assert_int_equal(site_config_parse(hn_buf_view(&example), &config, &fault), HN_OK);
	site_config_fini(&config);
	for (rest = hn_buf_view(&example); hn_view_cut(&rest, '\n', &line);) {
		const bool hidden = line.n > 1 && line.p[0] == '#' && line.p[1] != ' ' && line.p[line.n - 1] != ' ';

		hn_buf_put(&plain, hidden ? hn_view_skip(line, 1) : line);
		hn_buf_char(&plain, '\n');
		for (size_t i = 0; i < HN_COUNT(musts); i++)
			if (hn_view_starts(line, musts[i].section))
				hn_buf_put(&plain, musts[i].lines);
	}
	if (site_config_parse(hn_buf_view(&plain), &config, &fault) != HN_OK)
		fail_msg("%zu: %s", fault.line, fault.text);
	assert_int_equal(config.evidence_keep_days, 400);
	assert_int_equal(config.listen.port, 8443);
	assert_int_equal(config.source[0].silent_after_s, 3600);
	site_config_fini(&config);
	hn_buf_fini(&example);
	hn_buf_fini(&plain);
}

static void
refuses_too_many_sources(void **state)
{
	struct hn_buf b = HN_BUF(SITE_CONFIG_MAX);
	struct site_fault fault = { 0 };

	(void)state;
	for (unsigned i = 0; i <= SITE_SOURCES_MAX; i++)
		hn_buf_printf(&b, "[source s%u]\nkind = tail\npath = /x\n", i);
	assert_int_equal(site_config_parse(hn_buf_view(&b), &config, &fault), HN_E_LIMIT);
	assert_string_equal(fault.text, "over 256 sources");
	hn_buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_kind_of_value),
		cmocka_unit_test(says_what_is_wrong_and_how_to_mend_it),
		cmocka_unit_test(the_example_says_the_defaults),
		cmocka_unit_test(refuses_too_many_sources),
	};

	return cmocka_run_group_tests_name("site/config", tests, NULL, NULL);
}
