#include "record/fortigate.h"

#include "base/clock.h"
#include "base/num.h"
#include "record/escape.h"
#include "record/fold.h"
#include "record/names.h"

/* Every key that a table below names. */
#define KEYS(X) \
	X(action) X(agent) X(analyticscksum) X(attack) X(attackid) X(cat) X(catdesc) X(cfgpath) X(date) X(devname) \
	X(direction) X(dst) X(dstcountry) X(dstip) X(dstport) X(duration) X(error) X(eventtime) X(eventtype) X(filehash) \
	X(filename) X(filesize) X(from) X(hostname) X(httpmethod) X(ip) X(ipaddr) X(level) X(logid) X(mac) X(msg) X(name) \
	X(proto) X(qname) X(qtype) X(rcode) X(rcvdbyte) X(rcvdpkt) X(reason) X(recipient) X(referralurl) X(remip) \
	X(reqtype) X(rcvddelta) X(sender) X(sentbyte) X(sentpkt) X(service) X(severity) X(sni) X(src) X(srccountry) X(srcintf) \
	X(srcip) X(srcmac) X(srcname) X(srcport) X(status) X(subject) X(subtype) X(time) X(to) X(type) X(tz) X(ui) \
	X(url) X(user) X(virus) X(virusid) X(xauthuser)

enum key {
#define X(name) KEY_##name,
	KEYS(X)
#undef X
	KEY_COUNT
};

static const struct {
	struct hn_view name;
} keys[KEY_COUNT] = {
#define X(name) { HN_INIT(#name) },
	KEYS(X)
#undef X
};

static struct names key_names = NAMES(keys);

/* The pairs of one line; unknown ones are in the record already. */
struct line {
	uint64_t has[(KEY_COUNT + 63) / 64];
	struct hn_view value[KEY_COUNT];
};

static bool
has(const struct line *l, enum key k)
{
	return (l->has[k / 64] >> (k % 64) & 1) != 0;
}

static struct hn_view
get(const struct line *l, enum key k)
{
	return has(l, k) ? l->value[k] : (struct hn_view){ "", 0 };
}

/* Which field a key fills; the first row of a field that the line has wins. */
struct fill {
	enum key key;
	enum field field;
};

static const struct fill common_fills[] = {
	{ KEY_devname, FIELD_OBSERVER_NAME }, { KEY_logid, FIELD_EVENT_CODE }, { KEY_action, FIELD_EVENT_ACTION },
	{ KEY_level, FIELD_EVENT_SEVERITY }, { KEY_msg, FIELD_MESSAGE }, { KEY_reason, FIELD_EVENT_REASON },
	{ KEY_srcip, FIELD_SOURCE_IP }, { KEY_src, FIELD_SOURCE_IP }, { KEY_srcport, FIELD_SOURCE_PORT },
	{ KEY_srcmac, FIELD_SOURCE_MAC }, { KEY_srcname, FIELD_SOURCE_DOMAIN }, { KEY_srcintf, FIELD_NETWORK_INTERFACE },
	{ KEY_srccountry, FIELD_SOURCE_COUNTRY }, { KEY_dstip, FIELD_DESTINATION_IP }, { KEY_dst, FIELD_DESTINATION_IP },
	{ KEY_dstport, FIELD_DESTINATION_PORT }, { KEY_dstcountry, FIELD_DESTINATION_COUNTRY },
	{ KEY_sentbyte, FIELD_SOURCE_BYTES }, { KEY_rcvdbyte, FIELD_DESTINATION_BYTES },
	{ KEY_sentpkt, FIELD_SOURCE_PACKETS }, { KEY_rcvdpkt, FIELD_DESTINATION_PACKETS }, { KEY_user, FIELD_USER_NAME },
	{ KEY_xauthuser, FIELD_USER_NAME }, { KEY_hostname, FIELD_URL_DOMAIN },
};
static const struct fill utm_fills[] = {
	{ KEY_qname, FIELD_DNS_QUESTION_NAME }, { KEY_qtype, FIELD_DNS_QUESTION_TYPE }, { KEY_ipaddr, FIELD_DNS_ANSWERS },
	{ KEY_rcode, FIELD_DNS_RESPONSE_CODE }, { KEY_attack, FIELD_RULE_NAME }, { KEY_attackid, FIELD_RULE_ID },
	{ KEY_virus, FIELD_RULE_NAME }, { KEY_virusid, FIELD_RULE_ID }, { KEY_catdesc, FIELD_RULE_CATEGORY },
	{ KEY_eventtype, FIELD_RULE_CATEGORY }, { KEY_filename, FIELD_FILE_NAME }, { KEY_filesize, FIELD_FILE_SIZE },
	{ KEY_analyticscksum, FIELD_FILE_SHA256 }, { KEY_agent, FIELD_USER_AGENT }, { KEY_httpmethod, FIELD_HTTP_METHOD },
	{ KEY_referralurl, FIELD_HTTP_REFERRER }, { KEY_sni, FIELD_TLS_SERVER_NAME }, { KEY_from, FIELD_EMAIL_FROM },
	{ KEY_sender, FIELD_EMAIL_FROM }, { KEY_to, FIELD_EMAIL_TO }, { KEY_recipient, FIELD_EMAIL_TO },
	{ KEY_subject, FIELD_EMAIL_SUBJECT }, { KEY_severity, FIELD_EVENT_SEVERITY },
};
static const struct fill event_fills[] = {
	{ KEY_remip, FIELD_SOURCE_IP }, { KEY_ip, FIELD_SOURCE_IP }, { KEY_mac, FIELD_SOURCE_MAC },
	{ KEY_name, FIELD_USER_TARGET_NAME }, { KEY_error, FIELD_EVENT_REASON },
};

