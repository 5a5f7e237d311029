#include "base/clock.h"
#include "base/mem.h"
#include "cli/indicators.h"
#include "cli/place.h"
#include "detect/warninglist.h"

#define ZONE_S 32400	/* of a time that is given without one: Japan */

/* One run of `hinomi indicators check`. */
struct check {
	const struct arguments *args;
	const struct indicator_table *table;
	int64_t at_ms;		/* the time that is asked about */
	bool json;
	struct hn_buf out;
	struct indicator_scratch scratch;
	struct observables seen;
	size_t n_found, n_steps;
};

/* Why the entry is not reported: its warninglist's words, or that it has expired; empty: it is. */
static struct hn_view
why_silent(const struct check *c, const struct indicator_about *a)
{
	const struct warninglist *w = warninglist_named(a->mute);

	if (w != NULL)
		return hn_view_of(c->args->lang == HN_LANG_JA ? w->ja : w->en);
	if (a->expires_ms != 0 && a->expires_ms < c->at_ms)
		return hn_word(c->args->lang, "indicators.check.expired");
	return HN_LIT("");
}

static void
put_when(struct check *c, const char *key, int64_t ms)
{
	const struct hn_view word = hn_word(c->args->lang, key);

	if (ms == 0)
		return;
	hn_buf_printf(&c->out, "    %.*s ", (int)word.n, word.p);
	hn_time_put(&c->out, ms);
	hn_buf_char(&c->out, '\n');
}

static void
put_found(struct check *c, const struct indicator *i)
{
	const struct hn_view silent = why_silent(c, &i->about);

	if (c->json) {
		hn_buf_put(&c->out, c->n_found > 0 ? HN_LIT(",") : HN_LIT(""));
		indicators_put_json(&c->out, i);
		if (silent.n > 0) {
			c->out.n--;	/* the brace: one member more */
			hn_buf_put(&c->out, HN_LIT(",\"silent\":"));
			hn_buf_json(&c->out, silent);
			hn_buf_char(&c->out, '}');
		}
	} else {
		hn_buf_put(&c->out, HN_LIT("  "));
		if (indicator_key_text(i->key, &c->out) != HN_OK)
			hn_buf_char(&c->out, '?');
		hn_buf_printf(&c->out, "  %s  %.*s  TLP:%s  %u%%  %.*s\n", indicator_kind_name(i->key.kind),
		    (int)i->about.feed.n, i->about.feed.p, indicator_tlp_name(i->about.tlp), i->about.confidence,
		    (int)i->about.note.n, i->about.note.p);
		put_when(c, "indicators.check.from", i->about.valid_from_ms);
		put_when(c, "indicators.check.until", i->about.expires_ms);
		if (silent.n > 0)
			hn_buf_printf(&c->out, "    %.*s: %.*s\n", (int)hn_word(c->args->lang, "indicators.check.silent").n,
			    hn_word(c->args->lang, "indicators.check.silent").p, (int)silent.n, silent.p);
	}
	c->n_found++;
}

static void
look_up(struct check *c, struct indicator_key key)
{
	struct indicator i;
	uint64_t at = 0;

	while (indicator_table_each_of(c->table, key, &at, &i))
		put_found(c, &i);
}

/* The networks around an address. */
static void
look_up_networks(struct check *c, const struct observable *o)
{
	char bytes[18];

	for (unsigned bits = hn_addr_is_v4(o->addr) ? 96 : 0; bits < 128; bits++)
		look_up(c, (struct indicator_key){ INDICATOR_CIDR, { bytes, indicator_cidr_bytes(o->addr, bits, bytes) } });
}

/* An address without its port, and its networks; a name and its parents; a URL without its query, and its host. */
static void
look_up_around(struct check *c, const struct observable *o)
{
	struct hn_view name = o->kind == OBSERVABLE_DOMAIN ? o->value : HN_LIT("");
	char bytes[18];

	if (o->kind == OBSERVABLE_ADDR) {
		if (o->port != 0)
			look_up(c, (struct indicator_key){ INDICATOR_ADDR, { bytes, indicator_addr_bytes(o->addr, bytes) } });
		look_up_networks(c, o);
	}
	for (size_t dot = hn_view_find(name, '.'); dot < name.n; dot = hn_view_find(name, '.')) {
		look_up(c, (struct indicator_key){ INDICATOR_DOMAIN, name });
		name = hn_view_skip(name, dot + 1);
	}
	if (o->kind == OBSERVABLE_URL && hn_view_find(o->value, '?') < o->value.n)
		look_up(c, (struct indicator_key){ INDICATOR_URL, { o->value.p, hn_view_find(o->value, '?') } });
}

