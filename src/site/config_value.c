#include "site/config_value.h"

#include <assert.h>

#include "base/num.h"

static enum hn_rc
read_text(const struct site_key *k, struct hn_view text, struct hn_arena *arena, void *out)
{
	struct hn_view copy;

	if (text.n < k->min)
		return HN_E_SYNTAX;
	if (text.n > k->max)
		return HN_E_LIMIT;
	copy = hn_arena_copy(arena, text);
	if (copy.p == NULL)
		return HN_E_NOMEM;
	*(struct hn_view *)out = copy;
	return HN_OK;
}

static enum hn_rc
read_path(const struct site_key *k, struct hn_view text, struct hn_arena *arena, void *out)
{
	if (text.n > 0 && text.p[0] != '/')
		return HN_E_SYNTAX;
	return read_text(k, text, arena, out);
}

static enum hn_rc
read_number(const struct site_key *k, struct hn_view text, struct hn_arena *arena, void *out)
{
	uint64_t n;
	const enum hn_rc rc = hn_num_u64(text, k->max, &n);

	(void)arena;
	if (rc != HN_OK)
		return rc;
	if (n < k->min)
		return HN_E_LIMIT;
	*(uint64_t *)out = n;
	return HN_OK;
}

static enum hn_rc
read_choice(const struct site_key *k, struct hn_view text, struct hn_arena *arena, void *out)
{
	(void)arena;
	for (uint64_t i = 0; k->choices[i] != NULL; i++) {
		if (hn_view_eq(text, hn_view_of(k->choices[i]))) {
			*(uint64_t *)out = i;
			return HN_OK;
		}
	}
	return HN_E_SYNTAX;
}

static enum hn_rc
read_cidrs(const struct site_key *k, struct hn_view text, struct hn_arena *arena, void *out)
{
	struct site_cidrs c = { .n = 0 };
	struct hn_view one;

	(void)k;
	(void)arena;
	while (text.n > 0) {
		(void)hn_view_cut(&text, ' ', &one);
		one = hn_view_trim(one);
		if (one.n == 0)
			continue;
		if (c.n == SITE_CIDRS_MAX)
			return HN_E_LIMIT;
		const enum hn_rc rc = hn_cidr_parse(one, &c.net[c.n++]);

		if (rc != HN_OK)
			return rc;
	}
	*(struct site_cidrs *)out = c;
	return HN_OK;
}

