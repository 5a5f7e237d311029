#include "record/winevent.h"

#include "base/addr.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "record/fold.h"
#include "record/names.h"
#include "record/winevent_table.h"

/* What every event tells about itself, wherever its format puts it. */
enum place {
	PLACE_ID,
	PLACE_CHANNEL,
	PLACE_PROVIDER,
	PLACE_COMPUTER,
	PLACE_TIME,		/* UTC, also where its zone was lost */
	PLACE_LOCAL_TIME,	/* without a zone: the source's */
	PLACE_RECEIVED,
	PLACE_KEYWORDS,
	PLACE_COUNT,
	PLACE_FIELD_ONLY = PLACE_COUNT,
};

/* Paths, without a leading "Event.". */
static const struct {
	struct hn_view path;
	enum place place;
	enum field field;
} paths[] = {
	{ HN_INIT("System.EventID"), PLACE_ID, FIELD_EVENT_CODE },	/* evtx_dump */
	{ HN_INIT("System.EventID.#text"), PLACE_ID, FIELD_EVENT_CODE },
	{ HN_INIT("System.Channel"), PLACE_CHANNEL, FIELD_WINLOG_CHANNEL },
	{ HN_INIT("System.Provider.#attributes.Name"), PLACE_PROVIDER, FIELD_EVENT_PROVIDER },
	{ HN_INIT("System.Provider_attributes.Name"), PLACE_PROVIDER, FIELD_EVENT_PROVIDER },
	{ HN_INIT("System.Provider.@Name"), PLACE_PROVIDER, FIELD_EVENT_PROVIDER },
	{ HN_INIT("System.Computer"), PLACE_COMPUTER, FIELD_HOST_NAME },
	{ HN_INIT("System.TimeCreated.#attributes.SystemTime"), PLACE_TIME, FIELD_COUNT },
	{ HN_INIT("System.TimeCreated_attributes.SystemTime"), PLACE_TIME, FIELD_COUNT },
	{ HN_INIT("System.TimeCreated.@SystemTime"), PLACE_TIME, FIELD_COUNT },
	{ HN_INIT("System.Keywords"), PLACE_KEYWORDS, FIELD_COUNT },
	{ HN_INIT("winlog.event_id"), PLACE_ID, FIELD_EVENT_CODE },	/* Winlogbeat 7 and 8 */
	{ HN_INIT("winlog.channel"), PLACE_CHANNEL, FIELD_WINLOG_CHANNEL },
	{ HN_INIT("winlog.provider_name"), PLACE_PROVIDER, FIELD_EVENT_PROVIDER },
	{ HN_INIT("winlog.computer_name"), PLACE_COMPUTER, FIELD_HOST_NAME },
	{ HN_INIT("winlog.keywords"), PLACE_KEYWORDS, FIELD_COUNT },
	{ HN_INIT("@timestamp"), PLACE_TIME, FIELD_COUNT },
	{ HN_INIT("event.code"), PLACE_ID, FIELD_EVENT_CODE },
	{ HN_INIT("event.provider"), PLACE_PROVIDER, FIELD_EVENT_PROVIDER },
	{ HN_INIT("event.created"), PLACE_RECEIVED, FIELD_COUNT },
	{ HN_INIT("host.name"), PLACE_COMPUTER, FIELD_HOST_NAME },
	{ HN_INIT("log.level"), PLACE_FIELD_ONLY, FIELD_EVENT_SEVERITY },
	{ HN_INIT("event_id"), PLACE_ID, FIELD_EVENT_CODE },		/* Winlogbeat 6 */
	{ HN_INIT("log_name"), PLACE_CHANNEL, FIELD_WINLOG_CHANNEL },
	{ HN_INIT("source_name"), PLACE_PROVIDER, FIELD_EVENT_PROVIDER },
	{ HN_INIT("computer_name"), PLACE_COMPUTER, FIELD_HOST_NAME },
	{ HN_INIT("EventID"), PLACE_ID, FIELD_EVENT_CODE },		/* NXLog */
	{ HN_INIT("Channel"), PLACE_CHANNEL, FIELD_WINLOG_CHANNEL },
	{ HN_INIT("SourceName"), PLACE_PROVIDER, FIELD_EVENT_PROVIDER },
	{ HN_INIT("Hostname"), PLACE_COMPUTER, FIELD_HOST_NAME },
	{ HN_INIT("EventTime"), PLACE_LOCAL_TIME, FIELD_COUNT },
	{ HN_INIT("EventReceivedTime"), PLACE_LOCAL_TIME, FIELD_COUNT },
	{ HN_INIT("Keywords"), PLACE_KEYWORDS, FIELD_COUNT },
	{ HN_INIT("Message"), PLACE_FIELD_ONLY, FIELD_MESSAGE },
	{ HN_INIT("Severity"), PLACE_FIELD_ONLY, FIELD_EVENT_SEVERITY },
#define FIELD(name, ecs, type) { HN_INIT(ecs), PLACE_FIELD_ONLY, FIELD_##name },
#include "record/fields.def"
#undef FIELD
};
static struct names path_names = NAMES(paths);

