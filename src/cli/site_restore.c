#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/place.h"
#include "cli/site.h"
#include "cli/site_saved.h"
#include "site/restore.h"

#define TEXT_MAX_BYTES 65536u
#define TIME_BYTES 64u

static const struct saved_reason reasons[] = {
	{ HN_E_SYNTAX, "configuration", "restore.error.config" },
	{ HN_E_LIMIT, "configuration", "restore.error.config" },
	{ HN_E_SYNTAX, NULL, "restore.error.foreign" },
	{ HN_E_CORRUPT, NULL, "restore.error.damaged" },
	{ HN_E_UNSUPPORTED, "mount point", "restore.error.mount" },
	{ HN_E_UNSUPPORTED, NULL, "restore.error.newer" },
	{ HN_E_AGAIN, "lock", "restore.error.running" },
	{ HN_E_CONFLICT, "left over", "restore.error.left" },
	{ HN_E_CONFLICT, NULL, "restore.error.there" },
	{ HN_E_NOTFOUND, "user", "restore.error.user" },
	{ HN_E_IO, NULL, "restore.error.io" },
	{ HN_OK, NULL, "restore.error.other" },
};

static void
show_progress(void *ctx, const char *what, uint64_t done, uint64_t of)
{
	saved_progress(ctx, what, done, of);
}

static void
put_path(struct hn_buf *b, const char *key, const char *path)
{
	hn_buf_printf(b, "\"%s\":", key);
	if (path[0] != '\0')
		hn_buf_json(b, hn_view_of(path));
	else
		hn_buf_put(b, HN_LIT("null"));
	hn_buf_char(b, ',');
}

static void
show_json(const struct arguments *a, const struct restore_result *r)
{
	struct hn_buf b = HN_BUF(TEXT_MAX_BYTES);

	hn_buf_char(&b, '{');
	put_path(&b, "data_dir", r->data_dir);
	put_path(&b, "aside", r->aside);
	put_path(&b, "configuration", r->config);
	saved_json(&b, &r->manifest);
	hn_buf_put(&b, HN_LIT("}\n"));
	(void)fwrite(b.p, 1, b.n, a->out);
	hn_buf_fini(&b);
}

static void
show(const struct arguments *a, const struct restore_result *r)
{
	struct hn_buf made = HN_BUF(TIME_BYTES);

	hn_time_put(&made, r->manifest.made_ms);
	command_say(a, "restore.done", r->data_dir, hn_buf_cstr(&made), NULL);
	if (!r->manifest.has_evidence)
		command_say(a, "restore.without", NULL, NULL, NULL);
	if (r->aside[0] != '\0')
		command_say(a, "restore.aside", r->aside, NULL, NULL);
	if (r->config[0] != '\0')
		command_say(a, "restore.config", r->config, NULL, NULL);
	hn_buf_fini(&made);
}

static enum exit_code
restore(const struct arguments *a)
{
	struct arguments said = *a;
	const struct restore_job job = { .config_path = arguments_value(a, "config", PLACE_CONFIG), .backup = a->operands[0],
		.force = arguments_has(a, "force"), .progress = show_progress, .ctx = &said };
	struct restore_result *r = hn_alloc(1, sizeof(*r));
	struct hn_err err = { .what = "" };
	enum exit_code code = EXIT_NOT_DONE;

	if (r == NULL)
		return EXIT_NOT_DONE;
	(void)signal(SIGXFSZ, SIG_IGN);	/* a file that may not grow further is told as a full disk is */
	if (restore_site(&job, r, &err) == HN_OK) {
		saved_progress(a, NULL, 0, 0);
		if (arguments_has(a, "json"))
			show_json(a, r);
		else
			show(a, r);
		code = EXIT_DONE;
	} else {
		if (r->fault[0] != '\0')
			err.what = "configuration";
		saved_say(a, reasons, &err, r->at);
		if (r->fault[0] != '\0')
			fprintf(a->say, "%s\n", r->fault);
	}
	restore_result_fini(r);
	hn_free(r);
	return code;
}

const struct command site_restore_command = {
	.name = "site restore",
	.operands = "FILE",
	.operands_min = 1,
	.operands_max = 1,
	.options = {
		{ OPTION_VALUE, "config", "FILE" },
		{ OPTION_FLAG, "force", NULL },
		{ OPTION_FLAG, "json", NULL },
	},
	.run = restore,
};
