#include "store/observable_day.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/wire.h"
#include "store/file.h"

#define MAGIC HN_LIT("HNOBSDAY")
#define VERSION 1u
#define BITS_MAX 24u
#define ROWS_A_BUCKET 32u
#define CHUNK (1u << 20)	/* bytes that are checked together */
#define LOAD_KEYS_AT 32u	/* from so many keys on, all keys of the day are read at once */
#define WINDOW_ROWS 2048u	/* read ahead when many keys are looked for */
#define RUN_KEYS 512u		/* keys read at once otherwise */
#define DAY_MS INT64_C(86400000)

void
hn_day_name(char out[HN_DAY_NAME], int32_t day, const char *suffix)
{
	const struct hn_civil c = hn_civil_of((int64_t)day * DAY_MS);
	const int n = snprintf(out, HN_DAY_NAME, "%04d%02d%02d%s", c.year, c.month, c.day, suffix);

	assert(n > 0 && (size_t)n < HN_DAY_NAME);
}

bool
hn_day_name_read(const char *name, int32_t *day, const char **suffix)
{
	uint64_t n;
	struct hn_civil c = { 0 };

	if (strlen(name) < 9 || name[8] != '.' || hn_num_u64((struct hn_view){ name, 8 }, 99999999, &n) != HN_OK)
		return false;
	c.year = (int)(n / 10000);
	c.month = (int)(n / 100 % 100);
	c.day = (int)(n % 100);
	if (!hn_civil_is_valid(c))
		return false;
	*day = (int32_t)(hn_civil_ms(c) / DAY_MS);
	*suffix = name + 8;
	return true;
}

/* The body goes out in chunks, each check seeded with the one before. */
struct writer {
	int fd;
	struct hn_buf chunk;
	uint64_t at, check;
	bool failed;
};

static void
flush(struct writer *w)
{
	if (w->chunk.failed || hn_file_write_all(w->fd, hn_buf_view(&w->chunk), w->at) != 0)
		w->failed = true;
	w->check = hn_hash64(hn_buf_view(&w->chunk), w->check);
	w->at += w->chunk.n;
	hn_buf_reset(&w->chunk);
}

static void
put(struct writer *w, struct hn_view v)
{
	while (v.n > 0 && !w->failed) {
		const size_t n = v.n < CHUNK - w->chunk.n ? v.n : CHUNK - w->chunk.n;

		hn_buf_put(&w->chunk, (struct hn_view){ v.p, n });
		v = hn_view_skip(v, n);
		if (w->chunk.n == CHUNK)
			flush(w);
	}
}

static void
put_u32(struct writer *w, uint32_t n)
{
	const uint32_t le = htole32(n);

	put(w, (struct hn_view){ (const char *)&le, sizeof(le) });
}

static void
put_u64(struct writer *w, uint64_t n)
{
	const uint64_t le = htole64(n);

	put(w, (struct hn_view){ (const char *)&le, sizeof(le) });
}

static unsigned
bits_for(uint64_t rows)
{
	unsigned bits = 0;

	while (bits < BITS_MAX && (rows >> bits) > ROWS_A_BUCKET)
		bits++;
	return bits;
}

static uint64_t
bucket_of(uint64_t key, unsigned bits)
{
	return bits == 0 ? 0 : key >> (64 - bits);
}

static void
put_buckets(struct writer *w, const struct hn_day_rows *r, unsigned bits)
{
	size_t row = 0;

	for (uint64_t b = 0; b < UINT64_C(1) << bits; b++) {
		while (row < r->n && bucket_of(r->at[row].key, bits) < b)
			row++;
		put_u32(w, (uint32_t)row);
	}
	put_u32(w, (uint32_t)r->n);
}

static void
put_body(struct writer *w, const struct hn_day_rows *r, unsigned bits)
{
	put_buckets(w, r, bits);
	for (size_t i = 0; i < r->n; i++)
		put_u64(w, r->at[i].key);
	for (size_t i = 0; i < r->n; i++) {
		const struct hn_day_row *row = &r->at[i];

		put_u32(w, row->host);
		put_u32(w, row->user);
		put_u32(w, row->first_s);
		put_u32(w, row->last_s);
		put_u32(w, row->count);
	}
	for (size_t i = 0; i <= r->texts.n; i++)
		put_u32(w, r->texts.start[i]);
	put(w, hn_buf_view(&r->texts.bytes));
	if (w->chunk.n > 0)
		flush(w);
}

