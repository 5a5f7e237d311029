#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/watch_run.h"

#define PROGRESS_EVERY_MS 250
#define SHOWN_MAX (256u << 10)		/* bytes of one finding on the screen */

static struct hn_view
name_of_source(void *ctx, uint32_t source)
{
	const struct watch *w = ctx;

	return source < w->files.n ? hn_view_of(w->files.paths[source]) : HN_LIT("");
}

/* From when to when, and how many records. */
static void
put_when(struct watch *w, struct hn_buf *b, const struct finding *f)
{
	struct hn_buf first = HN_BUF(64), last = HN_BUF(64), count = HN_BUF(64);

	hn_time_put(&first, f->first_ms);
	hn_time_put(&last, f->last_ms);
	hn_buf_u64(&count, f->count);
	const struct hn_words_param params[] = {
		{ "0", hn_buf_view(&first) }, { "1", hn_buf_view(&last) }, { "2", hn_buf_view(&count) },
	};

	hn_words_put(b, w->args->lang, "watch.when", params, HN_COUNT(params));
	hn_buf_char(b, '\n');
	hn_buf_fini(&first);
	hn_buf_fini(&last);
	hn_buf_fini(&count);
}

static void
put_finding_words(struct watch *w, struct hn_buf *b, const struct finding *f, const char *which)
{
	finding_say(b, f, which, w->args->lang);
	hn_buf_char(b, '\n');
}

static void
put_evidence(struct watch *w, struct hn_buf *b, const struct finding *f)
{
	for (size_t i = 0; i < f->n_evidence && i < 3; i++) {
		const struct hn_view path = name_of_source(w, f->evidence[i].source);

		hn_buf_printf(b, "    %.*s:%" PRIu64 ": ", (int)path.n, path.p, f->evidence[i].line);
		hn_buf_put(b, f->evidence[i].raw);
		hn_buf_char(b, '\n');
	}
}

static void
put_text(struct watch *w, struct hn_buf *b, const struct finding *f)
{
	struct hn_buf level = HN_BUF(64);

	hn_buf_printf(&level, "level.%s", finding_level_name(f->level));
	hn_buf_put(b, f->chain.n > 0 ? HN_LIT("└ [") : HN_LIT("["));
	hn_buf_put(b, hn_word(w->args->lang, hn_buf_cstr(&level)));
	hn_buf_put(b, HN_LIT("] "));
	put_finding_words(w, b, f, "title");
	put_when(w, b, f);
	put_finding_words(w, b, f, "advice");
	put_evidence(w, b, f);
	hn_buf_char(b, '\n');
	hn_buf_fini(&level);
}

void
watch_show(struct watch *w, const struct finding *f)
{
	const struct finding_sources sources = { name_of_source, w };
	struct hn_buf b = HN_BUF(SHOWN_MAX);

	if (strcmp(arguments_value(w->args, "output", "text"), "json") == 0) {
		finding_json(&b, f, &sources);
		hn_buf_char(&b, '\n');
	} else {
		put_text(w, &b, f);
	}
	(void)fwrite(b.p, 1, b.n, w->args->out);
	hn_buf_fini(&b);
}

/* What is to be shown, and how much was. */
struct showing {
	struct watch *w;
	const struct finding *const *all;
	size_t n, shown, expected;
	int64_t now_ms;
};

static void
show_one(struct showing *s, const struct finding *f)
{
	if (allow_match(&s->w->allow, f, s->now_ms) != NULL) {
		s->expected++;
		return;
	}
	watch_show(s->w, f);
	s->shown++;
}

/* A chain, and for people each of its members below it. */
static void
show_with_members(struct showing *s, const struct finding *f)
{
	const struct hn_view id = { (const char *)f->id, FINDING_ID_BYTES };

	show_one(s, f);
	for (size_t i = 0; i < s->n && f->members.n > 0; i++)
		if (hn_view_eq(s->all[i]->chain, id))
			show_one(s, s->all[i]);
}

