#include "record/syslog.h"

#include "base/clock.h"
#include "base/num.h"
#include "record/daemon.h"
#include "record/escape.h"

#define DAY_MS INT64_C(86400000)
#define PRI_MAX 191u
#define HOST_MAX 255u
#define TAG_MAX 64u

/* What stands before the message. */
struct header {
	bool has_pri, has_time, has_host;
	unsigned pri;
	int64_t at_ms;
	struct hn_view host, program, pid, id;
	struct hn_view data;		/* RFC 5424's structured data */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
take_pri(struct hn_view *v, unsigned *pri)
{
	const size_t end = v->n > 0 && v->p[0] == '<' ? hn_view_find((struct hn_view){ v->p, v->n < 5 ? v->n : 5 }, '>') : 0;
	uint64_t n;

	if (end < 2 || end >= v->n || v->p[end] != '>' ||
	    hn_num_u64((struct hn_view){ v->p + 1, end - 1 }, PRI_MAX, &n) != HN_OK)
		return false;
	*pri = (unsigned)n;
	*v = hn_view_skip(*v, end + 1);
	return true;
}

/* The next word; blanks in front of it are passed over. */
static struct hn_view
take_word(struct hn_view *v)
{
	struct hn_view word;

	while (v->n > 0 && v->p[0] == ' ')
		*v = hn_view_skip(*v, 1);
	(void)hn_view_cut(v, ' ', &word);
	return word;
}

static bool
take_number(struct hn_view *v, size_t most_digits, int *out)
{
	size_t n = 0;
	uint64_t value;

	while (n < v->n && n < most_digits && is_digit(v->p[n]))
		n++;
	if (hn_num_u64((struct hn_view){ v->p, n }, 9999, &value) != HN_OK)
		return false;
	*v = hn_view_skip(*v, n);
	*out = (int)value;
	return true;
}

static bool
take_char(struct hn_view *v, char c)
{
	if (v->n == 0 || v->p[0] != c)
		return false;
	*v = hn_view_skip(*v, 1);
	return true;
}

static void
skip_blanks(struct hn_view *v)
{
	while (take_char(v, ' '))
		;
}

/* "08:00:00", "08:00:00.123" */
static bool
take_clock(struct hn_view *v, struct hn_civil *c)
{
	int unit = 100;

	if (!take_number(v, 2, &c->hour) || !take_char(v, ':') || !take_number(v, 2, &c->minute) || !take_char(v, ':') ||
	    !take_number(v, 2, &c->second))
		return false;
	if (v->n > 1 && (v->p[0] == '.' || v->p[0] == ',') && is_digit(v->p[1]))
		for (*v = hn_view_skip(*v, 1); v->n > 0 && is_digit(v->p[0]); *v = hn_view_skip(*v, 1)) {
			c->ms += (v->p[0] - '0') * unit;
			unit /= 10;
		}
	return true;
}

static int
month_of(struct hn_view v)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int m = 0; v.n >= 3 && m < 12; m++)
		if (memcmp(v.p, names + m * 3, 3) == 0)
			return m + 1;
	return 0;
}

static int64_t
instant(struct hn_civil c, const struct reader_conf *conf)
{
	const int64_t ms = hn_civil_ms(c);

	return conf->zone != NULL ? hn_zone_instant(conf->zone, ms) : ms;
}

/* The instant of ${c} in the year that puts it nearest to now, at most a day ahead; false: in no year is it a date. */
static bool
infer_year(struct hn_civil c, const struct reader_conf *conf, int64_t *at_ms)
{
	const int this_year = hn_civil_of(conf->now_ms).year;

	/* Eight years back is far enough for a leap day over a century's turn. */
	for (c.year = this_year + 1; c.year >= this_year - 8 && c.year > 0; c.year--) {
		if (!hn_civil_is_valid(c))
			continue;
		const int64_t ms = instant(c, conf);

		if (ms <= conf->now_ms + DAY_MS) {
			*at_ms = ms;
			return true;
		}
	}
	return false;
}

/* "2026 ": a year and a blank, if that is what comes next. */
static void
take_year(struct hn_view *v, int *year)
{
	if (v->n < 5 || !is_digit(v->p[2]) || v->p[4] != ' ' || !take_number(v, 4, year))
		return;
	skip_blanks(v);
}

/* "Nov 23 ", "Nov  3 " */
static bool
take_day(struct hn_view *v, struct hn_civil *c)
{
	c->month = month_of(*v);
	if (c->month == 0 || v->n < 5 || v->p[3] != ' ')
		return false;
	*v = hn_view_skip(*v, 4);
	skip_blanks(v);
	if (!take_number(v, 2, &c->day) || !take_char(v, ' '))
		return false;
	skip_blanks(v);
	return true;
}

