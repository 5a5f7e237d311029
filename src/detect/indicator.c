#include "detect/indicator.h"

#include "base/hash.h"
#include "base/mem.h"
#include "detect/indicator_table.h"

#define RULE_MAX 4096u
#define NOTE_MAX 1024u
#define SPOKEN 16u		/* a power of two */
#define SEEN_SLOTS 4096u	/* a power of two: pairs of machine and indicator whose number is known */
#define HITS_MAX 16u		/* indicators that one record may meet */

/* How a record meets an indicator; each row says what that is worth. */
enum meeting {
	MEET_CALL,		/* our machine speaks to it */
	MEET_LOOKUP,		/* our machine asks DNS for it */
	MEET_ANSWER,		/* a name that our machine asked for leads to it */
	MEET_FILE,		/* the file is on our machine, or came to it */
	MEET_PRINT,		/* our machine's TLS looks like its program's */
	MEET_LETTER,		/* a letter came from it */
	MEET_REPLY,		/* one of us wrote to it */
	MEET_LOGON,		/* from here on it calls us: somebody signed in from it */
	MEET_TRY,		/* somebody tried to, and failed */
	MEET_KNOCK,		/* it speaks to us */
	MEETINGS
};

static const struct row {
	struct hn_view words;
	struct hn_view part;
	double weight;			/* log-odds */
	double allowed, blocked;	/* more, where the record says that it was let through or not */
	struct hn_view techniques[2];
} rows[MEETINGS] = {
	[MEET_CALL] = { HN_INIT("indicator-call"), HN_INIT("indicator.call"), 1.2, 0.6, -0.6, { HN_INIT("T1071") } },
	[MEET_LOOKUP] = { HN_INIT("indicator-lookup"), HN_INIT("indicator.lookup"), 0.6, 0, -0.4,
	    { HN_INIT("T1071.004"), HN_INIT("T1568") } },
	[MEET_ANSWER] = { HN_INIT("indicator-lookup"), HN_INIT("indicator.answer"), 0.2, 0, 0, { HN_INIT("T1568") } },
	[MEET_FILE] = { HN_INIT("indicator-file"), HN_INIT("indicator.file"), 1.0, 0.4, -0.4,
	    { HN_INIT("T1105"), HN_INIT("T1204.002") } },
	[MEET_PRINT] = { HN_INIT("indicator-print"), HN_INIT("indicator.print"), 0.6, 0.2, -0.6,
	    { HN_INIT("T1071.001"), HN_INIT("T1573") } },
	[MEET_LETTER] = { HN_INIT("indicator-letter"), HN_INIT("indicator.letter"), 0.3, 0.3, -2.0, { HN_INIT("T1566") } },
	[MEET_REPLY] = { HN_INIT("indicator-reply"), HN_INIT("indicator.reply"), 1.2, 0.3, -0.6, { HN_INIT("T1566") } },
	[MEET_LOGON] = { HN_INIT("indicator-logon"), HN_INIT("indicator.logon"), 1.2, 2.2, 0,
	    { HN_INIT("T1133"), HN_INIT("T1078") } },
	[MEET_TRY] = { HN_INIT("indicator-try"), HN_INIT("indicator.try"), -1.6, 0, 0, { HN_INIT("T1110"), HN_INIT("T1133") } },
	[MEET_KNOCK] = { HN_INIT("indicator-knock"), HN_INIT("indicator.knock"), -2.4, 0.6, -2.0, { HN_INIT("T1595") } },
};

static const struct {
	struct hn_view part;
	double weight;
	enum finding_level at_most;
} kinds[INDICATOR_KINDS] = {
	[INDICATOR_ADDR] = { HN_INIT("indicator.ip"), 0.6, LEVEL_CRITICAL },
	[INDICATOR_ADDR_PORT] = { HN_INIT("indicator.ip_port"), 1.0, LEVEL_CRITICAL },
	[INDICATOR_CIDR] = { HN_INIT("indicator.cidr"), -0.2, LEVEL_HIGH },
	[INDICATOR_DOMAIN] = { HN_INIT("indicator.domain"), 1.0, LEVEL_CRITICAL },
	[INDICATOR_URL] = { HN_INIT("indicator.url"), 1.4, LEVEL_CRITICAL },
	[INDICATOR_PATH] = { HN_INIT("indicator.path"), -2.2, LEVEL_MEDIUM },
	[INDICATOR_HASH] = { HN_INIT("indicator.hash"), 1.8, LEVEL_CRITICAL },
	[INDICATOR_JA3] = { HN_INIT("indicator.ja3"), 0.0, LEVEL_HIGH },
	[INDICATOR_JA4] = { HN_INIT("indicator.ja4"), 0.3, LEVEL_HIGH },
	[INDICATOR_EMAIL] = { HN_INIT("indicator.email"), 0.6, LEVEL_CRITICAL },
};

