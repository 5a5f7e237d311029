#include "cli/watch_lists.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/load.h"
#include "base/mem.h"
#include "cli/indicator_files.h"
#include "cli/rule_files.h"

#define ALLOW_BYTES_MAX (16u << 20)

struct watch_lists {
	struct watch *watch;
	struct indicator_table *owned;
	const struct indicator_table *indicators;
	struct indicator_build *build;
	struct sigma_set *owned_rules;
	const struct sigma_set *rules;	/* the same, for those who only read */
	struct indicator_files files;
};

static bool
read_allow(struct watch *w, const char *path)
{
	struct hn_buf text = HN_BUF(ALLOW_BYTES_MAX);
	struct hn_err err = { .what = "" };
	char line[32];
	bool ok = hn_load_file(path, &text, NULL) == HN_OK;

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

static bool
read_all_indicators(struct watch_lists *l)
{
	const struct indicator_about defaults = { .feed = HN_LIT(""), .note = HN_LIT(""), .confidence = INDICATOR_CONFIDENCE };
	const struct arguments *a = l->watch->args;
	struct indicator_total total = { 0 };
	const int64_t now_ms = hn_clock_ms();
	struct hn_err err = { .what = "" };
	const char *path;

	if (!arguments_has(a, "indicators"))
		return true;
	if (arguments_nth(a, "indicators", 1) == NULL &&
	    indicator_table_open_path(arguments_nth(a, "indicators", 0), &l->owned, &err) == HN_OK) {
		l->indicators = l->owned;	/* a table that `hinomi indicators import` made is used as it is */
		return true;
	}
	l->files.from_ms = INT64_MIN;	/* each is judged by the time of the record that it meets */
	l->build = indicator_build_new();
	if (l->build == NULL)
		return false;
	for (size_t i = 0; (path = arguments_nth(a, "indicators", i)) != NULL; i++)
		if (!indicator_files_add(&l->files, a, path))
			return false;
	if (!indicator_files_read(&l->files, a, &defaults, l->build, &total))
		return false;
	if (indicator_build_open(l->build, now_ms, indicator_files_seed(), &l->owned, &err) != HN_OK) {
		command_say(a, "watch.error.start", err.what, NULL, NULL);
		return false;
	}
	indicator_build_free(l->build);
	l->build = NULL;
	l->indicators = l->owned;
	return true;
}

static bool
read_rules(struct watch_lists *l)
{
	const struct arguments *a = l->watch->args;
	const char *paths[COMMAND_GIVEN_MAX];
	size_t n = 0, unread;

	while (n < COMMAND_GIVEN_MAX && (paths[n] = arguments_nth(a, "rules", n)) != NULL)
		n++;
	if (n > 0 && !rule_files_read(a, paths, n, &l->owned_rules, &unread))
		return false;
	l->rules = l->owned_rules;
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
	return (allow == NULL || read_allow(w, allow)) && read_all_indicators(*out) &&
	    read_rules(*out);
}

void
watch_lists_close(struct watch_lists *l)
{
	if (l == NULL)
		return;
	indicator_table_close(l->owned);
	indicator_files_fini(&l->files);
	indicator_build_free(l->build);
	sigma_set_free(l->owned_rules);
	hn_free(l);
}

const struct indicator_table *const *
watch_lists_indicators(const struct watch_lists *l)
{
	return &l->indicators;
}

const struct sigma_set *const *
watch_lists_rules(const struct watch_lists *l)
{
	return &l->rules;
}
