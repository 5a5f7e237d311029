#include "cli/rules.h"

#include <inttypes.h>

#include "cli/job_jail.h"
#include "cli/rule_files.h"

#define OUT_MAX (64u << 20)
#define PATHS_MAX 256u

static void
put_member(struct hn_buf *b, const char *name, struct hn_view v)
{
	hn_buf_printf(b, "%s\"%s\":", b->p[b->n - 1] == '{' ? "" : ",", name);
	hn_buf_json(b, v);
}

static void
put_json(struct hn_buf *b, const struct sigma_rule *r)
{
	hn_buf_char(b, '{');
	put_member(b, "id", r->id);
	put_member(b, "title", r->title);
	put_member(b, "status", hn_view_of(sigma_status_name(r->status)));
	put_member(b, "level", hn_view_of(finding_level_name(r->level)));
	put_member(b, "product", r->product);
	put_member(b, "category", r->category);
	put_member(b, "service", r->service);
	put_member(b, "author", r->author);
	put_member(b, "reference", r->reference);
	put_member(b, "file", r->file);
	hn_buf_printf(b, ",\"usable\":%s", r->why_not == NULL ? "true" : "false");
	if (r->why_not != NULL) {
		put_member(b, "why_not", hn_view_of(r->why_not));
		put_member(b, "where", r->where);
	}
	hn_buf_put(b, HN_LIT(",\"techniques\":["));
	for (size_t i = 0; i < r->n_techniques; i++) {
		if (i > 0)
			hn_buf_char(b, ',');
		hn_buf_json(b, r->techniques[i]);
	}
	hn_buf_put(b, HN_LIT("]}\n"));
}

static void
put_text(struct hn_buf *b, const struct sigma_rule *r)
{
	hn_buf_put(b, r->id);
	hn_buf_printf(b, "  %-12s %-8s  %.*s/%.*s/%.*s  ", sigma_status_name(r->status), finding_level_name(r->level),
	    (int)r->product.n, r->product.p, (int)r->category.n, r->category.p, (int)r->service.n, r->service.p);
	hn_buf_put(b, r->title);
	if (r->why_not != NULL)
		hn_buf_printf(b, "  [%.*s: %s]", (int)r->where.n, r->where.p, r->why_not);
	hn_buf_char(b, '\n');
}

/* Read the rules behind a jail in which only they can be opened. */
static bool
open_rules(const struct arguments *a, size_t from, struct sigma_set **set, size_t *unread)
{
	struct hn_jail_path paths[PATHS_MAX] = { 0 };
	size_t n = 0;

	for (size_t i = from; i < a->n_operands && n < PATHS_MAX; i++)
		paths[n++].path = a->operands[i];
	return job_jail_enter(a, paths, n, HN_CALLS_READ_FILES) &&
	    rule_files_read(a, a->operands + from, a->n_operands - from, set, unread);
}

static void
say_numbers(const struct arguments *a, size_t all, size_t usable, size_t unread)
{
	char texts[3][32];
	const size_t numbers[] = { all, usable, unread };

	for (size_t i = 0; i < 3; i++)
		(void)snprintf(texts[i], sizeof(texts[i]), "%zu", numbers[i]);
	command_say(a, "rules.numbers", texts[0], texts[1], texts[2]);
}

/* Put every rule, or only those that cannot be used; how many can. */
static size_t
put_rules(const struct arguments *a, const struct sigma_set *set, bool only_unusable)
{
	const bool json = arguments_has(a, "json");
	struct hn_buf b = HN_BUF(OUT_MAX);
	size_t usable = 0;

	for (size_t i = 0; i < sigma_set_count(set); i++) {
		const struct sigma_rule *r = sigma_set_rule(set, i);

		usable += r->why_not == NULL;
		if (only_unusable && r->why_not == NULL)
			continue;
		if (json)
			put_json(&b, r);
		else
			put_text(&b, r);
	}
	(void)fwrite(b.p != NULL ? b.p : "", 1, b.n, a->out);
	hn_buf_fini(&b);
	return usable;
}

