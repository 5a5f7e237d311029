#include "detect/bruteforce.h"

#include <math.h>

#include "base/mem.h"
#include "detect/few.h"
#include "detect/signin.h"

#define QUIET_MS (30 * 60 * 1000)	/* after so long without a failure the next one begins anew */
#define DAY_MS INT64_C(86400000)
#define ATTEMPT_MS 1500			/* lines about one attempt lie within */
#define FAILURES_MIN 12u
#define ACCOUNTS_MIN 8u			/* different accounts from one source that never got in from there: spraying */
#define USUAL_FACTOR 3u			/* and so many times what it has had on its other days */
#define REAL_MIN 5u			/* accounts that there are here, among those tried from outside */
#define DOOR_MIN 12u			/* such accounts at one device in a day, from many sources */
#define SOURCE_SHARE 4u			/* at most so many accounts for each source: else it is one that sprays */
#define STUBBORN 10u			/* tries for each account: many programs with old passwords, no spraying */
#define DOOR UINT64_C(0x646f6f72)	/* joined to a device's key: the device as it is tried from outside */
#define WINNER_MAX 48u
#define STALE_MS (6 * 3600 * 1000)	/* one account from one machine for so long, slowly: an old password */

struct source {
	int64_t first_ms, last_ms;	/* of the failures at hand */
	int64_t day_ms;			/* when the day of its accounts began */
	uint32_t failures, told;	/* without those whose account got in after all */
	uint32_t day_failures;
	uint32_t redeemed;		/* accounts of the day that got in after all */
	uint32_t told_accounts;
	uint32_t usual;			/* accounts in vain on its worst day so far */
	uint32_t successes;		/* after enough failures */
	uint32_t is_told;		/* the day was told as worth a look: that is not what is usual */
	char winner[WINNER_MAX];	/* the account that got in */
	struct few accounts, targets;	/* accounts: of the day, those that had never got in from here */
	struct few real;		/* of them, those that there are here */
};

/* An account at a source. */
struct pair {
	int64_t last_ms;		/* of its last failure */
	uint32_t failures;		/* since it last got in, or since the source was quiet */
	uint32_t code;			/* of the line that told of it */
	uint32_t is_known;		/* it has got in from here */
	uint32_t unused;
};

struct account {
	int64_t last_ms;		/* it got in somewhere */
};

struct state {
	const struct detect_conf *conf;
	struct keyed *sources, *pairs, *accounts, *names;
	struct keyed *tables[4];
};

/* One attempt and what is known of it. */
struct attempt {
	struct signin in;
	struct source *source;
	struct pair *pair;
	const struct sight *sight;
	int64_t at_ms;
	bool was_known;			/* the account had got in from there before */
	bool is_stale;
};

static void
bruteforce_close(void *state)
{
	struct state *s = state;

	for (size_t i = 0; s != NULL && i < HN_COUNT(s->tables); i++)
		keyed_free(s->tables[i]);
	hn_free(s);
}

static enum hn_rc
bruteforce_open(const struct detect_conf *conf, void **state, struct hn_err *err)
{
	struct state *s = hn_alloc(1, sizeof(*s));
	bool whole = s != NULL;

	if (s != NULL) {
		s->conf = conf;
		s->tables[0] = s->sources = keyed_new(sizeof(struct source), BRUTEFORCE_SOURCES_MAX);
		s->tables[1] = s->pairs = keyed_new(sizeof(struct pair), BRUTEFORCE_PAIRS_MAX);
		s->tables[2] = s->accounts = keyed_new(sizeof(struct account), BRUTEFORCE_ACCOUNTS_MAX);
		s->tables[3] = s->names = keyed_new(sizeof(struct signin_name), SIGNIN_NAMES_MAX);
	}
	for (size_t i = 0; whole && i < HN_COUNT(s->tables); i++)
		whole = s->tables[i] != NULL;
	if (!whole) {
		bruteforce_close(s);
		return HN_FAIL(err, HN_E_NOMEM, 0, "bruteforce");
	}
	*state = s;
	return HN_OK;
}

static struct keyed *const *
bruteforce_tables(void *state, size_t *n)
{
	*n = HN_COUNT(((struct state *)state)->tables);
	return ((struct state *)state)->tables;
}

