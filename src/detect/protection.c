#include "detect/protection.h"

#include "base/mem.h"
#include "detect/few.h"
#include "detect/triage.h"

#define PAUSE_MS (2 * 60 * 1000)	/* an update is not longer, mostly */
#define STAYS_MS (15 * 60 * 1000)
#define TOGETHER_MS INT64_C(21600000)	/* machines that lose their tool within so long lose it together */
#define TOGETHER_MIN 3u
#define DAY_MS INT64_C(86400000)
#define LEARN_MS (7 * DAY_MS)
#define HABIT_DAYS 2			/* days before on which it was so: it always is */
#define HABITS_MAX 1024u
#define TOOLS_MAX 4u
#define HOST_MAX 128u
#define TOOL_MAX 64u
#define RAW_MAX 1024u

enum stage { STAGE_WAITING, STAGE_PAUSED, STAGE_STAYED };

/* A machine on which something that protects is stopped. */
struct stopped {
	int64_t at_ms;			/* since when it could have been started again */
	uint64_t tools[TOOLS_MAX];	/* keys of what is stopped; 0: none */
	uint64_t line;			/* of the record that tells so */
	int64_t told_ms;
	uint32_t source;
	uint16_t n_raw;
	uint8_t stage, n_host, n_tool, unused[7];
	char host[HOST_MAX], tool[TOOL_MAX], raw[RAW_MAX];
};

/* Machines that lost theirs lately; one entry. */
struct together {
	int64_t since_ms;
	uint64_t n_first;
	char first[HOST_MAX];
	struct few machines;
};

/* How a tool's service is: some of Windows' own start and stop as they are needed. */
struct habit {
	int64_t day;
	uint64_t days;			/* on which it stopped and stayed so somewhere; bit 0: `day` */
};

static_assert(sizeof(struct stopped) % 8 == 0 && sizeof(struct together) % 8 == 0, "entries of tables");

struct state {
	const struct detect_conf *conf;
	struct keyed *stopped, *together, *habits, *house;
	struct keyed *tables[4];
	struct record told;		/* the record of a stop, when it is told later */
};

static void
protection_close(void *state)
{
	struct state *s = state;

	for (size_t i = 0; s != NULL && i < HN_COUNT(s->tables); i++)
		keyed_free(s->tables[i]);
	hn_free(s);
}

static enum hn_rc
protection_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));
	bool is_whole = s != NULL;

	if (s != NULL) {
		s->conf = conf;
		s->tables[0] = s->stopped = keyed_new(sizeof(struct stopped), PROTECTION_MACHINES_MAX);
		s->tables[1] = s->together = keyed_new(sizeof(struct together), 1);
		s->tables[2] = s->habits = keyed_new(sizeof(struct habit), HABITS_MAX);
		s->tables[3] = s->house = keyed_new(sizeof(int64_t), 1);
		for (size_t i = 0; i < HN_COUNT(s->tables); i++)
			is_whole = is_whole && s->tables[i] != NULL;
	}
	if (!is_whole) {
		protection_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "protection");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
protection_tables(void *state, size_t *n)
{
	*n = HN_COUNT(((struct state *)state)->tables);
	return ((struct state *)state)->tables;
}

static bool
has_word(struct hn_view text, struct hn_view word)
{
	for (size_t i = 0; i + word.n <= text.n; i++)
		if (hn_view_eq_nocase((struct hn_view){ text.p + i, word.n }, word))
			return true;
	return false;
}

static bool
has_one_of(struct hn_view text, const struct hn_view *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (has_word(text, words[i]))
			return true;
	return false;
}

/* Words in the names of services that protect: whatever their maker. */
static bool
protects(struct hn_view service)
{
	static const struct hn_view words[] = {
		HN_INIT("defend"), HN_INIT("antivirus"), HN_INIT("anti-virus"), HN_INIT("antimalware"), HN_INIT("endpoint"),
		HN_INIT("security"), HN_INIT("edr"), HN_INIT("virus"), HN_INIT("malware"),
		HN_INIT("ウイルス"), HN_INIT("セキュリティ"),
	};

	return has_one_of(service, words, HN_COUNT(words));
}