/* How often a machine met an indicator, and when first. */
struct seen {
	uint64_t id;
	uint64_t count;
	int64_t first_ms;
};

/* The words of an indicator that was met lately: the next record often meets it again. */
struct spoken {
	const char *key;	/* where its key stands in the table; NULL: none */
	const struct indicator_table *table;
	int64_t made_ms;	/* of the table: another one may come to lie at the same place */
	struct hn_buf rule, note;
	char rule_bytes[RULE_MAX], note_bytes[NOTE_MAX];
};

struct state {
	const struct detect_conf *conf;
	struct seen seen[SEEN_SLOTS];	/* a newer pair takes an older one's slot: then its number starts again */
	struct spoken spoken[SPOKEN];
	struct indicator_met met[HITS_MAX];
	struct indicator_asks asks;
};

static enum hn_rc
indicator_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));

	if (s == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "indicator");
	s->conf = conf;
	*state = s;
	return HN_OK;
}

static void
indicator_close(void *state)
{
	hn_free(state);
}

/* Whether the address or name at ${o} is the one that began to speak, from outside. */
static bool
is_caller(const struct sight *s, const struct observable *o)
{
	return (o->field == FIELD_SOURCE_IP || o->field == FIELD_CLIENT_IP) && !scope_is_internal(s->scope, o->addr);
}

static bool
was_refused(const struct sight *s)
{
	return hn_view_eq(record_get(s->record, FIELD_EVENT_OUTCOME), HN_LIT("failure"));
}

static enum meeting
meeting_of(const struct sight *s, const struct observable *o)
{
	static const uint8_t by_kind[OBSERVABLE_KINDS] = {
		[OBSERVABLE_ADDR] = MEET_CALL, [OBSERVABLE_DOMAIN] = MEET_CALL, [OBSERVABLE_URL] = MEET_CALL,
		[OBSERVABLE_HASH] = MEET_FILE, [OBSERVABLE_JA3] = MEET_PRINT, [OBSERVABLE_JA4] = MEET_PRINT,
		[OBSERVABLE_EMAIL] = MEET_LETTER,
	};
	static const struct {
		enum field field;
		enum meeting meeting;
	} by_field[] = {
		{ FIELD_DNS_QUESTION_NAME, MEET_LOOKUP }, { FIELD_DNS_ANSWERS, MEET_ANSWER }, { FIELD_EMAIL_TO, MEET_REPLY },
	};

	if (o->kind == OBSERVABLE_ADDR && is_caller(s, o))
		return s->record->kind != RECORD_LOGON ? MEET_KNOCK : was_refused(s) ? MEET_TRY : MEET_LOGON;
	for (size_t i = 0; i < HN_COUNT(by_field); i++)
		if (by_field[i].field == o->field)
			return by_field[i].meeting;
	return (enum meeting)by_kind[o->kind];
}

/* The first of ${fields} that the record has. */
static struct hn_view
first_of(const struct record *r, const enum field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (record_has(r, fields[i]))
			return r->value[fields[i]];
	return HN_LIT("");
}

/* The machine of ours: where it is called from outside, the one that is called. */
static struct hn_view
machine_of(const struct sight *s, enum meeting m)
{
	static const enum field called[] = { FIELD_DESTINATION_IP, FIELD_HOST_NAME, FIELD_OBSERVER_NAME };

	if (m < MEET_LOGON)
		return record_machine(s->record);
	return first_of(s->record, called, HN_COUNT(called));
}

/* What the machine met: the indicator itself; where that is a mere fingerprint, the file or the peer that bears it. */
static struct hn_view
peer_of(const struct sight *s, enum meeting m, struct hn_view indicator)
{
	static const enum field files[] = { FIELD_FILE_PATH, FIELD_FILE_NAME, FIELD_PROCESS_EXECUTABLE };
	static const enum field peers[] = { FIELD_TLS_SERVER_NAME, FIELD_DESTINATION_DOMAIN, FIELD_DESTINATION_IP };

	if (m == MEET_FILE)
		return first_of(s->record, files, HN_COUNT(files));
	return m == MEET_PRINT ? first_of(s->record, peers, HN_COUNT(peers)) : indicator;
}

static void
add_part(struct finding *f, struct hn_view name, double weight)
{
	if (weight > 0.001 || weight < -0.001)
		f->parts[f->n_parts++] = (struct finding_part){ name, weight };
}