static uint32_t
accounts_in_vain(const struct source *src)
{
	const uint32_t n = few_count(&src->accounts);

	return n > src->redeemed ? n - src->redeemed : 0;
}

static bool
is_spraying(const struct source *src)
{
	const uint32_t n = accounts_in_vain(src);

	return n >= ACCOUNTS_MIN && n >= USUAL_FACTOR * src->usual;
}

/* From outside: the names of our own people, not those that the whole internet tries. */
static bool
are_ours(const struct source *src)
{
	const uint32_t real = few_count(&src->real);

	return real >= REAL_MIN && 2 * real >= few_count(&src->accounts);
}

static bool
is_stale_password(const struct source *src, int64_t now_ms)
{
	return few_count(&src->accounts) <= 1 && few_count(&src->targets) <= 2 && now_ms - src->first_ms >= STALE_MS &&
	    (double)(now_ms - src->first_ms) / fmax(1, src->failures) > 20000;
}

static double
weight_of_number(uint32_t failures)
{
	return failures >= 300 ? 3.2 : failures >= 100 ? 2.6 : failures >= 40 ? 2.0 : failures >= 20 ? 1.4 : 0.8;
}

static void
weigh(struct finding *f, const struct attempt *a, uint32_t failures)
{
	const struct source *const src = a->source;
	const bool is_spray = is_spraying(src);

	finding_part(f, "bruteforce.prior", -1.6);
	finding_part(f, "number", weight_of_number(failures));
	if (is_spray)
		finding_part(f, "bruteforce.accounts", 1.6);
	if (is_spray && src->day_failures > STUBBORN * accounts_in_vain(src))
		finding_part(f, "bruteforce.stubborn", -2.0);
	if (few_count(&src->targets) >= 4)
		finding_part(f, "bruteforce.targets", 0.8);
	if (src->successes > 0)
		finding_part(f, "bruteforce.success", a->is_stale ? 1.0 : 2.6);
	if (a->in.is_from_outside && are_ours(src))
		finding_part(f, "bruteforce.ours", 0.8);
	else if (a->in.is_from_outside && src->successes == 0)
		finding_part(f, "bruteforce.outside", -3.5);
	if (a->is_stale)
		finding_part(f, "bruteforce.stale", -3.0);
	if (src->successes > 0 && !a->is_stale)
		f->at_least = LEVEL_CRITICAL;
}

static void
say(const struct attempt *a, struct findings *out)
{
	struct source *const src = a->source;
	const bool is_spray = is_spraying(src), is_in = src->successes > 0;
	const uint32_t failures = is_spray && src->day_failures > src->failures ? src->day_failures : src->failures;
	char text[128];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_BRUTEFORCE, .at_most = LEVEL_CRITICAL,
		.rule = is_spray ? HN_LIT("bruteforce.spraying") : HN_LIT("bruteforce.guessing"),
		.words = is_in ? HN_LIT("bruteforce-in") :
		    is_spray ? HN_LIT("bruteforce-spraying") : HN_LIT("bruteforce-guessing"),
		.source = a->in.source, .destination = a->in.target, .user = is_spray ? HN_LIT("") : a->in.account,
		.n_techniques = is_in ? 2 : 1,
		.techniques = { is_spray ? HN_LIT("T1110.003") : HN_LIT("T1110.001"), HN_LIT("T1078") },
		.first_ms = is_spray ? src->day_ms : src->first_ms };

	if (few_count(&src->targets) > 1)
		f.destination = HN_LIT("");
	f.count = failures > src->told ? failures - src->told : 1;
	src->told = failures;
	src->told_accounts = accounts_in_vain(src);
	weigh(&f, a, failures);
	finding_weigh(&f);
	src->is_told |= f.level >= LEVEL_MEDIUM;
	finding_fact_number(&f, "failures", failures, &facts);
	finding_fact_number(&f, "accounts", few_count(&src->accounts), &facts);
	finding_fact_number(&f, "span_ms", (double)(a->at_ms - f.first_ms), &facts);
	finding_fact_text(&f, "account", (struct hn_view){ src->winner, strnlen(src->winner, WINNER_MAX) });
	findings_hit(out, &f, a->sight->record);
}