static void
put_header(struct writer *w, int32_t day, const struct hn_day_rows *r, unsigned bits)
{
	struct hn_buf b = HN_BUF(HN_DAY_HEADER);

	hn_buf_put(&b, MAGIC);
	hn_put_u32(&b, VERSION);
	hn_put_u32(&b, bits);
	hn_put_u32(&b, (uint32_t)day);
	hn_put_u32(&b, 0);
	hn_put_u64(&b, r->n);
	hn_put_u64(&b, r->offset);
	hn_put_u32(&b, (uint32_t)r->texts.n);
	hn_put_u32(&b, (uint32_t)r->texts.bytes.n);
	hn_put_u64(&b, w->check);
	hn_put_u64(&b, 0);
	if (!b.failed)
		hn_put_u64(&b, hn_hash64(hn_buf_view(&b), VERSION));
	if (b.failed || b.n != HN_DAY_HEADER || hn_file_write_all(w->fd, hn_buf_view(&b), 0) != 0)
		w->failed = true;
	hn_buf_fini(&b);
}

enum hn_rc
hn_day_write(int dir, int32_t day, const struct hn_day_rows *r, struct hn_err *err)
{
	const unsigned bits = bits_for(r->n);
	struct writer w = { .chunk = HN_BUF(CHUNK), .at = HN_DAY_HEADER };
	char temp[HN_DAY_NAME], name[HN_DAY_NAME];
	bool is_down;

	hn_day_name(temp, day, ".tmp");
	hn_day_name(name, day, ".obs");
	w.fd = hn_file_open(dir, temp, O_WRONLY | O_CREAT | O_TRUNC);
	if (w.fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "day file");
	put_body(&w, r, bits);
	put_header(&w, day, r, bits);
	is_down = !w.failed && hn_file_sync(w.fd) == 0;
	(void)close(w.fd);
	hn_buf_fini(&w.chunk);
	if (!is_down || hn_file_rename(dir, temp, name) != 0) {
		const int why = errno;

		(void)unlinkat(dir, temp, 0);
		errno = why;
		return HN_FAIL(err, HN_E_IO, 0, "day file");
	}
	return hn_file_sync(dir) == 0 ? HN_OK : HN_FAIL(err, HN_E_IO, 0, "folder");
}

static uint32_t
u32_at(const void *p, size_t i)
{
	uint32_t le;

	memcpy(&le, (const char *)p + 4 * i, sizeof(le));
	return le32toh(le);
}

static uint64_t
u64_at(const void *p, size_t i)
{
	uint64_t le;

	memcpy(&le, (const char *)p + 8 * i, sizeof(le));
	return le64toh(le);
}

static enum hn_rc
header_read(struct hn_view v, struct hn_day *d)
{
	struct hn_get g = HN_GET(v);
	uint32_t version;

	if (!hn_view_starts(v, MAGIC) ||
	    hn_hash64((struct hn_view){ v.p, HN_DAY_HEADER - 8 }, VERSION) != u64_at(v.p + HN_DAY_HEADER - 8, 0))
		return HN_E_CORRUPT;
	g.rest = hn_view_skip(g.rest, MAGIC.n);
	version = hn_get_u32(&g);
	d->bits = hn_get_u32(&g);
	d->day = (int32_t)hn_get_u32(&g);
	(void)hn_get_u32(&g);
	d->rows = hn_get_u64(&g);
	d->offset = hn_get_u64(&g);
	d->n_texts = hn_get_u32(&g);
	d->text_bytes = hn_get_u32(&g);
	d->body_check = hn_get_u64(&g);
	if (version != VERSION)
		return HN_E_UNSUPPORTED;
	if (d->bits > BITS_MAX || d->rows > HN_OBSERVABLE_DAY_ROWS_MAX || d->n_texts > HN_DAY_TEXTS_MAX ||
	    d->text_bytes > HN_DAY_TEXT_BYTES_MAX)
		return HN_E_CORRUPT;
	d->keys_at = HN_DAY_HEADER + 4 * ((UINT64_C(1) << d->bits) + 1);
	d->rows_at = d->keys_at + 8 * d->rows;
	d->starts_at = d->rows_at + HN_DAY_ROW * d->rows;
	d->texts_at = d->starts_at + 4 * ((uint64_t)d->n_texts + 1);
	d->size = d->texts_at + d->text_bytes;
	return HN_OK;
}

