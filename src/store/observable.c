#include "store/observable.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/wire.h"
#include "store/file.h"
#include "store/observable_dir.h"
#include "store/observable_journal.h"

#define DAY_MS INT64_C(86400000)
#define REST_MS INT64_C(600000)		/* a past day is merged when nothing has come for it so long */
#define OPEN_DAYS_MAX 1024u

/* A day with a journal, or one that has had one since we started. */
struct open_day {
	int32_t day;
	int fd;			/* of the journal, between put and sync; -1: not open */
	uint64_t bytes;		/* of the journal */
	uint64_t offset;	/* of the evidence log: what the day has */
	int64_t put_ms;
	bool has_run;
};

struct hn_observables {
	int dir, zone_s;
	uint64_t secret;
	pthread_mutex_t lock;	/* of what follows; merging shares it */
	struct open_day day[OPEN_DAYS_MAX];
	size_t n;
	uint64_t outside;
	uint64_t committed;	/* when we started: what is beyond it comes again */
	struct hn_buf frame;
};

static enum hn_rc
make_secret(int dir, uint64_t *out, struct hn_err *err)
{
	struct hn_buf b = HN_BUF(64);
	struct hn_days days = { 0 };
	uint64_t secret;
	enum hn_rc rc = hn_days_list(dir, &days, err);

	/* Days without their secret can never be searched again: that is a loss to be told of, not to be papered over. */
	if (rc == HN_OK && days.n > 0)
		rc = HN_FAIL(err, HN_E_CORRUPT, 0, "secret");
	if (rc == HN_OK && getrandom(&secret, sizeof(secret), 0) != (ssize_t)sizeof(secret))
		rc = HN_FAIL(err, HN_E_IO, 0, "random");
	if (rc == HN_OK) {
		hn_put_u64(&b, secret);
		hn_put_u64(&b, hn_hash64(hn_buf_view(&b), 0));
		rc = b.failed ? HN_FAIL(err, HN_E_NOMEM, 0, "secret") : hn_file_replace(dir, "secret", hn_buf_view(&b), err);
	}
	if (rc == HN_OK)
		*out = secret;
	hn_days_fini(&days);
	hn_buf_fini(&b);
	return rc;
}

static int
open_named(const struct hn_observables *s, int32_t day, const char *suffix, int flags)
{
	char name[HN_DAY_NAME];

	hn_day_name(name, day, suffix);
	return hn_file_open(s->dir, name, flags);
}

/* What a journal holds: *offset grows to its last; bytes behind the last whole frame are cut off. */
static enum hn_rc
take_journal(const struct hn_observables *s, int32_t day, const char *suffix, struct hn_journal_walk *w)
{
	const int fd = open_named(s, day, suffix, O_RDWR);
	struct hn_buf b;
	enum hn_rc rc;

	w->whole = 0;
	if (fd < 0)
		return errno == ENOENT ? HN_OK : HN_E_IO;
	rc = hn_journal_load(fd, &b);
	if (rc == HN_OK)
		rc = hn_journal_walk(hn_buf_view(&b), w);
	if (rc == HN_OK && w->whole < b.n && hn_file_truncate(fd, w->whole) != 0)
		rc = HN_E_IO;
	hn_buf_fini(&b);
	(void)close(fd);
	return rc;
}

/* Learn what is on disk of ${day}. */
static enum hn_rc
take_day(struct hn_observables *s, int32_t day, struct open_day **out, struct hn_err *err)
{
	struct open_day d = { .day = day, .fd = -1 };
	struct hn_journal_walk w = { .until = UINT64_MAX };
	struct hn_day file;
	enum hn_rc rc = hn_day_open(s->dir, day, &file, NULL);

	if (s->n == OPEN_DAYS_MAX)
		return HN_FAIL(err, HN_E_LIMIT, 0, "days");
	if (rc == HN_OK) {
		w.offset = file.offset;
		hn_day_close(&file);
	}
	rc = take_journal(s, day, ".run", &w);
	d.has_run = w.whole > 0;
	w.until = s->committed;
	if (rc == HN_OK)
		rc = take_journal(s, day, ".jnl", &w);
	if (rc != HN_OK)
		return HN_FAIL(err, rc, 0, "journal");
	d.bytes = w.whole;
	d.offset = w.offset;
	s->day[s->n] = d;
	*out = &s->day[s->n++];
	return HN_OK;
}

static enum hn_rc
day_entry(struct hn_observables *s, int32_t day, struct open_day **out, struct hn_err *err)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->day[i].day == day) {
			*out = &s->day[i];
			return HN_OK;
		}
	return take_day(s, day, out, err);
}

