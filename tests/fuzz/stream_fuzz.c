#include <stdlib.h>

#include "record/input.h"
#include "record/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct stream *stream;
	uint64_t lines, faults, last;
	uint64_t bytes;
};

static struct record r;

static void
on_line(void *ctx, struct hn_view line, uint64_t number)
{
	struct run *const run = ctx;

	if (number == 0 || number < run->last || line.n == 0)
		abort();
	run->last = number;
	run->lines++;
	run->bytes += line.n;
	if (stream_line(run->stream, line, number, &r, NULL) < HN_OK)
		run->last = number;
}

static void
on_fault(void *ctx, uint64_t number, const struct hn_err *why)
{
	struct run *const run = ctx;

	if (why->what == NULL || why->rc >= HN_OK)
		abort();
	run->faults++;
	stream_fault(run->stream, number, why);
}

static uint64_t
feed(const uint8_t *data, size_t size, size_t step)
{
	static const struct input_limits limits = { .out_bytes_max = 1u << 20, .line_max = 4096 };
	struct hn_arena arena = HN_ARENA(1u << 22);
	const struct reader_conf conf = { .arena = &arena, .now_ms = INT64_C(1795424400000) };
	struct run run = { .lines = 0 };
	const struct input_ops ops = { on_line, on_fault, &run };
	struct input *in;

	if (stream_new(HN_LIT(""), &conf, &run.stream, NULL) != HN_OK || input_new(limits, ops, &in, NULL) != HN_OK)
		abort();
	for (size_t at = 0; at < size; at += step) {
		const size_t n = size - at < step ? size - at : step;

		if (input_push(in, (struct hn_view){ (const char *)data + at, n }) != HN_OK)
			break;
	}
	const enum hn_rc end = input_end(in);

	if (end != HN_OK && run.faults == 0)
		abort();
	const struct stream_counts *const c = stream_counts(run.stream);

	if (c->records + c->skipped + c->unread != run.lines + run.faults)
		abort();
	input_free(in);
	stream_free(run.stream);
	hn_arena_fini(&arena);
	/* How much is unpacked before a broken place is found is up to the library. */
	return end == HN_OK ? run.lines * 1000003 + run.bytes : 0;
}

/* Properties: every line and fault is counted once, in order, and the pieces in which bytes come make no difference. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (feed(data, size, size + 1) != feed(data, size, 7))
		abort();
	return 0;
}
