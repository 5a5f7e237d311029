#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/wire.h"
#include "store/observable_day.h"

#define DAY 20000
#define ROWS_MAX 64u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char in_memory[] = "/dev/shm/hinomi-day-fuzz-XXXXXX", on_disk[] = "/tmp/hinomi-day-fuzz-XXXXXX";
static char *folder = in_memory;

static void
sweep(void)
{
	char name[HN_DAY_NAME];
	const int dir = open(folder, O_RDONLY | O_DIRECTORY);

	hn_day_name(name, DAY, ".obs");
	(void)unlinkat(dir, name, 0);
	(void)close(dir);
	(void)rmdir(folder);
}

/* A sound header for what the input says: two bits, rows and texts, so that the rest of it is reached. */
static void
write_file(int fd, const uint8_t *data, size_t size)
{
	struct hn_buf b = HN_BUF(1u << 20);
	const uint64_t rows = data[1] % ROWS_MAX;
	const uint32_t texts = data[2] % 16u, bits = data[0] % 4u;
	const uint64_t fixed = 4 * ((UINT64_C(1) << bits) + 1) + 28 * rows + 4 * ((uint64_t)texts + 1);

	hn_buf_put(&b, HN_LIT("HNOBSDAY"));
	hn_put_u32(&b, 1);
	hn_put_u32(&b, bits);
	hn_put_u32(&b, DAY);
	hn_put_u32(&b, 0);
	hn_put_u64(&b, rows);
	hn_put_u64(&b, 5);
	hn_put_u32(&b, texts);
	hn_put_u32(&b, size - 3 > fixed ? (uint32_t)(size - 3 - fixed) : 0);
	hn_put_u64(&b, 0);
	hn_put_u64(&b, 0);
	hn_put_u64(&b, hn_hash64(hn_buf_view(&b), 1));
	hn_buf_put(&b, (struct hn_view){ (const char *)data + 3, size - 3 });
	if (!b.failed && (ftruncate(fd, 0) != 0 || pwrite(fd, b.p, b.n, 0) != (ssize_t)b.n))
		abort();
	hn_buf_fini(&b);
}

static enum hn_rc
found(void *ctx, size_t key, const struct hn_day_row *row)
{
	struct hn_day *d = ctx;
	struct hn_view text;

	(void)key;
	if (hn_day_text(d, row->host, &text) == HN_OK && text.n > d->text_bytes)
		abort();
	return HN_OK;
}

/* Whatever a day's file holds behind its header: looking for one key, for many and for all ends without harm. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int dir = -1;
	char name[HN_DAY_NAME];
	uint64_t keys[64];
	struct hn_day d;
	struct hn_day_rows rows;

	if (data == NULL || size < 3)
		return 0;
	if (dir < 0) {
		folder = mkdtemp(in_memory) != NULL ? in_memory : mkdtemp(on_disk);
		if (folder == NULL)
			abort();
		dir = open(folder, O_RDONLY | O_DIRECTORY);
		(void)atexit(sweep);
	}
	hn_day_name(name, DAY, ".obs");

	const int fd = openat(dir, name, O_RDWR | O_CREAT, 0600);

	write_file(fd, data, size);
	(void)close(fd);
	if (hn_day_open(dir, DAY, &d, NULL) != HN_OK)
		return 0;
	for (size_t i = 0; i < 64; i++)
		keys[i] = i * UINT64_C(0x0101010101010101);

	const struct hn_day_search one = { keys + 1, 1, found, &d }, many = { keys, 64, found, &d };

	(void)!hn_day_find(&d, &one);
	(void)!hn_day_find(&d, &many);
	if (hn_day_rows_init(&rows) == HN_OK)
		(void)!hn_day_load(&d, &rows);
	hn_day_rows_fini(&rows);
	hn_day_close(&d);
	return 0;
}