/* "Nov 23 08:00:00", "Nov 23 2026 08:00:00", "2026 Nov 23 08:00:00" */
static bool
take_bsd_time(struct hn_view *v, const struct reader_conf *conf, int64_t *at_ms)
{
	struct hn_civil c = { 0 };
	struct hn_view rest = *v;
	int year = 0;

	take_year(&rest, &year);
	if (!take_day(&rest, &c))
		return false;
	take_year(&rest, &year);
	if (!take_clock(&rest, &c))
		return false;
	c.year = year != 0 ? year : 2000;	/* a leap year, to check the rest */
	if (!hn_civil_is_valid(c) || (year == 0 && !infer_year(c, conf, at_ms)))
		return false;
	if (year != 0)
		*at_ms = instant(c, conf);
	*v = rest;
	return true;
}

bool
syslog_time(struct hn_view v, const struct reader_conf *conf, int64_t *at_ms)
{
	return take_bsd_time(&v, conf, at_ms);
}

/* "2026-11-23T08:00:00.123+09:00", "2026-11-23T08:00:00" */
static bool
read_joined_time(struct hn_view v, const struct reader_conf *conf, int64_t *at_ms)
{
	const struct hn_view clock = hn_view_skip(v, 11);
	const bool has_zone = hn_lower(v.p[v.n - 1]) == 'z' || hn_view_find(clock, '+') < clock.n ||
	    hn_view_find(clock, '-') < clock.n;

	if (hn_time_parse(v, 0, at_ms) != HN_OK)
		return false;
	if (!has_zone && conf->zone != NULL)
		*at_ms = hn_zone_instant(conf->zone, *at_ms);
	return true;
}

/* "2026/11/23", then in ${rest} "08:00:00" */
static bool
read_split_time(struct hn_view date, struct hn_view *rest, const struct reader_conf *conf, int64_t *at_ms)
{
	struct hn_civil c = { 0 };
	int64_t day_ms;

	if (hn_time_parse(date, 0, &day_ms) != HN_OK || !take_clock(rest, &c))
		return false;
	const struct hn_civil day = hn_civil_of(day_ms);

	c.year = day.year;
	c.month = day.month;
	c.day = day.day;
	if (!hn_civil_is_valid(c))
		return false;
	*at_ms = instant(c, conf);
	(void)take_char(rest, ':');
	return true;
}

/* A date and time in one word is followed by a host, in two words it is not. */
static bool
take_iso_time(struct hn_view *v, const struct reader_conf *conf, struct header *h)
{
	struct hn_view rest = *v;
	const struct hn_view date = take_word(&rest);

	if (date.n < 10 || (date.p[4] != '-' && date.p[4] != '/') || date.p[7] != date.p[4])
		return false;
	const bool is_joined = date.n > 11;

	if (!(is_joined ? read_joined_time(date, conf, &h->at_ms) : read_split_time(date, &rest, conf, &h->at_ms)))
		return false;
	h->has_host = is_joined;
	*v = rest;
	return true;
}

/* "%SYS-5-CONFIG_I: ..." within the first bytes of a Cisco line: all before it is counters and times. */
static bool
take_cisco(struct hn_view *v, struct header *h)
{
	const struct hn_view head = { v->p, v->n < 96 ? v->n : 96 };
	const size_t at = hn_view_find(head, '%');
	struct hn_view rest, facility, severity, mnemonic;

	if (at == head.n || (at > 0 && v->p[at - 1] != ' '))
		return false;
	rest = hn_view_skip(*v, at + 1);
	const char *const text = rest.p;

	if (!hn_view_cut(&rest, '-', &facility) || facility.n > 24 || !hn_view_cut(&rest, '-', &severity))
		return false;
	const struct hn_view message = rest;

	if (severity.n != 1 || !is_digit(severity.p[0]) || !hn_view_cut(&rest, ':', &mnemonic) || mnemonic.n > 48 ||
	    hn_view_find(mnemonic, ' ') < mnemonic.n)
		return false;
	h->program = facility;
	h->id = (struct hn_view){ text, (size_t)(mnemonic.p + mnemonic.n - text) };
	*v = message;
	return true;
}