/* A device that faces outside and is tried from many sources, a few of our own accounts from each. */
static void
say_door(const struct attempt *a, struct source *door, struct findings *out)
{
	const uint32_t accounts = accounts_in_vain(door);
	char text[128];
	struct hn_buf facts = { .p = text, .size = sizeof(text), .max = sizeof(text) };
	struct finding f = { .kind = FINDING_BRUTEFORCE, .at_most = LEVEL_HIGH, .rule = HN_LIT("bruteforce.many-sources"),
		.words = HN_LIT("bruteforce-many-sources"), .source = a->in.target, .destination = HN_LIT(""), .user = HN_LIT(""),
		.count = accounts - door->told_accounts, .n_techniques = 1, .techniques = { HN_LIT("T1110.003") },
		.first_ms = door->day_ms };

	door->told_accounts = accounts;
	door->is_told = 1;
	finding_part(&f, "bruteforce.prior", -1.6);
	finding_part(&f, "number", weight_of_number(door->day_failures));
	finding_part(&f, "bruteforce.accounts", 1.6);
	finding_part(&f, "bruteforce.ours", 0.8);
	finding_fact_number(&f, "accounts", accounts, &facts);
	finding_fact_number(&f, "sources", few_count(&door->targets), &facts);
	finding_fact_number(&f, "failures", door->day_failures, &facts);
	finding_fact_number(&f, "span_ms", (double)(a->at_ms - f.first_ms), &facts);
	findings_hit(out, &f, a->sight->record);
}

/* A new day: what went before is only what is usual here. */
static void
begin_day(struct source *src, int64_t at_ms)
{
	const uint32_t n = accounts_in_vain(src);

	if (src->day_ms != 0 && at_ms - src->day_ms <= DAY_MS)
		return;
	if (!src->is_told)
		src->usual = n > src->usual ? n : src->usual - src->usual / 16;
	src->day_ms = at_ms;
	src->is_told = src->day_failures = src->redeemed = src->told_accounts = 0;
	src->accounts = src->real = (struct few){ 0 };
}

/* A new burst. */
static void
begin(struct source *src, int64_t at_ms)
{
	begin_day(src, at_ms);
	if (src->first_ms != 0 && at_ms - src->last_ms <= QUIET_MS)
		return;
	src->first_ms = at_ms;
	src->failures = src->told = 0;
	src->targets = (struct few){ 0 };
	if (src->day_failures == 0)
		src->successes = 0;
}

/* sshd and pam, a domain controller and the machine itself each tell of one attempt. */
static bool
is_same_attempt(const struct attempt *a, uint32_t code)
{
	const int64_t since_ms = a->at_ms - a->pair->last_ms;

	return a->pair->last_ms != 0 && since_ms < ATTEMPT_MS && since_ms > -ATTEMPT_MS &&
	    (code != a->pair->code || hn_view_starts(hn_view_of(a->sight->record->dataset), HN_LIT("system.")));
}

static void
count(struct state *st, const struct attempt *a)
{
	struct source *const src = a->source;

	src->first_ms = a->at_ms < src->first_ms ? a->at_ms : src->first_ms;
	src->last_ms = a->at_ms;
	src->failures++;
	src->day_failures++;
	(void)few_add(&src->targets, a->in.target_key);
	if (a->in.account.n == 0 || a->pair->is_known)
		return;
	(void)few_add(&src->accounts, a->in.account_key);
	if (keyed_find(st->accounts, a->in.account_key) != NULL)
		(void)few_add(&src->real, a->in.account_key);
}

/*
 * The device's own day: only accounts that there are here and that never got in from there; its targets are the sources.
 * One source that tries many is told by itself.
 */
static void
fail_at_door(struct state *st, const struct attempt *a, struct findings *out)
{
	struct source *door;
	uint32_t accounts;

	if (!a->in.is_from_outside || a->pair->is_known || a->in.target.n == 0 || is_spraying(a->source) ||
	    keyed_find(st->accounts, a->in.account_key) == NULL)
		return;
	door = keyed_get(st->sources, contact_join(a->in.target_key, DOOR), NULL);
	if (door == NULL)
		return;
	begin_day(door, a->at_ms);
	if (door->day_failures == 0)
		door->targets = (struct few){ 0 };
	door->last_ms = a->at_ms;
	door->day_failures++;
	(void)few_add(&door->accounts, a->in.account_key);
	(void)few_add(&door->targets, a->in.source_key);
	accounts = accounts_in_vain(door);
	if (accounts >= DOOR_MIN && accounts >= USUAL_FACTOR * door->usual &&
	    SOURCE_SHARE * few_count(&door->targets) >= few_count(&door->accounts) &&
	    accounts >= door->told_accounts + door->told_accounts / 2)
		say_door(a, door, out);
}

