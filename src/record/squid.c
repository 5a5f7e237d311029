#include "record/squid.h"

#include "base/addr.h"
#include "base/num.h"
#include "record/table.h"
#include "record/url.h"

/* In the order of the line; a stop is the character that must end the word. */
enum { TIME, ELAPSED, CLIENT, OUTCOME, STATUS, BYTES, METHOD, URL, USER, ROUTE, SERVER, N_WORDS };

static const struct word {
	const char *name;
	char stop;
	enum field to;		/* FIELD_COUNT: not copied as it is */
} words[N_WORDS] = {
	[TIME] = { "time", ' ', FIELD_COUNT },
	[ELAPSED] = { "elapsed", ' ', FIELD_COUNT },
	[CLIENT] = { "client", ' ', FIELD_COUNT },
	[OUTCOME] = { "outcome", '/', FIELD_EVENT_ACTION },
	[STATUS] = { "status", ' ', FIELD_HTTP_STATUS },
	[BYTES] = { "bytes", ' ', FIELD_DESTINATION_BYTES },
	[METHOD] = { "method", ' ', FIELD_HTTP_METHOD },
	[URL] = { "url", ' ', FIELD_COUNT },
	[USER] = { "user", ' ', FIELD_USER_NAME },
	[ROUTE] = { "route", '/', FIELD_COUNT },
	[SERVER] = { "server", ' ', FIELD_COUNT },
};

/* Skip blanks, then take a word that ${stop} must end; false: it does not. */
static bool
take(struct hn_view *rest, char stop, struct hn_view *out)
{
	size_t n;

	while (rest->n > 0 && rest->p[0] == ' ')
		*rest = hn_view_skip(*rest, 1);
	n = hn_view_find(*rest, ' ');
	if (n == rest->n && stop == ' ')
		return false;
	if (stop != ' ') {
		const size_t blank = n;

		n = hn_view_find((struct hn_view){ rest->p, blank }, stop);
		if (n == blank)
			return false;
	}
	if (n == 0)
		return false;
	*out = (struct hn_view){ rest->p, n };
	*rest = hn_view_skip(*rest, n + 1);
	return true;
}

/* "TCP_MISS", "NONE_NONE", "TAG_NONE_ABORTED" */
static bool
is_outcome(struct hn_view v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((v.p[i] < 'A' || v.p[i] > 'Z') && v.p[i] != '_')
			return false;
	return v.n >= 4;
}

/* Milliseconds; less than none where a clock was set back in between. */
static bool
is_elapsed(struct hn_view v)
{
	int64_t ms;

	return hn_num_i64(v, &ms) == HN_OK && ms <= UINT32_MAX && ms >= -(int64_t)UINT32_MAX;
}

static unsigned
squid_recognise(struct hn_view line)
{
	struct hn_view rest = line, word[5];
	struct hn_addr addr;
	uint64_t status;
	int64_t at_ms;

	for (int i = 0; i < 5; i++)
		if (!take(&rest, words[i].stop, &word[i]))
			return 0;
	if (hn_num_seconds_ms(word[TIME], &at_ms) != HN_OK || !is_elapsed(word[ELAPSED]) || !is_outcome(word[OUTCOME]) ||
	    hn_num_u64(word[STATUS], 999, &status) != HN_OK)
		return 0;
	return hn_addr_parse(word[CLIENT], &addr) == HN_OK ? 95 : 80;
}

/* The port that stands behind the host, else the scheme's. */
static void
set_port(struct record *r, const struct url *u)
{
	static const struct {
		uint16_t port;
		struct hn_view text;
	} usual[] = { { 80, HN_INIT("80") }, { 443, HN_INIT("443") }, { 21, HN_INIT("21") } };
	const char *p = u->host.p + u->host.n;
	const char *const end = u->path.p;

	p += p < end && *p == ']' ? 1 : 0;
	if (p < end && *p == ':') {
		record_set(r, FIELD_DESTINATION_PORT, (struct hn_view){ p + 1, (size_t)(end - p) - 1 });
		return;
	}
	for (size_t i = 0; i < HN_COUNT(usual); i++)
		if (usual[i].port == u->port)
			record_set(r, FIELD_DESTINATION_PORT, usual[i].text);
}

static void
set_url(struct record *r, struct hn_view text)
{
	struct url u;

	if (!url_split(text, &u)) {
		record_set(r, FIELD_URL_ORIGINAL, text);
		return;
	}
	record_set_url(r, text, &u);
	record_set(r, FIELD_URL_DOMAIN, u.host);
	record_set(r, FIELD_URL_PATH, u.path);
	set_port(r, &u);
}

