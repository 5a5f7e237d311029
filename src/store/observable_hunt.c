#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/file.h"
#include "store/observable_dir.h"
#include "store/observable_journal.h"

#define DAY_MS INT64_C(86400000)

struct key {
	uint64_t key;
	size_t value;	/* index into the values asked for */
};

struct hunting {
	int dir;
	const struct hn_hunt *h;
	struct key *keys;	/* ascending */
	uint64_t *plain;	/* the same keys alone */
	struct hn_day *day;
	struct hn_day_rows hits;	/* of one day; key is the index into keys */
};

static int
compare(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static enum hn_rc
hunting_init(struct hunting *g, uint64_t secret)
{
	g->keys = hn_alloc(g->h->n + 1, sizeof(*g->keys));
	g->plain = hn_alloc(g->h->n + 1, sizeof(*g->plain));
	if (g->keys == NULL || g->plain == NULL)
		return HN_E_NOMEM;
	for (size_t i = 0; i < g->h->n; i++)
		g->keys[i] = (struct key){ hn_observable_key(g->h->values[i].kind, g->h->values[i].value, secret), i };
	qsort(g->keys, g->h->n, sizeof(*g->keys), compare);
	for (size_t i = 0; i < g->h->n; i++)
		g->plain[i] = g->keys[i].key;
	return HN_OK;
}

static enum hn_rc
add_hit(struct hunting *g, size_t key, struct hn_day_row row, struct hn_view host, struct hn_view user)
{
	enum hn_rc rc = hn_texts_number(&g->hits.texts, host, &row.host);

	row.key = key;
	if (rc == HN_OK)
		rc = hn_texts_number(&g->hits.texts, user, &row.user);
	return rc == HN_OK ? hn_day_rows_add(&g->hits, &row) : rc;
}

static enum hn_rc
from_file(void *ctx, size_t key, const struct hn_day_row *row)
{
	struct hunting *g = ctx;
	struct hn_view host, user;
	enum hn_rc rc = hn_day_text(g->day, row->host, &host);

	if (rc == HN_OK)
		rc = hn_day_text(g->day, row->user, &user);
	return rc == HN_OK ? add_hit(g, key, *row, host, user) : rc;
}

/* The first key that is not less than ${key}. */
static size_t
lower_bound(const struct hunting *g, uint64_t key)
{
	size_t low = 0, high = g->h->n;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (g->plain[mid] < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static enum hn_rc
from_journal(void *ctx, const struct hn_day_row *row, struct hn_view host, struct hn_view user)
{
	struct hunting *g = ctx;
	enum hn_rc rc = HN_OK;

	for (size_t i = lower_bound(g, row->key); rc == HN_OK && i < g->h->n && g->plain[i] == row->key; i++)
		rc = add_hit(g, i, *row, host, user);
	return rc;
}

static enum hn_rc
search_journal(int fd, struct hn_journal_walk *w)
{
	struct hn_buf b;
	enum hn_rc rc;

	if (fd < 0)
		return HN_OK;
	rc = hn_journal_load(fd, &b);
	if (rc == HN_OK)
		rc = hn_journal_walk(hn_buf_view(&b), w);
	hn_buf_fini(&b);
	(void)close(fd);
	return rc;
}

/*
 * The journals are opened before the day's file: if one is merged in between, the file's offset tells that it has it,
 * and its frames are passed over.
 */
static enum hn_rc
search_day(struct hunting *g, int32_t day, struct hn_hunt_result *result)
{
	const struct hn_day_search s = { g->plain, g->h->n, from_file, g };
	struct hn_journal_walk w = { .until = UINT64_MAX, .row = from_journal, .ctx = g };
	char jnl[HN_DAY_NAME], run[HN_DAY_NAME];
	struct hn_day d;
	enum hn_rc rc, journal;

	hn_day_name(jnl, day, ".jnl");
	hn_day_name(run, day, ".run");

	const int jnl_fd = hn_file_open(g->dir, jnl, O_RDONLY), run_fd = hn_file_open(g->dir, run, O_RDONLY);

	rc = hn_day_open(g->dir, day, &d, NULL);
	if (rc == HN_OK) {
		w.offset = d.offset;
		g->day = &d;
		rc = hn_day_find(&d, &s);
		result->rows += d.rows;
		hn_day_close(&d);
	} else if (rc == HN_E_NOTFOUND) {
		rc = HN_OK;
	}
	journal = search_journal(run_fd, &w);
	if (journal == HN_OK)
		journal = search_journal(jnl_fd, &w);
	else if (jnl_fd >= 0)
		(void)close(jnl_fd);
	return rc == HN_OK ? journal : rc;
}

static enum hn_rc
tell_all(struct hunting *g, int32_t day)
{
	const int64_t midnight_ms = (int64_t)day * DAY_MS - (int64_t)g->h->zone_s * 1000;
	enum hn_rc rc = HN_OK;

	hn_day_rows_settle(&g->hits);
	for (size_t i = 0; rc == HN_OK && i < g->hits.n; i++) {
		const struct hn_day_row *row = &g->hits.at[i];
		const struct hn_sighting s = {
			.value = g->keys[row->key].value,
			.host = hn_texts_get(&g->hits.texts, row->host), .user = hn_texts_get(&g->hits.texts, row->user),
			.day_ms = midnight_ms, .first_ms = midnight_ms + (int64_t)row->first_s * 1000,
			.last_ms = midnight_ms + (int64_t)row->last_s * 1000, .count = row->count,
		};

		rc = g->h->found(g->h->ctx, &s);
	}
	return rc;
}

/* One day; a broken file is counted and named, whatever of it was found is told. */
static enum hn_rc
hunt_day(struct hunting *g, int32_t day, struct hn_hunt_result *result, struct hn_err *err)
{
	enum hn_rc rc;

	if (hn_day_rows_init(&g->hits) != HN_OK) {
		hn_day_rows_fini(&g->hits);
		return HN_FAIL(err, HN_E_NOMEM, 0, "hunt");
	}
	rc = search_day(g, day, result);
	if (rc == HN_E_CORRUPT || rc == HN_E_IO || rc == HN_E_UNSUPPORTED) {
		if (result->broken++ == 0) {
			char name[HN_DAY_NAME];

			hn_day_name(name, day, ".obs");
			memcpy(result->first_broken, name, sizeof(result->first_broken) - 1);
		}
		rc = HN_OK;
	} else {
		result->days++;
	}
	rc = rc == HN_OK ? tell_all(g, day) : HN_FAIL(err, rc, 0, "hunt");
	hn_day_rows_fini(&g->hits);
	return rc;
}

static enum hn_rc
hunt_all(struct hunting *g, struct hn_hunt_result *result, struct hn_err *err)
{
	const int32_t from = hn_day_of(g->h->from_ms, g->h->zone_s), to = hn_day_of(g->h->to_ms, g->h->zone_s);
	struct hn_days days = { 0 };
	uint64_t secret = 0;
	enum hn_rc rc = hn_days_list(g->dir, &days, err);

	if (rc == HN_OK && days.n > 0) {
		rc = hn_observable_secret(g->dir, &secret);
		if (rc != HN_OK)
			rc = HN_FAIL(err, rc, 0, "secret");
	}
	if (rc == HN_OK && hunting_init(g, secret) != HN_OK)
		rc = HN_FAIL(err, HN_E_NOMEM, 0, "hunt");
	for (size_t i = 0; rc == HN_OK && i < days.n; i++)
		if (days.day[i] >= from && days.day[i] <= to)
			rc = hunt_day(g, days.day[i], result, err);
	hn_days_fini(&days);
	return rc;
}

enum hn_rc
hn_observables_hunt(const char *path, const struct hn_hunt *h, struct hn_hunt_result *out, struct hn_err *err)
{
	struct hunting g = { .h = h };
	struct hn_hunt_result result = { 0 };
	enum hn_rc rc = hn_dir_open(path, false, &g.dir, err);

	if (rc != HN_OK)
		return rc;
	rc = hunt_all(&g, &result, err);
	(void)close(g.dir);
	hn_free(g.keys);
	hn_free(g.plain);
	if (rc == HN_OK)
		*out = result;
	return rc;
}
