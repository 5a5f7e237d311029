#include "record/logformat.h"

#include "base/addr.h"
#include "base/clock.h"
#include "base/num.h"
#include "record/url.h"

static void
add_seconds(struct table_call *c, struct hn_view v)
{
	uint64_t s;

	if (hn_num_u64(v, (uint64_t)HN_SECONDS_MAX, &s) != HN_OK)
		c->bad = true;
	else
		c->r->at_ms += (int64_t)s * 1000;
}

static void
add_ms(struct table_call *c, struct hn_view v)
{
	uint64_t ms;

	if (hn_num_u64(v, 999, &ms) != HN_OK)
		c->bad = true;
	else
		c->r->at_ms += (int64_t)ms;
}

/* "Nov": 11; 0: no month. */
static int
month_of(struct hn_view v)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (v.n == 3 && memcmp(names + i * 3, v.p, 3) == 0)
			return i + 1;
	return 0;
}

static bool
number_at(struct hn_view v, size_t at, size_t n, int *out)
{
	uint64_t value;

	if (hn_num_u64((struct hn_view){ v.p + at, n }, 9999, &value) != HN_OK)
		return false;
	*out = (int)value;
	return true;
}

/* "23/Nov/2026:10:00:00 +0900" */
static bool
common_time(struct hn_view v, int64_t *ms)
{
	struct hn_civil t = { 0 };
	int zone = 0;

	if (v.n != 20 && v.n != 26)
		return false;
	t.month = month_of((struct hn_view){ v.p + 3, 3 });
	if (!number_at(v, 0, 2, &t.day) || !number_at(v, 7, 4, &t.year) || !number_at(v, 12, 2, &t.hour) ||
	    !number_at(v, 15, 2, &t.minute) || !number_at(v, 18, 2, &t.second) || !hn_civil_is_valid(t))
		return false;
	if (v.n == 26 && (strchr("+-", v.p[21]) == NULL || !number_at(v, 22, 4, &zone)))
		return false;
	const int zone_s = (zone / 100 * 60 + zone % 100) * 60;

	*ms = hn_civil_ms(t) - (v.n == 26 && v.p[21] == '-' ? -zone_s : zone_s) * INT64_C(1000);
	return true;
}

static void
set_local_time(struct table_call *c, struct hn_view v)
{
	int64_t ms;

	if (common_time(v, &ms) || hn_time_parse(v, 0, &ms) == HN_OK)
		c->r->at_ms = ms;
	else
		c->bad = true;
}

static void
set_client(struct table_call *c, struct hn_view v)
{
	struct hn_addr addr;

	record_set(c->r, hn_addr_parse(v, &addr) == HN_OK ? FIELD_SOURCE_IP : FIELD_SOURCE_DOMAIN, v);
}

static void
set_server(struct table_call *c, struct hn_view v)
{
	struct hn_addr addr;

	record_set(c->r, hn_addr_parse(v, &addr) == HN_OK ? FIELD_DESTINATION_IP : FIELD_DESTINATION_DOMAIN, v);
}

/* A request's URL; ports as the line has them, for CONNECT too. */
static void
set_url(struct table_call *c, struct hn_view v)
{
	struct url u;

	if (v.n == 0 || v.p[0] == '/') {
		record_set(c->r, FIELD_URL_PATH, v);
		return;
	}
	record_set(c->r, FIELD_URL_ORIGINAL, v);
	if (!url_split(v, &u))
		return;
	record_set(c->r, FIELD_URL_DOMAIN, u.host);
	record_set(c->r, FIELD_URL_PATH, u.path);
}

/* "GET /x HTTP/1.1"; what a scanner sent instead is kept as the message. */
static void
set_request(struct table_call *c, struct hn_view v)
{
	struct hn_view rest = v, method;
	const size_t version = hn_view_search(v, HN_LIT(" HTTP/"));

	if (!hn_view_cut(&rest, ' ', &method) || method.n > 32) {
		record_set(c->r, FIELD_MESSAGE, v);
		return;
	}
	record_set(c->r, FIELD_HTTP_METHOD, method);
	if (version < v.n && version >= method.n + 1)
		rest.n = version - method.n - 1;
	set_url(c, rest);
}

