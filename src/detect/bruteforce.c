#include "detect/bruteforce.h"

#include <math.h>

#include "base/mem.h"
#include "detect/few.h"
#include "detect/triage.h"

#define QUIET_MS (30 * 60 * 1000)	/* after so long without a failure the next one begins anew */
#define ATTEMPT_MS 1500			/* lines about one attempt lie within */
#define FAILURES_MIN 12u
#define ACCOUNTS_MIN 8u			/* different accounts from one source: spraying */
#define STALE_MS (6 * 3600 * 1000)	/* one account from one machine for so long, slowly: an old password */

struct source {
	int64_t first_ms, last_ms;
	uint64_t last_account;		/* of the last attempt */
	uint32_t failures, told;
	uint32_t successes;		/* after enough failures */
	uint32_t unused;
	struct few accounts, targets;
};

struct state {
	const struct detect_conf *conf;
	struct keyed *sources;
	struct keyed *tables[1];
};

/* What a record says about an attempt. */
struct attempt {
	struct hn_view source, target, account;
	uint64_t target_key, account_key;
	bool is_failure, is_from_outside;
};

static void
bruteforce_close(void *state)
{
	struct state *s = state;

	if (s != NULL)
		keyed_free(s->sources);
	hn_free(s);
}

static enum hn_rc
bruteforce_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));

	if (s != NULL) {
		s->conf = conf;
		s->tables[0] = s->sources = keyed_new(sizeof(struct source), BRUTEFORCE_SOURCES_MAX);
	}
	if (s == NULL || s->sources == NULL) {
		bruteforce_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "bruteforce");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
bruteforce_tables(void *state, size_t *n)
{
	*n = 1;
	return ((struct state *)state)->tables;
}

static struct hn_view
first_of(const struct record *r, const enum field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (record_has(r, fields[i]))
			return r->value[fields[i]];
	return HN_LIT("");
}

/* false: no sign-in, or nobody can be named. */
static bool
read_attempt(const struct sight *s, struct attempt *out)
{
	static const enum field sources[] = { FIELD_CLIENT_IP, FIELD_SOURCE_IP, FIELD_SOURCE_DOMAIN };
	static const enum field targets[] = { FIELD_DESTINATION_IP, FIELD_HOST_NAME, FIELD_OBSERVER_NAME };
	static const enum field accounts[] = { FIELD_USER_TARGET_NAME, FIELD_USER_NAME };
	const struct hn_view outcome = record_get(s->record, FIELD_EVENT_OUTCOME);
	struct hn_addr addr;

	out->source = first_of(s->record, sources, HN_COUNT(sources));
	out->target = first_of(s->record, targets, HN_COUNT(targets));
	out->account = first_of(s->record, accounts, HN_COUNT(accounts));
	out->is_failure = hn_view_eq(outcome, HN_LIT("failure"));
	if (out->source.n == 0 || (!out->is_failure && !hn_view_eq(outcome, HN_LIT("success"))))
		return false;
	out->is_from_outside = hn_addr_parse(out->source, &addr) == HN_OK && !scope_is_internal(s->scope, addr) &&
	    !hn_addr_is_special(addr);
	return true;
}

static double
weight_of_number(uint32_t failures)
{
	return failures >= 300 ? 3.2 : failures >= 100 ? 2.6 : failures >= 40 ? 2.0 : failures >= 20 ? 1.4 : 0.8;
}

static bool
is_stale_password(const struct source *src, int64_t now_ms)
{
	return few_count(&src->accounts) <= 1 && few_count(&src->targets) <= 2 && now_ms - src->first_ms >= STALE_MS &&
	    (double)(now_ms - src->first_ms) / fmax(1, src->failures) > 20000;
}

