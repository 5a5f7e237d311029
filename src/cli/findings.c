#include "cli/findings.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/num.h"
#include "cli/place.h"
#include "site/finding_show.h"
#include "site/triage.h"

#define ARENA_MAX (16u << 20)
#define SHOWN_MAX (1u << 20)		/* bytes of one finding */
#define ZONE_S (9 * 3600)		/* a day ends in Japan */
#define DAY_MS INT64_C(86400000)
#define PAGE 200u

struct desk {
	const struct arguments *args;
	struct hn_db *db;
	struct hn_arena arena;
	struct hn_buf line;
	bool is_json;
	char who[32];
};

static bool
desk_open(struct desk *d, const struct arguments *a, enum hn_db_mode mode)
{
	char folder[SITE_PATH_MAX], path[SITE_PATH_MAX + 16];
	struct hn_err err = { .what = "" };
	enum hn_rc rc;

	*d = (struct desk){ .args = a, .arena = HN_ARENA(ARENA_MAX), .line = HN_BUF(SHOWN_MAX),
		.is_json = strcmp(arguments_value(a, "output", "text"), "json") == 0 };
	(void)snprintf(d->who, sizeof(d->who), "uid %u", (unsigned)getuid());
	if (!place_path(a, SITE_PLACE_DB, folder))
		return false;
	(void)snprintf(path, sizeof(path), "%s/site.db", folder);
	rc = access(path, F_OK) == 0 ? hn_db_open(path, mode, &d->db, &err) : HN_E_NOTFOUND;
	if (rc == HN_OK && mode == HN_DB_WRITE)
		rc = site_triage_attach(d->db, &err);
	if (rc != HN_OK)
		command_say(a, "findings.error.open", path, err.what, NULL);
	return rc == HN_OK;
}

static void
desk_close(struct desk *d)
{
	hn_db_close(d->db);
	hn_arena_fini(&d->arena);
	hn_buf_fini(&d->line);
}

static struct hn_view
no_name(void *ctx, uint32_t source)
{
	(void)ctx;
	(void)source;
	return HN_LIT("");
}

static void
flush_line(struct desk *d)
{
	hn_buf_char(&d->line, '\n');
	(void)fwrite(d->line.p, 1, d->line.n, d->args->out);
	hn_buf_reset(&d->line);
}

static void
put_finding(struct desk *d, const struct site_finding *s)
{
	const struct finding_sources sources = { no_name, NULL };
	char key[64];

	if (d->is_json) {
		site_finding_json(&d->line, s, &sources);
		flush_line(d);
		return;
	}
	hn_buf_hex(&d->line, s->f.id, FINDING_ID_BYTES);
	(void)snprintf(key, sizeof(key), "level.%s", finding_level_name(s->f.level));
	hn_buf_put(&d->line, HN_LIT("  ["));
	hn_buf_put(&d->line, hn_word(d->args->lang, key));
	hn_buf_put(&d->line, HN_LIT("] "));
	(void)snprintf(key, sizeof(key), "verdict.%.*s", (int)s->verdict.n, s->verdict.p);
	if (s->verdict.n > 0 || s->allow_id != 0) {
		hn_buf_put(&d->line, HN_LIT("("));
		hn_buf_put(&d->line, hn_word(d->args->lang, s->verdict.n > 0 ? key : "verdict.allowed"));
		hn_buf_put(&d->line, HN_LIT(") "));
	}
	finding_say(&d->line, &s->f, "title", d->args->lang);
	hn_buf_put(&d->line, HN_LIT("  "));
	hn_time_put(&d->line, s->f.last_ms);
	flush_line(d);
}

/* One page of findings after another, most urgent first. */
static enum hn_rc
list_all(struct desk *d, struct site_findings_filter *filter, struct hn_err *err)
{
	static struct site_finding rows[PAGE], last;
	struct site_findings_page page = { .rows = rows, .max = PAGE };
	enum hn_rc rc;

	do {
		hn_arena_reset(&d->arena);
		rc = site_findings_page(d->db, filter, &d->arena, &page, err);
		for (size_t i = 0; rc == HN_OK && i < page.n; i++) {
			struct site_finding whole = rows[i];

			rc = site_finding_load(d->db, rows[i].f.id, &d->arena, &whole, err);
			if (rc == HN_OK)
				put_finding(d, &whole);
		}
		if (page.n > 0)
			last = rows[page.n - 1];
		filter->behind = &last;
	} while (rc == HN_OK && page.n == page.max);
	return rc;
}

