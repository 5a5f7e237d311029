#include <inttypes.h>

#include "base/clock.h"
#include "site/core_parts.h"
#include "site/stores.h"
#include "site/triage.h"
#include "store/audit.h"

#define EVERY_MS (3600 * 1000)
#define EXPIRE_EVERY_MS (60 * 1000)
#define DAY_MS INT64_C(86400000)
#define TIGHT_DAYS 7		/* when the budget is nearly used up, what is not worth a person's time goes after so many */
#define NEARLY(bytes) ((bytes) / 10 * 9)

static enum hn_rc
forget(struct core *c, int64_t before_ms, int64_t now_ms, struct hn_err *err)
{
	const struct hn_value before = HN_SQL_INT(before_ms);
	char n[32];
	enum hn_rc rc = hn_db_run(c->db, HN_SQL_FINDING_FORGET, &before, 1, err);

	if (rc != HN_OK || hn_db_changes(c->db) == 0)
		return rc;
	(void)snprintf(n, sizeof(n), "%" PRId64, hn_db_changes(c->db));
	const struct hn_audit_act act = { .at_ms = now_ms, .who = HN_LIT("system"), .act = HN_LIT("finding.forget"),
		.before = hn_view_of(n) };

	return hn_audit_add(c->db, &act, err);
}

/* Findings of level low and info go when they are old, and sooner when the database's budget is nearly used up. */
static void
retain(struct core *c, int64_t now_ms)
{
	const struct site_config *config = c->child->config;
	struct site_store_use use[SITE_STORES];
	int64_t days = (int64_t)config->database_keep_days;
	struct hn_err err = { .what = "" };
	enum hn_rc rc;

	site_stores_measure(config, use);
	if (use[SITE_STORE_DATABASE].used_bytes > NEARLY(use[SITE_STORE_DATABASE].budget_bytes)) {
		hn_log(HN_LOG_WARNING, "database-nearly-full", "mb=%" PRIu64 " budget_mb=%" PRIu64,
		    use[SITE_STORE_DATABASE].used_bytes >> 20, config->database_budget_mb);
		days = days < TIGHT_DAYS ? days : TIGHT_DAYS;
	}
	rc = hn_db_begin(c->db, &err);
	if (rc == HN_OK)
		rc = forget(c, now_ms - days * DAY_MS, now_ms, &err);
	if (rc == HN_OK)
		rc = hn_db_commit(c->db, &err);
	else
		hn_db_rollback(c->db);
	if (rc != HN_OK)
		hn_log(HN_LOG_WARNING, "findings-not-forgotten", "rc=%d what=%s", (int)rc, err.what);
}

enum hn_rc
core_retain_start(struct core *c, struct hn_err *err)
{
	c->next_retain_ms = hn_clock_monotonic_ms();
	return hn_db_limit(c->db, c->child->config->database_budget_mb << 20, err);
}

/* What is expected no longer is told again, within a minute of its last day's end. */
static void
expire(struct core *c)
{
	struct hn_err err = { .what = "" };
	int64_t n = 0;

	if (hn_clock_monotonic_ms() < c->next_expire_ms)
		return;
	c->next_expire_ms = hn_clock_monotonic_ms() + EXPIRE_EVERY_MS;
	if (site_allow_expire(c->db, hn_clock_ms(), &n, &err) != HN_OK)
		hn_log(HN_LOG_WARNING, "allow-list-not-expired", "what=%s", err.what);
	else if (n > 0)
		hn_log(HN_LOG_INFO, "allow-list-expired", "n=%" PRIi64, n);
}

void
core_retain_tick(struct core *c)
{
	expire(c);
	if (hn_clock_monotonic_ms() < c->next_retain_ms)
		return;
	c->next_retain_ms = hn_clock_monotonic_ms() + EVERY_MS;
	retain(c, site_steady_least(&c->steady));
}
