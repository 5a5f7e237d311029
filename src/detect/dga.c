#include "detect/dga.h"

#include "base/mem.h"
#include "detect/few.h"
#include "detect/made_up.h"
#include "detect/question.h"
#include "detect/triage.h"

#define WINDOW_MS INT64_C(300000)
#define DAY_MS INT64_C(86400000)
#define QUIET_MS (7 * DAY_MS)	/* what it did before is forgotten */
#define NAMES_MIN 10u		/* different ones that do not exist */
#define DAYS_KNOWN 3u
#define SHARED_MIN 3u		/* machines that ask for the same missing name: a list or a dead link, no rule of one */
#define MAIL_MIN 5u		/* look-ups of mail servers: whoever takes mail asks for senders' names, and many are false */

struct machine {
	int64_t window_ms, first_ms;
	int64_t day;
	uint64_t days;		/* on which it did so: bit 0 is `day` */
	uint32_t asked;		/* look-ups of the window */
	uint32_t missing, told;	/* of names that do not exist; those that were told of */
	uint32_t mail;
	uint32_t most, most_unlikely;	/* names of its widest window since it was last quiet for long */
	uint32_t unused;
	struct few names, unlikely;	/* registrable domains that do not exist */
};

/* A missing registrable domain. */
struct site {
	uint64_t last_who;
	uint64_t machines;	/* each time that another one than before asks */
};

struct state {
	const struct detect_conf *conf;
	struct keyed *machines, *sites;
	struct keyed *tables[2];
};

static void
dga_close(void *state)
{
	struct state *s = state;

	if (s != NULL)
		for (size_t i = 0; i < HN_COUNT(s->tables); i++)
			keyed_free(s->tables[i]);
	hn_free(s);
}

static enum hn_rc
dga_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));

	if (s != NULL) {
		s->conf = conf;
		s->tables[0] = s->machines = keyed_new(sizeof(struct machine), DGA_MACHINES_MAX);
		s->tables[1] = s->sites = keyed_new(sizeof(struct site), DGA_SITES_MAX);
	}
	if (s == NULL || s->machines == NULL || s->sites == NULL) {
		dga_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "dga");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
dga_tables(void *state, size_t *n)
{
	struct state *s = state;

	*n = HN_COUNT(s->tables);
	return s->tables;
}

static void
begin_window(struct machine *m, int64_t at_ms)
{
	const int64_t day = at_ms / DAY_MS;

	if (day > m->day) {
		m->days = day - m->day < 64 ? m->days << (day - m->day) : 0;
		m->day = day;
	}
	if (at_ms - m->window_ms > 2 * WINDOW_MS)
		m->first_ms = at_ms;
	if (at_ms - m->window_ms > QUIET_MS)
		m->most = m->most_unlikely = 0;
	m->window_ms = at_ms;
	m->asked = m->missing = m->told = m->mail = 0;
	m->names = m->unlikely = (struct few){ 0 };
}

static double
weight_of_number(uint32_t n)
{
	return n >= 100 ? 4.2 : n >= 32 ? 3.6 : n >= 20 ? 2.2 : 1.0;
}

static double
weight_of_names(uint32_t unlikely, uint32_t all)
{
	return 10 * unlikely >= 6 * all ? 2.6 : 10 * unlikely >= 3 * all ? 1.5 : 0;
}

static void
say(struct machine *m, const struct question *q, const struct sight *s, struct findings *out)
{
	uint32_t names, unlikely;
	char text[96];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_DGA, .at_most = LEVEL_HIGH, .rule = HN_LIT("dns.made-up-names"),
		.words = HN_LIT("dga"), .source = q->who, .destination = HN_LIT(""), .user = HN_LIT(""), .n_techniques = 1,
		.techniques = { HN_LIT("T1568.002") }, .first_ms = m->first_ms };

	if (few_count(&m->names) >= m->most) {
		m->most = few_count(&m->names);
		m->most_unlikely = few_count(&m->unlikely);
	}
	names = m->most;
	unlikely = m->most_unlikely;
	f.count = m->missing - m->told;
	finding_part(&f, "dga.prior", -3.5);
	finding_part(&f, "dga.number", weight_of_number(names));
	finding_part(&f, "dga.unlikely", weight_of_names(unlikely, names));
	if (5 * m->missing < m->asked)
		finding_part(&f, "dga.among-many", -1.5);
	if (m->mail >= MAIL_MIN)
		finding_part(&f, "dga.mail", -2.5);
	if (__builtin_popcountll(m->days & ~UINT64_C(1)) >= (int)DAYS_KNOWN && 10 * unlikely < 3 * names)
		finding_part(&f, "dga.custom", -3.0);
	finding_fact_number(&f, "names", names, &facts);
	finding_fact_number(&f, "span_ms", (double)(s->record->at_ms - m->first_ms), &facts);
	finding_fact_text(&f, "example", q->name);
	findings_hit(out, &f, s->record);
	m->told = m->missing;
	m->days |= 1;
}

/* Whether other machines ask for it too; counts this one in. */
static bool
is_shared(struct state *st, const struct question *q)
{
	struct site *site = keyed_get(st->sites, q->site_key, NULL);

	if (site == NULL)
		return false;
	site->machines += site->last_who != q->who_key;
	site->last_who = q->who_key;
	return site->machines >= SHARED_MIN;
}

static bool
is_unlikely(const struct question *q)
{
	struct hn_view rest = q->site, label;

	(void)hn_view_cut(&rest, '.', &label);
	return made_up_score(label) >= MADE_UP_UNLIKELY;
}

static void
count_missing(struct state *st, struct machine *m, const struct question *q)
{
	const bool unlikely = is_unlikely(q);

	if (is_shared(st, q) && !unlikely)
		return;
	m->missing++;
	(void)few_add(&m->names, q->site_key);
	if (unlikely)
		(void)few_add(&m->unlikely, q->site_key);
}

static void
dga_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *st = state;
	char text[QUESTION_NAME_MAX + 1];
	struct question q;
	struct machine *m;
	uint32_t before;

	if (!question_of(st->conf->contacts, s->record, text, &q))
		return;
	m = q.is_missing ? keyed_get(st->machines, q.who_key, NULL) : keyed_find(st->machines, q.who_key);
	if (m == NULL)
		return;
	if (s->record->at_ms - m->window_ms >= WINDOW_MS || s->record->at_ms < m->window_ms - WINDOW_MS)
		begin_window(m, s->record->at_ms);
	before = m->missing;
	m->asked++;
	m->mail += hn_view_eq_nocase(q.type, HN_LIT("MX"));
	if (q.is_missing)
		count_missing(st, m, &q);
	if (m->missing > before && m->missing >= m->told + m->told / 2 + 1 && few_count(&m->names) >= NAMES_MIN)
		say(m, &q, s, out);
}

const struct detector dga_detector = {
	.name = "dga",
	.kind = FINDING_DGA,
	.wants = WANTS(RECORD_DNS),
	.open = dga_open,
	.see = dga_see,
	.tables = dga_tables,
	.close = dga_close,
};
