#include "record/cef.h"

#include "base/num.h"
#include "record/escape.h"
#include "record/fold.h"
#include "record/names.h"
#include "record/syslog.h"

enum how { COPY, LOWER, HASH, OUTCOME, TIME };

static const struct {
	struct hn_view key;
	enum field field;
	enum how how;
} keys[] = {
	{ HN_INIT("act"), FIELD_EVENT_ACTION, COPY }, { HN_INIT("src"), FIELD_SOURCE_IP, COPY },
	{ HN_INIT("spt"), FIELD_SOURCE_PORT, COPY }, { HN_INIT("smac"), FIELD_SOURCE_MAC, COPY },
	{ HN_INIT("shost"), FIELD_SOURCE_DOMAIN, COPY }, { HN_INIT("suser"), FIELD_USER_NAME, COPY },
	{ HN_INIT("suid"), FIELD_USER_ID, COPY }, { HN_INIT("sntdom"), FIELD_USER_DOMAIN, COPY },
	{ HN_INIT("dst"), FIELD_DESTINATION_IP, COPY }, { HN_INIT("dpt"), FIELD_DESTINATION_PORT, COPY },
	{ HN_INIT("dhost"), FIELD_DESTINATION_DOMAIN, COPY }, { HN_INIT("duser"), FIELD_USER_TARGET_NAME, COPY },
	{ HN_INIT("in"), FIELD_SOURCE_BYTES, COPY }, { HN_INIT("out"), FIELD_DESTINATION_BYTES, COPY },
	{ HN_INIT("proto"), FIELD_NETWORK_TRANSPORT, LOWER }, { HN_INIT("app"), FIELD_NETWORK_PROTOCOL, LOWER },
	{ HN_INIT("request"), FIELD_URL_ORIGINAL, COPY }, { HN_INIT("requestMethod"), FIELD_HTTP_METHOD, COPY },
	{ HN_INIT("requestClientApplication"), FIELD_USER_AGENT, COPY },
	{ HN_INIT("requestContext"), FIELD_HTTP_REFERRER, COPY }, { HN_INIT("fname"), FIELD_FILE_NAME, COPY },
	{ HN_INIT("filePath"), FIELD_FILE_PATH, COPY }, { HN_INIT("fsize"), FIELD_FILE_SIZE, COPY },
	{ HN_INIT("fileHash"), FIELD_FILE_SHA256, HASH }, { HN_INIT("msg"), FIELD_MESSAGE, COPY },
	{ HN_INIT("outcome"), FIELD_EVENT_OUTCOME, OUTCOME }, { HN_INIT("reason"), FIELD_EVENT_REASON, COPY },
	{ HN_INIT("dvchost"), FIELD_OBSERVER_NAME, COPY }, { HN_INIT("cat"), FIELD_RULE_CATEGORY, COPY },
	{ HN_INIT("deviceInboundInterface"), FIELD_NETWORK_INTERFACE, COPY },
	{ HN_INIT("dproc"), FIELD_PROCESS_EXECUTABLE, COPY },
	{ HN_INIT("dpid"), FIELD_PROCESS_PID, COPY }, { HN_INIT("rt"), FIELD_COUNT, TIME },
	{ HN_INIT("start"), FIELD_COUNT, TIME }, { HN_INIT("end"), FIELD_COUNT, TIME },
};
static struct names key_names = NAMES(keys);

static unsigned
cef_recognise(struct hn_view line)
{
	return hn_view_starts(line, HN_LIT("CEF:")) && line.n > 6 && line.p[4] >= '0' && line.p[4] <= '9' &&
	    hn_view_find((struct hn_view){ line.p, 7 }, '|') < 7 ? 96 : 0;
}

/* Up to the next ${stop} that no backslash stands before. */
static bool
take_part(struct hn_view *v, char stop, struct hn_view *part)
{
	size_t n = 0;

	while (n < v->n && v->p[n] != stop)
		n += v->p[n] == '\\' && n + 1 < v->n ? 2 : 1;
	if (n >= v->n)
		return false;
	*part = (struct hn_view){ v->p, n };
	*v = hn_view_skip(*v, n + 1);
	return true;
}

static bool
is_key(struct hn_view v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!(hn_lower(v.p[i]) >= 'a' && hn_lower(v.p[i]) <= 'z') && !(v.p[i] >= '0' && v.p[i] <= '9') &&
		    v.p[i] != '_' && v.p[i] != '.')
			return false;
	return v.n > 0;
}

/*
 * Bytes of the value at the begin of ${v}.  It may hold blanks, and equals signs that nobody escaped ("http://x/?a=1"): it
 * ends at the last blank before the next key with its equals sign.
 */
static size_t
value_len(struct hn_view v)
{
	struct hn_view rest = v, part;

	while (take_part(&rest, '=', &part)) {
		size_t n = part.n;

		while (n > 0 && part.p[n - 1] != ' ')
			n--;
		if (n > 0 && is_key(hn_view_skip(part, n)))
			return (size_t)(part.p - v.p) + n - 1;
	}
	return v.n;
}

static bool
take_pair(struct hn_view *v, struct hn_view *key, struct hn_view *value)
{
	struct hn_view rest = hn_view_trim(*v);

	if (!take_part(&rest, '=', key))
		return false;
	for (size_t at = hn_view_find(*key, ' '); at < key->n; at = hn_view_find(*key, ' '))
		*key = hn_view_skip(*key, at + 1);	/* words that belong to nobody */
	const size_t n = value_len(rest);

	*value = hn_view_trim((struct hn_view){ rest.p, n });
	*v = hn_view_skip(rest, n);
	return key->n > 0;
}