static void
weigh(struct finding *f, const struct source *src, const struct attempt *a, int64_t now_ms)
{
	finding_part(f, "bruteforce.prior", -1.6);
	finding_part(f, "number", weight_of_number(src->failures));
	if (few_count(&src->accounts) >= ACCOUNTS_MIN)
		finding_part(f, "bruteforce.accounts", 1.6);
	if (few_count(&src->targets) >= 4)
		finding_part(f, "bruteforce.targets", 0.8);
	if (src->successes > 0)
		finding_part(f, "bruteforce.success", 2.6);
	if (a->is_from_outside && src->successes == 0)
		finding_part(f, "bruteforce.outside", -3.5);
	if (is_stale_password(src, now_ms))
		finding_part(f, "bruteforce.stale", -3.0);
}

static void
say(struct source *src, const struct attempt *a, const struct sight *s, struct findings *out)
{
	const bool is_spray = few_count(&src->accounts) >= ACCOUNTS_MIN, is_in = src->successes > 0;
	char text[128];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_BRUTEFORCE, .at_most = LEVEL_CRITICAL,
		.rule = is_spray ? HN_LIT("bruteforce.spraying") : HN_LIT("bruteforce.guessing"),
		.words = is_in ? HN_LIT("bruteforce-in") :
		    is_spray ? HN_LIT("bruteforce-spraying") : HN_LIT("bruteforce-guessing"),
		.source = a->source, .destination = a->target, .user = is_spray ? HN_LIT("") : a->account, .n_techniques = 1,
		.techniques = { is_spray ? HN_LIT("T1110.003") : HN_LIT("T1110.001") }, .first_ms = src->first_ms };

	if (few_count(&src->targets) > 1)
		f.destination = HN_LIT("");
	f.count = src->failures > src->told ? src->failures - src->told : 1;
	src->told = src->failures;
	weigh(&f, src, a, s->record->at_ms);
	finding_fact_number(&f, "failures", src->failures, &facts);
	finding_fact_number(&f, "accounts", few_count(&src->accounts), &facts);
	finding_fact_number(&f, "span_ms", (double)(s->record->at_ms - src->first_ms), &facts);
	findings_hit(out, &f, s->record);
}

/* A failure: told at twelve, and again each time that it has grown by half. */
static void
fail(struct source *src, const struct attempt *a, const struct sight *s, struct findings *out)
{
	const int64_t at_ms = s->record->at_ms;

	if (src->first_ms == 0 || at_ms - src->last_ms > QUIET_MS)
		*src = (struct source){ .first_ms = at_ms };
	if (src->failures > 0 && a->account_key == src->last_account && at_ms - src->last_ms < ATTEMPT_MS &&
	    hn_view_starts(hn_view_of(s->record->dataset), HN_LIT("system.")))
		return;		/* sshd, pam and friends each tell of one attempt */
	src->first_ms = at_ms < src->first_ms ? at_ms : src->first_ms;
	src->last_ms = at_ms;
	src->last_account = a->account_key;
	src->failures++;
	if (a->account.n > 0)
		(void)few_add(&src->accounts, a->account_key);
	(void)few_add(&src->targets, a->target_key);
	if (src->failures >= FAILURES_MIN && src->failures >= src->told + src->told / 2)
		say(src, a, s, out);
}

static void
bruteforce_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *st = state;
	struct attempt a;
	struct source *src;
	uint64_t source;

	if (!read_attempt(s, &a))
		return;
	a.account_key = contact_key(st->conf->contacts, a.account);
	a.target_key = contact_key(st->conf->contacts, a.target);
	source = contact_key(st->conf->contacts, a.source);
	if (a.is_failure) {
		src = keyed_get(st->sources, source, NULL);
		if (src != NULL)
			fail(src, &a, s, out);
		return;
	}
	src = keyed_find(st->sources, source);
	if (src == NULL || src->failures < FAILURES_MIN || s->record->at_ms - src->last_ms > QUIET_MS)
		return;
	src->successes++;
	if (src->successes == 1)
		say(src, &a, s, out);
}

const struct detector bruteforce_detector = {
	.name = "bruteforce",
	.kind = FINDING_BRUTEFORCE,
	.wants = WANTS(RECORD_LOGON),
	.open = bruteforce_open,
	.see = bruteforce_see,
	.tables = bruteforce_tables,
	.close = bruteforce_close,
};