/* "sshd[123]: ", "sudo: "; what is no tag is left as the begin of the message. */
static bool
take_tag(struct hn_view *v, struct header *h)
{
	struct hn_view rest = *v, tag, pid = { "", 0 };
	size_t n = 0;

	while (n < rest.n && n < TAG_MAX && rest.p[n] != '[' && rest.p[n] != ':' && rest.p[n] != ' ')
		n++;
	tag = (struct hn_view){ rest.p, n };
	rest = hn_view_skip(rest, n);
	if (take_char(&rest, '[') && !hn_view_cut(&rest, ']', &pid))
		return false;
	if (n == 0 || pid.n > 32 || !take_char(&rest, ':') || (rest.n > 0 && rest.p[0] != ' '))
		return false;
	h->program = tag;
	h->pid = pid;
	skip_blanks(&rest);
	*v = rest;
	return true;
}

/* RFC 5424, section 6.2, behind the version: the rest of the header. */
static bool
take_5424(struct hn_view *v, const struct reader_conf *conf, struct header *h)
{
	struct hn_view rest = *v;

	if (!take_char(&rest, '1') || !take_char(&rest, ' '))
		return false;
	const struct hn_view time = take_word(&rest);
	struct hn_view at = { time.p, time.n };
	struct hn_view *const words[] = { &h->host, &h->program, &h->pid, &h->id };

	if (hn_view_eq(time, HN_LIT("-")))
		h->at_ms = conf->now_ms;
	else if (!take_iso_time(&at, conf, h) || at.n > 0)
		return false;
	h->has_host = false;	/* it is read here, not behind */
	for (size_t i = 0; i < HN_COUNT(words); i++)
		*words[i] = take_word(&rest);
	skip_blanks(&rest);
	if (h->id.n == 0 || rest.n == 0)
		return false;
	*v = rest;
	return true;
}

/* One [id name="value" ...] of the structured data, its pairs into ${r} (NULL: only to find its end). */
static bool
take_element(struct hn_view *v, struct record *r, struct hn_arena *a)
{
	struct hn_view name, id;
	size_t n = 0;

	while (n < v->n && v->p[n] != ' ' && v->p[n] != ']')
		n++;
	id = (struct hn_view){ v->p, n };
	*v = hn_view_skip(*v, n);
	while (take_char(v, ' ')) {
		skip_blanks(v);
		if (!hn_view_cut(v, '=', &name) || !take_char(v, '"'))
			return false;
		for (n = 0; n < v->n && v->p[n] != '"'; n++)
			if (v->p[n] == '\\' && n + 1 < v->n)
				n++;
		if (n >= v->n)
			return false;
		if (r != NULL)
			record_keep(r, name, escape_undo((struct hn_view){ v->p, n }, "\"\\]", a));
		*v = hn_view_skip(*v, n + 1);
	}
	return id.n > 0 && take_char(v, ']');
}

static bool
take_data(struct hn_view *v, struct hn_view *data)
{
	struct hn_view rest = *v;

	if (take_char(&rest, '-')) {
		*data = (struct hn_view){ "", 0 };
	} else {
		while (take_char(&rest, '['))
			if (!take_element(&rest, NULL, NULL))
				return false;
		*data = (struct hn_view){ v->p, (size_t)(rest.p - v->p) };
	}
	if (rest.n > 0 && rest.p[0] != ' ')
		return false;
	skip_blanks(&rest);
	if (hn_view_starts(rest, HN_LIT("\xef\xbb\xbf")))
		rest = hn_view_skip(rest, 3);
	*v = rest;
	return true;
}

/* Cisco counts lines, may name itself and marks an unsure clock: "123: sw01: *Nov 23 ...". */
static void
take_counter(struct hn_view *v, struct header *h)
{
	struct hn_view rest = *v, host = { "", 0 };
	int n;

	if (!take_number(&rest, 9, &n) || !take_char(&rest, ':'))
		return;
	skip_blanks(&rest);
	if (month_of(rest) == 0 && rest.n > 0 && rest.p[0] != '*' && rest.p[0] != '.') {
		host = take_word(&rest);
		if (host.n < 2 || host.p[host.n - 1] != ':')
			return;
		host.n--;
	}
	if (rest.n > 0 && (rest.p[0] == '*' || rest.p[0] == '.'))
		rest = hn_view_skip(rest, 1);
	if (month_of(rest) == 0)
		return;
	h->host = host;
	*v = rest;
}

static bool
is_host(struct hn_view v)
{
	return v.n > 0 && v.n <= HOST_MAX && v.p[v.n - 1] != ':' && v.p[v.n - 1] != ']' && v.p[0] != '[' && v.p[0] != '%' &&
	    hn_view_find(v, '=') == v.n;
}

