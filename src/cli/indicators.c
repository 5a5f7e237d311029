#include "cli/indicators.h"

#include "base/clock.h"
#include "cli/place.h"
#include "site/table.h"

struct indicator_table *
indicators_open(const struct arguments *a)
{
	char path[SITE_PATH_MAX];
	struct indicator_table *t = NULL;
	struct hn_err err = { .what = "" };
	enum hn_rc rc;

	if (!place_table(a, site_table_path, SITE_TABLE_NAME, path))
		return NULL;
	rc = indicator_table_open_path(path, &t, &err);
	if (rc != HN_OK)
		command_say(a, rc == HN_E_NOTFOUND ? "indicators.error.none" : "indicators.error.damaged", path, err.what, NULL);
	return rc == HN_OK ? t : NULL;
}

static void
put_member(struct hn_buf *b, const char *name, struct hn_view v)
{
	hn_buf_printf(b, ",\"%s\":", name);
	hn_buf_json(b, v);
}

static void
put_time(struct hn_buf *b, const char *name, int64_t ms)
{
	if (ms == 0)
		return;
	hn_buf_printf(b, ",\"%s\":\"", name);
	hn_time_put(b, ms);
	hn_buf_char(b, '"');
}

void
indicators_put_json(struct hn_buf *b, const struct indicator *i)
{
	struct hn_buf text = HN_BUF(2 * INDICATOR_KEY_MAX);

	if (indicator_key_text(i->key, &text) != HN_OK)
		hn_buf_reset(&text);
	hn_buf_put(b, HN_LIT("{\"value\":"));
	hn_buf_json(b, hn_buf_view(&text));
	put_member(b, "type", hn_view_of(indicator_kind_name(i->key.kind)));
	put_member(b, "source", i->about.feed);
	put_member(b, "tlp", hn_view_of(indicator_tlp_name(i->about.tlp)));
	hn_buf_printf(b, ",\"confidence\":%u", i->about.confidence);
	put_time(b, "valid_from", i->about.valid_from_ms);
	put_time(b, "expires", i->about.expires_ms);
	put_member(b, "note", i->about.note);
	if (i->about.mute.n > 0)
		put_member(b, "muted", i->about.mute);
	hn_buf_char(b, '}');
	hn_buf_fini(&text);
}

static void
put_text(struct hn_buf *b, const struct indicator *i)
{
	if (indicator_key_text(i->key, b) != HN_OK)
		hn_buf_char(b, '?');
	hn_buf_printf(b, "\t%s\t%.*s\t%s\t%u\t", indicator_kind_name(i->key.kind), (int)i->about.feed.n, i->about.feed.p,
	    indicator_tlp_name(i->about.tlp), i->about.confidence);
	if (i->about.expires_ms != 0)
		hn_time_put(b, i->about.expires_ms);
	hn_buf_printf(b, "\t%.*s\t%.*s", (int)i->about.note.n, i->about.note.p, (int)i->about.mute.n, i->about.mute.p);
}

static enum exit_code
list(const struct arguments *a)
{
	const struct hn_view source = hn_view_of(arguments_value(a, "source", ""));
	const bool json = arguments_has(a, "json");
	struct indicator_table *t = indicators_open(a);
	struct hn_buf b = HN_BUF(65536);
	struct indicator i;
	uint64_t at = 0;

	if (t == NULL)
		return EXIT_NOT_DONE;
	while (indicator_table_next(t, &at, &i)) {
		if (source.n > 0 && !hn_view_eq(source, i.about.feed))
			continue;
		hn_buf_reset(&b);
		if (json)
			indicators_put_json(&b, &i);
		else
			put_text(&b, &i);
		hn_buf_char(&b, '\n');
		(void)fwrite(b.p, 1, b.n, a->out);
	}
	hn_buf_fini(&b);
	indicator_table_close(t);
	return EXIT_DONE;
}

const struct command indicators_list_command = {
	.name = "indicators list",
	.operands = "",
	.options = {
		PLACE_TABLE_OPTIONS,
		{ OPTION_VALUE, "source", "NAME" },
		{ OPTION_FLAG, "json", NULL },
	},
	.run = list,
};
