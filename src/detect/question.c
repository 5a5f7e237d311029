#include "detect/question.h"

static struct hn_view
lower_name(struct hn_view v, char text[QUESTION_NAME_MAX + 1])
{
	while (v.n > 0 && v.p[v.n - 1] == '.')
		v.n--;
	if (v.n > QUESTION_NAME_MAX)
		return HN_LIT("");
	for (size_t i = 0; i < v.n; i++)
		text[i] = hn_lower(v.p[i]);
	text[v.n] = '\0';
	return (struct hn_view){ text, v.n };
}

/* Names that never leave the house, and those of addresses. */
static bool
is_of_the_house(struct hn_view name)
{
	static const struct hn_view ends[] = {
		HN_INIT(".arpa"), HN_INIT(".local"), HN_INIT(".localdomain"), HN_INIT(".lan"),
		HN_INIT(".internal"), HN_INIT(".intra"), HN_INIT(".home"), HN_INIT(".corp"),
		HN_INIT(".localhost"), HN_INIT(".test"), HN_INIT(".invalid"), HN_INIT(".onion"),
		HN_INIT(".private"), HN_INIT(".workgroup"), HN_INIT(".domain"),
	};

	for (size_t i = 0; i < HN_COUNT(ends); i++)
		if (hn_view_ends(name, ends[i]))
			return true;
	return false;
}

/* RFC 1035, 4.1.1: Name Error, by its name, its number and as Windows numbers it (DNS_ERROR_RCODE_NAME_ERROR). */
static bool
is_missing(struct hn_view code)
{
	static const struct hn_view names[] = { HN_INIT("NXDOMAIN"), HN_INIT("3"), HN_INIT("9003"), HN_INIT("NAME_ERROR") };

	for (size_t i = 0; i < HN_COUNT(names); i++)
		if (hn_view_eq_nocase(code, names[i]))
			return true;
	return false;
}

bool
question_of(struct contacts *c, const struct record *r, char text[QUESTION_NAME_MAX + 1], struct question *out)
{
	struct question q = { .below = { "", 0 } };

	if (r->kind != RECORD_DNS || !record_has(r, FIELD_DNS_QUESTION_NAME))
		return false;
	q.who = record_machine(r);
	q.name = lower_name(record_get(r, FIELD_DNS_QUESTION_NAME), text);
	if (q.who.n == 0 || hn_view_find(q.name, '.') == q.name.n || is_of_the_house(q.name))
		return false;
	q.site = contact_site(c, q.name);
	if (hn_view_find(q.site, '.') == q.site.n)
		return false;
	if (q.name.n > q.site.n)
		q.below = (struct hn_view){ q.name.p, q.name.n - q.site.n - 1 };
	q.type = record_get(r, FIELD_DNS_QUESTION_TYPE);
	q.answers = record_get(r, FIELD_DNS_ANSWERS);
	q.who_key = contact_key(c, q.who);
	q.site_key = contact_key(c, q.site);
	q.name_key = contact_key(c, q.name);
	q.is_missing = is_missing(record_get(r, FIELD_DNS_RESPONSE_CODE));
	*out = q;
	return true;
}

bool
question_is_unusual(const struct question *q)
{
	static const struct hn_view types[] = {
		HN_INIT("TXT"), HN_INIT("NULL"), HN_INIT("CNAME"), HN_INIT("MX"), HN_INIT("KEY"), HN_INIT("SIG"), HN_INIT("ANY"),
		HN_INIT("PRIVATE"), HN_INIT("65399"), HN_INIT("TYPE65399"),	/* iodine's own */
	};

	for (size_t i = 0; i < HN_COUNT(types); i++)
		if (hn_view_eq_nocase(q->type, types[i]))
			return true;
	return false;
}