static enum exit_code
list(const struct arguments *a)
{
	struct sigma_set *set = NULL;
	size_t unread, usable;

	if (!open_rules(a, 0, &set, &unread))
		return EXIT_NOT_DONE;
	usable = put_rules(a, set, false);
	say_numbers(a, sigma_set_count(set), usable, unread);
	sigma_set_free(set);
	return unread > 0 ? EXIT_PARTLY : EXIT_DONE;
}

static enum exit_code
check(const struct arguments *a)
{
	struct sigma_set *set = NULL;
	size_t unread, usable, all;

	if (!open_rules(a, 0, &set, &unread))
		return EXIT_NOT_DONE;
	usable = put_rules(a, set, true);
	all = sigma_set_count(set);
	say_numbers(a, all, usable, unread);
	sigma_set_free(set);
	return unread > 0 || usable < all ? EXIT_PARTLY : EXIT_DONE;
}

static void
put_expr(struct hn_buf *b, const struct sigma_set *set, const struct sigma_expr *e, int depth)
{
	static const char *const joins[] = {
		[SIGMA_EXPR_AND] = "all of", [SIGMA_EXPR_OR] = "any of", [SIGMA_EXPR_NOT] = "not",
		[SIGMA_EXPR_AT_LEAST] = "some of",
	};
	static const char *const ops[SIGMA_OPS] = {
		"=", "startswith", "endswith", "contains", "like", "re", "cidr", ">", ">=", "<", "<=", "exists", "null",
		"= field", "startswith field", "endswith field", "contains field", "minute", "hour", "day", "week", "month",
		"year",
	};

	if (e->op == SIGMA_EXPR_ATOM) {
		const struct sigma_atom *a = sigma_set_atom(set, e->atom);
		const struct hn_view name = sigma_set_slot_name(set, a->slot);

		hn_buf_printf(b, "%*s%.*s %s ", depth, "", (int)name.n, name.p, ops[a->op]);
		hn_buf_json(b, a->text);
		hn_buf_char(b, '\n');
		return;
	}
	hn_buf_printf(b, "%*s%s\n", depth, "", joins[e->op]);
	for (uint32_t i = 0; i < e->n; i++)
		put_expr(b, set, e->kids[i], depth + 2);
}

static enum exit_code
show(const struct arguments *a)
{
	const struct hn_view id = hn_view_of(a->operands[0]);
	struct sigma_set *set = NULL;
	struct hn_buf b = HN_BUF(OUT_MAX);
	size_t unread, found = 0;

	if (!open_rules(a, 1, &set, &unread))
		return EXIT_NOT_DONE;
	for (size_t i = 0; i < sigma_set_count(set); i++) {
		const struct sigma_rule *r = sigma_set_rule(set, i);

		if (!hn_view_eq(r->id, id))
			continue;
		found++;
		put_json(&b, r);
		if (!arguments_has(a, "json") && r->expr != NULL)
			put_expr(&b, set, r->expr, 0);
	}
	(void)fwrite(b.p != NULL ? b.p : "", 1, b.n, a->out);
	if (found == 0)
		command_say(a, "rules.none", a->operands[0], NULL, NULL);
	hn_buf_fini(&b);
	sigma_set_free(set);
	return found > 0 ? EXIT_DONE : EXIT_NOT_DONE;
}

const struct command rules_list_command = {
	.name = "rules list", .operands = "PATH...", .operands_min = 1, .operands_max = PATHS_MAX,
	.options = { { OPTION_FLAG, "json", NULL } }, .run = list,
};

const struct command rules_check_command = {
	.name = "rules check", .operands = "PATH...", .operands_min = 1, .operands_max = PATHS_MAX,
	.options = { { OPTION_FLAG, "json", NULL } }, .run = check,
};

const struct command rules_show_command = {
	.name = "rules show", .operands = "ID PATH...", .operands_min = 2, .operands_max = PATHS_MAX,
	.options = { { OPTION_FLAG, "json", NULL } }, .run = show,
};