static void
take_host_and_tag(struct hn_view *v, struct header *h)
{
	struct hn_view rest = *v;
	const struct hn_view host = take_word(&rest);

	if (h->has_host && is_host(host) && rest.n > 0) {
		h->host = host;
		*v = rest;
		skip_blanks(v);
		if (hn_view_starts(*v, HN_LIT(": ")))	/* Cisco ASA */
			*v = hn_view_skip(*v, 2);
	}
	if (!take_cisco(v, h))
		(void)take_tag(v, h);
}

/* Cut the header off ${v}; false: it is no syslog line. */
static bool
take_header(struct hn_view *v, const struct reader_conf *conf, struct header *h)
{
	h->has_pri = take_pri(v, &h->pri);
	if (h->has_pri && take_5424(v, conf, h)) {
		h->has_time = true;
		return take_data(v, &h->data);
	}
	if (h->has_pri)
		take_counter(v, h);
	if (take_bsd_time(v, conf, &h->at_ms)) {
		h->has_time = h->has_host = true;
		if (take_char(v, ':'))	/* "Nov 23 2026 08:00:00: %ASA-..." */
			h->has_host = false;
	} else {
		h->has_time = take_iso_time(v, conf, h);
	}
	if (!h->has_pri && !h->has_time)
		return false;
	skip_blanks(v);
	take_host_and_tag(v, h);
	return true;
}

static unsigned
syslog_recognise(struct hn_view line)
{
	const struct reader_conf conf = { .now_ms = INT64_C(1000000000000) };
	struct hn_view rest = line;
	struct header h = { 0 };

	if (line.n < 4 || !take_header(&rest, &conf, &h))
		return 0;
	if (h.has_pri)
		return h.has_time ? 80 : 40;
	return h.has_host ? 70 : 50;
}

/* The reader of what is inside the message: one that needs to know no other line. */
static const struct reader *
inner_reader(struct hn_view body)
{
	const struct reader *const inner = reader_recognise(body);

	return inner != NULL && inner != &syslog_reader && inner->state_size == 0 && inner->init == NULL ? inner : NULL;
}

static bool
read_inner(const struct reader_conf *conf, struct hn_view body, struct record *r)
{
	const struct reader *const inner = inner_reader(body);

	if (inner == NULL)
		return false;
	if (inner->read(NULL, conf, body, r, NULL) == HN_OK)
		return true;
	record_reset(r);
	return false;
}

static void
set_header(struct record *r, const struct header *h)
{
	static const struct hn_view severities[] = {
		HN_INIT("emergency"), HN_INIT("alert"), HN_INIT("critical"), HN_INIT("error"), HN_INIT("warning"),
		HN_INIT("notice"), HN_INIT("information"), HN_INIT("debug"),
	};

	if (!record_has(r, FIELD_OBSERVER_NAME))
		record_set(r, FIELD_OBSERVER_NAME, h->host);
	if (!record_has(r, FIELD_EVENT_PROVIDER))
		record_set(r, FIELD_EVENT_PROVIDER, h->program);
	if (!record_has(r, FIELD_EVENT_CODE))
		record_set(r, FIELD_EVENT_CODE, h->id);
	if (h->has_pri && !record_has(r, FIELD_EVENT_SEVERITY))
		record_set(r, FIELD_EVENT_SEVERITY, severities[h->pri % 8]);
}

static enum hn_rc
syslog_read(void *state, const struct reader_conf *conf, struct hn_view line, struct record *r, struct hn_err *err)
{
	struct hn_view body = line, data;
	struct header h = { 0 };

	(void)state;
	if (!take_header(&body, conf, &h))
		return HN_FAIL(err, HN_E_SYNTAX, 0, "syslog header");
	body = hn_view_trim(body);
	if (!read_inner(conf, body, r)) {
		r->dataset = "syslog";
		(void)daemon_read(h.program, body, r);
		record_set(r, FIELD_HOST_NAME, h.host);
		record_set(r, FIELD_PROCESS_PID, h.pid);
		record_set(r, FIELD_MESSAGE, body);
	}
	if (r->at_ms == 0 || r->at_ms == conf->now_ms)
		r->at_ms = h.has_time ? h.at_ms : conf->now_ms;
	set_header(r, &h);
	for (data = h.data; take_char(&data, '[');)
		if (!take_element(&data, r, conf->arena))
			break;
	return HN_OK;
}

const struct reader syslog_reader = {
	.name = "syslog",
	.frame = READER_LINE,
	.recognise = syslog_recognise,
	.read = syslog_read,
};
