#ifndef DETECT_HOUSE_H
#define DETECT_HOUSE_H

#include "base/addr.h"
#include "base/view.h"
#include "base/zone.h"

#define HOUSE_MAINTENANCES_MAX 64u
#define HOUSE_SERVERS_MAX 256u
#define HOUSE_EXPECTED_MAX 64u

/*
 * What the house has written down about itself, which no log can tell: when vendors may come, and which servers have no
 * business outside.  The same for a batch and for a running site (site/house.h reads it out of the configuration).
 */

/* A vendor's remote maintenance, by contract.  Networks belong to whoever made the house. */
struct house_maintenance {
	struct hn_view name;
	struct hn_view account;		/* empty: everything from its networks is maintenance */
	const struct hn_cidr *from;
	size_t n_from;			/* 0: from anywhere */
	uint32_t days;			/* a bit each, Monday first */
	uint16_t from_min, to_min;	/* of the day; to before from: over midnight; equal: all day */
};

struct house_server {
	struct hn_view name;
	const struct hn_cidr *address;
	size_t n_address;
	bool may_speak;			/* to the outside */
};

/* Peers outside that the house expects to be spoken to, by contract or custom. */
struct house_expected {
	struct hn_view name;
	struct hn_view peers;		/* names between blanks, in lower case: "name", or ".name": it and all below */
};

struct house {
	struct hn_zone zone;		/* of the hours */
	struct house_maintenance maintenance[HOUSE_MAINTENANCES_MAX];
	size_t n_maintenances;
	struct house_server server[HOUSE_SERVERS_MAX];
	size_t n_servers;
	struct house_expected expected[HOUSE_EXPECTED_MAX];
	size_t n_expected;
};

/* Whether ${at_ms} is within the hours of ${m}; *away_min: minutes to their nearer end within a day, where it is not. */
bool house_is_agreed(const struct house *h, const struct house_maintenance *m, int64_t at_ms, unsigned *away_min);

/* Whether ${a} is within its networks; with none it is not. */
bool house_comes_from(const struct house_maintenance *m, struct hn_addr a);

/* The server of that address; NULL: none is declared. */
const struct house_server *house_server(const struct house *h, struct hn_addr a);

/* Whether the house expects ${peer} (lower case, without a final dot); ${h} may be NULL. */
bool house_expects(const struct house *h, struct hn_view peer);

#endif
