#include "detect/restart.h"

#include "base/mem.h"
#include "detect/few.h"
#include "detect/triage.h"

#define WINDOW_MS 300000
#define MACHINES_MIN 8u
#define DAY_MS INT64_C(86400000)
#define HOST_MAX 128u

/* The house; one entry. */
struct house {
	int64_t window_ms;
	int64_t day;
	uint64_t days;			/* on which many restarted; bit 0: `day` */
	uint32_t told, n_first;		/* machines of the window when it was last told of */
	char first[HOST_MAX];
	struct few machines;
};

static_assert(sizeof(struct house) % 8 == 0, "entries of tables");

struct state {
	const struct detect_conf *conf;
	struct keyed *house;
	struct keyed *tables[1];
};

static void
restart_close(void *state)
{
	struct state *s = state;

	if (s != NULL)
		keyed_free(s->house);
	hn_free(s);
}

static enum hn_rc
restart_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));

	if (s != NULL) {
		s->conf = conf;
		s->tables[0] = s->house = keyed_new(sizeof(struct house), 1);
	}
	if (s == NULL || s->house == NULL) {
		restart_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "restart");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
restart_tables(void *state, size_t *n)
{
	*n = 1;
	return ((struct state *)state)->tables;
}

/* Programs by which a restart is ordered from afar or by a command.  "C:\Windows\System32\wininit.exe (PC1)" */
static bool
is_ordered(struct hn_view program)
{
	static const struct hn_view names[] = {
		HN_INIT("wininit.exe"), HN_INIT("shutdown.exe"), HN_INIT("wmiprvse.exe"), HN_INIT("powershell.exe"),
		HN_INIT("pwsh.exe"), HN_INIT("wsmprovhost.exe"), HN_INIT("psshutdown"), HN_INIT("cmd.exe"),
	};
	size_t at = program.n;

	for (size_t i = 0; i < program.n; i++)
		if (program.p[i] == '(')
			at = i;
	while (at > 0 && program.p[at - 1] != '\\')
		at--;
	program = hn_view_skip(program, at);
	for (size_t i = 0; i < HN_COUNT(names); i++)
		if (program.n >= names[i].n && hn_view_eq_nocase((struct hn_view){ program.p, names[i].n }, names[i]))
			return true;
	return false;
}

static void
turn_day(struct house *h, int64_t day)
{
	if (day <= h->day)
		return;
	h->days = day - h->day < 64 ? h->days << (day - h->day) : 0;
	h->day = day;
}

static void
say(struct house *h, const struct record *r, struct hn_view program, struct findings *out)
{
	const uint32_t n = few_count(&h->machines);
	char text[32];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_RANSOMWARE, .at_most = LEVEL_HIGH, .rule = HN_LIT("ransomware.restarts"),
		.words = HN_LIT("ransomware-restarts"), .source = { h->first, h->n_first }, .destination = HN_LIT(""),
		.user = HN_LIT(""), .n_techniques = 1, .techniques = { HN_LIT("T1529") } };

	f.count = n > h->told ? n - h->told : 1;
	h->told = n;
	finding_part(&f, "ransomware.prior", -0.7);
	finding_part(&f, "ransomware.number", n >= 40 ? 2.8 : n >= 20 ? 2.0 : 1.1);
	if ((h->days & ~UINT64_C(1)) != 0)
		finding_part(&f, "ransomware.known", -2.5);
	finding_fact_number(&f, "n", n, &facts);
	finding_fact_text(&f, "name", program);
	findings_hit(out, &f, r);
}

static void
restart_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *st = state;
	const struct record *r = s->record;
	const struct hn_view host = record_get(r, FIELD_HOST_NAME), program = record_extra(r, HN_LIT("param1"));
	struct house *h;
	uint32_t n;

	if (strcmp(r->dataset, "windows.system") != 0 || !hn_view_eq(record_get(r, FIELD_EVENT_CODE), HN_LIT("1074")) ||
	    host.n == 0 || !is_ordered(program))
		return;
	h = keyed_get(st->house, 1, NULL);
	if (h == NULL)
		return;
	turn_day(h, r->at_ms / DAY_MS);
	if (r->at_ms - h->window_ms >= WINDOW_MS) {
		h->window_ms = r->at_ms;
		h->machines = (struct few){ 0 };
		h->told = 0;
		h->n_first = (uint32_t)(host.n < HOST_MAX ? host.n : HOST_MAX);
		hn_view_copy(h->first, (struct hn_view){ host.p, h->n_first });
	}
	(void)few_add(&h->machines, contact_key(st->conf->contacts, host));
	n = few_count(&h->machines);
	if (n < MACHINES_MIN || n < h->told + h->told / 2 + 1)
		return;
	h->days |= 1;
	say(h, r, program, out);
}

const struct detector restart_detector = {
	.name = "restart",
	.kind = FINDING_RANSOMWARE,
	.wants = WANTS(RECORD_OTHER),
	.open = restart_open,
	.see = restart_see,
	.tables = restart_tables,
	.close = restart_close,
};
