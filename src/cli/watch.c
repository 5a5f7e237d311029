#include "cli/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/load.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/job_jail.h"
#include "cli/watch_lists.h"
#include "cli/watch_run.h"

#define FORMATS_BYTES 4096u

static bool
say_wrong(struct watch *w, const char *key, const char *p0, const char *p1, const char *p2)
{
	command_say(w->args, key, p0, p1, p2);
	return false;
}

static bool
take_times(struct watch *w)
{
	const struct {
		const char *option;
		int64_t *to;
		int64_t otherwise;
	} rows[] = { { "from", &w->from_ms, INT64_MIN }, { "to", &w->to_ms, INT64_MAX } };
	int64_t local_ms;

	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const char *given = arguments_value(w->args, rows[i].option, NULL);

		*rows[i].to = rows[i].otherwise;
		if (given == NULL)
			continue;
		if (hn_time_typed(hn_view_of(given), 0, &local_ms) != HN_OK)
			return say_wrong(w, "watch.error.time", given, NULL, NULL);
		if (hn_time_typed(hn_view_of(given), hn_zone_offset(&w->zone, local_ms), rows[i].to) != HN_OK)
			return say_wrong(w, "watch.error.time", given, NULL, NULL);
	}
	if (w->from_ms >= w->to_ms)
		return say_wrong(w, "watch.error.span", arguments_value(w->args, "from", ""), arguments_value(w->args, "to", ""),
		    NULL);
	return true;
}

/* --format names a reader or a document. */
static bool
take_format(struct watch *w)
{
	const char *given = arguments_value(w->args, "format", "auto");
	struct hn_buf known = HN_BUF(FORMATS_BYTES);
	bool is_known = strcmp(given, "auto") == 0 || reader_find(hn_view_of(given)) != NULL;

	for (size_t i = 0; readers[i] != NULL; i++)
		hn_buf_printf(&known, "%s%s", i > 0 ? ", " : "", readers[i]->name);
	if (!is_known)
		command_say(w->args, "watch.error.format", given, hn_buf_cstr(&known), NULL);
	hn_buf_fini(&known);
	return is_known;
}

static bool
take_names(struct watch *w)
{
	const char *zone = arguments_value(w->args, "time-zone", "Asia/Tokyo");
	const char *given;

	(void)hn_text_init();	/* without it Japanese encodings become U+FFFD: read on */
	if (hn_zone_load(hn_view_of(zone), &w->zone, NULL) != HN_OK)
		return say_wrong(w, "watch.error.zone", zone, NULL, NULL);
	for (size_t i = 0; (given = arguments_nth(w->args, "only", i)) != NULL; i++) {
		enum finding_kind kind;

		if (!finding_kind_find(hn_view_of(given), &kind))
			return say_wrong(w, "watch.error.kind", given, NULL, NULL);
		w->only |= 1u << kind;
	}
	for (size_t i = 0; (given = arguments_nth(w->args, "internal", i)) != NULL; i++)
		if (scope_add(&w->scope, hn_view_of(given), NULL) != HN_OK)
			return say_wrong(w, "watch.error.internal", given, NULL, NULL);
	return take_format(w) && take_times(w);
}

/* --site: the house's own networks, hours and servers, out of the file that `hinomi site` runs on. */
static bool
take_site(struct watch *w)
{
	const char *const path = arguments_value(w->args, "site", NULL);
	struct hn_buf text = HN_BUF(SITE_CONFIG_MAX + 1);
	struct site_fault fault = { 0 };
	enum hn_rc rc = HN_OK;

	if (path == NULL)
		return true;
	w->site = hn_alloc(1, sizeof(*w->site));
	w->house = hn_alloc(1, sizeof(*w->house));
	if (w->site == NULL || w->house == NULL)
		return say_wrong(w, "watch.error.start", "memory", NULL, NULL);
	if (hn_load_file(path, &text, NULL) != HN_OK)
		rc = say_wrong(w, "place.error.read", path, strerror(errno), NULL) ? HN_OK : HN_E_IO;
	else if (site_config_parse(hn_buf_view(&text), w->site, &fault) != HN_OK ||
	    site_house_read(w->site, w->house, NULL) != HN_OK)
		rc = say_wrong(w, "place.error.config", path, fault.text, NULL) ? HN_OK : HN_E_SYNTAX;
	hn_buf_fini(&text);
	for (size_t i = 0; rc == HN_OK && w->scope.n == 0 && i < w->site->internal.n; i++)
		w->scope.nets[i] = w->site->internal.net[i];
	if (rc == HN_OK && w->scope.n == 0)
		w->scope.n = w->site->internal.n;
	return rc == HN_OK;
}

static void
say_unseen(void *ctx, const char *path, int error)
{
	struct watch *w = ctx;

	watch_tell_fault(w, path, 0, NULL, strerror(error));
	w->had_unreadable = true;
}

static bool
take_paths(struct watch *w)
{
	const struct files_fault fault = { say_unseen, w };

	for (size_t i = 0; i < w->args->n_operands; i++) {
		const enum hn_rc rc = files_add(&w->files, w->args->operands[i], &w->lists, fault, NULL);

		if (rc == HN_E_NOTFOUND)
			return say_wrong(w, "watch.error.path", w->args->operands[i], NULL, NULL);
		if (rc != HN_OK)
			return say_wrong(w, "watch.error.start", w->args->operands[i], NULL, NULL);
	}
	if (files_unique(&w->files, NULL) != HN_OK)
		return say_wrong(w, "watch.error.start", "memory", NULL, NULL);
	return true;
}