static enum exit_code
list(const struct arguments *a)
{
	struct desk d;
	struct hn_err err = { .what = "" };
	struct site_findings_filter filter = { .level = LEVEL_MEDIUM, .since_ms = INT64_MIN, .status = HN_LIT(""),
		.text = HN_LIT(""), .kind = hn_view_of(arguments_value(a, "kind", "")),
		.verdict = hn_view_of(arguments_value(a, "verdict", "")),
		.machine = hn_view_of(arguments_value(a, "machine", "")) };
	enum exit_code code = EXIT_NOT_DONE;

	(void)finding_level_find(hn_view_of(arguments_value(a, "level", "medium")), &filter.level);
	if (desk_open(&d, a, HN_DB_READ)) {
		code = list_all(&d, &filter, &err) == HN_OK ? EXIT_DONE : EXIT_NOT_DONE;
		if (code != EXIT_DONE)
			command_say(a, "findings.error.read", err.what, NULL, NULL);
	}
	desk_close(&d);
	return code;
}

/* The id on the command line; false: said what is wrong. */
static bool
read_id(const struct arguments *a, uint8_t id[FINDING_ID_BYTES])
{
	if (hn_num_bytes(hn_view_of(a->operands[0]), id, FINDING_ID_BYTES) == HN_OK)
		return true;
	command_say(a, "findings.error.id", a->operands[0], NULL, NULL);
	return false;
}

static void
put_whole(struct desk *d, const struct site_finding *s)
{
	put_finding(d, s);
	if (d->is_json)
		return;
	finding_say(&d->line, &s->f, "advice", d->args->lang);
	flush_line(d);
	for (size_t i = 0; i < s->f.n_parts; i++) {
		char key[FINDING_TEXT_MAX + 8];

		(void)snprintf(key, sizeof(key), "part.%.*s", (int)s->f.parts[i].name.n, s->f.parts[i].name.p);
		hn_buf_printf(&d->line, "  %+.1f  ", s->f.parts[i].weight);
		hn_buf_put(&d->line, hn_word_has(key) ? hn_word(d->args->lang, key) : s->f.parts[i].name);
		flush_line(d);
	}
	for (size_t i = 0; i < s->f.n_evidence; i++) {
		hn_buf_put(&d->line, HN_LIT("    "));
		hn_buf_put(&d->line, s->f.evidence[i].raw);
		flush_line(d);
	}
}

static enum exit_code
show(const struct arguments *a)
{
	struct desk d;
	struct hn_err err = { .what = "" };
	struct site_finding s;
	uint8_t id[FINDING_ID_BYTES];
	enum exit_code code = EXIT_NOT_DONE;

	if (!read_id(a, id))
		return code;
	if (desk_open(&d, a, HN_DB_READ)) {
		if (site_finding_load(d.db, id, &d.arena, &s, &err) == HN_OK) {
			put_whole(&d, &s);
			code = EXIT_DONE;
		} else {
			command_say(a, "findings.error.id", a->operands[0], NULL, NULL);
		}
	}
	desk_close(&d);
	return code;
}

static struct site_actor
actor_of(const struct desk *d)
{
	return (struct site_actor){ .who = hn_view_of(d->who), .role = HN_LIT("command line"), .from = HN_LIT(""),
		.reason = hn_view_trim(hn_view_of(arguments_value(d->args, "reason", ""))), .now_ms = hn_clock_ms() };
}

/* Say how an act ended. */
static enum exit_code
told(const struct arguments *a, enum hn_rc rc, const struct hn_err *err)
{
	if (rc == HN_OK) {
		command_say(a, "findings.done", NULL, NULL, NULL);
		return EXIT_DONE;
	}
	command_say(a, rc == HN_E_SYNTAX ? "findings.error.act" : rc == HN_E_NOTFOUND ? "findings.error.none" :
	    "findings.error.read", err->what, NULL, NULL);
	return EXIT_NOT_DONE;
}

static enum exit_code
verdict(const struct arguments *a)
{
	struct desk d;
	struct hn_err err = { .what = "" };
	uint8_t id[FINDING_ID_BYTES];
	enum exit_code code = EXIT_NOT_DONE;

	if (!read_id(a, id))
		return code;
	if (desk_open(&d, a, HN_DB_WRITE)) {
		const struct site_actor by = actor_of(&d);

		code = told(a, site_verdict_set(d.db, id, hn_view_of(a->operands[1]), &by, &err), &err);
	}
	desk_close(&d);
	return code;
}