/* Count one more; the more often, the surer: a single visit may be a slip, a hundred are a program. */
static double
weight_of_number(struct state *st, const struct finding *f, int64_t at_ms)
{
	static const struct {
		uint64_t count;
		double weight;
	} steps[] = { { 100, 1.2 }, { 20, 0.8 }, { 5, 0.4 } };
	const uint64_t id = hn_hash64(f->source, hn_hash64(f->rule, 1));
	struct seen *seen = &st->seen[id & (SEEN_SLOTS - 1)];

	if (seen->id != id)
		*seen = (struct seen){ id, 0, at_ms };
	seen->count++;
	for (size_t i = 0; i < HN_COUNT(steps); i++)
		if (seen->count >= steps[i].count)
			return steps[i].weight;
	return 0;
}

static void
weigh(struct state *st, const struct sight *s, const struct indicator *i, enum meeting m, struct finding *f)
{
	const struct hn_view outcome = record_get(s->record, FIELD_EVENT_OUTCOME);

	add_part(f, kinds[i->key.kind].part, kinds[i->key.kind].weight);
	add_part(f, HN_LIT("indicator.confidence"), (i->about.confidence - 50) / 50.0 * 1.5);
	add_part(f, rows[m].part, rows[m].weight);
	if (hn_view_eq(outcome, HN_LIT("success")))
		add_part(f, HN_LIT("outcome"), rows[m].allowed);
	if (was_refused(s))
		add_part(f, HN_LIT("outcome"), rows[m].blocked);
	if (m != MEET_KNOCK)
		add_part(f, HN_LIT("number"), weight_of_number(st, f, s->record->at_ms));
}

/* Where the entry comes from and who may be told. */
static void
put_note(struct hn_buf *b, const struct indicator_about *a)
{
	hn_buf_put(b, a->feed);
	if (a->note.n > 0) {
		hn_buf_put(b, b->n > 0 ? HN_LIT(": ") : HN_LIT(""));
		hn_buf_put(b, a->note);
	}
	if (a->tlp != TLP_UNKNOWN)
		hn_buf_printf(b, " (TLP:%s)", indicator_tlp_name(a->tlp));
}

/* The words of ${i}; NULL: it has none. */
static const struct spoken *
speak(struct state *st, const struct indicator *i)
{
	const struct indicator_table *t = *st->conf->indicators;
	struct spoken *w = &st->spoken[((uintptr_t)i->key.bytes.p >> 2) & (SPOKEN - 1)];
	const int64_t made_ms = indicator_table_made_ms(t);

	if (w->key == i->key.bytes.p && w->table == t && w->made_ms == made_ms)
		return w;
	w->key = NULL;
	w->rule = (struct hn_buf){ .p = w->rule_bytes, .size = RULE_MAX, .max = RULE_MAX };
	w->note = (struct hn_buf){ .p = w->note_bytes, .size = NOTE_MAX, .max = NOTE_MAX };
	if (indicator_key_text(i->key, &w->rule) != HN_OK)
		return NULL;
	put_note(&w->note, &i->about);
	w->key = i->key.bytes.p;
	w->table = t;
	w->made_ms = made_ms;
	return w;
}

static void
hit(struct state *st, const struct sight *s, const struct observable *o, const struct indicator *i, struct findings *out)
{
	const enum meeting m = meeting_of(s, o);
	const struct spoken *words = speak(st, i);
	struct finding f = { .kind = FINDING_INDICATOR, .at_least = LEVEL_INFO, .at_most = kinds[i->key.kind].at_most };

	if (words == NULL)
		return;
	f.rule = hn_buf_view(&words->rule);
	f.destination = peer_of(s, m, f.rule);
	f.words = rows[m].words;
	f.source = machine_of(s, m);
	f.user = m == MEET_LOGON ? record_get(s->record, FIELD_USER_NAME) : HN_LIT("");
	f.note = hn_buf_view(&words->note);
	for (size_t k = 0; k < HN_COUNT(rows[m].techniques) && rows[m].techniques[k].n > 0; k++)
		f.techniques[f.n_techniques++] = rows[m].techniques[k];
	weigh(st, s, i, m, &f);
	findings_hit(out, &f, s->record);
}

static void
indicator_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *st = state;
	const struct indicator_table *t = st->conf->indicators != NULL ? *st->conf->indicators : NULL;
	const struct indicator_query q = { s->observables->at, s->observables->n, s->record->at_ms };
	size_t n;

	if (t == NULL)
		return;
	n = indicator_table_find_all(t, q, &st->asks, st->met, HITS_MAX);
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		/* A URL and its host may meet the same entry: it counts once. */
		while (k < i && st->met[k].indicator.key.bytes.p != st->met[i].indicator.key.bytes.p)
			k++;
		if (k == i)
			hit(st, s, &s->observables->at[st->met[i].of], &st->met[i].indicator, out);
	}
}

const struct detector indicator_detector = {
	.name = "indicator",
	.kind = FINDING_INDICATOR,
	.wants = WANTS_ALL,
	.open = indicator_open,
	.see = indicator_see,
	.close = indicator_close,
};
