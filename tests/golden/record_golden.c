/* golden_record NAME: each line of NAME.log is read by the reader that knows it and must give what NAME.txt says. */
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "record/stream.h"

#define FILE_MAX (1u << 22)

static bool
read_file(const char *name, const char *suffix, struct hn_buf *b)
{
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s.%s", GOLDEN_DIR, name, suffix);
	FILE *const f = fopen(path, "rb");

	if (f == NULL)
		return false;
	char *const room = hn_buf_room(b, FILE_MAX);

	b->n = room != NULL ? fread(room, 1, FILE_MAX, f) : 0;
	return fclose(f) == 0;
}

static void
put_pair(struct hn_buf *b, const char *before, struct hn_view name, struct hn_view value)
{
	hn_buf_put(b, hn_view_of(before));
	hn_buf_put(b, name);
	hn_buf_char(b, '=');
	hn_buf_json(b, value);
	hn_buf_char(b, '\n');
}

static void
put_record(struct hn_buf *b, const struct record *r)
{
	hn_buf_printf(b, " %s %s ", record_kind_name(r->kind), r->dataset);
	hn_time_put(b, r->at_ms);
	hn_buf_char(b, '\n');
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (record_has(r, (enum field)f))
			put_pair(b, "\t", field_ecs((enum field)f), r->value[f]);
	for (size_t i = 0; i < r->n_extra; i++)
		put_pair(b, "\t+ ", r->extra[i].name, r->extra[i].value);
}

static void
put_line(struct hn_buf *b, struct stream *stream, struct hn_view line, unsigned number)
{
	static struct record r;
	struct hn_err err = { 0 };
	const enum hn_rc rc = stream_line(stream, line, number, &r, &err);
	const bool known = rc >= HN_OK || strcmp(err.what, "format") != 0;

	hn_buf_printf(b, "%u: %s", number, known ? stream_format(stream) : "unknown\n");
	if (!known)
		return;
	if (rc == HN_OK)
		put_record(b, &r);
	else if (rc == HN_SKIP)
		hn_buf_printf(b, " skip\n");
	else
		hn_buf_printf(b, " error %d at %zu: %s\n", rc, err.at, err.what);
}

static int
compare(const char *name, struct hn_view got)
{
	struct hn_buf want = HN_BUF(FILE_MAX);
	const char *const mode = getenv("HINOMI_GOLDEN");
	char path[1024];
	bool same = read_file(name, "txt", &want) && hn_view_eq(hn_buf_view(&want), got);

	hn_buf_fini(&want);
	(void)snprintf(path, sizeof(path), "%s%s.txt", mode != NULL ? GOLDEN_DIR "/" : "/tmp/golden-", name);
	if (!same) {	/* beside the expected one, to be compared by eye */
		FILE *const f = fopen(path, "wb");

		same = f != NULL && fwrite(got.p, 1, got.n, f) == got.n && fclose(f) == 0 && mode != NULL;
		(void)fprintf(stderr, "%s: %s\n", same ? "written" : "differs, see", path);
	}
	return same ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct hn_buf in = HN_BUF(FILE_MAX), out = HN_BUF(FILE_MAX);
	struct hn_arena arena = HN_ARENA(1 << 24);
	struct hn_zone tokyo;
	struct hn_view rest, line;
	int64_t now_ms;
	unsigned number = 0;

	hn_zone_fixed(&tokyo, 9 * 3600);
	if (argc != 2 || !read_file(argv[1], "log", &in) ||
	    hn_time_parse(HN_LIT("2026-11-23T08:00:00Z"), 0, &now_ms) != HN_OK)
		return 2;
	const struct reader_conf conf = { .zone = &tokyo, .now_ms = now_ms, .arena = &arena };

	struct stream *stream;

	if (stream_new(HN_LIT("auto"), &conf, &stream, NULL) != HN_OK)
		return 2;
	for (rest = hn_buf_view(&in); rest.n > 0;) {
		(void)hn_view_cut(&rest, '\n', &line);
		const struct reader *const knows = reader_recognise(line);

		/* Another format is another source here: cases must not depend on their neighbours. */
		if (knows != NULL && strcmp(knows->name, stream_format(stream)) != 0) {
			stream_free(stream);
			if (stream_new(HN_LIT("auto"), &conf, &stream, NULL) != HN_OK)
				return 2;
		}
		put_line(&out, stream, line, ++number);
	}
	const int rc = compare(argv[1], hn_buf_view(&out));

	stream_free(stream);
	hn_buf_fini(&in);
	hn_buf_fini(&out);
	hn_arena_fini(&arena);
	return rc;
}