/* What a line is, by type, subtype and a key that must be there (KEY_COUNT: none must); the first row that fits. */
static const struct sort {
	const char *type, *subtype;	/* NULL: any */
	enum key with;
	enum record_kind kind;
	const char *dataset;
	const struct fill *fills;
	size_t n_fills;
} sorts[] = {
#define FILLS(t) (t), HN_COUNT(t)
	{ "traffic", NULL, KEY_COUNT, RECORD_FLOW, "fortigate.traffic", NULL, 0 },
	{ "utm", "webfilter", KEY_COUNT, RECORD_WEB, "fortigate.webfilter", FILLS(utm_fills) },
	{ "utm", "dns", KEY_COUNT, RECORD_DNS, "fortigate.dns", FILLS(utm_fills) },
	{ "utm", "ips", KEY_COUNT, RECORD_ALERT, "fortigate.ips", FILLS(utm_fills) },
	{ "utm", "anomaly", KEY_COUNT, RECORD_ALERT, "fortigate.anomaly", FILLS(utm_fills) },
	{ "utm", "virus", KEY_COUNT, RECORD_ALERT, "fortigate.virus", FILLS(utm_fills) },
	{ "utm", "waf", KEY_COUNT, RECORD_ALERT, "fortigate.waf", FILLS(utm_fills) },
	{ "utm", "ssl", KEY_COUNT, RECORD_TLS, "fortigate.ssl", FILLS(utm_fills) },
	{ "utm", "emailfilter", KEY_COUNT, RECORD_MAIL, "fortigate.emailfilter", FILLS(utm_fills) },
	{ "utm", "app-ctrl", KEY_COUNT, RECORD_FLOW, "fortigate.app-ctrl", FILLS(utm_fills) },
	{ "utm", "dlp", KEY_COUNT, RECORD_FILE, "fortigate.dlp", FILLS(utm_fills) },
	{ "utm", "file-filter", KEY_COUNT, RECORD_FILE, "fortigate.file-filter", FILLS(utm_fills) },
	{ "utm", NULL, KEY_COUNT, RECORD_OTHER, "fortigate.utm", FILLS(utm_fills) },
	{ "dns", NULL, KEY_COUNT, RECORD_DNS, "fortigate.dns", FILLS(utm_fills) },	/* FortiOS 5 and 6.0 */
	{ "anomaly", NULL, KEY_COUNT, RECORD_ALERT, "fortigate.anomaly", FILLS(utm_fills) },
	{ "event", "vpn", KEY_COUNT, RECORD_OTHER, "fortigate.vpn", FILLS(event_fills) },
	{ "event", "system", KEY_cfgpath, RECORD_ADMIN, "fortigate.system", FILLS(event_fills) },
	{ "event", "system", KEY_COUNT, RECORD_OTHER, "fortigate.system", FILLS(event_fills) },
	{ "event", "user", KEY_COUNT, RECORD_OTHER, "fortigate.user", FILLS(event_fills) },
	{ "event", NULL, KEY_COUNT, RECORD_OTHER, "fortigate.event", FILLS(event_fills) },
	{ NULL, NULL, KEY_COUNT, RECORD_OTHER, "fortigate.other", NULL, 0 },
#undef FILLS
};