/* A failure: told at twelve or eight accounts, and again each time that it has grown by half. */
static void
fail(struct state *st, struct attempt *a, struct findings *out)
{
	const uint32_t code = (uint32_t)contact_key(st->conf->contacts, record_get(a->sight->record, FIELD_EVENT_CODE));
	struct source *const src = a->source;
	uint32_t accounts;

	if (is_same_attempt(a, code))
		return;
	if (a->at_ms - a->pair->last_ms > QUIET_MS)
		a->pair->failures = 0;
	begin(src, a->at_ms);
	a->pair->failures++;
	a->pair->last_ms = a->at_ms;
	a->pair->code = code;
	count(st, a);
	a->is_stale = is_stale_password(src, a->at_ms);
	fail_at_door(st, a, out);
	accounts = accounts_in_vain(src);
	if ((src->failures >= FAILURES_MIN && src->failures >= src->told + src->told / 2) ||
	    (is_spraying(src) && accounts >= src->told_accounts + src->told_accounts / 2))
		say(a, out);
}

/* Slips of the finger at the device: forgiven, since the account got in. */
static void
redeem_at_door(struct state *st, const struct attempt *a)
{
	struct source *const door = keyed_find(st->sources, contact_join(a->in.target_key, DOOR));

	if (door != NULL && !a->was_known && a->pair->failures > 0)
		door->redeemed++;
}

/* It got in: by guessing, in the midst of spraying, or after slips of the finger, which are then forgiven. */
static void
succeed(struct state *st, struct attempt *a, struct findings *out)
{
	struct source *const src = a->source;
	const uint32_t mine = a->pair->failures;
	const bool is_fresh = src != NULL && a->at_ms - src->last_ms <= QUIET_MS;
	const bool is_hit = is_fresh && !a->was_known && (mine >= FAILURES_MIN || (is_spraying(src) && src->told > 0));

	redeem_at_door(st, a);
	a->pair->failures = 0;
	if (src == NULL)
		return;
	a->is_stale = is_stale_password(src, a->at_ms);
	if (is_hit) {
		src->successes++;
		memset(src->winner, 0, sizeof(src->winner));
		memcpy(src->winner, a->in.account.p, a->in.account.n < WINNER_MAX ? a->in.account.n : WINNER_MAX);
		say(a, out);
		return;
	}
	src->failures -= is_fresh && mine < src->failures ? mine : 0;
	if (!a->was_known && mine > 0)
		src->redeemed++;
}

static void
bruteforce_see(void *state, const struct sight *s, struct findings *out)
{
	struct state *st = state;
	struct attempt a = { .sight = s, .at_ms = s->record->at_ms };
	uint64_t key;

	if (!signin_read(st->conf, st->names, s, &a.in) || !a.in.is_password || a.in.way == SIGNIN_TICKET)
		return;
	if (a.in.source.n == 0 || (a.in.account.n > 0 && signin_is_nobody(&a.in)))
		return;
	key = contact_join(a.in.source_key, a.in.account_key);
	a.pair = keyed_get(st->pairs, key, NULL);
	a.source = a.in.is_failure ? keyed_get(st->sources, a.in.source_key, NULL) : keyed_find(st->sources, a.in.source_key);
	if (a.pair == NULL || (a.in.is_failure && a.source == NULL))
		return;
	a.was_known = a.pair->is_known != 0;
	if (a.in.is_failure) {
		fail(st, &a, out);
		return;
	}
	a.pair->is_known = 1;
	if (a.in.account.n > 0) {
		struct account *const known = keyed_get(st->accounts, a.in.account_key, NULL);

		if (known != NULL)
			known->last_ms = a.at_ms;
	}
	succeed(st, &a, out);
}

const struct detector bruteforce_detector = {
	.name = "bruteforce",
	.kind = FINDING_BRUTEFORCE,
	.wants = SIGNIN_WANTS,
	.open = bruteforce_open,
	.see = bruteforce_see,
	.tables = bruteforce_tables,
	.close = bruteforce_close,
};