static void
set_action(struct table_call *c, struct hn_view v)
{
	const bool denied = hn_view_search(v, HN_LIT("DENIED")) < v.n;

	record_set(c->r, FIELD_EVENT_ACTION, v);
	record_set(c->r, FIELD_EVENT_OUTCOME, denied ? HN_LIT("failure") : HN_LIT("success"));
}

/* "TCP_TUNNEL:HIER_DIRECT" */
static void
set_action_and_route(struct table_call *c, struct hn_view v)
{
	struct hn_view rest = v, action;

	(void)hn_view_cut(&rest, ':', &action);
	set_action(c, action);
	if (rest.n > 0)
		record_keep(c->r, HN_LIT("Sh"), rest);
}

/* An elapsed time may be less than nothing where a clock was set. */
static void
set_elapsed(struct table_call *c, struct hn_view v)
{
	uint64_t ms;

	if (hn_num_u64(v, UINT32_MAX, &ms) == HN_OK)
		record_set(c->r, FIELD_EVENT_DURATION_MS, v);
}

static void
set_number(struct table_call *c, struct hn_view v)
{
	uint64_t n;

	if (hn_num_u64(v, UINT64_C(1) << 50, &n) == HN_OK)
		record_set(c->r, c->to, v);
}

static const struct table_row codes[] = {
	TABLE_BY("ts", COUNT, add_seconds), TABLE_BY("tu", COUNT, add_ms), TABLE_BY("tl", COUNT, set_local_time),
	TABLE_BY("tg", COUNT, set_local_time), TABLE_BY("tr", EVENT_DURATION_MS, set_elapsed), TABLE_DROP("dt"),
	TABLE_BY(">a", SOURCE_IP, set_client), TABLE_BY(">A", SOURCE_DOMAIN, table_if_absent), TABLE_TO(">p", SOURCE_PORT),
	TABLE_TO(">eui", SOURCE_MAC), TABLE_DROP(">la"), TABLE_DROP(">lp"), TABLE_BY("<a", DESTINATION_IP, set_server),
	TABLE_TO("<A", DESTINATION_DOMAIN), TABLE_TO("<p", DESTINATION_PORT), TABLE_DROP("<la"), TABLE_DROP("<lp"),
	TABLE_TO("un", USER_NAME), TABLE_BY("ul", USER_NAME, table_if_absent), TABLE_BY("ue", USER_NAME, table_if_absent),
	TABLE_BY("us", USER_NAME, table_if_absent), TABLE_BY("ui", USER_NAME, table_if_absent),
	TABLE_BY("Ss", EVENT_ACTION, set_action), TABLE_BY("Hs", HTTP_STATUS, set_number),
	TABLE_BY(">Hs", HTTP_STATUS, set_number),
	TABLE_BY("<Hs", HTTP_STATUS, table_if_absent), TABLE_BY("<st", DESTINATION_BYTES, set_number),
	TABLE_BY(">st", SOURCE_BYTES, set_number), TABLE_TO("rm", HTTP_METHOD), TABLE_TO(">rm", HTTP_METHOD),
	TABLE_BY("<rm", HTTP_METHOD, table_if_absent), TABLE_BY("ru", URL_ORIGINAL, set_url),
	TABLE_BY(">ru", URL_ORIGINAL, set_url),
	TABLE_BY("<ru", URL_ORIGINAL, table_if_absent), TABLE_TO(">rd", URL_DOMAIN), TABLE_TO("rd", URL_DOMAIN),
	TABLE_TO(">rp", URL_PATH), TABLE_TO("rp", URL_PATH), TABLE_TO(">rP", DESTINATION_PORT), TABLE_TO("mt", HTTP_MIME_TYPE),
	TABLE_TO("ssl::>sni", TLS_SERVER_NAME), TABLE_TO("ssl::<cert_subject", TLS_SUBJECT),
	TABLE_TO("ssl::<cert_issuer", TLS_ISSUER), TABLE_TO("ssl::>received_hello_version", TLS_VERSION),
	TABLE_TO("err_code", EVENT_REASON),
};

/* Request headers. */
static const struct table_row headers[] = {
	TABLE_TO("referer", HTTP_REFERRER), TABLE_TO("user-agent", USER_AGENT),
	TABLE_BY("x-forwarded-for", CLIENT_IP, table_forwarded), TABLE_BY("host", URL_DOMAIN, table_host),
};