/* What an action tells: how it ended, and of an event, that somebody signed in or out (logid tells nothing better). */
static const struct {
	struct hn_view action;
	const char *outcome;
	bool is_logon;
} actions[] = {
	{ HN_INIT("accept"), "success", false }, { HN_INIT("close"), "success", false },
	{ HN_INIT("start"), "success", false }, { HN_INIT("timeout"), "success", false },
	{ HN_INIT("client-rst"), "success", false }, { HN_INIT("server-rst"), "success", false },
	{ HN_INIT("passthrough"), "success", false }, { HN_INIT("pass"), "success", false },
	{ HN_INIT("permit"), "success", false }, { HN_INIT("detected"), "success", false },
	{ HN_INIT("monitored"), "success", false }, { HN_INIT("ip-conn"), "failure", false },
	{ HN_INIT("deny"), "failure", false }, { HN_INIT("block"), "failure", false },
	{ HN_INIT("blocked"), "failure", false }, { HN_INIT("dropped"), "failure", false },
	{ HN_INIT("reset"), "failure", false }, { HN_INIT("redirected"), "failure", false },
	{ HN_INIT("ssl-login-fail"), "failure", true }, { HN_INIT("ssl-exit-fail"), "failure", true },
	{ HN_INIT("ssl-exit-error"), "failure", true }, { HN_INIT("tunnel-up"), "success", true },
	{ HN_INIT("ssl-tunnel-up"), "success", true }, { HN_INIT("tunnel-down"), "success", true },
	{ HN_INIT("ssl-web-pass"), "success", true }, { HN_INIT("login"), NULL, true },
	{ HN_INIT("logout"), NULL, true }, { HN_INIT("authentication"), NULL, true },
	{ HN_INIT("auth-logon"), "success", true }, { HN_INIT("auth-logout"), "success", true },
	{ HN_INIT("FSSO-logon"), NULL, true }, { HN_INIT("FSSO-logoff"), NULL, true },
	{ HN_INIT("RADIUS-logon"), NULL, true }, { HN_INIT("tunnel-stats"), "success", false },
};
static struct names action_names = NAMES(actions);

static const struct {
	struct hn_view status;
	const char *outcome;
} statuses[] = {
	{ HN_INIT("success"), "success" }, { HN_INIT("failed"), "failure" }, { HN_INIT("failure"), "failure" },
	{ HN_INIT("timed_out"), "failure" }, { HN_INIT("negotiate_error"), "failure" }, { HN_INIT("denied"), "failure" },
};
static struct names status_names = NAMES(statuses);

static const struct {
	struct hn_view number, name;
} transports[] = {
	{ HN_INIT("6"), HN_INIT("tcp") }, { HN_INIT("17"), HN_INIT("udp") }, { HN_INIT("1"), HN_INIT("icmp") },
	{ HN_INIT("58"), HN_INIT("ipv6-icmp") }, { HN_INIT("47"), HN_INIT("gre") }, { HN_INIT("50"), HN_INIT("esp") },
	{ HN_INIT("2"), HN_INIT("igmp") }, { HN_INIT("132"), HN_INIT("sctp") },
};
static struct names transport_names = NAMES(transports);

/* "<189>" in front, where a file holds datagrams as they came. */
static struct hn_view
without_pri(struct hn_view line)
{
	const size_t end = line.n > 0 && line.p[0] == '<' ? hn_view_find(line, '>') : line.n;

	return end < line.n && end <= 4 ? hn_view_skip(line, end + 1) : line;
}

static unsigned
fortigate_recognise(struct hn_view line)
{
	const struct hn_view body = without_pri(line);
	const struct hn_view head = { body.p, body.n < 512 ? body.n : 512 };
	const bool begins = hn_view_starts(head, HN_LIT("date=")) || hn_view_starts(head, HN_LIT("logver=")) ||
	    hn_view_starts(head, HN_LIT("devname=")) || hn_view_starts(head, HN_LIT("timestamp="));

	if (!begins || hn_view_search(head, HN_LIT("type=")) == head.n)
		return 0;
	return hn_view_search(head, HN_LIT("logid=")) < head.n || hn_view_search(head, HN_LIT("log_id=")) < head.n ? 96 : 0;
}

/* The end of a quoted value: a quote that no odd run of backslashes stands before. */
static size_t
quoted_end(struct hn_view v)
{
	size_t at = hn_view_find(v, '"');

	while (at < v.n) {
		size_t slashes = 0;

		while (slashes < at && v.p[at - slashes - 1] == '\\')
			slashes++;
		if (slashes % 2 == 0)
			return at;
		at += 1 + hn_view_find(hn_view_skip(v, at + 1), '"');
	}
	return v.n;
}

static inline bool
ends_word(char c)
{
	return c == ' ' || c == ',' || c == '\t' || c == '\r';
}

