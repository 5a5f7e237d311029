#include "detect/logon_past.h"

#include <math.h>

#define HOUR_MS 3600000
#define GIVEN 0.25
#define VPN_MIN 5u			/* sign-ins through the VPN, from which on its own hours are those that count */

/* Of the day, also of times before 1970, which a line may claim. */
static size_t
hour_of_day(int64_t at_ms)
{
	const int64_t day_ms = LOGON_HOURS * HOUR_MS;

	return (size_t)((at_ms % day_ms + day_ms) % day_ms / HOUR_MS);
}

void
logon_past_hour(struct logon_past *p, int64_t at_ms, bool is_vpn)
{
	const int64_t hour = at_ms / HOUR_MS;

	if (p->first_ms == 0)
		p->first_ms = at_ms;
	for (size_t i = 0; i < (is_vpn ? 2u : 1u); i++) {
		uint16_t *const n = &p->hour[i][hour_of_day(at_ms)];

		if (p->last_hour[i] != hour && *n < UINT16_MAX)
			(*n)++;
		p->last_hour[i] = hour;
	}
}

struct logon_place *
logon_past_place(struct logon_past *p, uint64_t network)
{
	for (size_t i = 0; i < LOGON_PLACES; i++)
		if (p->place[i].network == network && network != 0)
			return &p->place[i];
	return NULL;
}

struct logon_place *
logon_past_enter(struct logon_past *p, uint64_t network, int64_t at_ms)
{
	struct logon_place *at = logon_past_place(p, network);

	if (at == NULL) {
		at = &p->place[0];
		for (size_t i = 1; i < LOGON_PLACES; i++)
			if (p->place[i].last_ms < at->last_ms)
				at = &p->place[i];
		*at = (struct logon_place){ .network = network };
	}
	at->last_ms = at_ms;
	at->n++;
	return at;
}

bool
logon_past_knows_country(const struct logon_past *p, uint32_t country)
{
	for (size_t i = 0; i < LOGON_PLACES; i++)
		if (p->place[i].n > 0 && !p->place[i].is_told && p->place[i].country == country)
			return true;
	return false;
}

static double
within(double value, double least, double most)
{
	return value < least ? least : value > most ? most : value;
}

/*
 * Uniform over the day against the account's own hours: each counts for itself and, less and less, for the three on both sides
 * (a triangular kernel, since nobody's hours have sharp ends), and a quarter of one is given to each beforehand.
 */
double
logon_weight_of_hour(const struct logon_past *p, int64_t at_ms)
{
	static const double near_share[] = { 0.25, 0.1875, 0.125, 0.0625 };	/* by distance; with both sides: 1 */
	const size_t at = hour_of_day(at_ms);
	const uint16_t *const hour = p->hour[p->n >= VPN_MIN ? 1 : 0];
	double sum = 0, near = 0;

	for (size_t i = 0; i < LOGON_HOURS; i++) {
		const size_t ahead = (i + LOGON_HOURS - at) % LOGON_HOURS;
		const size_t distance = ahead < LOGON_HOURS - ahead ? ahead : LOGON_HOURS - ahead;

		sum += hour[i];
		near += distance < HN_COUNT(near_share) ? near_share[distance] * hour[i] : 0;
	}
	return within(log((sum + GIVEN * LOGON_HOURS) / (LOGON_HOURS * (near + GIVEN))), -1.0, 2.5);
}

double
logon_weight_of_place(const struct logon_past *p)
{
	uint32_t singles = 0;

	for (size_t i = 0; i < LOGON_PLACES; i++)
		singles += p->place[i].n == 1 && !p->place[i].is_told;
	return within(log((p->n + 1) / (singles + 0.5)), 0, 2.5);
}

double
logon_weight_of_first(const struct logon_house *h)
{
	return within(log(0.5 * ((double)h->n + 1) / ((double)h->singles + 0.5)), 0, 3.0);
}

/* A stranger comes from abroad in about half of the cases; our people by what was seen. */
double
logon_weight_of_country(const struct logon_house *h, const struct logon_origin *country)
{
	const double n = country != NULL ? country->n : 0;

	return within(log(0.5 * ((double)h->n + 1) / (n + 0.5)), 0, 4.0);
}

double
logon_weight_of_sharing(const struct logon_origin *network)
{
	return network != NULL ? within(-log1p(network->accounts), -2.0, 0) : 0;
}