static bool
is_off(struct hn_view state)
{
	static const struct hn_view words[] = {
		HN_INIT("stopped"), HN_INIT("disabled"), HN_INIT("停止"), HN_INIT("無効"),
	};

	return has_one_of(state, words, HN_COUNT(words));
}

enum turn { TURN_NONE, TURN_OFF, TURN_ON, TURN_BARRED };

/* What a record says of a tool that protects; *tool: its name. */
static enum turn
turn_of_service(const struct record *r, struct hn_view *tool)
{
	const struct hn_view code = record_get(r, FIELD_EVENT_CODE);

	*tool = record_get(r, FIELD_SERVICE_NAME);
	if (!hn_view_eq(record_get(r, FIELD_EVENT_ACTION), HN_LIT("service-state")) || !protects(*tool))
		return TURN_NONE;
	if (hn_view_eq(code, HN_LIT("7040")))	/* from param2 to param3 */
		return is_off(record_extra(r, HN_LIT("param3"))) ? TURN_BARRED : TURN_NONE;
	return is_off(record_get(r, FIELD_EVENT_REASON)) ? TURN_OFF : TURN_ON;
}

static enum turn
turn_of_defender(const struct record *r, struct hn_view *tool)
{
	static const struct {
		struct hn_view code;
		enum turn turn;
	} codes[] = {
		{ HN_INIT("5000"), TURN_ON }, { HN_INIT("5001"), TURN_OFF }, { HN_INIT("5009"), TURN_ON },
		{ HN_INIT("5010"), TURN_OFF }, { HN_INIT("5011"), TURN_ON }, { HN_INIT("5012"), TURN_OFF },
	};
	const struct hn_view code = record_get(r, FIELD_EVENT_CODE);

	*tool = HN_LIT("Microsoft Defender");
	for (size_t i = 0; i < HN_COUNT(codes); i++)
		if (hn_view_eq(code, codes[i].code))
			return codes[i].turn;
	return TURN_NONE;
}

/* The machine goes down or comes up: 1074, 6005, 6006, 6008, 6009, and the kernel's 12 and 13. */
static bool
is_power(const struct record *r)
{
	static const struct hn_view codes[] = {
		HN_INIT("1074"), HN_INIT("6005"), HN_INIT("6006"), HN_INIT("6008"), HN_INIT("6009"), HN_INIT("12"), HN_INIT("13"),
	};
	const struct hn_view code = record_get(r, FIELD_EVENT_CODE);

	for (size_t i = 0; i < HN_COUNT(codes) && strcmp(r->dataset, "windows.system") == 0; i++)
		if (hn_view_eq(code, codes[i]))
			return true;
	return false;
}

/* Services are told apart by the first word of their name: a new release may change the rest. */
static uint64_t
key_of_tool(const struct state *st, struct hn_view tool)
{
	struct hn_view first;

	(void)hn_view_cut(&tool, ' ', &first);
	return contact_key(st->conf->contacts, first) | 1;
}

static uint8_t
keep(char *to, size_t max, struct hn_view v)
{
	const size_t n = v.n < max ? v.n : max;

	hn_view_copy(to, (struct hn_view){ v.p, n });
	return (uint8_t)n;
}