enum hn_rc
hn_day_open(int dir, int32_t day, struct hn_day *out, struct hn_err *err)
{
	char bytes[HN_DAY_HEADER];
	char name[HN_DAY_NAME];
	struct hn_day d = { .fd = -1, .texts = HN_BUF(HN_DAY_TEXT_BYTES_MAX + 4 * (HN_DAY_TEXTS_MAX + 1)),
		.window = HN_BUF(WINDOW_ROWS * HN_DAY_ROW) };
	struct stat st;
	enum hn_rc rc = HN_E_CORRUPT;

	hn_day_name(name, day, ".obs");
	d.fd = hn_file_open(dir, name, O_RDONLY);
	if (d.fd < 0)
		return HN_FAIL(err, errno == ENOENT ? HN_E_NOTFOUND : HN_E_IO, 0, "day file");
	if (hn_file_read(d.fd, bytes, sizeof(bytes), 0) == (ssize_t)sizeof(bytes))
		rc = header_read((struct hn_view){ bytes, sizeof(bytes) }, &d);
	if (rc == HN_OK && (d.day != day || fstat(d.fd, &st) != 0 || (uint64_t)st.st_size != d.size))
		rc = HN_E_CORRUPT;
	if (rc != HN_OK) {
		(void)close(d.fd);
		return HN_FAIL(err, rc, 0, "day header");
	}
	*out = d;
	return HN_OK;
}

void
hn_day_close(struct hn_day *d)
{
	if (d->fd >= 0)
		(void)close(d->fd);
	hn_buf_fini(&d->texts);
	hn_buf_fini(&d->window);
	d->fd = -1;
}

static enum hn_rc
read_at(const struct hn_day *d, void *p, size_t n, uint64_t at)
{
	const ssize_t got = hn_file_read(d->fd, p, n, at);

	return got < 0 ? HN_E_IO : (size_t)got == n ? HN_OK : HN_E_CORRUPT;
}

static void
row_from(const char *bytes, uint64_t key, struct hn_day_row *row)
{
	*row = (struct hn_day_row){ key, u32_at(bytes, 0), u32_at(bytes, 1), u32_at(bytes, 2), u32_at(bytes, 3),
		u32_at(bytes, 4) };
}

/* The bytes of row ${i}; ${ahead} rows are read with it. */
static enum hn_rc
row_bytes(struct hn_day *d, uint64_t i, size_t ahead, const char **out)
{
	const uint64_t in_window = d->window.n / HN_DAY_ROW;

	if (i < d->window_row || i - d->window_row >= in_window) {
		const size_t rows = d->rows - i < ahead ? (size_t)(d->rows - i) : ahead;
		enum hn_rc rc;
		char *p;

		hn_buf_reset(&d->window);
		p = hn_buf_room(&d->window, rows * HN_DAY_ROW);
		rc = p != NULL ? read_at(d, p, rows * HN_DAY_ROW, d->rows_at + HN_DAY_ROW * i) : HN_E_NOMEM;
		if (rc != HN_OK)
			return rc;
		d->window.n = rows * HN_DAY_ROW;
		d->window_row = i;
	}
	*out = d->window.p + (i - d->window_row) * HN_DAY_ROW;
	return HN_OK;
}

/* Tell of row ${i}. */
static enum hn_rc
tell(struct hn_day *d, const struct hn_day_search *s, size_t key, uint64_t i)
{
	const char *bytes;
	struct hn_day_row row;
	const enum hn_rc rc = row_bytes(d, i, s->n >= LOAD_KEYS_AT ? WINDOW_ROWS : 1, &bytes);

	if (rc != HN_OK)
		return rc;
	row_from(bytes, s->keys[key], &row);
	return s->found(s->ctx, key, &row);
}

/* Rows [from, to) of a day and their keys. */
struct run {
	const char *keys;
	uint64_t from, to;
};

/* Tell of the rows in ${run} that have key number ${key}. */
static enum hn_rc
scan(struct hn_day *d, const struct hn_day_search *s, size_t key, struct run run)
{
	enum hn_rc rc = HN_OK;

	for (uint64_t i = run.from; rc == HN_OK && i < run.to; i++) {
		const uint64_t at = u64_at(run.keys, (size_t)(i - run.from));

		if (at == s->keys[key])
			rc = tell(d, s, key, i);
		else if (at > s->keys[key])
			break;
	}
	return rc;
}

/* Few keys: two reads each. */
static enum hn_rc
find_one(struct hn_day *d, const struct hn_day_search *s, size_t key)
{
	char bounds[8], keys[8 * RUN_KEYS];
	enum hn_rc rc = read_at(d, bounds, sizeof(bounds), HN_DAY_HEADER + 4 * bucket_of(s->keys[key], d->bits));
	uint64_t from = u32_at(bounds, 0);
	const uint64_t to = u32_at(bounds, 1);

	if (rc == HN_OK && (from > to || to > d->rows))
		rc = HN_E_CORRUPT;
	while (rc == HN_OK && from < to) {
		const uint64_t n = to - from < RUN_KEYS ? to - from : RUN_KEYS;

		rc = read_at(d, keys, 8 * (size_t)n, d->keys_at + 8 * from);
		if (rc == HN_OK)
			rc = scan(d, s, key, (struct run){ keys, from, from + n });
		from += n;
	}
	return rc;
}