/* Take the next word that "=" stands behind; other words are skipped: part of a message that nobody quoted. */
static bool
take_key(struct hn_view *rest, struct hn_view *key)
{
	const char *const end = rest->p + rest->n, *p = rest->p;

	while (p < end) {
		const char *const begin = p;

		while (p < end && *p != '=' && !ends_word(*p))
			p++;
		if (p < end && *p == '=' && p > begin) {
			*key = (struct hn_view){ begin, (size_t)(p - begin) };
			*rest = (struct hn_view){ p + 1, (size_t)(end - p - 1) };
			return true;
		}
		p++;
	}
	return false;
}

static struct hn_view
take_value(struct hn_view *rest, struct hn_arena *a)
{
	struct hn_view value = *rest;
	size_t n = 0;

	if (rest->n > 0 && rest->p[0] == '"') {
		value = hn_view_skip(*rest, 1);
		value.n = quoted_end(value);
		*rest = hn_view_skip(*rest, value.n + 2 < rest->n ? value.n + 2 : rest->n);
		return escape_undo(value, "\"\\", a);
	}
	while (n < rest->n && !ends_word(rest->p[n]))
		n++;
	value.n = n;
	*rest = hn_view_skip(*rest, n);
	return value;
}

/* Seconds, milliseconds, microseconds or nanoseconds: told apart by their digits, as versions differ. */
static bool
event_time(struct hn_view v, int64_t *at_ms)
{
	static const struct {
		size_t digits;
		uint64_t times, by;
	} units[] = { { 10, 1000, 1 }, { 13, 1, 1 }, { 16, 1, 1000 }, { 19, 1, 1000000 } };
	uint64_t n;

	if (hn_num_u64(v, UINT64_MAX, &n) != HN_OK)
		return false;
	for (size_t i = 0; i < HN_COUNT(units); i++)
		if (v.n == units[i].digits) {
			*at_ms = (int64_t)(n * units[i].times / units[i].by);
			return true;
		}
	return false;
}

/* date and time are local; tz ("+0900") says where, else the source's zone. */
static bool
local_time(const struct line *l, const struct reader_conf *conf, int64_t *at_ms)
{
	const struct hn_view date = get(l, KEY_date), time = get(l, KEY_time), tz = get(l, KEY_tz);
	char text[64];

	if (date.n + time.n + tz.n + 1 > sizeof(text) || date.n == 0)
		return false;
	memcpy(text, date.p, date.n);
	text[date.n] = ' ';
	if (time.n > 0)
		memcpy(text + date.n + 1, time.p, time.n);
	if (tz.n > 0)
		memcpy(text + date.n + 1 + time.n, tz.p, tz.n);
	const struct hn_view whole = { text, time.n == 0 ? date.n : date.n + 1 + time.n + tz.n };

	if (hn_time_parse(whole, 0, at_ms) != HN_OK)
		return false;
	if (tz.n == 0 && conf->zone != NULL)
		*at_ms = hn_zone_instant(conf->zone, *at_ms);
	return true;
}

static bool
is_word(struct hn_view v, const char *word)
{
	return word == NULL || hn_view_eq(v, hn_view_of(word));
}

static const struct sort *
sort_of(const struct line *l)
{
	const struct hn_view type = get(l, KEY_type), subtype = get(l, KEY_subtype);
	const struct sort *s = sorts;

	while (!is_word(type, s->type) || !is_word(subtype, s->subtype) || (s->with != KEY_COUNT && !has(l, s->with)))
		s++;	/* the last row fits anything */
	return s;
}

static bool
is_nothing(struct hn_view v)
{
	return hn_view_eq(v, HN_LIT("N/A")) || hn_view_eq(v, HN_LIT("n/a"));
}

static void
fill(struct record *r, const struct line *l, const struct fill *fills, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (has(l, fills[i].key) && !record_has(r, fills[i].field) && !is_nothing(l->value[fills[i].key]))
			record_set(r, fills[i].field, l->value[fills[i].key]);
}

static void
set_outcome(struct record *r, const struct line *l)
{
	const uint32_t action = names_find(&action_names, get(l, KEY_action));
	const uint32_t status = names_find(&status_names, get(l, KEY_status));
	const char *outcome = NULL;

	if (action != NAMES_NONE) {
		outcome = actions[action].outcome;
		if (actions[action].is_logon && is_word(get(l, KEY_type), "event"))
			r->kind = RECORD_LOGON;
	}
	if (status != NAMES_NONE)
		outcome = statuses[status].outcome;
	if (outcome != NULL)
		record_set(r, FIELD_EVENT_OUTCOME, hn_view_of(outcome));
}

