#include "cli/hunt.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/place.h"
#include "record/beneath.h"
#include "record/refang.h"
#include "store/observable.h"

#define VALUES_MAX (1u << 20)		/* in one hunt */
#define VALUES_BYTES (256u << 20)
#define LINE_BYTES 8192u
#define NET_TEXT_MAX 64u
#define SHOWN_MAX 256u			/* bytes of a value that is not understood */

struct hunt {
	const struct arguments *args;
	struct hn_arena arena;
	struct hn_hunted *values;
	size_t n, size;			/* what the past is asked for; a network is all its addresses */
	size_t typed, unread;
	uint64_t found;
	bool as_json;
	struct hn_buf line;
};

static bool
ask(void *ctx, uint8_t kind, struct hn_view value)
{
	struct hunt *h = ctx;
	struct hn_view copy;

	if (h->n == h->size) {
		const size_t size = h->size > 0 ? 2 * h->size : 64;
		struct hn_hunted *p = size <= VALUES_MAX ? hn_realloc(h->values, size, sizeof(*p)) : NULL;

		if (p == NULL)
			return false;
		h->values = p;
		h->size = size;
	}
	copy = hn_arena_copy(&h->arena, value);
	if (copy.p == NULL)
		return false;
	h->values[h->n++] = (struct hn_hunted){ kind, copy };
	return true;
}

/* "203.0.113.0/24", "203[.]0.113.0/24" */
static bool
is_net(struct hn_view typed, struct hn_cidr *out)
{
	char text[NET_TEXT_MAX];

	return typed.n <= sizeof(text) && hn_view_find(typed, '/') < typed.n &&
	    hn_cidr_parse((struct hn_view){ text, refang(typed, text) }, out) == HN_OK;
}

static bool
add_net(struct hunt *h, struct hn_view typed, struct hn_cidr net)
{
	const enum hn_rc rc = beneath_ask_net(net, (struct beneath_asking){ ask, h });
	char text[NET_TEXT_MAX + 1] = "";

	if (rc == HN_E_LIMIT) {
		memcpy(text, typed.p, typed.n);
		command_say(h->args, "hunt.error.net", text, NULL, NULL);
		h->unread++;
	}
	return rc == HN_OK || rc == HN_E_LIMIT;
}

static bool
add_value(struct hunt *h, struct hn_view typed)
{
	static struct observables o;
	struct hn_cidr net;
	const struct observable *first = &o.at[0];

	h->typed++;
	if (is_net(typed, &net))
		return add_net(h, typed, net);
	if (observable_of(typed, &o, NULL) != HN_OK || o.n == 0) {
		char text[SHOWN_MAX + 1] = "";

		memcpy(text, typed.p, typed.n < SHOWN_MAX ? typed.n : SHOWN_MAX);
		command_say(h->args, "hunt.error.value", text, NULL, NULL);
		h->unread++;
		return true;
	}
	return ask(h, (uint8_t)first->kind, first->value) &&
	    (first->kind != OBSERVABLE_DOMAIN || ask(h, BENEATH_KIND(first->kind), first->value));
}

/* One value a line; "-": standard input. */
static bool
add_file(struct hunt *h, const char *path)
{
	static char text[LINE_BYTES];
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	bool is_read = f != NULL;

	if (f == NULL) {
		command_say(h->args, "place.error.read", path, strerror(errno), NULL);
		return false;
	}
	while (is_read && fgets(text, sizeof(text), f) != NULL) {
		const struct hn_view v = hn_view_trim(hn_view_of(text));

		if (v.n > 0 && v.p[0] != '#')
			is_read = add_value(h, v);
	}
	if (f != stdin)
		(void)fclose(f);
	return is_read;
}

static bool
take_values(struct hunt *h)
{
	const char *file;
	bool is_taken = true;

	for (size_t i = 0; is_taken && i < h->args->n_operands; i++)
		is_taken = add_value(h, hn_view_of(h->args->operands[i]));
	for (size_t i = 0; is_taken && (file = arguments_nth(h->args, "values", i)) != NULL; i++)
		is_taken = add_file(h, file);
	if (!is_taken && h->n > 0)
		command_say(h->args, "hunt.error.many", NULL, NULL, NULL);
	if (is_taken && h->n == 0 && h->unread == 0)
		command_say(h->args, "hunt.error.none", NULL, NULL, NULL);
	return is_taken && h->n > 0;
}

/* Whether not the value itself was met but something beneath it: the past does not tell what. */
static bool
is_beneath(const struct hn_hunted *v)
{
	return v->kind >= BENEATH_KIND(0);
}

static void
put_json(struct hunt *h, const struct hn_sighting *s, const char *kind)
{
	const struct { const char *key; struct hn_view value; } texts[] = {
		{ "{\"value\":", h->values[s->value].value }, { ",\"kind\":", hn_view_of(kind) }, { ",\"host\":", s->host },
		{ ",\"user\":", s->user },
	};
	const struct { const char *key; int64_t ms; } times[] = {
		{ ",\"first_at\":\"", s->first_ms }, { ",\"last_at\":\"", s->last_ms },
	};

	for (size_t i = 0; i < HN_COUNT(texts); i++) {
		hn_buf_printf(&h->line, "%s", texts[i].key);
		hn_buf_json(&h->line, texts[i].value);
	}
	for (size_t i = 0; i < HN_COUNT(times); i++) {
		hn_buf_printf(&h->line, "%s", times[i].key);
		hn_time_put(&h->line, times[i].ms);
		hn_buf_char(&h->line, '"');
	}
	hn_buf_printf(&h->line, ",\"beneath\":%s,\"count\":%" PRIu64 "}\n",
	    is_beneath(&h->values[s->value]) ? "true" : "false", s->count);
}