/* The parents that were looked up too, so that nobody wonders: "evil.example, example". */
static void
put_parents(struct check *c, const struct observable *o)
{
	struct hn_view name = o->value;

	if (o->kind != OBSERVABLE_DOMAIN)
		return;
	for (size_t dot = hn_view_find(name, '.'); dot < name.n; dot = hn_view_find(name, '.')) {
		name = hn_view_skip(name, dot + 1);
		if (hn_view_find(name, '.') == name.n)
			break;
		hn_buf_put(&c->out, c->n_steps++ > 0 ? HN_LIT(", ") : HN_LIT(""));
		if (c->json)
			hn_buf_json(&c->out, name);
		else
			hn_buf_put(&c->out, name);
	}
}

static void
put_head(struct check *c, const char *value, struct indicator_key key)
{
	const struct warninglist *w = warninglist_find(key);
	const bool ja = c->args->lang == HN_LANG_JA;

	if (c->json) {
		hn_buf_put(&c->out, HN_LIT("{\"asked\":"));
		hn_buf_json(&c->out, hn_view_of(value));
		hn_buf_printf(&c->out, ",\"type\":\"%s\"", indicator_kind_name(key.kind));
		if (w != NULL) {
			hn_buf_printf(&c->out, ",\"warninglist\":\"%s\",\"why\":", w->name);
			hn_buf_json(&c->out, hn_view_of(ja ? w->ja : w->en));
		}
		hn_buf_put(&c->out, HN_LIT(",\"entries\":["));
		return;
	}
	hn_buf_printf(&c->out, "%s  (%s)\n", value, indicator_kind_name(key.kind));
	if (w != NULL)
		hn_buf_printf(&c->out, "  %.*s (%s): %s\n", (int)hn_word(c->args->lang, "indicators.check.warned").n,
		    hn_word(c->args->lang, "indicators.check.warned").p, w->name, ja ? w->ja : w->en);
}

static void
put_tail(struct check *c, const struct observable *o)
{
	const struct hn_view none = hn_word(c->args->lang, "indicators.check.none");
	const struct hn_view walked = hn_word(c->args->lang, "indicators.check.walked");

	if (!c->json && c->n_found == 0)
		hn_buf_printf(&c->out, "  %.*s\n", (int)none.n, none.p);
	if (c->json)
		hn_buf_put(&c->out, HN_LIT("],\"parents\":["));
	else if (o != NULL && o->kind == OBSERVABLE_DOMAIN)
		hn_buf_printf(&c->out, "  %.*s: ", (int)walked.n, walked.p);
	if (o != NULL)
		put_parents(c, o);
	if (c->json)
		hn_buf_put(&c->out, HN_LIT("]}\n"));
	else if (o != NULL && o->kind == OBSERVABLE_DOMAIN)
		hn_buf_char(&c->out, '\n');
}

static bool
check_value(struct check *c, const char *value)
{
	struct indicator_key key;
	struct hn_err err = { .what = "" };
	const struct observable *o = NULL;

	hn_buf_reset(&c->out);
	c->n_found = c->n_steps = 0;
	if (indicator_key_of_text(hn_view_of(value), &c->scratch, &key, &err) != HN_OK) {
		command_say(c->args, "indicators.error.value", value, err.what, NULL);
		return false;
	}
	put_head(c, value, key);
	if (observable_of(hn_view_of(value), &c->seen, &err) == HN_OK && key.kind != INDICATOR_CIDR)
		o = &c->seen.at[0];
	if (o == NULL || o->kind != OBSERVABLE_DOMAIN)
		look_up(c, key);
	if (o != NULL)
		look_up_around(c, o);
	put_tail(c, o);
	(void)fwrite(c->out.p, 1, c->out.n, c->args->out);
	return true;
}

static enum exit_code
check(const struct arguments *a)
{
	struct indicator_table *t = indicators_open(a);
	struct check *c = hn_alloc(1, sizeof(*c));
	const char *at = arguments_value(a, "at", NULL);
	int64_t at_ms = hn_clock_ms();
	bool ok = t != NULL && c != NULL;

	if (ok && at != NULL && hn_time_typed(hn_view_of(at), ZONE_S, &at_ms) != HN_OK) {
		command_say(a, "watch.error.time", at, NULL, NULL);
		indicator_table_close(t);
		t = NULL;
	}

	for (size_t i = 0; c != NULL && t != NULL && i < a->n_operands; i++) {
		if (i == 0) {
			c->args = a;
			c->table = t;
			c->at_ms = at_ms;
			c->json = arguments_has(a, "json");
			c->out = HN_BUF(1 << 20);
		}
		ok = check_value(c, a->operands[i]) && ok;
	}
	if (c != NULL)
		hn_buf_fini(&c->out);
	hn_free(c);
	indicator_table_close(t);
	return t == NULL ? EXIT_NOT_DONE : ok ? EXIT_DONE : EXIT_PARTLY;
}

const struct command indicators_check_command = {
	.name = "indicators check",
	.operands = "VALUE...",
	.operands_min = 1,
	.operands_max = COMMAND_OPERANDS_MAX,
	.options = {
		PLACE_TABLE_OPTIONS,
		{ OPTION_VALUE, "at", "TIME" },
		{ OPTION_FLAG, "json", NULL },
	},
	.run = check,
};