/* Below these stand the event's own data under their native names. */
static const struct data_root {
	struct hn_view prefix;
	bool is_nested;		/* in an element of the event's own; only the last name counts */
} data_roots[] = {
	{ HN_INIT("winlog.event_data."), false }, { HN_INIT("EventData."), false }, { HN_INIT("event_data."), false },
	{ HN_INIT("winlog.user_data."), false }, { HN_INIT("user_data."), false }, { HN_INIT("UserData."), true },
};

/* One event on its way into a record. */
struct walk {
	struct record *r;
	struct hn_arena *arena;
	struct hn_view place[PLACE_COUNT];
	struct hn_view data_name;		/* of <Data Name=...> in a list, until its text comes */
	const struct data_root *root;		/* of the last datum: the next one mostly has the same */
	uint8_t data[WINEVENT_NATIVE_COUNT];	/* its pair + 1; 0: the event has none */
};

static_assert(RECORD_EXTRA_MAX < UINT8_MAX, "a pair's place fits walk.data");

static unsigned
winevent_recognise(struct hn_view line)
{
	static const struct {
		struct hn_view all[2];
		unsigned sure;
	} marks[] = {
		{ { HN_INIT("\"Event\""), HN_INIT("\"System\"") }, 95 },
		{ { HN_INIT("\"winlog\""), HN_INIT("\"event") }, 95 },
		{ { HN_INIT("\"winlog."), HN_INIT("\"") }, 95 },
		{ { HN_INIT("\"EventID\""), HN_INIT("\"Channel\"") }, 90 },
		{ { HN_INIT("\"EventID\""), HN_INIT("\"SourceModuleType\"") }, 85 },
		{ { HN_INIT("\"event_id\""), HN_INIT("\"log_name\"") }, 90 },
		{ { HN_INIT("\"Microsoft-Windows-"), HN_INIT("\"@timestamp\"") }, 70 },
	};
	const struct hn_view v = hn_view_trim((struct hn_view){ line.p, line.n < 65536 ? line.n : 65536 });

	if (v.n == 0 || v.p[0] != '{')
		return 0;
	for (size_t i = 0; i < HN_COUNT(marks); i++)
		if (hn_view_search(v, marks[i].all[0]) < v.n && hn_view_search(v, marks[i].all[1]) < v.n)
			return marks[i].sure;
	return 0;
}