static enum hn_rc
show(void *ctx, const struct hn_sighting *s)
{
	struct hunt *h = ctx;
	const struct hn_hunted *v = &h->values[s->value];

	hn_buf_reset(&h->line);
	h->found++;
	if (h->as_json) {
		put_json(h, s, observable_kind_name((enum observable_kind)(v->kind & ~BENEATH_KIND(0))));
	} else {
		/* The day as it was on the site's wall. */
		const struct hn_civil day = hn_civil_of(s->day_ms + HN_OBSERVABLE_ZONE_S * INT64_C(1000));

		hn_buf_printf(&h->line, "%04d-%02d-%02d  %s%.*s  %.*s  %.*s  %" PRIu64 "\n", day.year, day.month, day.day,
		    v->kind == BENEATH_KIND(OBSERVABLE_DOMAIN) ? "*." : "", (int)v->value.n, v->value.p,
		    (int)s->host.n, s->host.p, (int)s->user.n, s->user.p, s->count);
	}
	return fwrite(h->line.p, 1, h->line.n, h->args->out) == h->line.n ? HN_OK : HN_E_IO;
}

static bool
take_times(const struct arguments *a, struct hn_hunt *hunt)
{
	const struct { const char *option; int64_t *to; } rows[] = { { "from", &hunt->from_ms }, { "to", &hunt->to_ms } };

	/* All days that there are: the clock may be wrong just now. */
	hunt->from_ms = 0;
	hunt->to_ms = hn_civil_ms((struct hn_civil){ .year = 9000, .month = 1, .day = 1 });
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		const char *given = arguments_value(a, rows[i].option, NULL);

		if (given != NULL && hn_time_typed(hn_view_of(given), HN_OBSERVABLE_ZONE_S, rows[i].to) != HN_OK) {
			command_say(a, "hunt.error.time", given, NULL, NULL);
			return false;
		}
	}
	return true;
}

static void
sum_up(const struct hunt *h, const struct hn_hunt_result *r)
{
	struct hn_buf n[3] = { HN_BUF(64), HN_BUF(64), HN_BUF(64) };

	hn_buf_u64(&n[0], h->found);
	hn_buf_u64(&n[1], h->typed);
	hn_buf_u64(&n[2], r->days);
	command_say(h->args, "hunt.summary", hn_buf_cstr(&n[0]), hn_buf_cstr(&n[1]), hn_buf_cstr(&n[2]));
	hn_buf_reset(&n[0]);
	hn_buf_u64(&n[0], r->broken);
	if (r->broken > 0)
		command_say(h->args, "hunt.broken", hn_buf_cstr(&n[0]), r->first_broken, NULL);
	for (size_t i = 0; i < HN_COUNT(n); i++)
		hn_buf_fini(&n[i]);
}

static enum exit_code
run_hunt(struct hunt *h)
{
	struct hn_hunt hunt = { .zone_s = HN_OBSERVABLE_ZONE_S, .found = show, .ctx = h };
	struct hn_hunt_result r;
	struct hn_err err = { .what = "" };
	char path[SITE_PATH_MAX];

	if (!place_path(h->args, SITE_PLACE_OBSERVABLES, path) || !take_times(h->args, &hunt) || !take_values(h))
		return EXIT_NOT_DONE;
	hunt.values = h->values;
	hunt.n = h->n;
	if (hn_observables_hunt(path, &hunt, &r, &err) != HN_OK) {
		command_say(h->args, "hunt.error.read", path, err.what, NULL);
		return EXIT_NOT_DONE;
	}
	sum_up(h, &r);
	return r.broken > 0 || h->unread > 0 ? EXIT_PARTLY : EXIT_DONE;
}

static enum exit_code
run(const struct arguments *a)
{
	struct hunt h = { .args = a, .arena = HN_ARENA(VALUES_BYTES), .line = HN_BUF(1u << 20) };
	enum exit_code code;

	h.as_json = hn_view_eq(hn_view_of(arguments_value(a, "output", "text")), HN_LIT("json"));
	code = run_hunt(&h);
	hn_free(h.values);
	hn_buf_fini(&h.line);
	hn_arena_fini(&h.arena);
	return code;
}

const struct command hunt_command = {
	.name = "hunt",
	.operands = "[VALUE...]",
	.operands_max = COMMAND_OPERANDS_MAX,
	.options = {
		PLACE_OPTIONS,
		{ OPTION_MANY, "values", "FILE" },
		{ OPTION_VALUE, "from", "TIME" },
		{ OPTION_VALUE, "to", "TIME" },
		{ OPTION_VALUE, "output", "text|json" },
	},
	.run = run,
};