static const struct table_row *
row_of(const struct table_row *rows, size_t n, struct hn_view name)
{
	for (size_t i = 0; i < n; i++)
		if (hn_view_eq_nocase(rows[i].name, name) && (rows != codes || hn_view_eq(rows[i].name, name)))
			return &rows[i];
	return NULL;
}

/* A directive being read: what is left of it, and where its text goes. */
struct compiling {
	struct logformat *f;
	struct hn_view rest;
};

static bool
take_any(struct hn_view *v, const char *set)
{
	if (v->n == 0 || v->p[0] == '\0' || strchr(set, v->p[0]) == NULL)
		return false;
	*v = hn_view_skip(*v, 1);
	return true;
}

/* "{Referer}", if it stands here. */
static struct hn_view
take_braces(struct hn_view *v)
{
	struct hn_view inside = { "", 0 };

	if (take_any(v, "{"))
		(void)hn_view_cut(v, '}', &inside);
	return inside;
}

static bool
is_code_char(char c)
{
	return (hn_lower(c) >= 'a' && hn_lower(c) <= 'z') || (c != '\0' && strchr("<>:_", c) != NULL);
}

/* The code's letters: an optional "ssl::" and "<" or ">" are part of it. */
static struct hn_view
take_code(struct hn_view *v)
{
	size_t n = 0;

	while (n < v->n && is_code_char(v->p[n]))
		n++;
	/* "%Ss:%Sh": a colon at the end is text; so is what follows a known two-letter code. */
	while (n > 0 && v->p[n - 1] == ':')
		n--;
	for (size_t i = n; i > 0; i--) {
		const struct hn_view code = { v->p, i };

		if (row_of(codes, HN_COUNT(codes), code) != NULL || (i > 0 && code.p[i - 1] == 'h' && i <= 2)) {
			n = i;
			break;
		}
	}
	const struct hn_view code = { v->p, n };

	*v = hn_view_skip(*v, n);
	return code;
}

/* One "%..." whose percent sign is gone. */
static bool
take_step(struct compiling *c, struct logformat_step *step)
{
	(void)take_any(&c->rest, "\"[#'/");
	(void)take_any(&c->rest, "-");
	while (take_any(&c->rest, "0123456789."))
		;
	struct hn_view argument = take_braces(&c->rest);
	const struct hn_view code = take_code(&c->rest);

	if (code.n == 0)
		return false;
	if (argument.n == 0)
		argument = take_braces(&c->rest);
	*step = (struct logformat_step){ .row = row_of(codes, HN_COUNT(codes), code), .name = code, .until = { "", 0 } };
	if (code.p[code.n - 1] == 'h' && argument.n > 0) {
		step->name = argument;
		step->row = code.p[0] != '<' ? row_of(headers, HN_COUNT(headers), argument) : NULL;
	}
	return true;
}

/* The text up to the next code, with "%%" made one sign. */
static struct hn_view
take_text(struct compiling *c)
{
	struct logformat *const f = c->f;
	const size_t from = f->text_n;

	while (c->rest.n > 0) {
		const bool sign = c->rest.p[0] == '%';

		if (sign && (c->rest.n < 2 || c->rest.p[1] != '%'))
			break;
		f->text[f->text_n++] = c->rest.p[0];
		c->rest = hn_view_skip(c->rest, sign ? 2 : 1);
	}
	return (struct hn_view){ f->text + from, f->text_n - from };
}

/* "logformat NAME FORMAT" as the configuration has it, or the format alone. */
static struct hn_view
format_of(struct hn_view v)
{
	struct hn_view word;

	v = hn_view_trim(v);
	if (hn_view_starts(v, HN_LIT("logformat "))) {
		v = hn_view_trim(hn_view_skip(v, 10));
		(void)hn_view_cut(&v, ' ', &word);
		v = hn_view_trim(v);
	}
	return v;
}