/* Names on the way to a deeper value live only until the next one: a known name is static, another is copied. */
static void
keep_datum(struct walk *w, struct hn_view name, struct hn_view value, bool is_lasting)
{
	const enum winevent_native native = winevent_native_find(name);

	if (native != WINEVENT_NATIVE_COUNT) {
		name = winevent_native_name(native);
		if (w->data[native] == 0 && w->r->n_extra < RECORD_EXTRA_MAX)
			w->data[native] = (uint8_t)(w->r->n_extra + 1);
	} else if (!is_lasting) {
		name = hn_arena_copy(w->arena, name);
		if (name.p == NULL)
			return;
	}
	record_keep(w->r, name, value);
}

/* ${name}: what stands behind the root: "Image", "Data", "Data.#text", "LogFileCleared.SubjectUserName". */
static void
take_datum(struct walk *w, struct hn_view name, struct hn_view value, bool is_nested)
{
	static const struct hn_view name_marks[] = {
		HN_INIT("Data.#attributes.Name"), HN_INIT("Data_attributes.Name"), HN_INIT("Data.@Name"),
	};

	for (size_t i = 0; i < HN_COUNT(name_marks); i++)
		if (hn_view_eq(name, name_marks[i])) {
			w->data_name = value;
			return;
		}
	if (hn_view_search(name, HN_LIT("attributes.")) < name.n || hn_view_search(name, HN_LIT("xmlns")) < name.n)
		return;
	if (hn_view_ends(name, HN_LIT(".#text")))
		name.n -= 6;
	if (is_nested)
		for (size_t dot = hn_view_find(name, '.'); dot < name.n; dot = hn_view_find(name, '.'))
			name = hn_view_skip(name, dot + 1);
	if (w->data_name.n > 0 && hn_view_eq(name, HN_LIT("Data"))) {
		name = w->data_name;
		w->data_name.n = 0;
	}
	keep_datum(w, name, value, false);
}

static bool
is_datum(struct walk *w, struct hn_view path)
{
	if (hn_view_starts(path, w->root->prefix))
		return true;
	for (size_t i = 0; i < HN_COUNT(data_roots); i++)
		if (hn_view_starts(path, data_roots[i].prefix)) {
			w->root = &data_roots[i];
			return true;
		}
	return false;
}

static void
take_leaf(struct walk *w, const struct hn_json_item *item)
{
	struct hn_view path = item->key;
	const struct hn_view value = hn_json_text(item, w->arena);

	if (item->type == HN_JSON_NULL || value.p == NULL)
		return;
	if (hn_view_starts(path, HN_LIT("Event.")))
		path = hn_view_skip(path, 6);
	if (is_datum(w, path)) {
		take_datum(w, hn_view_skip(path, w->root->prefix.n), value, w->root->is_nested);
		return;
	}
	const uint32_t row = names_find(&path_names, path);

	if (row == NAMES_NONE) {
		if (hn_view_find(path, '.') == path.n)	/* NXLog has the data beside everything else */
			keep_datum(w, path, value, path.p == item->key.p);
		return;
	}
	if (paths[row].place < PLACE_COUNT && w->place[paths[row].place].n == 0)
		w->place[paths[row].place] = value;
	if (paths[row].field != FIELD_COUNT && !record_has(w->r, paths[row].field))
		record_set(w->r, paths[row].field, value);
}

static bool
has_zone(struct hn_view v)
{
	const struct hn_view tail = hn_view_skip(v, 19);

	return hn_lower(v.p[v.n - 1]) == 'z' || hn_view_find(tail, '+') < tail.n || hn_view_find(tail, '-') < tail.n;
}

/* ${zone}: of a time that names none; NULL: UTC. */
static bool
time_of(struct hn_view v, const struct hn_zone *zone, int64_t *at_ms)
{
	if (hn_view_ends(v, HN_LIT(" UTC")))
		v.n -= 4;
	if (v.n < 19 || hn_time_parse(v, 0, at_ms) != HN_OK)
		return false;
	if (zone != NULL && !has_zone(v))
		*at_ms = hn_zone_instant(zone, *at_ms);
	return true;
}

