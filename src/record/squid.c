#include "record/squid.h"

#include "base/addr.h"
#include "base/num.h"
#include "record/url.h"

/* In the order of the line; a stop is the character that must end the word. */
enum { TIME, ELAPSED, CLIENT, OUTCOME, STATUS, BYTES, METHOD, URL, USER, ROUTE, SERVER, N_WORDS };

static const struct word {
	const char *name;
	char stop;
	enum field to;		/* FIELD_COUNT: not copied as it is */
} words[N_WORDS] = {
	[TIME] = { "time", ' ', FIELD_COUNT },
	[ELAPSED] = { "elapsed", ' ', FIELD_EVENT_DURATION_MS },
	[CLIENT] = { "client", ' ', FIELD_SOURCE_IP },
	[OUTCOME] = { "outcome", '/', FIELD_EVENT_ACTION },
	[STATUS] = { "status", ' ', FIELD_HTTP_STATUS },
	[BYTES] = { "bytes", ' ', FIELD_DESTINATION_BYTES },
	[METHOD] = { "method", ' ', FIELD_HTTP_METHOD },
	[URL] = { "url", ' ', FIELD_URL_ORIGINAL },
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

static unsigned
squid_recognise(struct hn_view line)
{
	struct hn_view rest = line, word[3], outcome;
	int64_t at_ms;
	uint64_t elapsed;
	struct hn_addr addr;

	for (int i = 0; i < 3; i++)
		if (!take(&rest, ' ', &word[i]))
			return 0;
	if (hn_num_seconds_ms(word[0], &at_ms) != HN_OK || hn_num_u64(word[1], UINT32_MAX, &elapsed) != HN_OK ||
	    !take(&rest, '/', &outcome))
		return 0;
	const bool squid_word = hn_view_starts(outcome, HN_LIT("TCP_")) || hn_view_starts(outcome, HN_LIT("UDP_")) ||
	    hn_view_starts(outcome, HN_LIT("NONE"));

	return squid_word ? (hn_addr_parse(word[2], &addr) == HN_OK ? 95 : 80) : 0;
}

static void
set_url(struct record *r, struct hn_view text)
{
	struct url u;

	if (!url_split(text, &u))
		return;
	record_set(r, FIELD_URL_DOMAIN, u.host);
	record_set(r, FIELD_URL_PATH, u.path);
}

static void
set_server(struct record *r, struct hn_view server)
{
	struct hn_addr addr;

	record_set(r, hn_addr_parse(server, &addr) == HN_OK ? FIELD_DESTINATION_IP : FIELD_DESTINATION_DOMAIN, server);
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
	} limits[] = { { ELAPSED, UINT32_MAX }, { STATUS, 999 }, { BYTES, UINT64_C(1) << 50 } };
	uint64_t n;
	enum hn_rc rc = hn_num_seconds_ms(word[TIME], at_ms);

	if (rc != HN_OK)
		return HN_FAIL(err, rc, 0, "time");
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
	struct hn_view word[N_WORDS], rest = line;
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
	record_set(r, FIELD_HTTP_MIME_TYPE, rest);
	record_set(r, FIELD_EVENT_OUTCOME, outcome_of(word[OUTCOME]));
	set_url(r, word[URL]);
	set_server(r, word[SERVER]);
	return HN_OK;
}

const struct reader squid_reader = {
	.name = "squid",
	.frame = READER_LINE,
	.recognise = squid_recognise,
	.read = squid_read,
};
