#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "record/evtx.h"
#include "record/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);
const char *__asan_default_options(void);

/* libevtx 20181227 forgets some of what it had allocated when a record turns out to be broken; that is not ours to mend here. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libevtx\n";
}

/* In the place of the limit that the reader sets itself where no sanitizer is (base/mem.h). */
const char *
__asan_default_options(void)
{
	return "max_allocation_size_mb=64:allocator_may_return_null=1";
}

#define HEADER_BYTES 4096u
#define CHUNK_BYTES 65536u
#define CHUNK_HEAD 512u

struct run {
	struct hn_arena *arena;
	uint64_t last, lines, faults;
};

static struct record r;

static void
on_line(void *ctx, struct hn_view line, uint64_t number)
{
	struct run *const run = ctx;
	const struct reader *const reader = reader_find(HN_LIT("winevent"));
	const struct reader_conf conf = { .arena = run->arena, .now_ms = INT64_C(1795424400000) };

	if (number <= run->last || line.n < 2 || line.p[0] != '{' || line.p[line.n - 1] != '}' ||
	    hn_view_find(line, '\n') < line.n)
		abort();
	run->last = number;
	run->lines++;
	record_reset(&r);
	if (reader->read(NULL, &conf, line, &r, NULL) == HN_OK && r.dataset[0] == '\0')
		abort();
	hn_arena_reset(run->arena);
}

static void
on_fault(void *ctx, uint64_t number, const struct hn_err *why)
{
	struct run *const run = ctx;

	if (number <= run->last || why->what == NULL || why->rc >= HN_OK)
		abort();
	run->last = number;
	run->faults++;
}

static void
put_u32(uint8_t *at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t
get_u32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/*
 * A log with ${data} as its only chunk, with the sums that would keep a fuzzer outside set right.
 * Source: libyal, "Windows XML Event Log (EVTX) format".
 */
static void
make_log(uint8_t *log, const uint8_t *data, size_t size)
{
	uint8_t *const chunk = log + HEADER_BYTES;

	memset(log, 0, HEADER_BYTES + CHUNK_BYTES);
	memcpy(log, "ElfFile\0", 8);
	log[24] = 1;
	put_u32(log + 32, 128);
	log[36] = 1;
	log[38] = 3;
	log[41] = HEADER_BYTES >> 8;
	log[42] = 1;
	put_u32(log + 124, (uint32_t)crc32(0, log, 120));
	memcpy(chunk, data, size < CHUNK_BYTES ? size : CHUNK_BYTES);
	memcpy(chunk, "ElfChnk\0", 8);

	const uint32_t free_at = get_u32(chunk + 48);

	if (free_at >= CHUNK_HEAD && free_at <= CHUNK_BYTES)
		put_u32(chunk + 52, (uint32_t)crc32(0, chunk + CHUNK_HEAD, free_at - CHUNK_HEAD));
	put_u32(chunk + 124, (uint32_t)crc32(crc32(0, chunk, 120), chunk + 128, CHUNK_HEAD - 128));
}

/* Property: what comes out of a log, whatever its chunk holds, are objects of one line and faults with a reason, in order. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t log[HEADER_BYTES + CHUNK_BYTES];
	struct hn_arena arena = HN_ARENA(1u << 22);
	struct run run = { .arena = &arena };
	const struct input_ops ops = { on_line, on_fault, &run };
	struct hn_err err = { 0 };

	make_log(log, data, size);
	if (evtx_document.unfold((struct hn_view){ (const char *)log, sizeof(log) }, &ops, &err) != HN_OK && err.what == NULL)
		abort();
	hn_arena_fini(&arena);
	return 0;
}
