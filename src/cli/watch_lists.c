#include "cli/watch_lists.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "detect/indicator_build.h"
#include "record/input.h"

#define ALLOW_BYTES_MAX (16u << 20)

struct watch_lists {
	struct watch *watch;
	struct indicator_table *owned;
	const struct indicator_table *indicators;
	struct indicator_build *build;
	const char *path;		/* of the list being read */
	uint64_t refused;		/* its lines that are no indicator */
};

/* The whole file ${path} into ${b}; false: errno says why. */
static bool
read_whole(const char *path, struct hn_buf *b)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;

	if (fd < 0)
		return false;
	while (n > 0) {
		char *room = hn_buf_room(b, 65536);

		n = room != NULL ? read(fd, room, 65536) : (errno = EFBIG, -1);
		if (n > 0)
			b->n += (size_t)n;
	}
	(void)close(fd);
	return n == 0;
}

static bool
read_allow(struct watch *w, const char *path)
{
	struct hn_buf text = HN_BUF(ALLOW_BYTES_MAX);
	struct hn_err err = { .what = "" };
	char line[32];
	bool ok = read_whole(path, &text);

	if (!ok) {
		command_say(w->args, "watch.fault.file", path, strerror(errno), NULL);
	} else if (allow_read(hn_buf_view(&text), hn_zone_offset(&w->zone, hn_clock_ms()), &w->lists, &w->allow, &err) !=
	    HN_OK) {
		(void)snprintf(line, sizeof(line), "%zu", err.at);
		command_say(w->args, "watch.error.allow", path, line, err.what);
		ok = false;
	}
	hn_buf_fini(&text);
	return ok;
}

/* One line of a list: the value is what stands before the first comma. */
static void
take_indicator(void *ctx, struct hn_view line, uint64_t number)
{
	struct watch_lists *l = ctx;
	static struct indicator_scratch scratch;
	struct indicator i = { .about = { .feed = hn_view_of(l->path), .confidence = 75 } };
	struct hn_view rest = hn_view_trim(line), value;
	struct hn_err err;

	(void)hn_view_cut(&rest, ',', &value);
	if (value.n == 0 || value.p[0] == '#' || (number == 1 && hn_view_eq(value, HN_LIT("value"))))
		return;
	if (indicator_key_of_text(value, &scratch, &i.key, &err) != HN_OK ||
	    indicator_build_add(l->build, &i, &err) != HN_OK)
		l->refused++;
}

static void
list_fault(void *ctx, uint64_t number, const struct hn_err *why)
{
	struct watch_lists *l = ctx;

	(void)number;
	(void)why;
	l->refused++;
}

static bool
push_file(int fd, struct input *in)
{
	static char chunk[65536];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		if (input_push(in, (struct hn_view){ chunk, (size_t)n }) != HN_OK)
			return false;
	return n == 0 && input_end(in) == HN_OK;
}

static bool
read_indicators(struct watch_lists *l, const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct input *in = NULL;
	const struct input_ops ops = { take_indicator, list_fault, l };
	bool ok = fd >= 0 && input_new((struct input_limits){ 0 }, ops, &in, NULL) == HN_OK;

	l->path = path;
	ok = ok && push_file(fd, in);
	if (!ok)
		command_say(l->watch->args, "watch.error.indicators", path, fd < 0 ? strerror(errno) : "", NULL);
	input_free(in);
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static bool
read_all_indicators(struct watch_lists *l)
{
	const char *path;
	const int64_t now_ms = hn_clock_ms();
	struct hn_err err = { .what = "" };

	if (!arguments_has(l->watch->args, "indicators"))
		return true;
	l->build = indicator_build_new();
	if (l->build == NULL)
		return false;
	for (size_t i = 0; (path = arguments_nth(l->watch->args, "indicators", i)) != NULL; i++)
		if (!read_indicators(l, path))
			return false;
	if (indicator_build_open(l->build, now_ms, (uint64_t)now_ms, &l->owned, &err) != HN_OK) {
		command_say(l->watch->args, "watch.error.indicators", path, err.what, NULL);
		return false;
	}
	l->indicators = l->owned;
	return true;
}

bool
watch_lists_open(struct watch *w, struct watch_lists **out)
{
	const char *allow = arguments_value(w->args, "allow", NULL);

	*out = hn_alloc(1, sizeof(**out));
	if (*out == NULL)
		return false;
	(*out)->watch = w;
	return (allow == NULL || read_allow(w, allow)) && read_all_indicators(*out);
}

void
watch_lists_close(struct watch_lists *l)
{
	if (l == NULL)
		return;
	indicator_table_close(l->owned);
	indicator_build_free(l->build);
	hn_free(l);
}

const struct indicator_table *const *
watch_lists_indicators(const struct watch_lists *l)
{
	return &l->indicators;
}