static void
set_peer(struct record *r, struct hn_view v, enum field addr_field, enum field name_field)
{
	struct hn_addr addr;

	if (hn_addr_parse(v, &addr) == HN_OK)
		record_set_addr(r, addr_field, v, addr);
	else
		record_set(r, name_field, v);
}

/*
 * What an administrator put behind the native format: a quoted text is the user agent, addresses are those of
 * X-Forwarded-For, and the rest is kept as it stands.
 */
static void
set_more(struct record *r, struct hn_view more)
{
	struct table_call c = { .r = r };
	struct hn_view word = { "", 0 };

	more = hn_view_trim(more);
	while (more.n > 0) {
		const bool quoted = more.p[0] == '"';

		if (quoted)
			more = hn_view_skip(more, 1);
		(void)hn_view_cut(&more, quoted ? '"' : ' ', &word);
		if (!quoted)
			table_forwarded(&c, word);
		else if (!record_has(r, FIELD_USER_AGENT))
			record_set(r, FIELD_USER_AGENT, word);
		if (word.n > 0)
			record_keep(r, HN_LIT("more"), word);
		more = hn_view_trim(more);
	}
}

/* Whether the proxy let it through: "TCP_DENIED", "UDP_DENIED", "TCP_DENIED_REPLY" are refusals. */
static struct hn_view
outcome_of(struct hn_view action)
{
	const bool denied = action.n > 4 && hn_view_starts(hn_view_skip(action, 4), HN_LIT("DENIED"));

	return denied ? HN_LIT("failure") : HN_LIT("success");
}

static enum hn_rc
check_numbers(const struct hn_view *word, int64_t *at_ms, struct hn_err *err)
{
	static const struct {
		int word;
		uint64_t max;
	} limits[] = { { STATUS, 999 }, { BYTES, UINT64_C(1) << 50 } };
	uint64_t n;
	enum hn_rc rc = hn_num_seconds_ms(word[TIME], at_ms);

	if (rc != HN_OK)
		return HN_FAIL(err, rc, 0, "time");
	if (!is_elapsed(word[ELAPSED]))
		return HN_FAIL(err, HN_E_SYNTAX, (size_t)(word[ELAPSED].p - word[TIME].p), "elapsed");
	for (size_t i = 0; i < HN_COUNT(limits); i++) {
		rc = hn_num_u64(word[limits[i].word], limits[i].max, &n);
		if (rc != HN_OK)
			return HN_FAIL(err, rc, (size_t)(word[limits[i].word].p - word[TIME].p), words[limits[i].word].name);
	}
	return HN_OK;
}

static enum hn_rc
squid_read(void *state, const struct reader_conf *conf, struct hn_view line, struct record *r, struct hn_err *err)
{
	struct hn_view word[N_WORDS], rest = line, type;
	int64_t at_ms;

	(void)state;
	(void)conf;
	for (size_t i = 0; i < N_WORDS; i++)
		if (!take(&rest, words[i].stop, &word[i]))
			return HN_FAIL(err, HN_E_SYNTAX, (size_t)(rest.p - line.p), words[i].name);
	const enum hn_rc rc = check_numbers(word, &at_ms, err);

	if (rc != HN_OK)
		return rc;
	if (rest.n == 0)
		return HN_FAIL(err, HN_E_SYNTAX, line.n, "type");
	for (size_t i = 0; i < N_WORDS; i++)
		if (words[i].to != FIELD_COUNT)
			record_set(r, words[i].to, word[i]);
	r->at_ms = at_ms;
	r->kind = RECORD_WEB;
	r->dataset = "squid.access";
	(void)hn_view_cut(&rest, ' ', &type);
	record_set(r, FIELD_HTTP_MIME_TYPE, type);
	if (word[ELAPSED].p[0] != '-')
		record_set(r, FIELD_EVENT_DURATION_MS, word[ELAPSED]);
	record_set(r, FIELD_EVENT_OUTCOME, outcome_of(word[OUTCOME]));
	set_url(r, word[URL]);
	set_peer(r, word[CLIENT], FIELD_SOURCE_IP, FIELD_SOURCE_DOMAIN);
	set_peer(r, word[SERVER], FIELD_DESTINATION_IP, FIELD_DESTINATION_DOMAIN);
	if (rest.n > 0)
		set_more(r, rest);
	return HN_OK;
}

const struct reader squid_reader = {
	.name = "squid",
	.frame = READER_LINE,
	.recognise = squid_recognise,
	.read = squid_read,
};