static void
turn_off(struct state *st, const struct record *r, struct hn_view host, struct hn_view tool)
{
	const uint64_t key = key_of_tool(st, tool);
	bool is_new;
	struct stopped *s = keyed_get(st->stopped, contact_key(st->conf->contacts, host), &is_new);
	size_t free_at = TOOLS_MAX;

	for (size_t i = 0; s != NULL && i < TOOLS_MAX; i++) {
		if (s->tools[i] == key)
			return;
		if (s->tools[i] == 0 && free_at == TOOLS_MAX)
			free_at = i;
	}
	if (s == NULL || free_at == TOOLS_MAX)
		return;
	s->tools[free_at] = key;
	if (!is_new)
		return;
	s->at_ms = s->told_ms = r->at_ms;
	s->line = r->line;
	s->source = r->source;
	s->n_raw = (uint16_t)(r->raw.n < RAW_MAX ? r->raw.n : RAW_MAX);
	hn_view_copy(s->raw, (struct hn_view){ r->raw.p, s->n_raw });
	s->n_host = keep(s->host, HOST_MAX, host);
	s->n_tool = keep(s->tool, TOOL_MAX, tool);
}

static void
turn_on(struct state *st, uint64_t host, uint64_t tool)
{
	struct stopped *s = keyed_find(st->stopped, host);
	bool is_left = false;

	for (size_t i = 0; s != NULL && i < TOOLS_MAX; i++) {
		if (s->tools[i] == tool)
			s->tools[i] = 0;
		is_left |= s->tools[i] != 0;
	}
	if (s != NULL && !is_left)
		keyed_drop(st->stopped, host);
}

/* Whether this service stays stopped now and then, as it has on days before. */
static bool
is_habit(struct state *st, const struct stopped *s, int64_t at_ms)
{
	const struct hn_view tool = { s->tool, s->n_tool };
	struct habit *h = keyed_get(st->habits, contact_key(st->conf->contacts, tool), NULL);
	const int64_t day = at_ms / DAY_MS;

	if (h == NULL)
		return false;
	if (day > h->day) {
		h->days = day - h->day < 64 ? h->days << (day - h->day) : 0;
		h->day = day;
	}
	h->days |= 1;
	return __builtin_popcountll(h->days & ~UINT64_C(1)) >= HABIT_DAYS;
}

static bool
is_learning(struct state *st, int64_t now_ms)
{
	int64_t *began_ms = keyed_get(st->house, 1, NULL);

	if (began_ms != NULL && *began_ms == 0)
		*began_ms = now_ms;
	return began_ms == NULL || now_ms - *began_ms < LEARN_MS;
}

/* Count ${host} in with those that lately lost theirs; how many they are. */
static uint32_t
count_in(struct state *st, struct together *t, struct hn_view host, int64_t at_ms)
{
	if (t->since_ms == 0 || at_ms - t->since_ms > TOGETHER_MS) {
		*t = (struct together){ .since_ms = at_ms };
		t->n_first = keep(t->first, HOST_MAX, host);
	}
	(void)few_add(&t->machines, contact_key(st->conf->contacts, host));
	return few_count(&t->machines);
}

/* A host's finding, or that of all hosts where it was not the only one. */
static void
say(struct state *st, const struct stopped *s, const struct record *r, struct findings *out)
{
	struct together *t = keyed_get(st->together, 1, NULL);
	const struct hn_view host = { s->host, s->n_host };
	const bool stays = s->stage == STAGE_STAYED;
	char text[32];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_RANSOMWARE, .at_most = LEVEL_CRITICAL, .rule = HN_LIT("ransomware.protection"),
		.words = stays ? HN_LIT("ransomware-unprotected") : HN_LIT("ransomware-protection"), .source = host,
		.destination = HN_LIT(""), .user = HN_LIT(""), .n_techniques = 1, .techniques = { HN_LIT("T1562.001") } };
	const bool is_known = stays && is_habit(st, s, r->at_ms);
	const uint32_t n = t != NULL && stays && !is_known ? count_in(st, t, host, r->at_ms) : 1;

	finding_part(&f, "ransomware.prior", -0.7);
	finding_part(&f, "ransomware.stays", stays ? 1.1 : 0);
	finding_part(&f, "ransomware.learning", is_learning(st, r->at_ms) ? -0.6 : 0);
	finding_part(&f, "ransomware.known", is_known ? -2.5 : 0);
	if (n >= TOGETHER_MIN) {
		f.rule = HN_LIT("ransomware.protections");
		f.words = HN_LIT("ransomware-unprotected-many");
		f.source = (struct hn_view){ t->first, t->n_first };
		finding_part(&f, "ransomware.number", n >= 30 ? 2.4 : n >= 10 ? 1.8 : 1.0);
	}
	finding_fact_number(&f, "n", n, &facts);
	finding_fact_text(&f, "name", (struct hn_view){ s->tool, s->n_tool });
	finding_fact_text(&f, "last", host);
	findings_hit(out, &f, r);
}