static enum hn_rc
recover(struct hn_observables *s, struct hn_err *err)
{
	struct hn_days days = { 0 };
	enum hn_rc rc = hn_days_list(s->dir, &days, err);

	for (size_t i = 0; rc == HN_OK && i < days.n; i++) {
		char name[HN_DAY_NAME];
		struct open_day *entry;

		hn_day_name(name, days.day[i], ".tmp");
		(void)unlinkat(s->dir, name, 0);
		hn_day_name(name, days.day[i], ".jnl");

		const bool has_journal = faccessat(s->dir, name, F_OK, 0) == 0;

		hn_day_name(name, days.day[i], ".run");
		if (has_journal || faccessat(s->dir, name, F_OK, 0) == 0)
			rc = day_entry(s, days.day[i], &entry, err);
	}
	hn_days_fini(&days);
	return rc;
}

enum hn_rc
hn_observables_open(const char *path, int zone_s, uint64_t committed, struct hn_observables **out, struct hn_err *err)
{
	struct hn_observables *s = hn_alloc(1, sizeof(*s));
	enum hn_rc rc;

	if (s == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "observables");
	s->dir = -1;
	s->zone_s = zone_s;
	s->committed = committed;
	s->frame = HN_BUF(HN_JOURNAL_FRAME_MAX);
	(void)pthread_mutex_init(&s->lock, NULL);
	rc = hn_dir_open(path, true, &s->dir, err);
	if (rc == HN_OK)
		rc = hn_dir_lock(s->dir, err);
	if (rc == HN_OK)
		rc = hn_observable_secret(s->dir, &s->secret);
	if (rc == HN_E_NOTFOUND)
		rc = make_secret(s->dir, &s->secret, err);
	else if (rc == HN_E_CORRUPT)
		rc = HN_FAIL(err, rc, 0, "secret");
	if (rc == HN_OK)
		rc = recover(s, err);
	if (rc == HN_OK)
		*out = s;
	else
		hn_observables_close(s);
	return rc;
}

void
hn_observables_close(struct hn_observables *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++)
		if (s->day[i].fd >= 0)
			(void)close(s->day[i].fd);
	if (s->dir >= 0)
		(void)close(s->dir);
	hn_buf_fini(&s->frame);
	(void)pthread_mutex_destroy(&s->lock);
	hn_free(s);
}

static struct hn_view
name_of(struct hn_view v)
{
	return (struct hn_view){ v.p, v.n < HN_OBSERVABLE_NAME_MAX ? v.n : HN_OBSERVABLE_NAME_MAX };
}

/* The rows of the batch that are of ${day}, as a frame that will stand at ${at}. */
static void
build_frame(struct hn_observables *s, const struct hn_observations *batch, int32_t day, uint64_t at)
{
	const int64_t midnight_ms = (int64_t)day * DAY_MS - (int64_t)s->zone_s * 1000;

	hn_buf_reset(&s->frame);
	hn_journal_begin(&s->frame, batch->offset);
	for (size_t i = 0; i < batch->n; i++) {
		const struct hn_observation *o = &batch->at[i];
		const int64_t first_ms = o->first_ms > midnight_ms ? o->first_ms : midnight_ms;
		struct hn_day_row row = { .count = o->count };

		if (hn_day_of(o->last_ms, s->zone_s) != day || o->value.n > HN_OBSERVABLE_VALUE_MAX)
			continue;
		row.key = hn_observable_key(o->kind, o->value, s->secret);
		row.last_s = (uint32_t)((o->last_ms - midnight_ms) / 1000);
		row.first_s = first_ms <= o->last_ms ? (uint32_t)((first_ms - midnight_ms) / 1000) : row.last_s;
		hn_journal_row(&s->frame, &row, name_of(o->host), name_of(o->user));
	}
	hn_journal_end(&s->frame, at);
}

static enum hn_rc
put_day(struct hn_observables *s, const struct hn_observations *batch, int32_t day, int64_t now_ms, struct hn_err *err)
{
	struct open_day *d;
	enum hn_rc rc = day_entry(s, day, &d, err);

	if (rc != HN_OK || batch->offset <= d->offset)
		return rc;
	if (d->bytes >= HN_JOURNAL_MAX)
		return HN_FAIL(err, HN_E_AGAIN, 0, "journal");
	build_frame(s, batch, day, d->bytes);
	if (s->frame.failed)
		return HN_FAIL(err, HN_E_NOMEM, 0, "journal");
	if (d->fd < 0)
		d->fd = open_named(s, day, ".jnl", O_WRONLY | O_CREAT);
	if (d->fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "journal");
	if (hn_file_write_all(d->fd, hn_buf_view(&s->frame), d->bytes) != 0) {
		const int why = errno;

		(void)!hn_file_truncate(d->fd, d->bytes);
		errno = why;
		return HN_FAIL(err, HN_E_IO, 0, "journal");
	}
	d->bytes += s->frame.n;
	d->offset = batch->offset;
	d->put_ms = now_ms;
	return HN_OK;
}