/* "DOMAIN\user" is two fields. */
static void
set_account(struct record *r, enum field field, struct hn_view v)
{
	struct hn_view rest = v, domain;

	if (hn_view_cut(&rest, '\\', &domain) && rest.n > 0) {
		record_set(r, FIELD_USER_DOMAIN, domain);
		v = rest;
	}
	record_set(r, field, v);
}

static void
set_hashes(struct record *r, struct hn_view v, const enum field to[3])
{
	static const struct hn_view names[3] = { HN_INIT("MD5"), HN_INIT("SHA1"), HN_INIT("SHA256") };
	struct hn_view one, name;

	while (v.n > 0) {
		(void)hn_view_cut(&v, ',', &one);
		if (!hn_view_cut(&one, '=', &name))
			continue;
		for (size_t i = 0; i < HN_COUNT(names); i++)
			if (hn_view_eq_nocase(name, names[i]))
				record_set(r, to[i], one);
	}
}

/* "type:  5 name;::ffff:192.0.2.1;" to "name,::ffff:192.0.2.1" */
static void
set_answers(struct record *r, struct hn_view v, struct hn_arena *a)
{
	char *const text = hn_arena_get(a, v.n + 1);
	struct hn_view one, type;
	size_t n = 0;

	while (text != NULL && v.n > 0) {
		(void)hn_view_cut(&v, ';', &one);
		one = hn_view_trim(one);
		if (hn_view_starts(one, HN_LIT("type:"))) {
			one = hn_view_trim(hn_view_skip(one, 5));
			(void)hn_view_cut(&one, ' ', &type);
		}
		if (one.n == 0)
			continue;
		if (n > 0)
			text[n++] = ',';
		memcpy(text + n, one.p, one.n);
		n += one.n;
	}
	if (n > 0)
		record_set(r, FIELD_DNS_ANSWERS, (struct hn_view){ text, n });
}

static void
set_field(struct walk *w, const struct winevent_fill *f, struct hn_view v)
{
	static const enum field process_hashes[3] = { FIELD_PROCESS_MD5, FIELD_PROCESS_SHA1, FIELD_PROCESS_SHA256 };
	static const enum field file_hashes[3] = { FIELD_FILE_MD5, FIELD_FILE_SHA1, FIELD_FILE_SHA256 };
	struct hn_addr addr;
	uint64_t status;

	switch (f->how) {
	case WINEVENT_COPY:
		record_set(w->r, f->field, v);
		break;
	case WINEVENT_ADDR:
		if (hn_addr_parse(v, &addr) == HN_OK)
			record_set(w->r, f->field, v);
		break;
	case WINEVENT_ACCOUNT:
		set_account(w->r, f->field, v);
		break;
	case WINEVENT_PROCESS_HASHES:
		set_hashes(w->r, v, process_hashes);
		break;
	case WINEVENT_FILE_HASHES:
		set_hashes(w->r, v, file_hashes);
		break;
	case WINEVENT_ANSWERS:
		set_answers(w->r, v, w->arena);
		break;
	case WINEVENT_LOWER:
		record_set(w->r, f->field, fold_copy(v, w->arena));
		break;
	case WINEVENT_STATUS:
		if (hn_num_hex(v, &status) == HN_OK)
			record_set(w->r, f->field, status == 0 ? HN_LIT("success") : HN_LIT("failure"));
		break;
	}
}

/* The audit bits of the keywords: hexadecimal, a signed number (NXLog) or words (Winlogbeat). */
static struct hn_view
audited_outcome(struct hn_view v)
{
	uint64_t bits = 0;
	int64_t number;

	if (hn_view_eq_nocase(v, HN_LIT("Audit Success")))
		return HN_LIT("success");
	if (hn_view_eq_nocase(v, HN_LIT("Audit Failure")))
		return HN_LIT("failure");
	if (hn_view_starts(v, HN_LIT("0x"))) {
		if (hn_num_hex(v, &bits) != HN_OK)
			bits = 0;
	} else if (hn_num_i64(v, &number) == HN_OK) {
		bits = (uint64_t)number;
	}
	if ((bits >> 52 & 1) != 0)
		return HN_LIT("failure");
	return (bits >> 53 & 1) != 0 ? HN_LIT("success") : (struct hn_view){ "", 0 };
}

