#include "cli/expected.h"

#include "base/buf.h"
#include "detect/expected.h"

#define NAME_MAX_BYTES 255u
#define LINE_MAX_BYTES 4096u

static void
put_member(struct hn_buf *b, const char *name, struct hn_view v)
{
	hn_buf_printf(b, "%s\"%s\":", b->p[b->n - 1] == '{' ? "" : ",", name);
	hn_buf_json(b, v);
}

static const char *
title_of(const struct arguments *a, const struct expected_service *s)
{
	return a->lang == HN_LANG_JA ? s->ja : s->en;
}

/* ${peer} of ${s}; an empty one: it has none that is known. */
static void
put(const struct arguments *a, const struct expected_service *s, struct hn_view peer)
{
	struct hn_buf b = HN_BUF(LINE_MAX_BYTES);

	if (arguments_has(a, "json")) {
		hn_buf_char(&b, '{');
		put_member(&b, "peer", peer);
		put_member(&b, "service", hn_view_of(s->name));
		put_member(&b, "title", hn_view_of(title_of(a, s)));
		put_member(&b, "source", hn_view_of(s->source));
		put_member(&b, "date", hn_view_of(s->date));
		hn_buf_printf(&b, ",\"confirmed\":%s}\n", s->is_confirmed ? "true" : "false");
	} else {
		hn_buf_printf(&b, "%-32.*s  %-14s %s", (int)peer.n, peer.p, s->name, title_of(a, s));
		if (!s->is_confirmed) {
			hn_buf_put(&b, HN_LIT(" - "));
			hn_buf_put(&b, hn_word(a->lang, "expected.confirm"));
		}
		hn_buf_printf(&b, "  [%s, %s]\n", s->source, s->date);
	}
	(void)fwrite(b.p, 1, b.n, a->out);
	hn_buf_fini(&b);
}

static enum exit_code
list(const struct arguments *a)
{
	for (unsigned i = 0; i < expected_services_n; i++) {
		size_t n = 0;

		for (size_t k = 0; k < expected_peers_n; k++) {
			char name[NAME_MAX_BYTES + 2];

			if (expected_peers[k].service != i)
				continue;
			(void)snprintf(name, sizeof(name), "%s%s", expected_peers[k].has_below ? "." : "",
			    expected_peers[k].name);
			put(a, &expected_services[i], hn_view_of(name));
			n++;
		}
		if (n == 0)
			put(a, &expected_services[i], HN_LIT(""));
	}
	return EXIT_DONE;
}

static enum exit_code
check(const struct arguments *a)
{
	enum exit_code code = EXIT_DONE;

	for (size_t i = 0; i < a->n_operands; i++) {
		struct hn_view given = hn_view_of(a->operands[i]);
		char name[NAME_MAX_BYTES];
		const struct expected_service *s;

		if (given.n > 0 && given.p[given.n - 1] == '.')
			given.n--;
		given.n = given.n < sizeof(name) ? given.n : sizeof(name);
		for (size_t k = 0; k < given.n; k++)
			name[k] = hn_lower(given.p[k]);
		s = expected_find((struct hn_view){ name, given.n });
		if (s != NULL) {
			put(a, s, (struct hn_view){ name, given.n });
			continue;
		}
		command_say(a, "expected.none", a->operands[i], NULL, NULL);
		code = EXIT_PARTLY;
	}
	return code;
}

const struct command expected_list_command = {
	.name = "expected list",
	.operands = "",
	.options = { { OPTION_FLAG, "json", NULL } },
	.run = list,
};

const struct command expected_check_command = {
	.name = "expected check",
	.operands = "NAME...",
	.operands_min = 1,
	.operands_max = COMMAND_OPERANDS_MAX,
	.options = { { OPTION_FLAG, "json", NULL } },
	.run = check,
};
