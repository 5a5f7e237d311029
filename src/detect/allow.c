#include "detect/allow.h"

#include "base/clock.h"

#define DAY_MS INT64_C(86400000)

/* Whether ${name} is ${domain} or lies below it: label by label, any case. */
static bool
is_at_or_below(struct hn_view name, struct hn_view domain)
{
	if (name.n < domain.n)
		return false;
	const size_t extra = name.n - domain.n;

	return hn_view_eq_nocase(hn_view_skip(name, extra), domain) && (extra == 0 || name.p[extra - 1] == '.');
}

static enum hn_rc
read_row(struct hn_view line, size_t number, int zone_s, struct hn_arena *arena, struct allow_row *out,
    struct hn_err *err)
{
	struct hn_view rest = line, value, until;
	struct allow_row row = { .until_ms = INT64_MAX };

	(void)hn_view_cut(&rest, ',', &value);
	(void)hn_view_cut(&rest, ',', &until);
	value = hn_view_trim(value);
	until = hn_view_trim(until);
	if (value.n == 0)
		return HN_FAIL(err, HN_E_SYNTAX, number, "value");
	if (until.n > 0) {
		if (hn_time_parse(until, zone_s, &row.until_ms) != HN_OK)
			return HN_FAIL(err, HN_E_SYNTAX, number, "until");
		row.until_ms += until.n == 10 ? DAY_MS : 0;
	}
	row.is_net = hn_cidr_parse(value, &row.net) == HN_OK;
	row.value = hn_arena_copy(arena, value);
	row.reason = hn_arena_copy(arena, hn_view_trim(rest));
	if (row.value.p == NULL || row.reason.p == NULL)
		return HN_FAIL(err, HN_E_NOMEM, number, "allow-list");
	*out = row;
	return HN_OK;
}

enum hn_rc
allow_read(struct hn_view text, int zone_s, struct hn_arena *arena, struct allow *out, struct hn_err *err)
{
	struct allow a = { .rows = hn_arena_get(arena, ALLOW_ROWS_MAX * sizeof(struct allow_row)) };
	struct hn_view line;

	if (a.rows == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "allow-list");
	for (size_t number = 1; text.n > 0; number++) {
		(void)hn_view_cut(&text, '\n', &line);
		line = hn_view_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (a.n == ALLOW_ROWS_MAX || line.n > ALLOW_LINE_MAX)
			return HN_FAIL(err, HN_E_LIMIT, number, "allow-list");
		const enum hn_rc rc = read_row(line, number, zone_s, arena, &a.rows[a.n], err);

		if (rc != HN_OK)
			return rc;
		a.n++;
	}
	*out = a;
	return HN_OK;
}

static bool
row_matches(const struct allow_row *row, const struct finding *f)
{
	static const struct hn_view rule = HN_INIT("rule:"), user = HN_INIT("user:");
	const struct hn_view ends[] = { f->source, f->destination };
	struct hn_addr addr;

	if (hn_view_starts(row->value, rule))
		return hn_view_eq(hn_view_skip(row->value, rule.n), f->rule);
	if (hn_view_starts(row->value, user))
		return hn_view_eq_nocase(hn_view_skip(row->value, user.n), f->user);
	for (size_t i = 0; i < HN_COUNT(ends); i++) {
		if (!row->is_net && is_at_or_below(ends[i], row->value))
			return true;
		if (row->is_net && hn_addr_parse(ends[i], &addr) == HN_OK && hn_cidr_has(row->net, addr))
			return true;
	}
	return false;
}

bool
allow_expects(struct hn_view value, struct hn_view source, struct hn_view destination, struct hn_view user, struct hn_view rule)
{
	const struct finding f = { .source = source, .destination = destination, .user = user, .rule = rule };
	struct allow_row row = { .value = value };

	row.is_net = hn_cidr_parse(value, &row.net) == HN_OK;
	return value.n > 0 && row_matches(&row, &f);
}

const struct allow_row *
allow_match(const struct allow *a, const struct finding *f, int64_t now_ms)
{
	for (size_t i = 0; i < a->n; i++)
		if (now_ms < a->rows[i].until_ms && row_matches(&a->rows[i], f))
			return &a->rows[i];
	return NULL;
}