static enum exit_code
allow(const struct arguments *a)
{
	struct desk d;
	struct hn_err err = { .what = "" };
	const struct hn_view until = hn_view_of(arguments_value(a, "until", ""));
	int64_t until_ms = 0, id;
	enum exit_code code = EXIT_NOT_DONE;

	if (hn_time_parse(until, ZONE_S, &until_ms) == HN_OK && until.n == 10)
		until_ms += DAY_MS;
	if (desk_open(&d, a, HN_DB_WRITE)) {
		const struct site_actor by = actor_of(&d);

		code = told(a, site_allow_add(d.db, hn_view_of(a->operands[0]), until_ms, &by, &id, &err), &err);
		if (code == EXIT_DONE)
			fprintf(a->out, "%" PRIi64 "\n", id);
	}
	desk_close(&d);
	return code;
}

static enum exit_code
unallow(const struct arguments *a)
{
	struct desk d;
	struct hn_err err = { .what = "" };
	uint64_t id;
	enum exit_code code = EXIT_NOT_DONE;

	if (hn_num_u64(hn_view_of(a->operands[0]), INT64_MAX, &id) != HN_OK) {
		command_say(a, "findings.error.none", "allow", NULL, NULL);
		return code;
	}
	if (desk_open(&d, a, HN_DB_WRITE)) {
		const struct site_actor by = actor_of(&d);

		code = told(a, site_allow_end(d.db, (int64_t)id, &by, &err), &err);
	}
	desk_close(&d);
	return code;
}

/* The form that `hinomi watch --allow` reads: value,until,reason; the number stands in a remark above. */
static enum hn_rc
put_allow(void *ctx, const struct site_allow *row)
{
	struct desk *d = ctx;

	if (row->ended_ms != 0)
		return HN_OK;
	hn_buf_printf(&d->line, "# %" PRIi64 " ", row->id);
	hn_buf_put(&d->line, row->who);
	flush_line(d);
	hn_buf_put(&d->line, row->value);
	hn_buf_char(&d->line, ',');
	hn_time_put(&d->line, row->until_ms);
	hn_buf_char(&d->line, ',');
	hn_buf_put(&d->line, row->reason);
	flush_line(d);
	return HN_OK;
}

static enum exit_code
allowed(const struct arguments *a)
{
	struct desk d;
	struct hn_err err = { .what = "" };
	enum exit_code code = EXIT_NOT_DONE;

	if (desk_open(&d, a, HN_DB_READ)) {
		code = site_allow_all(d.db, (struct site_allow_each){ put_allow, &d }, &err) == HN_OK ? EXIT_DONE :
		    EXIT_NOT_DONE;
		if (code != EXIT_DONE)
			command_say(a, "findings.error.read", err.what, NULL, NULL);
	}
	desk_close(&d);
	return code;
}

const struct command findings_list_command = {
	.name = "findings list",
	.operands = "",
	.options = { PLACE_OPTIONS, { OPTION_VALUE, "level", "info|low|medium|high|critical" }, { OPTION_VALUE, "kind", "KIND" },
	    { OPTION_VALUE, "verdict", "none|true|false|expected|allowed" }, { OPTION_VALUE, "machine", "NAME" },
	    { OPTION_VALUE, "output", "text|json" } },
	.run = list,
};

const struct command findings_show_command = {
	.name = "findings show",
	.operands = "ID",
	.operands_min = 1,
	.operands_max = 1,
	.options = { PLACE_OPTIONS, { OPTION_VALUE, "output", "text|json" } },
	.run = show,
};

const struct command findings_verdict_command = {
	.name = "findings verdict",
	.operands = "ID true|false|expected|none",
	.operands_min = 2,
	.operands_max = 2,
	.options = { PLACE_OPTIONS, { OPTION_VALUE, "reason", "TEXT" } },
	.run = verdict,
};

const struct command findings_allow_command = {
	.name = "findings allow",
	.operands = "VALUE",
	.operands_min = 1,
	.operands_max = 1,
	.options = { PLACE_OPTIONS, { OPTION_VALUE, "until", "DATE" }, { OPTION_VALUE, "reason", "TEXT" } },
	.run = allow,
};

const struct command findings_allowed_command = {
	.name = "findings allowed",
	.operands = "",
	.options = { PLACE_OPTIONS },
	.run = allowed,
};

const struct command findings_unallow_command = {
	.name = "findings unallow",
	.operands = "NUMBER",
	.operands_min = 1,
	.operands_max = 1,
	.options = { PLACE_OPTIONS, { OPTION_VALUE, "reason", "TEXT" } },
	.run = unallow,
};