/* Time has come to ${now_ms} on ${s}'s machine; ${is_alive}: and it goes on without its tool. */
static void
look(struct state *st, struct stopped *s, int64_t now_ms, bool is_alive, struct findings *out)
{
	const bool stays = is_alive && now_ms - s->at_ms >= STAYS_MS;
	const enum stage stage = stays ? STAGE_STAYED : now_ms - s->at_ms >= PAUSE_MS ? STAGE_PAUSED : STAGE_WAITING;

	if (stage <= (enum stage)s->stage)
		return;
	s->stage = (uint8_t)stage;
	record_reset(&st->told);
	st->told.at_ms = s->told_ms;
	st->told.line = s->line;
	st->told.source = s->source;
	st->told.raw = (struct hn_view){ s->raw, s->n_raw };
	say(st, s, &st->told, out);
}

static void
bar(struct state *st, const struct record *r, struct hn_view host, struct hn_view tool, struct findings *out)
{
	struct stopped s = { .stage = STAGE_PAUSED };

	s.n_host = keep(s.host, HOST_MAX, host);
	s.n_tool = keep(s.tool, TOOL_MAX, tool);
	say(st, &s, r, out);
}

static void
turn(struct state *st, enum turn how, const struct record *r, struct hn_view tool, struct findings *out)
{
	const struct hn_view host = record_get(r, FIELD_HOST_NAME);

	if (host.n == 0)
		return;
	if (how == TURN_OFF)
		turn_off(st, r, host, tool);
	else if (how == TURN_ON)
		turn_on(st, contact_key(st->conf->contacts, host), key_of_tool(st, tool));
	else if (how == TURN_BARRED)
		bar(st, r, host, tool, out);
}

static void
protection_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *st = state;
	const struct record *r = s->record;
	struct stopped *stopped;
	struct hn_view tool;

	(void)is_learning(st, r->at_ms);
	if (r->kind == RECORD_SERVICE)
		turn(st, turn_of_service(r, &tool), r, tool, out);
	else if (strcmp(r->dataset, "windows.defender") == 0)
		turn(st, turn_of_defender(r, &tool), r, tool, out);
	if (keyed_count(st->stopped) == 0 || !record_has(r, FIELD_HOST_NAME))
		return;
	stopped = keyed_find(st->stopped, contact_key(st->conf->contacts, r->value[FIELD_HOST_NAME]));
	if (stopped == NULL)
		return;
	if (is_power(r))
		stopped->at_ms = r->at_ms;
	else
		look(st, stopped, r->at_ms, true, out);
}

static void
protection_tick(void *state, int64_t now_ms, struct findings *out)
{
	struct state *st = state;
	uint32_t place = 0;
	struct stopped *s;
	uint64_t key;

	while ((s = keyed_next(st->stopped, &place, &key)) != NULL)
		look(st, s, now_ms, false, out);
}

const struct detector protection_detector = {
	.name = "protection",
	.kind = FINDING_RANSOMWARE,
	.wants = WANTS(RECORD_SERVICE) | WANTS(RECORD_ADMIN) | WANTS(RECORD_OTHER) | WANTS(RECORD_PROCESS) | WANTS(RECORD_LOGON),
	.open = protection_open,
	.see = protection_see,
	.tick = protection_tick,
	.tables = protection_tables,
	.close = protection_close,
};