enum hn_rc
site_listen_parse(struct hn_view v, struct site_listen *out)
{
	struct site_listen l = { .port = 0 };
	size_t colon = v.n;
	uint64_t port;
	enum hn_rc rc;

	while (colon > 0 && v.p[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return HN_E_SYNTAX;
	rc = hn_num_u64(hn_view_skip(v, colon), UINT16_MAX, &port);
	if (rc != HN_OK)
		return rc;
	if (port == 0)
		return HN_E_LIMIT;
	if (colon > 1) {
		rc = hn_addr_parse((struct hn_view){ v.p, colon - 1 }, &l.addr);
		if (rc != HN_OK)
			return rc;
	}
	l.port = (uint16_t)port;
	*out = l;
	return HN_OK;
}

void
site_listen_put(struct hn_buf *b, struct site_listen l)
{
	const bool v4 = hn_addr_is_v4(l.addr);

	if (!v4)
		hn_buf_char(b, '[');
	hn_addr_put(b, l.addr);
	if (!v4)
		hn_buf_char(b, ']');
	hn_buf_printf(b, ":%u", l.port);
}

static enum hn_rc
read_listen(const struct site_key *k, struct hn_view text, struct hn_arena *arena, void *out)
{
	(void)k;
	(void)arena;
	return site_listen_parse(text, out);
}

enum hn_rc
site_zone_of(struct hn_view text, struct hn_zone *out)
{
	struct hn_view hours, minutes;
	uint64_t h, m;

	if (text.n == 0 || (text.p[0] != '+' && text.p[0] != '-'))
		return hn_zone_load(text, out, NULL);
	minutes = hn_view_skip(text, 1);
	if (text.n != 6 || !hn_view_cut(&minutes, ':', &hours) || hn_num_u64(hours, 14, &h) != HN_OK ||
	    hn_num_u64(minutes, 59, &m) != HN_OK)
		return HN_E_SYNTAX;
	hn_zone_fixed(out, (text.p[0] == '-' ? -1 : 1) * (int32_t)(h * 3600 + m * 60));
	return HN_OK;
}

static enum hn_rc
read_zone(const struct site_key *k, struct hn_view text, struct hn_arena *arena, void *out)
{
	struct hn_zone zone;
	const enum hn_rc rc = site_zone_of(text, &zone);

	return rc == HN_OK ? read_text(k, text, arena, out) : rc;
}

/* "Mon-Fri", "Mon Wed Sat-Sun". */
static bool
read_day(struct hn_view text, unsigned *out)
{
	static const struct hn_view names[] = {
		HN_INIT("Mon"), HN_INIT("Tue"), HN_INIT("Wed"), HN_INIT("Thu"), HN_INIT("Fri"), HN_INIT("Sat"), HN_INIT("Sun"),
	};

	for (unsigned i = 0; i < HN_COUNT(names); i++)
		if (hn_view_eq_nocase(text, names[i])) {
			*out = i;
			return true;
		}
	return false;
}

static enum hn_rc
read_days(const struct site_key *k, struct hn_view text, struct hn_arena *arena, void *out)
{
	struct hn_view span, first;
	uint64_t days = 0;
	unsigned from, to;

	(void)k;
	(void)arena;
	while (text.n > 0) {
		(void)hn_view_cut(&text, ' ', &span);
		if (span.n == 0)
			continue;
		if (!hn_view_cut(&span, '-', &first))
			span = first;
		if (!read_day(first, &from) || !read_day(span, &to))
			return HN_E_SYNTAX;
		for (unsigned day = from; ; day = (day + 1) % 7) {
			days |= UINT64_C(1) << day;
			if (day == to)
				break;
		}
	}
	if (days == 0)
		return HN_E_SYNTAX;
	*(uint64_t *)out = days;
	return HN_OK;
}

static bool
read_minute(struct hn_view text, uint16_t *out)
{
	struct hn_view hour;
	uint64_t h, m;

	if (!hn_view_cut(&text, ':', &hour) || text.n != 2 || hn_num_u64(hour, 24, &h) != HN_OK ||
	    hn_num_u64(text, 59, &m) != HN_OK || (h == 24 && m > 0))
		return false;
	*out = (uint16_t)(h * 60 + m);
	return true;
}

static enum hn_rc
read_hours(const struct site_key *k, struct hn_view text, struct hn_arena *arena, void *out)
{
	struct site_hours hours;
	struct hn_view from;

	(void)k;
	(void)arena;
	if (!hn_view_cut(&text, '-', &from) || !read_minute(from, &hours.from_min) || !read_minute(text, &hours.to_min))
		return HN_E_SYNTAX;
	*(struct site_hours *)out = hours;
	return HN_OK;
}

static const struct {
	enum hn_rc (*read)(const struct site_key *k, struct hn_view text, struct hn_arena *arena, void *out);
	const char *form;	/* NULL: site_value_form makes it */
} types[] = {
	[SITE_TEXT] = { read_text, "a text" },
	[SITE_PATH] = { read_path, "a path that begins with /" },
	[SITE_NUMBER] = { read_number, NULL },
	[SITE_CHOICE] = { read_choice, NULL },
	[SITE_CIDRS] = { read_cidrs, "networks like 10.0.0.0/8 192.168.1.0/24" },
	[SITE_LISTEN] = { read_listen, "ADDRESS:PORT like 127.0.0.1:514, or :PORT for all" },
	[SITE_ZONE] = { read_zone, "a zone like Asia/Tokyo or UTC, or +HH:MM" },
	[SITE_DAYS] = { read_days, "days like Mon-Fri or Mon Wed Sat" },
	[SITE_HOURS] = { read_hours, "hours like 09:00-17:30" },
};

enum hn_rc
site_value_read(const struct site_key *k, struct hn_view text, struct hn_arena *arena, void *out)
{
	assert((size_t)k->type < HN_COUNT(types));
	return types[k->type].read(k, text, arena, out);
}

void
site_value_form(const struct site_key *k, struct hn_buf *b)
{
	if (types[k->type].form != NULL) {
		hn_buf_put(b, hn_view_of(types[k->type].form));
		return;
	}
	if (k->type == SITE_NUMBER) {
		hn_buf_printf(b, "a whole number from %llu to %llu", (unsigned long long)k->min, (unsigned long long)k->max);
		return;
	}
	for (size_t i = 0; k->choices[i] != NULL; i++)
		hn_buf_printf(b, "%s%s", i > 0 ? ", " : "", k->choices[i]);
}
