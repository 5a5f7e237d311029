#ifndef HN_STORE_OBSERVABLE_DAY_H
#define HN_STORE_OBSERVABLE_DAY_H

#include "base/buf.h"
#include "store/observable.h"

/*
 * One day's sorted file: a header of 72 bytes with a check of itself and of the rest, then
 *   buckets  u32[2^bits + 1]: of the keys with these leading bits, the first one's row
 *   keys     u64[rows], ascending
 *   rows     20 bytes each: host u32, user u32 (numbers of texts), first and last second of the day u32, count u32
 *   texts    u32[n + 1] where each begins, then the bytes; text 0 is empty
 * Files are read by pread, not mapped: a disk that fails under a mapping kills the process, and a key costs two reads.
 */

#define HN_DAY_HEADER 72u
#define HN_DAY_ROW 20u
#define HN_DAY_TEXTS_MAX (1u << 22)
#define HN_DAY_TEXT_BYTES_MAX (256u << 20)

struct hn_day_row {
	uint64_t key;
	uint32_t host, user;
	uint32_t first_s, last_s;
	uint32_t count;
};

/* Texts by number, each once. */
struct hn_texts {
	struct hn_buf bytes;
	uint32_t *start;	/* n + 1 of them */
	uint32_t *slot;		/* hash table of numbers + 1 */
	size_t n, size, slots;
};

enum hn_rc hn_texts_init(struct hn_texts *t) HN_MUST_CHECK;
void hn_texts_fini(struct hn_texts *t);
enum hn_rc hn_texts_number(struct hn_texts *t, struct hn_view text, uint32_t *out) HN_MUST_CHECK;
struct hn_view hn_texts_get(const struct hn_texts *t, uint32_t number);

/* All rows of a day, being put together. */
struct hn_day_rows {
	struct hn_day_row *at;
	size_t n, size;
	struct hn_texts texts;
	uint64_t offset;	/* of the evidence log: all before it is in here */
	uint64_t left_out;	/* over HN_OBSERVABLE_DAY_ROWS_MAX */
};

enum hn_rc hn_day_rows_init(struct hn_day_rows *r) HN_MUST_CHECK;
void hn_day_rows_fini(struct hn_day_rows *r);
enum hn_rc hn_day_rows_add(struct hn_day_rows *r, const struct hn_day_row *row) HN_MUST_CHECK;

/* Sort by key, host, user and make one row of equal ones. */
void hn_day_rows_settle(struct hn_day_rows *r);

#define HN_DAY_NAME 24u
void hn_day_name(char out[HN_DAY_NAME], int32_t day, const char *suffix);

/* Day and suffix of a file's name; false: it is none of ours. */
bool hn_day_name_read(const char *name, int32_t *day, const char **suffix);

static inline int32_t
hn_day_of(int64_t ms, int zone_s)
{
	const int64_t local = ms + (int64_t)zone_s * 1000;

	return (int32_t)((local >= 0 ? local : local - 86399999) / 86400000);
}

/* Write settled rows as the file of ${day}: temporary file, sync, rename, sync of the folder. */
enum hn_rc hn_day_write(int dir, int32_t day, const struct hn_day_rows *r, struct hn_err *err) HN_MUST_CHECK;

struct hn_day {
	int fd;
	unsigned bits;
	int32_t day;
	uint64_t rows, offset, size;
	uint32_t n_texts, text_bytes;
	uint64_t body_check;
	uint64_t keys_at, rows_at, starts_at, texts_at;
	struct hn_buf texts;	/* starts and bytes, read at the first need */
	struct hn_buf window;	/* some rows, from number window_row */
	uint64_t window_row;
};

/* HN_E_NOTFOUND, HN_E_IO, HN_E_CORRUPT (header, size), HN_E_UNSUPPORTED. */
enum hn_rc hn_day_open(int dir, int32_t day, struct hn_day *out, struct hn_err *err) HN_MUST_CHECK;
void hn_day_close(struct hn_day *d);

/* Rows with one of ${n} keys, which ascend; ${found} is told which.  HN_E_CORRUPT, HN_E_IO, HN_E_NOMEM or what it returns. */
struct hn_day_search {
	const uint64_t *keys;
	size_t n;
	enum hn_rc (*found)(void *ctx, size_t key, const struct hn_day_row *row);
	void *ctx;
};
enum hn_rc hn_day_find(struct hn_day *d, const struct hn_day_search *s) HN_MUST_CHECK;

/* Text number ${number}; empty when the file has no such text. */
enum hn_rc hn_day_text(struct hn_day *d, uint32_t number, struct hn_view *out) HN_MUST_CHECK;

/* All rows into ${r}, which may hold others. */
enum hn_rc hn_day_load(struct hn_day *d, struct hn_day_rows *r) HN_MUST_CHECK;

/* Every byte against the check in the header. */
enum hn_rc hn_day_check(const struct hn_day *d) HN_MUST_CHECK;

#endif
