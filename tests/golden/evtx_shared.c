/*
 * evtx_shared FOLDER: every .evtx below FOLDER must give the same records as the .json of the same name beside it, and a damaged
 * one must say so and give the events behind the damage.
 * 77: there is no such folder (the data are not ours to ship).
 */
#include <ctype.h>
#include <ftw.h>
#include <stdio.h>
#include <zlib.h>

#include "base/buf.h"
#include "record/input.h"
#include "record/reader.h"

#define FILE_MAX (8u << 20)
#define EVENTS_MAX 64u

/* The records of one file, as text. */
struct events {
	struct hn_buf text[EVENTS_MAX];
	size_t n, n_faults;
};

static unsigned n_files, n_events, n_different;
static struct hn_arena arena = { .max = 1 << 26 };

/* evtx_dump drops braces around GUIDs and blanks at the end; Windows has both. */
static struct hn_view
comparable(struct hn_view v)
{
	while (v.n > 0 && v.p[v.n - 1] == ' ')
		v.n--;
	return v.n == 38 && v.p[0] == '{' && v.p[37] == '}' ? (struct hn_view){ v.p + 1, 36 } : v;
}

static void
put(struct hn_buf *b, struct hn_view name, struct hn_view value)
{
	value = comparable(value);
	hn_buf_put(b, name);
	hn_buf_char(b, '=');
	for (size_t i = 0; i < value.n; i++)
		hn_buf_char(b, (char)toupper((unsigned char)value.p[i]));
	hn_buf_char(b, '\n');
}

static void
take_line(void *ctx, struct hn_view line, uint64_t number)
{
	static struct record r;
	struct events *const e = ctx;
	const struct reader *const reader = reader_recognise(line);
	const struct reader_conf conf = { .arena = &arena };
	struct hn_buf *const b = &e->text[e->n];

	(void)number;
	record_reset(&r);
	if (reader == NULL || e->n == EVENTS_MAX || reader->read(NULL, &conf, line, &r, NULL) != HN_OK) {
		e->n_faults++;
		return;
	}
	hn_buf_printf(b, "%s %s %lld\n", reader->name, r.dataset, (long long)(r.at_ms / 1000));
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (record_has(&r, (enum field)f))
			put(b, field_ecs((enum field)f), r.value[f]);
	for (size_t i = 0; i < r.n_extra; i++)
		put(b, r.extra[i].name, r.extra[i].value);
	e->n++;
}

static void
take_fault(void *ctx, uint64_t number, const struct hn_err *why)
{
	struct events *const e = ctx;

	(void)number;
	(void)why;
	e->n_faults++;
}

/* The bytes of a file; p == NULL: it cannot be read.  The caller frees them. */
static struct hn_view
file_bytes(const char *path)
{
	FILE *const f = fopen(path, "rb");
	char *const bytes = f != NULL ? malloc(FILE_MAX) : NULL;
	const size_t n = bytes != NULL ? fread(bytes, 1, FILE_MAX, f) : 0;

	if (f != NULL)
		(void)fclose(f);
	return (struct hn_view){ bytes, n };
}

static void
free_bytes(struct hn_view v)
{
	free((void *)(uintptr_t)v.p);
}

static void
free_events(struct events *e)
{
	for (size_t i = 0; i < EVENTS_MAX; i++)
		hn_buf_fini(&e->text[i]);
}

static bool
read_events(struct hn_view bytes, struct events *e)
{
	const struct input_ops ops = { .line = take_line, .fault = take_fault, .ctx = e };
	struct input *in = NULL;

	for (size_t i = 0; i < EVENTS_MAX; i++)
		e->text[i] = HN_BUF(1 << 20);
	if (bytes.p == NULL || input_new((struct input_limits){ 0 }, ops, &in, NULL) != HN_OK)
		return false;
	const bool ok = input_push(in, bytes) == HN_OK && input_end(in) == HN_OK && e->n_faults == 0;

	input_free(in);
	return ok;
}

#define HEADER_BYTES 4096u
#define CHUNK_BYTES 65536u

/*
 * A log of two chunks, of which the first one is damaged: that must be told, and the events of the second must come.
 * Source: libyal, "Windows XML Event Log (EVTX) format", file header.
 */
static bool
damage_is_told(struct hn_view file, const struct events *whole, size_t damaged_byte)
{
	struct events got = { .n = 0 };
	const size_t n = HEADER_BYTES + 2 * CHUNK_BYTES;
	uint8_t *const log = malloc(n);
	bool found = false;

	if (log == NULL || file.n < HEADER_BYTES + CHUNK_BYTES)
		abort();
	memcpy(log, file.p, HEADER_BYTES + CHUNK_BYTES);
	memcpy(log + HEADER_BYTES + CHUNK_BYTES, file.p + HEADER_BYTES, CHUNK_BYTES);
	log[16] = 1;	/* the last chunk */
	log[42] = 2;	/* how many */
	const uint32_t crc = (uint32_t)crc32(0, log, 120);

	memcpy(log + 124, &crc, sizeof(crc));
	log[HEADER_BYTES + damaged_byte] ^= 0xff;
	const bool ok = read_events((struct hn_view){ (const char *)log, n }, &got);

	for (size_t i = 0; i < got.n; i++)
		found = found || hn_view_eq(hn_buf_view(&got.text[i]), hn_buf_view(&whole->text[0]));
	free_events(&got);
	free(log);
	return !ok && found;
}

static int
visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct events evtx = { .n = 0 }, json = { .n = 0 };
	const size_t n = strlen(path);
	char beside[1024];

	(void)st;
	(void)ftw;
	if (type != FTW_F || n < 6 || n >= sizeof(beside) || strcmp(path + n - 5, ".evtx") != 0)
		return 0;
	memcpy(beside, path, n - 4);
	memcpy(beside + n - 4, "json", 5);
	const struct hn_view file = file_bytes(path), other = file_bytes(beside);
	bool same = read_events(file, &evtx) && read_events(other, &json) && evtx.n == json.n;

	for (size_t i = 0; same && i < evtx.n; i++)
		same = hn_view_eq(hn_buf_view(&evtx.text[i]), hn_buf_view(&json.text[i]));
	if (!same)
		(void)fprintf(stderr, "differs: %s\n%.*s---\n%.*s", path, (int)evtx.text[0].n, evtx.text[0].p,
		    (int)json.text[0].n, json.text[0].p);
	same = same && damage_is_told(file, &evtx, 0) && damage_is_told(file, &evtx, 512) && damage_is_told(file, &evtx, 572);
	n_files++;
	n_events += (unsigned)evtx.n;
	n_different += same ? 0 : 1;
	free_events(&evtx);
	free_events(&json);
	free_bytes(file);
	free_bytes(other);
	hn_arena_reset(&arena);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc != 2 || nftw(argv[1], visit, 16, FTW_PHYS) != 0 || n_files == 0) {
		(void)printf("SKIP: no EVTX files in %s\n", argc == 2 ? argv[1] : "(no folder)");
		return 77;
	}
	hn_arena_fini(&arena);
	(void)printf("%u files, %u events, %u files differ\n", n_files, n_events, n_different);
	return n_different == 0 ? 0 : 1;
}