enum hn_rc
logformat_compile(struct hn_view directive, struct logformat *out, struct hn_err *err)
{
	const struct hn_view format = format_of(directive);
	struct compiling c = { .f = out, .rest = format };

	out->n = 0;
	out->text_n = 0;
	if (format.n > LOGFORMAT_TEXT_MAX)
		return HN_FAIL(err, HN_E_LIMIT, 0, "logformat");
	/* Names outlive the directive: they are taken from a copy of it. */
	memcpy(out->text, format.p, format.n);
	out->text_n = format.n;
	c.rest = (struct hn_view){ out->text, format.n };
	out->before = take_text(&c);
	while (c.rest.n > 0) {
		const size_t at = format.n - c.rest.n;

		if (out->n == LOGFORMAT_STEPS_MAX)
			return HN_FAIL(err, HN_E_LIMIT, at, "logformat");
		c.rest = hn_view_skip(c.rest, 1);
		if (!take_step(&c, &out->steps[out->n]))
			return HN_FAIL(err, HN_E_SYNTAX, at, "logformat code");
		out->steps[out->n].until = take_text(&c);
		if (out->steps[out->n++].until.n == 0 && c.rest.n > 0)
			return HN_FAIL(err, HN_E_SYNTAX, at, "logformat: nothing between two codes");
	}
	return out->n > 0 ? HN_OK : HN_FAIL(err, HN_E_SYNTAX, 0, "logformat code");
}

/* Where the value that ends with ${until} ends; v.n: nowhere. */
static size_t
end_of(struct hn_view v, struct hn_view until)
{
	size_t at = 0;

	if (until.n == 0)
		return v.n;
	if (until.p[0] != '"')
		return until.n == 1 ? hn_view_find(v, until.p[0]) : hn_view_search(v, until);
	while (at < v.n && v.p[at] != '"')
		at += v.p[at] == '\\' ? 2 : 1;
	return at < v.n && hn_view_starts(hn_view_skip(v, at), until) ? at : hn_view_search(v, until);
}

/* A local time has a blank in it, before its zone: there a blank is no end. */
static size_t
end_of_value(struct hn_view v, const struct logformat_step *step)
{
	const size_t end = end_of(v, step->until);
	const bool time = step->row != NULL && step->row->special == set_local_time;

	if (time && end == 20 && v.n > 26 && (v.p[21] == '+' || v.p[21] == '-') &&
	    hn_view_starts(hn_view_skip(v, 26), step->until))
		return 26;
	return end;
}

static void
skip_blanks(struct hn_view *v)
{
	while (v->n > 0 && v->p[0] == ' ')
		*v = hn_view_skip(*v, 1);
}

static bool
is_absent(struct hn_view v)
{
	return v.n == 0 || (v.n == 1 && v.p[0] == '-');
}

enum hn_rc
logformat_apply(const struct logformat *f, const struct reader_conf *conf, struct hn_view line, struct record *r,
    struct hn_err *err)
{
	struct table_call c = { .r = r, .arena = conf->arena };
	struct hn_view rest = line;

	if (!hn_view_starts(line, f->before))
		return HN_FAIL(err, HN_E_SYNTAX, 0, "beginning");
	rest = hn_view_skip(rest, f->before.n);
	for (size_t i = 0; i < f->n; i++) {
		const struct logformat_step *const step = &f->steps[i];

		skip_blanks(&rest);
		const size_t end = end_of_value(rest, step), from = (size_t)(rest.p - line.p);
		const struct hn_view value = hn_view_trim((struct hn_view){ rest.p, end });

		if (end == rest.n && step->until.n > 0)
			return HN_FAIL(err, HN_E_SYNTAX, from, step->row != NULL ? step->row->name.p : "a value does not end");
		rest = hn_view_skip(rest, end + step->until.n);
		if (!is_absent(value))
			table_put(&c, step->row, step->name, value);
		if (c.bad)
			return HN_FAIL(err, HN_E_SYNTAX, from, "time");
	}
	r->kind = RECORD_WEB;
	r->dataset = "web.access";
	return HN_OK;
}

static unsigned
never(struct hn_view line)
{
	(void)line;
	return 0;
}

static enum hn_rc
logformat_init(void *state, const struct reader_conf *conf, struct hn_err *err)
{
	return logformat_compile(conf->logformat, state, err);
}

static enum hn_rc
logformat_read(void *state, const struct reader_conf *conf, struct hn_view line, struct record *r, struct hn_err *err)
{
	return logformat_apply(state, conf, line, r, err);
}

