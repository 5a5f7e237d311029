#include "detect/tunnel.h"

#include "unit/detect/play.h"

#define BEGIN_S 1795420800.0

/* What stands in front of the domain: W a word that comes again, H hexadecimal, B base32; a number behind it: how many. */
static const struct row {
	const char *what;
	const char *below, *domain, *type, *answer;
	double every_s;
	unsigned machines, questions, days;
	enum finding_level least, most;
} rows[] = {
	{ "a network in names", "B120", "t.example", "NULL", "-", 0.2, 1, 50, 1, LEVEL_MEDIUM, LEVEL_HIGH },
	{ "a network in names, for long", "B120", "t.example", "NULL", "-", 0.2, 1, 20000, 1, LEVEL_HIGH, LEVEL_HIGH },
	{ "a file, slowly, in addresses", "B56", "t.example", "A", "192.0.2.7", 75, 1, 50, 1, LEVEL_MEDIUM, LEVEL_HIGH },
	{ "orders in the answers", "H24", "t.example", "TXT",
	  "TXT 60 bnVyc2UtbWFuYWdlci1hdC0zLWEtbS1yZWFkcy10aGlzLWxpbmU9PT09", 5, 1, 50, 1, LEVEL_MEDIUM, LEVEL_HIGH },
	{ "what everybody's product asks", "H40", "t.example", "TXT", "ok", 30, 30, 40, 1, LEVEL_INFO, LEVEL_HIGH },
	{ "a product's look-ups, every day", "H40", "t.example", "TXT", "ok", 600, 1, 30, 9, LEVEL_INFO, LEVEL_LOW },
	{ "a spam filter", "H20", "zen.spamhaus.org", "A", "-", 5, 1, 2000, 1, LEVEL_INFO, LEVEL_INFO },
	{ "the same names again and again", "W40", "t.example", "A", "192.0.2.7", 5, 1, 3000, 1, LEVEL_INFO, LEVEL_LOW },
	{ "pages of a busy day", "W10", "t.example", "A", "192.0.2.7", 1, 1, 3000, 1, LEVEL_INFO, LEVEL_INFO },
	{ "addresses read backwards", "H20", "10.in-addr.arpa", "PTR", "-", 0.1, 1, 3000, 1, LEVEL_INFO, LEVEL_INFO },
	{ "within the house", "B56", "hospital.local", "TXT", "-", 0.1, 1, 3000, 1, LEVEL_INFO, LEVEL_INFO },
};

static void
put_below(struct play *p, char *to, const char *form, unsigned n)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567", hex[] = "0123456789abcdef";
	const unsigned length = (unsigned)strtoul(form + 1, NULL, 10);
	unsigned used = 0;

	for (unsigned i = 0; i < length; i++) {
		const unsigned chance = (unsigned)(play_chance(p) * 4096);

		if (i > 0 && i % 60 == 0)
			to[used++] = '.';
		to[used++] = form[0] == 'W' ? letters[(n % 7 + i) % 26] : form[0] == 'H' ? hex[chance % 16] : letters[chance % 32];
	}
	to[used] = '\0';
}

static void
play_head(struct play *p)
{
	play_open(p, FINDING_DNS_TUNNEL, "zeek");
	play_line(p, "#separator \\x09");
	play_line(p, "#path\tdns");
	play_line(p, "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tquery\tqtype_name\trcode_name\tanswers");
}

static void
play_question(struct play *p, double at_s, const char *who, const char *name, const struct row *row)
{
	char line[1024];

	(void)snprintf(line, sizeof(line), "%.3f\tC1\t%s\t40000\t10.0.0.53\t53\tudp\t%s\t%s\tNOERROR\t%s", at_s, who, name, row->type,
	    row->answer);
	play_line(p, line);
}

static void
play_row(struct play *p, const struct row *row)
{
	char below[256], name[512], who[32];

	for (unsigned day = 0; day < row->days; day++)
		for (unsigned i = 0; i < row->questions; i++)
			for (unsigned m = 0; m < row->machines; m++) {
				put_below(p, below, row->below, i);
				(void)snprintf(name, sizeof(name), "%s.%s", below, row->domain);
				(void)snprintf(who, sizeof(who), "10.0.1.%u", m + 1);
				play_question(p, BEGIN_S + day * 86400 + i * row->every_s, who, name, row);
			}
}

static void
data_in_names_are_told(void **state)
{
	static struct play p;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const struct finding *f;
		enum finding_level level;

		play_head(&p);
		play_row(&p, &rows[i]);
		f = play_worst(&p);
		level = f != NULL ? f->level : LEVEL_INFO;
		if (level < rows[i].least || level > rows[i].most)
			fail_msg("%s: %s", rows[i].what, finding_level_name(level));
		play_close(&p);
	}
}

/* Thirty machines that do the same: the first may be asked about, not every one of them. */
static void
what_all_do_is_told_of_few(void **state)
{
	static struct play p;
	const struct finding *const *all;
	size_t n, worth = 0;

	(void)state;
	play_head(&p);
	play_row(&p, &rows[4]);
	all = findings_sorted(p.findings, &n);
	for (size_t i = 0; i < n; i++)
		worth += all[i]->level >= LEVEL_MEDIUM;
	assert_int_equal(worth, 0);
	play_close(&p);
}

/* The resolver that passed it on is not a second tunnel; where it alone is seen, the words say what it is. */
static void
a_resolver_is_no_second_tunnel(void **state)
{
	static struct play p;
	const struct finding *const *all;
	size_t n, worth = 0;
	char below[256], name[512];

	(void)state;
	play_head(&p);
	for (unsigned i = 0; i < 100; i++) {
		put_below(&p, below, "B56", i);
		(void)snprintf(name, sizeof(name), "%s.t.example", below);
		play_question(&p, BEGIN_S + i * 2, "10.0.1.9", name, &rows[2]);
		play_question(&p, BEGIN_S + i * 2 + 0.01, "10.0.0.53", name, &rows[2]);
	}
	all = findings_sorted(p.findings, &n);
	for (size_t i = 0; i < n; i++)
		worth += all[i]->level >= LEVEL_MEDIUM;
	assert_int_equal(worth, 1);
	assert_view_equal(all[0]->source, "10.0.1.9");
	assert_view_equal(all[0]->destination, "t.example");
	play_close(&p);
}

/* A hundred thousand domains: the tables stay within their caps. */
static void
a_flood_stays_within_caps(void **state)
{
	static struct play p;
	struct hn_buf all = HN_BUF(16u << 20);

	(void)state;
	play_head(&p);
	for (unsigned i = 0; i < 100000; i++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "abcdefghijklmnopqrstuvwxyz.d%u.example", i);
		play_question(&p, BEGIN_S + i * 0.001, "10.0.1.9", name, &rows[2]);
	}
	engine_save(p.engine, &all);
	assert_false(all.failed);
	assert_true(all.n > TUNNEL_PAIRS_MAX * 200u);
	hn_buf_fini(&all);
	play_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_in_names_are_told),
		cmocka_unit_test(what_all_do_is_told_of_few),
		cmocka_unit_test(a_resolver_is_no_second_tunnel),
		cmocka_unit_test(a_flood_stays_within_caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
