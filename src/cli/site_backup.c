#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/place.h"
#include "cli/site.h"
#include "cli/site_saved.h"
#include "site/backup.h"

#define TEXT_MAX_BYTES 65536u
#define NAME_BYTES 64u

static const struct saved_reason reasons[] = {
	{ HN_E_NOTFOUND, NULL, "backup.error.none" },
	{ HN_E_AGAIN, "schema", "backup.error.older" },
	{ HN_E_UNSUPPORTED, NULL, "backup.error.newer" },
	{ HN_E_CONFLICT, NULL, "backup.error.there" },
	{ HN_E_CORRUPT, NULL, "backup.error.damaged" },
	{ HN_E_IO, NULL, "backup.error.io" },
	{ HN_OK, NULL, "backup.error.other" },
};

static void
show_progress(void *ctx, const char *what, uint64_t bytes)
{
	saved_progress(ctx, what, bytes, 0);
}

static void
show(const struct arguments *a, const char *output, const struct backup_result *r)
{
	struct hn_buf b = HN_BUF(TEXT_MAX_BYTES), size = HN_BUF(NAME_BYTES);

	saved_progress(a, NULL, 0, 0);
	if (arguments_has(a, "json")) {
		hn_buf_put(&b, HN_LIT("{\"file\":"));
		hn_buf_json(&b, hn_view_of(output));
		hn_buf_printf(&b, ",\"bytes\":%" PRIu64 ",", r->file_bytes);
		saved_json(&b, &r->manifest);
		hn_buf_put(&b, HN_LIT("}\n"));
		(void)fwrite(b.p, 1, b.n, a->out);
	} else {
		hn_buf_printf(&size, "%.1f", (double)r->file_bytes / 1e6);
		command_say(a, r->manifest.has_evidence ? "backup.done.evidence" : "backup.done", output, hn_buf_cstr(&size),
		    NULL);
		command_say(a, "backup.secret", NULL, NULL, NULL);
	}
	hn_buf_fini(&b);
	hn_buf_fini(&size);
}

/* "hinomi-20261123T113000Z.backup", in the folder one is in. */
static void
put_default_name(char out[NAME_BYTES])
{
	char stamp[BACKUP_STAMP];

	backup_stamp(stamp, hn_clock_ms());
	(void)snprintf(out, NAME_BYTES, "hinomi-%s.backup", stamp);
}

static enum exit_code
make(const struct arguments *a, const struct site_config *config)
{
	char name[NAME_BYTES];
	struct backup_job job = { .config = config, .config_path = arguments_value(a, "config", PLACE_CONFIG),
		.with_evidence = arguments_has(a, "with-evidence"), .progress = show_progress };
	struct arguments said = *a;
	struct backup_result *r = hn_alloc(1, sizeof(*r));
	struct hn_err err = { .what = "" };
	enum exit_code code = EXIT_NOT_DONE;

	if (r == NULL)
		return EXIT_NOT_DONE;
	(void)signal(SIGXFSZ, SIG_IGN);	/* a file that may not grow further is told as a full disk is */
	put_default_name(name);
	job.output = arguments_value(a, "output", name);
	job.ctx = &said;
	if (backup_make(&job, r, &err) == HN_OK) {
		show(a, job.output, r);
		backup_manifest_fini(&r->manifest);
		code = EXIT_DONE;
	} else {
		saved_say(a, reasons, &err, r->at);
	}
	hn_free(r);
	return code;
}

static enum exit_code
backup(const struct arguments *a)
{
	struct site_config *config = hn_alloc(1, sizeof(*config));
	enum exit_code code = EXIT_NOT_DONE;

	if (config != NULL && place_config(a, config)) {
		code = make(a, config);
		site_config_fini(config);
	}
	hn_free(config);
	return code;
}

const struct command site_backup_command = {
	.name = "site backup",
	.operands = "",
	.options = {
		{ OPTION_VALUE, "config", "FILE" },
		{ OPTION_VALUE, "output", "FILE" },
		{ OPTION_FLAG, "with-evidence", NULL },
		{ OPTION_FLAG, "json", NULL },
	},
	.run = backup,
};