const struct reader logformat_reader = {
	.name = "logformat",
	.frame = READER_LINE,
	.state_size = sizeof(struct logformat),
	.recognise = never,
	.init = logformat_init,
	.read = logformat_read,
};

/* Behind the common part: "referer" "user agent" action:route, as far as they are there. */
static void
combined_rest(struct table_call *c, struct hn_view rest)
{
	static const enum field quoted[] = { FIELD_HTTP_REFERRER, FIELD_USER_AGENT };

	for (size_t i = 0; i < HN_COUNT(quoted) && rest.n > 1 && rest.p[0] == '"'; i++) {
		rest = hn_view_skip(rest, 1);
		const size_t end = end_of(rest, HN_LIT("\""));

		record_set(c->r, quoted[i], (struct hn_view){ rest.p, end });
		rest = hn_view_skip(rest, end < rest.n ? end + 1 : end);
		skip_blanks(&rest);
	}
	rest = hn_view_trim(rest);
	if (rest.n == 0)
		return;
	if (hn_view_starts(rest, HN_LIT("TCP_")) || hn_view_starts(rest, HN_LIT("NONE")))
		set_action_and_route(c, rest);
	else if (rest.p[0] == '"')	/* nginx's habit */
		table_forwarded(c, (struct hn_view){ rest.p + 1, hn_view_find(hn_view_skip(rest, 1), '"') });
	else
		record_keep(c->r, HN_LIT("rest"), rest);
}

/* The values that both formats begin with, and what each ends with. */
static const struct common_value {
	const char *name;
	struct hn_view until;
	enum field to;
	table_special *set;	/* NULL: not looked at */
} common_values[] = {
	{ "client", HN_INIT(" "), FIELD_SOURCE_IP, set_client },
	{ "ident", HN_INIT(" "), FIELD_COUNT, NULL },
	{ "user", HN_INIT(" ["), FIELD_USER_NAME, table_if_absent },
	{ "time", HN_INIT("] \""), FIELD_COUNT, set_local_time },
	{ "request", HN_INIT("\" "), FIELD_COUNT, set_request },
	{ "status", HN_INIT(" "), FIELD_HTTP_STATUS, set_number },
	{ "bytes", HN_INIT(" "), FIELD_DESTINATION_BYTES, set_number },
};

static enum hn_rc
combined_read(void *state, const struct reader_conf *conf, struct hn_view line, struct record *r, struct hn_err *err)
{
	struct table_call c = { .r = r, .arena = conf->arena };
	struct hn_view rest = line;

	(void)state;
	for (size_t i = 0; i < HN_COUNT(common_values); i++) {
		const struct common_value *const value = &common_values[i];
		const size_t end = end_of(rest, value->until);
		const bool last = i + 1 == HN_COUNT(common_values);

		if (end == 0 || (end == rest.n && !last))
			return HN_FAIL(err, HN_E_SYNTAX, (size_t)(rest.p - line.p), value->name);
		const struct hn_view v = { rest.p, end };

		c.to = value->to;
		if (value->set != NULL && !is_absent(v))
			value->set(&c, v);
		if (c.bad)
			return HN_FAIL(err, HN_E_SYNTAX, (size_t)(rest.p - line.p), value->name);
		rest = hn_view_skip(rest, end < rest.n ? end + value->until.n : end);
	}
	combined_rest(&c, rest);
	r->kind = RECORD_WEB;
	r->dataset = "web.access";
	return HN_OK;
}

static unsigned
combined_recognise(struct hn_view line)
{
	const size_t bracket = hn_view_find(line, '[');
	int64_t ms;

	if (bracket < 6 || bracket > 400 || line.n - bracket < 30 || line.p[0] == '<' || line.p[0] == '{')
		return 0;
	if (line.p[bracket + 27] != ']' || !common_time((struct hn_view){ line.p + bracket + 1, 26 }, &ms))
		return 0;
	return hn_view_starts(hn_view_skip(line, bracket + 28), HN_LIT(" \"")) ? 95 : 0;
}

const struct reader combined_reader = {
	.name = "combined",
	.frame = READER_LINE,
	.recognise = combined_recognise,
	.read = combined_read,
};
