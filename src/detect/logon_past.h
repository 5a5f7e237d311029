#ifndef DETECT_LOGON_PAST_H
#define DETECT_LOGON_PAST_H

#include "detect/signin.h"

/*
 * What an account has done so far, and what is common in the house: against it a sign-in is weighed.  All weights are log
 * likelihood ratios of "somebody else uses the account" against "its owner does as ever"; of what has never been seen the
 * probability is Good and Turing's, the share of what was seen once (I. J. Good, Biometrika 40, 1953), so that few observations
 * weigh little and a person who travels is expected to.  Entries hold no pointers: they are those of keyed tables.
 */
#define LOGON_PLACES 8u
#define LOGON_HOURS 24u

struct logon_place {
	uint64_t network;		/* signin_network; 0: free */
	int64_t last_ms;
	uint32_t n;			/* sign-ins from there */
	uint32_t country;		/* a key; 0: not known */
	uint32_t is_told;		/* it was told as worth a look: that is not learnt as the account's own */
	uint32_t unused;
};

struct logon_past {
	int64_t first_ms;
	int64_t last_hour[2];		/* hours since 1970, in which it was last counted */
	uint16_t hour[2][LOGON_HOURS];	/* hours in which it was seen, by the hour of the day: [0] at all, [1] through the VPN */
	uint32_t n;			/* through the VPN */
	uint32_t unused;
	struct logon_place place[LOGON_PLACES];
};

/* All of the house: one entry. */
struct logon_house {
	int64_t began_ms;
	uint64_t n;			/* sign-ins through the VPN */
	uint64_t singles;		/* accounts with exactly one */
};

/* A country or a network: from how many accounts. */
struct logon_origin {
	uint32_t accounts;
	uint32_t n;
};

/* Count a sign-in at ${at_ms}; through the VPN, where ${is_vpn}. */
void logon_past_hour(struct logon_past *p, int64_t at_ms, bool is_vpn);

/* Its place there, ${network}; NULL: it has none yet. */
struct logon_place *logon_past_place(struct logon_past *p, uint64_t network);

/* Put a sign-in from ${network} in, at a place that is free or longest unused. */
struct logon_place *logon_past_enter(struct logon_past *p, uint64_t network, int64_t at_ms);

bool logon_past_knows_country(const struct logon_past *p, uint32_t country);

/* Log-odds of the hour, of a new network, of an account that was never there, of a country: see above. */
double logon_weight_of_hour(const struct logon_past *p, int64_t at_ms);
double logon_weight_of_place(const struct logon_past *p);
double logon_weight_of_first(const struct logon_house *h);
double logon_weight_of_country(const struct logon_house *h, const struct logon_origin *country);

/* Against: other accounts of ours come from that network too (a provider's, a branch's); NULL: none does. */
double logon_weight_of_sharing(const struct logon_origin *network);

#endif
