#include "site/core_memory.h"

#include <stddef.h>

#include "base/mem.h"
#include "base/rand.h"
#include "event/log.h"
#include "record/beneath.h"
#include "store/observable.h"

#define TEXT_BYTES (64u << 20)
#define ROWS_MAX 262144u	/* of one batch; a document's further ones go in a batch of their own */

/* What a merge works on and what came of it: its thread's until it is done. */
struct merging {
	int32_t day;
	int64_t before_ms;
	uint32_t deleted;
	enum hn_rc rc;
	struct hn_err err;
};

struct core_memory {
	struct hn_observables *store;
	struct hn_arena text;
	struct beneath_known known;
	struct hn_observation *rows;
	size_t n;
	uint64_t left_out;
	uint64_t keep_ms, budget_bytes;
	struct hn_job merge;
	struct merging merging;
	bool is_merging;
};

static void merge(struct hn_job *job);
static void merged(struct hn_job *job);

enum hn_rc
core_memory_open(const struct site_config *config, uint64_t committed, struct core_memory **out, struct hn_err *err)
{
	struct core_memory *m = hn_alloc(1, sizeof(*m));
	char path[SITE_PATH_MAX];
	enum hn_rc rc;

	if (m == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "observables");
	m->text = HN_ARENA(TEXT_BYTES);
	hn_random(&m->known.seed, sizeof(m->known.seed));
	m->keep_ms = config->observables_keep_days * 86400000u;
	m->budget_bytes = config->observables_budget_mb << 20;
	m->merge = (struct hn_job){ .work = merge, .done = merged };
	m->rows = hn_alloc(ROWS_MAX, sizeof(*m->rows));
	rc = m->rows != NULL ? HN_OK : HN_FAIL(err, HN_E_NOMEM, 0, "observables");
	if (rc == HN_OK && !site_place_path(config, SITE_PLACE_OBSERVABLES, path))
		rc = HN_FAIL(err, HN_E_LIMIT, 0, "data_dir");
	if (rc == HN_OK)
		rc = hn_observables_open(path, HN_OBSERVABLE_ZONE_S, committed, &m->store, err);
	if (rc != HN_OK) {
		core_memory_close(m);
		return rc;
	}
	*out = m;
	return HN_OK;
}

void
core_memory_close(struct core_memory *m)
{
	if (m == NULL)
		return;
	hn_observables_close(m->store);
	hn_arena_fini(&m->text);
	hn_free(m->rows);
	hn_free(m);
}

void
core_memory_reset(struct core_memory *m)
{
	m->n = 0;
	hn_arena_reset(&m->text);
}

static void
add_row(struct core_memory *m, uint8_t kind, struct hn_view value, const struct hn_observation *like)
{
	struct hn_observation *row = &m->rows[m->n];

	if (m->n == ROWS_MAX) {
		m->left_out++;
		return;
	}
	*row = *like;
	row->kind = kind;
	row->value = hn_arena_copy(&m->text, value);
	if (row->value.p == NULL || row->host.p == NULL || row->user.p == NULL)
		m->left_out++;
	else
		m->n++;
}

void
core_memory_add(struct core_memory *m, const struct site_observed *seen)
{
	const struct hn_observation row = {
		.count = seen->count, .first_ms = seen->first_ms, .last_ms = seen->last_ms,
		.host = hn_arena_copy(&m->text, seen->machine), .user = hn_arena_copy(&m->text, seen->user),
	};
	struct beneath above;

	add_row(m, (uint8_t)seen->kind, seen->value, &row);
	beneath_of(&m->known, seen->kind, seen->value, &above);
	for (size_t i = 0; i < above.n; i++)
		add_row(m, BENEATH_KIND(seen->kind), above.at[i], &row);
}

enum hn_rc
core_memory_flush(struct core_memory *m, uint64_t offset, int64_t now_ms, struct hn_err *err)
{
	const struct hn_observations batch = { m->rows, m->n, offset };
	enum hn_rc rc = HN_OK;

	if (m->n > 0 && offset > 0)
		rc = hn_observables_put(m->store, batch, now_ms, err);
	return rc == HN_OK && m->n > 0 ? hn_observables_sync(m->store, err) : rc;
}

static struct core_memory *
memory_of(struct hn_job *job)
{
	return (struct core_memory *)(void *)((char *)job - offsetof(struct core_memory, merge));
}

/* In a thread of the pool. */
static void
merge(struct hn_job *job)
{
	struct core_memory *m = memory_of(job);
	struct merging *g = &m->merging;

	g->rc = hn_observables_merge_frozen(m->store, g->day, &g->err);
	if (g->rc == HN_OK)
		g->rc = hn_observables_retain(m->store, g->before_ms, m->budget_bytes, &g->deleted, &g->err);
}

static void
merged(struct hn_job *job)
{
	struct core_memory *m = memory_of(job);
	const struct merging *g = &m->merging;

	m->is_merging = false;
	if (g->rc != HN_OK)
		hn_log(HN_LOG_WARNING, "observables-not-merged", "rc=%d what=%s", (int)g->rc, g->err.what);
	if (g->deleted > 0)
		hn_log(HN_LOG_INFO, "observables-deleted", "days=%u", g->deleted);
}

void
core_memory_merge(struct core_memory *m, struct hn_pool *pool, int64_t now_ms, int64_t least_ms)
{
	struct merging g = { .before_ms = least_ms - (int64_t)m->keep_ms, .rc = HN_E_AGAIN, .err = { .what = "ended" } };
	enum hn_rc rc;

	if (m->left_out > 0)
		hn_log(HN_LOG_WARNING, "observables-left-out", "n=%llu", (unsigned long long)m->left_out);
	m->left_out = 0;
	if (m->is_merging)
		return;
	rc = hn_observables_freeze(m->store, now_ms, false, &g.day, &g.err);
	if (rc == HN_E_AGAIN)
		return;
	m->merging = g;
	if (rc == HN_OK)
		rc = hn_pool_submit(pool, &m->merge);
	m->is_merging = rc == HN_OK;
	if (rc != HN_OK && rc != HN_E_AGAIN)
		hn_log(HN_LOG_WARNING, "observables-not-merged", "rc=%d what=%s", (int)rc, g.err.what);
}