/* Days that are believed: neither older than what is kept nor more than a day ahead. */
static bool
is_believed(int32_t day, int32_t today)
{
	return day >= today - HN_OBSERVABLE_DAYS && day <= today + 1;
}

enum hn_rc
hn_observables_put(struct hn_observables *s, struct hn_observations batch, int64_t now_ms, struct hn_err *err)
{
	const int32_t today = hn_day_of(now_ms, s->zone_s);
	bool seen[HN_OBSERVABLE_DAYS + 2] = { false };
	enum hn_rc rc = HN_OK;
	uint64_t outside = 0;

	assert(batch.offset > 0);
	for (size_t i = 0; i < batch.n; i++) {
		const int32_t day = hn_day_of(batch.at[i].last_ms, s->zone_s);

		if (is_believed(day, today))
			seen[day - (today - HN_OBSERVABLE_DAYS)] = true;
		else
			outside++;
	}
	(void)pthread_mutex_lock(&s->lock);
	for (int32_t i = 0; rc == HN_OK && i < (int32_t)HN_COUNT(seen); i++)
		if (seen[i])
			rc = put_day(s, &batch, today - HN_OBSERVABLE_DAYS + i, now_ms, err);
	if (rc == HN_OK)
		s->outside += outside;
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

/* Sync and close a journal that was written to. */
static int
settle_journal(struct open_day *d)
{
	if (d->fd < 0)
		return 0;
	if (hn_file_sync(d->fd) != 0)
		return -1;
	(void)close(d->fd);
	d->fd = -1;
	return 0;
}

enum hn_rc
hn_observables_sync(struct hn_observables *s, struct hn_err *err)
{
	bool was_written = false;
	enum hn_rc rc = HN_OK;

	(void)pthread_mutex_lock(&s->lock);
	for (size_t i = 0; rc == HN_OK && i < s->n; i++) {
		was_written = was_written || s->day[i].fd >= 0;
		if (settle_journal(&s->day[i]) != 0)
			rc = HN_FAIL(err, HN_E_IO, 0, "journal");
	}
	(void)pthread_mutex_unlock(&s->lock);
	if (rc == HN_OK && was_written && hn_file_sync(s->dir) != 0)
		rc = HN_FAIL(err, HN_E_IO, 0, "folder");
	return rc;
}

/* Freeze the journal that wants merging most as D.run, so that put goes on in a new one.  HN_E_AGAIN: none. */
static enum hn_rc
freeze(struct hn_observables *s, int64_t now_ms, bool force, int32_t *day, struct hn_err *err)
{
	const int32_t today = hn_day_of(now_ms, s->zone_s);

	for (size_t i = 0; i < s->n; i++) {
		struct open_day *d = &s->day[i];
		const bool is_resting = d->day < today && now_ms - d->put_ms >= REST_MS;
		char jnl[HN_DAY_NAME], run[HN_DAY_NAME];

		if (!d->has_run && (d->bytes == 0 || !(force || is_resting || d->bytes >= HN_OBSERVABLE_JOURNAL_BYTES)))
			continue;
		*day = d->day;
		if (d->has_run)
			return HN_OK;
		hn_day_name(jnl, d->day, ".jnl");
		hn_day_name(run, d->day, ".run");
		if (settle_journal(d) != 0 || hn_file_rename(s->dir, jnl, run) != 0)
			return HN_FAIL(err, HN_E_IO, 0, "journal");
		d->has_run = true;
		d->bytes = 0;
		return HN_OK;
	}
	return HN_E_AGAIN;
}

/* A day file that fails its checks is put aside; what the journal has is not lost for it. */
static enum hn_rc
load_day(const struct hn_observables *s, int32_t day, struct hn_day_rows *r)
{
	char obs[HN_DAY_NAME], bad[HN_DAY_NAME];
	struct hn_day d;
	enum hn_rc rc = hn_day_open(s->dir, day, &d, NULL);

	if (rc == HN_OK) {
		rc = hn_day_check(&d);
		if (rc == HN_OK)
			rc = hn_day_load(&d, r);
		hn_day_close(&d);
	}
	if (rc == HN_E_NOTFOUND)
		return HN_OK;
	if (rc != HN_E_CORRUPT)
		return rc;
	hn_day_name(obs, day, ".obs");
	hn_day_name(bad, day, ".bad");
	return hn_file_rename(s->dir, obs, bad) == 0 ? HN_OK : HN_E_IO;
}

static enum hn_rc
merge_day(const struct hn_observables *s, int32_t day, struct hn_err *err)
{
	struct hn_day_rows r;
	char name[HN_DAY_NAME];
	int fd = -1;
	enum hn_rc rc = hn_day_rows_init(&r);

	if (rc == HN_OK)
		rc = load_day(s, day, &r);
	if (rc == HN_OK) {
		fd = open_named(s, day, ".run", O_RDONLY);
		rc = fd >= 0 ? hn_journal_into(fd, &r) : HN_E_IO;
	}
	if (fd >= 0)
		(void)close(fd);
	if (rc == HN_OK) {
		hn_day_rows_settle(&r);
		rc = hn_day_write(s->dir, day, &r, err);
	} else {
		rc = HN_FAIL(err, rc, 0, "merge");
	}
	hn_day_rows_fini(&r);
	if (rc != HN_OK)
		return rc;
	hn_day_name(name, day, ".run");
	return hn_file_unlink(s->dir, name) == 0 ? HN_OK : HN_FAIL(err, HN_E_IO, 0, "journal");
}

enum hn_rc
hn_observables_freeze(struct hn_observables *s, int64_t now_ms, bool force, int32_t *day, struct hn_err *err)
{
	enum hn_rc rc;

	(void)pthread_mutex_lock(&s->lock);
	rc = freeze(s, now_ms, force, day, err);
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

enum hn_rc
hn_observables_merge_frozen(struct hn_observables *s, int32_t day, struct hn_err *err)
{
	const enum hn_rc rc = merge_day(s, day, err);

	if (rc != HN_OK)
		return rc;
	(void)pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->n; i++)
		if (s->day[i].day == day)
			s->day[i].has_run = false;
	(void)pthread_mutex_unlock(&s->lock);
	return HN_OK;
}

enum hn_rc
hn_observables_merge(struct hn_observables *s, int64_t now_ms, bool force, struct hn_err *err)
{
	int32_t day = 0;
	const enum hn_rc rc = hn_observables_freeze(s, now_ms, force, &day, err);

	return rc == HN_OK ? hn_observables_merge_frozen(s, day, err) : rc;
}

static uint64_t
size_of(const struct hn_observables *s, int32_t day, const char *suffix)
{
	char name[HN_DAY_NAME];
	struct stat st;

	hn_day_name(name, day, suffix);
	return fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? (uint64_t)st.st_size : 0;
}

enum hn_rc
hn_observables_retain(struct hn_observables *s, int64_t before_ms, uint64_t max_bytes, uint32_t *deleted,
    struct hn_err *err)
{
	const int32_t before = hn_day_of(before_ms, s->zone_s);
	struct hn_days days = { 0 };
	uint64_t bytes = 0;
	uint32_t n = 0;
	enum hn_rc rc = hn_days_list(s->dir, &days, err);

	for (size_t i = 0; i < days.n; i++)
		bytes += size_of(s, days.day[i], ".obs");
	for (size_t i = 0; rc == HN_OK && i < days.n; i++) {
		const uint64_t size = size_of(s, days.day[i], ".obs");
		char name[HN_DAY_NAME];

		if (days.day[i] >= before && (max_bytes == 0 || bytes <= max_bytes))
			break;
		hn_day_name(name, days.day[i], ".obs");
		if (size == 0)
			continue;
		if (hn_file_unlink(s->dir, name) != 0) {
			rc = HN_FAIL(err, HN_E_IO, 0, "day file");
			break;
		}
		bytes -= size;
		n++;
	}
	hn_days_fini(&days);
	if (rc == HN_OK)
		*deleted = n;
	return rc;
}

enum hn_rc
hn_observables_state(struct hn_observables *s, struct hn_observables_state *out, struct hn_err *err)
{
	struct hn_observables_state state = { .outside = s->outside };
	struct hn_days days = { 0 };
	enum hn_rc rc = hn_days_list(s->dir, &days, err);

	for (size_t i = 0; rc == HN_OK && i < days.n; i++) {
		struct hn_day d;

		state.journal_bytes += size_of(s, days.day[i], ".jnl") + size_of(s, days.day[i], ".run");
		if (hn_day_open(s->dir, days.day[i], &d, NULL) != HN_OK)
			continue;
		state.rows += d.rows;
		state.disk_bytes += d.size;
		state.days++;
		hn_day_close(&d);
	}
	hn_days_fini(&days);
	if (rc == HN_OK)
		*out = state;
	return rc;
}