/* Many keys: buckets and keys are read once. */
static enum hn_rc
find_many(struct hn_day *d, const struct hn_day_search *s)
{
	const size_t bytes = (size_t)(d->rows_at - HN_DAY_HEADER);
	const uint64_t keys_at = d->keys_at - HN_DAY_HEADER;
	char *all = hn_realloc(NULL, bytes, 1);
	enum hn_rc rc = all != NULL ? read_at(d, all, bytes, HN_DAY_HEADER) : HN_E_NOMEM;

	for (size_t i = 0; rc == HN_OK && i < s->n; i++) {
		const size_t bucket = (size_t)bucket_of(s->keys[i], d->bits);
		const uint64_t from = u32_at(all, bucket), to = u32_at(all, bucket + 1);

		rc = from > to || to > d->rows ? HN_E_CORRUPT :
		    scan(d, s, i, (struct run){ all + keys_at + 8 * from, from, to });
	}
	hn_free(all);
	return rc;
}

enum hn_rc
hn_day_find(struct hn_day *d, const struct hn_day_search *s)
{
	enum hn_rc rc = HN_OK;

	if (s->n >= LOAD_KEYS_AT)
		return find_many(d, s);
	for (size_t i = 0; rc == HN_OK && i < s->n; i++)
		rc = find_one(d, s, i);
	return rc;
}

enum hn_rc
hn_day_text(struct hn_day *d, uint32_t number, struct hn_view *out)
{
	const size_t starts = 4 * ((size_t)d->n_texts + 1), all = starts + d->text_bytes;
	uint32_t from, to;

	if (d->texts.n == 0) {
		char *p = hn_buf_room(&d->texts, all);
		const enum hn_rc rc = p != NULL ? read_at(d, p, all, d->starts_at) : HN_E_NOMEM;

		if (rc != HN_OK)
			return rc;
		d->texts.n = all;
	}
	*out = (struct hn_view){ "", 0 };
	if (number >= d->n_texts)
		return HN_E_CORRUPT;
	from = u32_at(d->texts.p, number);
	to = u32_at(d->texts.p, number + 1);
	if (from > to || to > d->text_bytes)
		return HN_E_CORRUPT;
	*out = (struct hn_view){ d->texts.p + starts + from, to - from };
	return HN_OK;
}

static enum hn_rc
load_row(struct hn_day *d, struct hn_day_rows *r, struct hn_day_row row)
{
	struct hn_view host, user;
	enum hn_rc rc = hn_day_text(d, row.host, &host);

	if (rc == HN_OK)
		rc = hn_day_text(d, row.user, &user);
	if (rc == HN_OK)
		rc = hn_texts_number(&r->texts, host, &row.host);
	if (rc == HN_OK)
		rc = hn_texts_number(&r->texts, user, &row.user);
	return rc == HN_OK ? hn_day_rows_add(r, &row) : rc;
}

enum hn_rc
hn_day_load(struct hn_day *d, struct hn_day_rows *r)
{
	const size_t bytes = (size_t)(d->starts_at - d->keys_at);
	char *all = hn_realloc(NULL, bytes + 1, 1);
	enum hn_rc rc = all != NULL ? read_at(d, all, bytes, d->keys_at) : HN_E_NOMEM;

	for (uint64_t i = 0; rc == HN_OK && i < d->rows; i++) {
		struct hn_day_row row;

		row_from(all + 8 * d->rows + HN_DAY_ROW * i, u64_at(all, (size_t)i), &row);
		rc = load_row(d, r, row);
	}
	hn_free(all);
	if (rc == HN_OK && d->offset > r->offset)
		r->offset = d->offset;
	return rc;
}

enum hn_rc
hn_day_check(const struct hn_day *d)
{
	char *chunk = hn_realloc(NULL, CHUNK, 1);
	uint64_t check = 0;
	enum hn_rc rc = chunk != NULL ? HN_OK : HN_E_NOMEM;

	for (uint64_t at = HN_DAY_HEADER; rc == HN_OK && at < d->size; at += CHUNK) {
		const size_t n = d->size - at < CHUNK ? (size_t)(d->size - at) : CHUNK;

		rc = read_at(d, chunk, n, at);
		if (rc == HN_OK)
			check = hn_hash64((struct hn_view){ chunk, n }, check);
	}
	hn_free(chunk);
	return rc == HN_OK && check != d->body_check ? HN_E_CORRUPT : rc;
}
