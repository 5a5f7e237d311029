#include <errno.h>
#include <inttypes.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/text.h"
#include "cli/indicator_files.h"
#include "cli/indicators.h"
#include "cli/job_jail.h"
#include "cli/place.h"
#include "site/table.h"

/* One run of `hinomi indicators import`. */
struct import {
	const struct arguments *args;
	struct indicator_about defaults;
	char path[SITE_PATH_MAX];	/* of the table */
	char store[SITE_PATH_MAX];	/* its folder */
	struct indicator_files files;
	struct indicator_table *old;	/* NULL: the first import */
	struct indicator_build *build;
	struct indicator_total total;
};

static bool
say_wrong(const struct import *m, const char *key, const char *p0, const char *p1)
{
	command_say(m->args, key, p0, p1, NULL);
	return false;
}

/* What the options say about every entry. */
static bool
take_defaults(struct import *m)
{
	const struct arguments *a = m->args;
	const char *tlp = arguments_value(a, "tlp", NULL), *expires = arguments_value(a, "expires", NULL);
	const char *confidence = arguments_value(a, "confidence", NULL);
	uint64_t n = INDICATOR_CONFIDENCE;

	m->defaults = (struct indicator_about){ .feed = hn_view_of(arguments_value(a, "source", "")), .note = HN_LIT(""),
		.mute = HN_LIT("") };
	if (tlp != NULL)
		m->defaults.tlp = indicator_tlp_find(hn_view_of(tlp));
	if (expires != NULL && hn_time_typed(hn_view_of(expires), 9 * 3600, &m->defaults.expires_ms) != HN_OK)
		return say_wrong(m, "watch.error.time", expires, NULL);
	if (confidence != NULL && hn_num_u64(hn_view_of(confidence), 100, &n) != HN_OK)
		return say_wrong(m, "indicators.error.confidence", confidence, NULL);
	m->defaults.confidence = (uint8_t)n;
	return true;
}

static bool
take_files(struct import *m)
{
	bool ok = true;

	for (size_t i = 0; i < m->args->n_operands; i++)
		ok = indicator_files_add(&m->files, m->args, m->args->operands[i]) && ok;
	return ok;
}

/* The store's folder, made where it is not there, and the table that is in force. */
static bool
open_store(struct import *m)
{
	struct hn_err err = { .what = "" };
	enum hn_rc rc;

	if (!place_table(m->args, site_table_path, SITE_TABLE_NAME, m->path) ||
	    !place_make_folder(m->args, m->path, m->store))
		return false;
	rc = indicator_table_open_path(m->path, &m->old, &err);
	if (rc != HN_OK && rc != HN_E_NOTFOUND && !arguments_has(m->args, "replace"))
		return say_wrong(m, "indicators.error.damaged", m->path, err.what);
	return true;
}

/* From here on only the lists can be read, only the store written, and nothing else opened. */
static bool
enter_jail(const struct import *m)
{
	struct hn_jail_path *paths = hn_alloc(m->args->n_operands + 1, sizeof(*paths));
	bool entered;

	if (paths == NULL)
		return say_wrong(m, "watch.error.start", "memory", NULL);
	for (size_t i = 0; i < m->args->n_operands; i++)
		paths[i].path = m->args->operands[i];
	paths[m->args->n_operands] = (struct hn_jail_path){ m->store, true };
	entered = job_jail_enter(m->args, paths, m->args->n_operands + 1, HN_CALLS_READ_FILES | HN_CALLS_WRITE_FILES);
	hn_free(paths);
	return entered;
}

static bool
build_and_publish(struct import *m)
{
	struct hn_err err = { .what = "" };
	const int64_t now_ms = hn_clock_ms();

	m->files.from_ms = now_ms - INDICATOR_KEPT_MS;
	m->build = indicator_build_new();
	if (m->build == NULL)
		return say_wrong(m, "watch.error.start", "memory", NULL);
	if (!indicator_files_read(&m->files, m->args, &m->defaults, m->build, &m->total))
		return false;
	if (m->old != NULL && !arguments_has(m->args, "replace") &&
	    indicator_build_add_table(m->build, m->old, m->files.from_ms, m->defaults.feed, &err) != HN_OK)
		return say_wrong(m, "watch.error.start", err.what, NULL);
	if (indicator_build_publish(m->build, m->path, now_ms, indicator_files_seed(), &err) != HN_OK)
		return say_wrong(m, "indicators.error.write", m->path, err.what);
	return true;
}

static void
say_total(const struct import *m)
{
	const struct indicator_total *t = &m->total;
	struct indicator_table *now = indicators_open(m->args);
	const struct indicator_table_facts f = now != NULL ? indicator_table_facts(now) : (struct indicator_table_facts){ 0 };
	const struct {
		const char *key;
		uint64_t a, b, c;
	} lines[] = {
		{ "indicators.imported", t->added, t->refused + t->unread, t->passed },
		{ "indicators.stands", f.entries, f.muted, (f.bytes + (1u << 19)) >> 20 },
	};

	for (size_t i = 0; i < HN_COUNT(lines); i++) {
		char n[3][32];

		(void)snprintf(n[0], sizeof(n[0]), "%" PRIu64, lines[i].a);
		(void)snprintf(n[1], sizeof(n[1]), "%" PRIu64, lines[i].b);
		(void)snprintf(n[2], sizeof(n[2]), "%" PRIu64, lines[i].c);
		command_say(m->args, lines[i].key, n[0], n[1], n[2]);
	}
	indicator_table_close(now);
}

static enum exit_code
import(const struct arguments *a)
{
	struct import *m = hn_alloc(1, sizeof(*m));
	enum exit_code code = EXIT_NOT_DONE;

	if (m == NULL)
		return EXIT_NOT_DONE;
	m->args = a;
	(void)hn_text_init();	/* before the jail; without it Japanese encodings become U+FFFD */
	if (take_defaults(m) && take_files(m) && open_store(m) && enter_jail(m) && build_and_publish(m)) {
		say_total(m);
		code = m->total.unread > 0 ? EXIT_PARTLY : EXIT_DONE;
	}
	indicator_files_fini(&m->files);
	indicator_table_close(m->old);
	indicator_build_free(m->build);
	hn_free(m);
	return code;
}

const struct command indicators_import_command = {
	.name = "indicators import",
	.operands = "FILE...",
	.operands_min = 1,
	.operands_max = COMMAND_OPERANDS_MAX,
	.options = {
		PLACE_TABLE_OPTIONS,
		{ OPTION_VALUE, "source", "NAME" },
		{ OPTION_VALUE, "tlp", "clear|green|amber|amber+strict|red" },
		{ OPTION_VALUE, "expires", "TIME" },
		{ OPTION_VALUE, "confidence", "0-100" },
		{ OPTION_FLAG, "replace", NULL },
	},
	.run = import,
};