/* What no row says: another unit, another spelling, two keys in one field. */
static void
derive(struct record *r, const struct line *l, struct hn_arena *a)
{
	const struct hn_view seconds = get(l, KEY_duration), url = get(l, KEY_url), service = get(l, KEY_service);
	const uint32_t transport = names_find(&transport_names, get(l, KEY_proto));
	char *const ms = seconds.n > 0 ? hn_arena_get(a, seconds.n + 3) : NULL;

	if (ms != NULL) {
		memcpy(ms, seconds.p, seconds.n);
		memcpy(ms + seconds.n, "000", 3);
		record_set(r, FIELD_EVENT_DURATION_MS, (struct hn_view){ ms, seconds.n + 3 });
	}
	if (transport != NAMES_NONE)
		record_set(r, FIELD_NETWORK_TRANSPORT, transports[transport].name);
	if (service.n > 0)
		record_set(r, FIELD_NETWORK_PROTOCOL, fold_copy(service, a));
	if (url.n > 0 && url.p[0] != '/') {
		record_set(r, FIELD_URL_ORIGINAL, url);
		return;
	}
	/* Older versions log the path alone, and the host beside it. */
	const struct hn_view host = get(l, KEY_hostname);
	char *const whole = url.n > 0 && host.n > 0 ? hn_arena_get(a, host.n + url.n) : NULL;

	record_set(r, FIELD_URL_PATH, url);
	if (whole != NULL) {
		memcpy(whole, host.p, host.n);
		memcpy(whole + host.n, url.p, url.n);
		record_set(r, FIELD_URL_ORIGINAL, (struct hn_view){ whole, host.n + url.n });
	}
}

/* Known keys that filled nothing in this sort of line are worth no less than unknown ones. */
static void
keep_rest(struct record *r, const struct line *l, const struct sort *s)
{
	static const enum key done[] = {
		KEY_date, KEY_time, KEY_eventtime, KEY_tz, KEY_duration, KEY_proto, KEY_service, KEY_url,
	};
	uint64_t used[HN_COUNT(l->has)] = { 0 };

	for (size_t i = 0; i < HN_COUNT(done); i++)
		used[done[i] / 64] |= UINT64_C(1) << (done[i] % 64);
	for (size_t i = 0; i < HN_COUNT(common_fills); i++)
		used[common_fills[i].key / 64] |= UINT64_C(1) << (common_fills[i].key % 64);
	for (size_t i = 0; i < s->n_fills; i++)
		used[s->fills[i].key / 64] |= UINT64_C(1) << (s->fills[i].key % 64);
	for (size_t w = 0; w < HN_COUNT(used); w++)
		for (uint64_t left = l->has[w] & ~used[w]; left != 0; left &= left - 1) {
			const size_t k = w * 64 + (size_t)__builtin_ctzll(left);

			record_keep(r, keys[k].name, l->value[k]);
		}
}

static void
read_pairs(struct hn_view rest, struct line *l, struct record *r, struct hn_arena *a)
{
	struct hn_view key;

	while (take_key(&rest, &key)) {
		const struct hn_view value = take_value(&rest, a);
		const uint32_t k = names_find(&key_names, key);

		if (k == NAMES_NONE) {
			record_keep(r, key, value);
		} else if (!has(l, k)) {
			l->value[k] = value;
			l->has[k / 64] |= UINT64_C(1) << (k % 64);
		}
	}
}

static enum hn_rc
fortigate_read(void *state, const struct reader_conf *conf, struct hn_view line, struct record *r, struct hn_err *err)
{
	struct line l;

	(void)state;
	memset(l.has, 0, sizeof(l.has));
	read_pairs(without_pri(line), &l, r, conf->arena);
	if (!has(&l, KEY_type))
		return HN_FAIL(err, HN_E_SYNTAX, line.n, "type");
	if (!event_time(get(&l, KEY_eventtime), &r->at_ms) && !local_time(&l, conf, &r->at_ms))
		return HN_FAIL(err, HN_E_SYNTAX, 0, "time");
	const struct sort *const s = sort_of(&l);

	r->kind = s->kind;
	r->dataset = s->dataset;
	fill(r, &l, s->fills, s->n_fills);
	fill(r, &l, common_fills, HN_COUNT(common_fills));
	derive(r, &l, conf->arena);
	set_outcome(r, &l);
	keep_rest(r, &l, s);
	return HN_OK;
}

const struct reader fortigate_reader = {
	.name = "fortigate",
	.frame = READER_LINE,
	.recognise = fortigate_recognise,
	.read = fortigate_read,
};