/* Milliseconds since 1970, or a date as syslog writes it. */
static bool
time_of(struct hn_view v, const struct reader_conf *conf, int64_t *at_ms)
{
	uint64_t n;

	if (hn_num_u64(v, (uint64_t)HN_SECONDS_MAX * 1000, &n) == HN_OK) {
		*at_ms = (int64_t)(v.n <= 10 ? n * 1000 : n);
		return true;
	}
	return syslog_time(v, conf, at_ms);
}

static struct hn_view
outcome_of(struct hn_view v)
{
	static const struct {
		struct hn_view begin;
		struct hn_view outcome;
	} words[] = {
		{ HN_INIT("succ"), HN_INIT("success") }, { HN_INIT("allow"), HN_INIT("success") },
		{ HN_INIT("fail"), HN_INIT("failure") }, { HN_INIT("den"), HN_INIT("failure") },
		{ HN_INIT("block"), HN_INIT("failure") },
	};

	for (size_t i = 0; i < HN_COUNT(words); i++)
		if (v.n >= words[i].begin.n &&
		    hn_view_eq_nocase((struct hn_view){ v.p, words[i].begin.n }, words[i].begin))
			return words[i].outcome;
	return HN_LIT("unknown");
}

static void
set(struct record *r, size_t row, struct hn_view v, const struct reader_conf *conf)
{
	static const struct {
		size_t digits;
		enum field field;
	} hashes[] = { { 32, FIELD_FILE_MD5 }, { 40, FIELD_FILE_SHA1 }, { 64, FIELD_FILE_SHA256 } };

	switch (keys[row].how) {
	case COPY:
		record_set(r, keys[row].field, v);
		break;
	case LOWER:
		record_set(r, keys[row].field, fold_copy(v, conf->arena));
		break;
	case HASH:
		for (size_t i = 0; i < HN_COUNT(hashes); i++)
			if (hashes[i].digits == v.n)
				record_set(r, hashes[i].field, v);
		break;
	case OUTCOME:
		record_set(r, keys[row].field, outcome_of(v));
		break;
	case TIME:
		if (r->at_ms == 0)
			(void)time_of(v, conf, &r->at_ms);
		break;
	}
}

static void
name_pair(struct record *r, struct record_pair label)
{
	const struct hn_view key = { label.name.p, label.name.n - 5 };

	for (size_t i = 0; i < r->n_extra; i++)
		if (hn_view_eq(r->extra[i].name, key))
			r->extra[i].name = label.value;
}

/* A pair that has another one "<key>Label" takes its value for a name; labels are not kept. */
static void
name_custom(struct record *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n_extra; i++)
		if (hn_view_ends(r->extra[i].name, HN_LIT("Label")))
			name_pair(r, r->extra[i]);
	for (size_t i = 0; i < r->n_extra; i++)
		if (!hn_view_ends(r->extra[i].name, HN_LIT("Label")))
			r->extra[kept++] = r->extra[i];
	r->n_extra = (uint16_t)kept;
}

static bool
is_high(struct hn_view severity)
{
	uint64_t n;

	return hn_view_eq_nocase(severity, HN_LIT("high")) || hn_view_eq_nocase(severity, HN_LIT("very-high")) ||
	    (hn_num_u64(severity, 10, &n) == HN_OK && n >= 7);
}

static enum record_kind
kind_of(const struct record *r)
{
	static const struct hn_view logons[] = { HN_INIT("login"), HN_INIT("logon"), HN_INIT("Login"), HN_INIT("Logon") };
	const struct hn_view name = record_get(r, FIELD_RULE_NAME);

	for (size_t i = 0; i < HN_COUNT(logons); i++)
		if (hn_view_search(name, logons[i]) < name.n)
			return RECORD_LOGON;
	if (is_high(record_get(r, FIELD_EVENT_SEVERITY)))
		return RECORD_ALERT;
	if (record_has(r, FIELD_URL_ORIGINAL))
		return RECORD_WEB;
	return record_has(r, FIELD_SOURCE_IP) && record_has(r, FIELD_DESTINATION_IP) ? RECORD_FLOW : RECORD_OTHER;
}

static enum hn_rc
cef_read(void *state, const struct reader_conf *conf, struct hn_view line, struct record *r, struct hn_err *err)
{
	static const enum field to[] = {
		FIELD_COUNT, FIELD_COUNT, FIELD_EVENT_PROVIDER, FIELD_COUNT, FIELD_EVENT_CODE, FIELD_RULE_NAME,
		FIELD_EVENT_SEVERITY,
	};
	struct hn_view rest = line, part, key, value;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(to); i++) {
		if (!take_part(&rest, '|', &part))
			return HN_FAIL(err, HN_E_SYNTAX, (size_t)(rest.p - line.p), "CEF header");
		if (to[i] != FIELD_COUNT)
			record_set(r, to[i], escape_undo(part, "|\\", conf->arena));
	}
	r->at_ms = 0;
	while (take_pair(&rest, &key, &value)) {
		const uint32_t row = names_find(&key_names, key);

		value = escape_undo(value, "=\\|nr", conf->arena);
		if (row == NAMES_NONE)
			record_keep(r, key, value);
		else
			set(r, row, value, conf);
	}
	name_custom(r);
	if (r->at_ms == 0)
		r->at_ms = conf->now_ms;
	record_set(r, FIELD_RULE_ID, record_get(r, FIELD_EVENT_CODE));
	r->dataset = "cef";
	r->kind = kind_of(r);
	return HN_OK;
}

const struct reader cef_reader = {
	.name = "cef",
	.frame = READER_LINE,
	.recognise = cef_recognise,
	.read = cef_read,
};
