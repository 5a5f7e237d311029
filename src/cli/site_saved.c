#include "cli/site_saved.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define EVERY_MS 100

void
saved_progress(const struct arguments *a, const char *what, uint64_t done, uint64_t of)
{
	static int64_t last_ms;
	const int64_t now_ms = hn_clock_monotonic_ms();

	if (!isatty(fileno(a->say)) || (what != NULL && now_ms - last_ms < EVERY_MS))
		return;
	last_ms = now_ms;
	fputs("\r\033[K", a->say);
	if (what != NULL)
		fprintf(a->say, "%.1f", (double)done / 1e6);
	if (what != NULL && of > 0)
		fprintf(a->say, " / %.1f", (double)of / 1e6);
	if (what != NULL)
		fprintf(a->say, " MB  %s", what);
	(void)fflush(a->say);
}

static void
put_members(struct hn_buf *b, const struct backup_manifest *m)
{
	uint64_t count[BACKUP_KINDS] = { 0 }, bytes[BACKUP_KINDS] = { 0 };
	bool is_first = true;

	for (size_t i = 0; i < m->n; i++) {
		count[m->member[i].kind]++;
		bytes[m->member[i].kind] += m->member[i].size_bytes;
	}
	hn_buf_put(b, HN_LIT(",\"members\":["));
	for (size_t k = 0; k < BACKUP_KINDS; k++) {
		if (count[k] == 0)
			continue;
		hn_buf_printf(b, "%s{\"what\":\"%s\",\"files\":%" PRIu64 ",\"bytes\":%" PRIu64 "}", is_first ? "" : ",",
		    backup_kinds[k].name, count[k], bytes[k]);
		is_first = false;
	}
	hn_buf_char(b, ']');
}

void
saved_json(struct hn_buf *b, const struct backup_manifest *m)
{
	hn_buf_put(b, HN_LIT("\"made_at\":\""));
	hn_time_put(b, m->made_ms);
	hn_buf_put(b, HN_LIT("\",\"program\":"));
	hn_buf_json(b, m->program);
	hn_buf_put(b, HN_LIT(",\"site\":"));
	hn_buf_json(b, m->site);
	hn_buf_printf(b, ",\"schema\":%" PRId64 ",\"with_evidence\":%s", m->schema, m->has_evidence ? "true" : "false");
	hn_buf_printf(b, ",\"audit\":{\"seq\":%" PRId64 ",\"hash\":\"", m->audit.seq);
	hn_buf_hex(b, m->audit.hash, sizeof(m->audit.hash));
	hn_buf_put(b, HN_LIT("\"},\"evidence\":{\"head\":\""));
	hn_buf_hex(b, m->evidence_head, sizeof(m->evidence_head));
	hn_buf_put(b, HN_LIT("\"}"));
	put_members(b, m);
}

void
saved_say(const struct arguments *a, const struct saved_reason *rows, const struct hn_err *err, const char *at)
{
	const int why = errno;
	const struct saved_reason *r = rows;
	const char *what = err->what != NULL ? err->what : "";

	saved_progress(a, NULL, 0, 0);
	while (r->rc != HN_OK && (r->rc != err->rc || (r->what != NULL && strcmp(r->what, what) != 0)))
		r++;
	command_say(a, r->key, at, err->rc == HN_E_IO ? strerror(why) : what, NULL);
}
