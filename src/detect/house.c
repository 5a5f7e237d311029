#include "detect/house.h"

#define MINUTE_MS 60000
#define DAY_MIN 1440u
#define THURSDAY 3u		/* 1 January 1970, Monday first */

static bool
is_in_hours(const struct house_maintenance *m, unsigned day, unsigned minute)
{
	const bool is_today = (m->days >> day & 1) != 0, is_yesterday = (m->days >> (day + 6) % 7 & 1) != 0;

	if (m->from_min == m->to_min)
		return is_today;
	if (m->from_min < m->to_min)
		return is_today && minute >= m->from_min && minute < m->to_min;
	return (is_today && minute >= m->from_min) || (is_yesterday && minute < m->to_min);
}

static unsigned
distance(unsigned a, unsigned b)
{
	const unsigned d = a > b ? a - b : b - a;

	return d < DAY_MIN - d ? d : DAY_MIN - d;
}

bool
house_is_agreed(const struct house *h, const struct house_maintenance *m, int64_t at_ms, unsigned *away_min)
{
	const int64_t local_min = (at_ms + (int64_t)hn_zone_offset(&h->zone, at_ms) * 1000) / MINUTE_MS;
	const unsigned minute = (unsigned)((local_min % DAY_MIN + DAY_MIN) % DAY_MIN);
	const int64_t days = (local_min - minute) / DAY_MIN;
	const unsigned day = (unsigned)(((days + THURSDAY) % 7 + 7) % 7);
	const unsigned before = distance(minute, m->from_min), after = distance(minute, m->to_min);

	if (is_in_hours(m, day, minute))
		return true;
	*away_min = before < after ? before : after;
	return false;
}

bool
house_comes_from(const struct house_maintenance *m, struct hn_addr a)
{
	for (size_t i = 0; i < m->n_from; i++)
		if (hn_cidr_has(m->from[i], a))
			return true;
	return false;
}

const struct house_server *
house_server(const struct house *h, struct hn_addr a)
{
	for (size_t i = 0; h != NULL && i < h->n_servers; i++)
		for (size_t k = 0; k < h->server[i].n_address; k++)
			if (hn_cidr_has(h->server[i].address[k], a))
				return &h->server[i];
	return NULL;
}

static bool
is_of(struct hn_view pattern, struct hn_view peer)
{
	const bool has_below = hn_view_starts(pattern, HN_LIT("."));

	return hn_view_eq(peer, has_below ? hn_view_skip(pattern, 1) : pattern) || (has_below && hn_view_ends(peer, pattern));
}

bool
house_expects(const struct house *h, struct hn_view peer)
{
	for (size_t i = 0; h != NULL && i < h->n_expected; i++) {
		struct hn_view rest = h->expected[i].peers, pattern;

		while (rest.n > 0) {
			(void)hn_view_cut(&rest, ' ', &pattern);
			if (pattern.n > 0 && is_of(pattern, peer))
				return true;
		}
	}
	return false;
}