/* The folder of ${path}, for a file that is followed may be replaced by another of its name. */
static const char *
folder_of(struct watch *w, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ".";
	return hn_arena_copy(&w->lists, (struct hn_view){ path, slash == path ? 1 : (size_t)(slash - path) }).p;
}

/* From here on only the logs and lists that were named can be opened, and only for reading. */
static bool
enter_jail(struct watch *w)
{
	static const char *const lists[] = { "indicators", "allow", "rules" };
	struct hn_jail_path *paths = hn_alloc(2 * w->args->n_operands + COMMAND_GIVEN_MAX, sizeof(*paths));
	size_t n = 0;
	const char *given;
	bool entered;

	if (paths == NULL)
		return say_wrong(w, "watch.error.start", "memory", NULL, NULL);
	for (size_t i = 0; i < w->args->n_operands; i++) {
		paths[n++].path = w->args->operands[i];
		if (arguments_has(w->args, "follow") && (given = folder_of(w, w->args->operands[i])) != NULL)
			paths[n++].path = given;
	}
	for (size_t k = 0; k < HN_COUNT(lists); k++)
		for (size_t i = 0; (given = arguments_nth(w->args, lists[k], i)) != NULL; i++)
			paths[n++].path = given;
	entered = job_jail_enter(w->args, paths, n, HN_CALLS_READ_FILES);
	hn_free(paths);
	return entered;
}

static bool
open_engine(struct watch *w, struct watch_lists *lists)
{
	struct hn_err err = { .what = "" };

	w->detect_conf = (struct detect_conf){
		.scope = &w->scope, .indicators = watch_lists_indicators(lists), .rules = watch_lists_rules(lists),
		.house = w->house, .allow = &w->allow,
	};
	w->reader_conf = (struct reader_conf){
		.zone = &w->zone, .now_ms = hn_clock_ms(),
		.logformat = hn_view_of(arguments_value(w->args, "logformat", "")),
	};
	w->findings = findings_new(WATCH_FINDINGS_MAX, WATCH_FINDINGS_BYTES);
	if (w->findings == NULL ||
	    engine_open(&w->detect_conf, w->only, (struct engine_memory){ 0 }, &w->engine, &err) != HN_OK)
		return say_wrong(w, "watch.error.start", err.what, NULL, NULL);
	return true;
}

static enum exit_code
run_opened(struct watch *w)
{
	const bool follow = arguments_has(w->args, "follow");
	size_t shown = 0, expected = 0;
	struct hn_err err = { .what = "" };
	const enum hn_rc rc = follow ? watch_follow(w, &err) : watch_read_all(w, &err);

	if (rc != HN_OK) {
		command_say(w->args, "watch.error.start", err.what, NULL, NULL);
		return EXIT_NOT_DONE;
	}
	if (!follow)
		watch_show_all(w, &shown, &expected);
	if (fflush(w->args->out) != 0 || ferror(w->args->out) != 0)
		return (void)say_wrong(w, "watch.error.output", strerror(errno), NULL, NULL), EXIT_NOT_DONE;
	watch_summary(w, shown, expected);
	return w->had_unreadable || (w->foreign > 0 && w->records == 0) ? EXIT_PARTLY : EXIT_DONE;
}

static enum exit_code
watch(const struct arguments *a)
{
	struct watch *w = hn_alloc(1, sizeof(*w));
	struct watch_lists *lists = NULL;
	enum exit_code code = EXIT_NOT_DONE;

	if (w == NULL)
		return EXIT_NOT_DONE;
	w->args = a;
	w->lists = HN_ARENA(WATCH_LISTS_BYTES);
	w->started_ms = hn_clock_monotonic_ms();
	w->newest_ms = INT64_MIN;
	if (take_names(w) && take_site(w) && take_paths(w) && enter_jail(w) &&
	    watch_lists_open(w, &lists) && open_engine(w, lists))
		code = run_opened(w);
	engine_close(w->engine);
	findings_free(w->findings);
	watch_lists_close(lists);
	hn_arena_fini(&w->lists);
	if (w->site != NULL)
		site_config_fini(w->site);
	hn_free(w->site);
	hn_free(w->house);
	hn_free(w);
	return code;
}

const struct command watch_command = {
	.name = "watch",
	.operands = "PATH...",
	.operands_min = 1,
	.operands_max = COMMAND_OPERANDS_MAX,
	.options = {
		{ OPTION_VALUE, "output", "text|json" },
		{ OPTION_MANY, "only", "KIND" },
		{ OPTION_MANY, "indicators", "FILE" },
		{ OPTION_MANY, "rules", "PATH" },
		{ OPTION_VALUE, "allow", "FILE" },
		{ OPTION_MANY, "internal", "CIDR" },
		{ OPTION_VALUE, "site", "FILE" },
		{ OPTION_VALUE, "from", "TIME" },
		{ OPTION_VALUE, "to", "TIME" },
		{ OPTION_FLAG, "follow", NULL },
		{ OPTION_VALUE, "format", "NAME" },
		{ OPTION_VALUE, "logformat", "TEXT" },
		{ OPTION_VALUE, "time-zone", "ZONE" },
	},
	.run = watch,
};