/* The event's data into fields; data say more than what a shipper derived from them. */
static void
fill(struct walk *w, const struct winevent_row *row)
{
	uint64_t filled[HN_COUNT(w->r->has)] = { 0 };

	for (size_t i = 0; i < row->n_fills; i++) {
		const struct winevent_fill *const f = &row->fills[i];
		const bool is_one = f->field < FIELD_COUNT;
		const uint64_t bit = is_one ? UINT64_C(1) << (f->field % 64) : 0;

		if (w->data[f->native] == 0 || (is_one && (filled[f->field / 64] & bit) != 0))
			continue;
		const struct hn_view value = w->r->extra[w->data[f->native] - 1].value;

		set_field(w, f, value);
		if (is_one && value.n > 0 && !(value.n == 1 && value.p[0] == '-'))
			filled[f->field / 64] |= bit;
	}
}

static void
finish(struct walk *w, uint64_t event_id)
{
	static const struct {
		struct hn_view name;
		enum place place;
	} first_pairs[] = {
		{ HN_INIT("EventID"), PLACE_ID }, { HN_INIT("Channel"), PLACE_CHANNEL },
		{ HN_INIT("Provider_Name"), PLACE_PROVIDER }, { HN_INIT("Computer"), PLACE_COMPUTER },
	};
	struct record *const r = w->r;
	const enum winevent_source source = winevent_source_of(w->place[PLACE_CHANNEL], w->place[PLACE_PROVIDER]);
	const struct winevent_row *const row = winevent_row_of(source, event_id);
	const struct hn_view audited = audited_outcome(w->place[PLACE_KEYWORDS]);

	for (size_t i = 0; i < HN_COUNT(first_pairs); i++)
		r->extra[i] = (struct record_pair){ first_pairs[i].name, w->place[first_pairs[i].place] };
	r->kind = row->kind;
	r->dataset = winevent_dataset(source);
	record_set(r, FIELD_EVENT_OUTCOME, audited);
	fill(w, row);
	record_set(r, FIELD_EVENT_ACTION, hn_view_of(row->action));
	record_set(r, FIELD_EVENT_OUTCOME, hn_view_of(row->outcome));
}

static enum hn_rc
winevent_read(void *state, const struct reader_conf *conf, struct hn_view line, struct record *r, struct hn_err *err)
{
	struct walk w = { .r = r, .arena = conf->arena, .root = data_roots };
	struct hn_json j;
	struct hn_json_item item;
	uint64_t event_id;
	enum hn_rc rc;

	(void)state;
	r->n_extra = 4;		/* kept free for what the event says of itself: see finish */
	hn_json_leaves(&j, line);
	while ((rc = hn_json_next(&j, &item, err)) == HN_OK)
		take_leaf(&w, &item);
	if (rc != HN_SKIP)
		return rc;
	if (hn_num_u64(w.place[PLACE_ID], UINT32_MAX, &event_id) != HN_OK)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "EventID");
	if (!time_of(w.place[PLACE_TIME], NULL, &r->at_ms) && !time_of(w.place[PLACE_LOCAL_TIME], conf->zone, &r->at_ms) &&
	    !time_of(w.place[PLACE_RECEIVED], NULL, &r->at_ms))
		return HN_FAIL(err, HN_E_SYNTAX, 0, "time");
	finish(&w, event_id);
	return HN_OK;
}

const struct reader winevent_reader = {
	.name = "winevent",
	.frame = READER_OBJECT,
	.recognise = winevent_recognise,
	.read = winevent_read,
};