void
watch_show_all(struct watch *w, size_t *shown, size_t *expected)
{
	const bool is_json = strcmp(arguments_value(w->args, "output", "text"), "json") == 0;
	struct showing s = { .w = w, .now_ms = hn_clock_ms() };

	findings_link(w->findings);
	s.all = findings_sorted(w->findings, &s.n);
	for (size_t i = 0; i < s.n; i++) {
		if (is_json)
			show_one(&s, s.all[i]);
		else if (s.all[i]->chain.n == 0)
			show_with_members(&s, s.all[i]);
	}
	*shown = s.shown;
	*expected = s.expected;
}

void
watch_tell_fault(struct watch *w, const char *path, uint64_t line, const char *what, const char *why)
{
	char place[4096];

	if (w->faults_told++ >= WATCH_FAULTS_SHOWN)
		return;
	if (line > 0)
		(void)snprintf(place, sizeof(place), "%s:%" PRIu64, path, line);
	else
		(void)snprintf(place, sizeof(place), "%s", path);
	command_say(w->args, why != NULL ? "watch.fault.file" : "watch.fault.line", place, why != NULL ? why : what, NULL);
}

void
watch_tell_foreign(struct watch *w, const char *path)
{
	if (w->faults_told++ < WATCH_FAULTS_SHOWN)
		command_say(w->args, "watch.foreign", path, NULL, NULL);
}

void
watch_progress(struct watch *w, bool last)
{
	const int64_t spent_ms = hn_clock_monotonic_ms() - w->started_ms;
	const double mb = (double)w->bytes / 1e6;
	const double rate = spent_ms > 0 ? mb / ((double)spent_ms / 1000) : 0;

	if (!isatty(fileno(w->args->say)))
		return;
	if (last) {
		fputs("\r\033[K", w->args->say);
		return;
	}
	fprintf(w->args->say, "\r\033[K%.0f / %.0f MB  %.0f MB/s", mb, (double)w->files.bytes / 1e6, rate);
	if (rate > 0 && w->files.bytes > w->bytes)
		fprintf(w->args->say, "  %.0f s", ((double)w->files.bytes / 1e6 - mb) / rate);
	(void)fflush(w->args->say);
}

void
watch_progress_due(struct watch *w)
{
	const int64_t now_ms = hn_clock_monotonic_ms();

	if (now_ms - w->progress_ms < PROGRESS_EVERY_MS)
		return;
	w->progress_ms = now_ms;
	watch_progress(w, false);
}

void
watch_summary(struct watch *w, size_t shown, size_t expected)
{
	const int64_t spent_ms = hn_clock_monotonic_ms() - w->started_ms;
	struct rusage use;
	struct hn_buf read = HN_BUF(256), speed = HN_BUF(256), found = HN_BUF(256);

	(void)getrusage(RUSAGE_SELF, &use);
	hn_buf_u64(&read, w->records);
	hn_buf_printf(&speed, "%.1f MB/s, %.0f MB", spent_ms > 0 ? (double)w->bytes / 1e3 / (double)spent_ms : 0,
	    (double)use.ru_maxrss / 1024);
	hn_buf_u64(&found, w->unread);
	command_say(w->args, "watch.summary", hn_buf_cstr(&read), hn_buf_cstr(&found), hn_buf_cstr(&speed));
	hn_buf_reset(&read);
	hn_buf_reset(&found);
	hn_buf_u64(&read, shown);
	hn_buf_u64(&found, expected);
	command_say(w->args, "watch.found", hn_buf_cstr(&read), hn_buf_cstr(&found), NULL);
	if (findings_left_out(w->findings) > 0)
		command_say(w->args, "watch.left_out", NULL, NULL, NULL);
	hn_buf_fini(&read);
	hn_buf_fini(&speed);
	hn_buf_fini(&found);
}
