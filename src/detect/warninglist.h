#ifndef DETECT_WARNINGLIST_H
#define DETECT_WARNINGLIST_H

#include "detect/indicator_key.h"

/*
 * What must never be reported, whoever lists it: the sites' own addresses, public resolvers, update services, the state's and
 * medical services, shared hosting's front doors, empty files.  The lists are in data/warninglists and built in.
 */
struct warninglist {
	const char *name;	/* "resolver": stands in tables */
	const char *ja, *en;	/* why its members are no indicators */
};

/* The list that ${key} stands on; NULL: none.  Names: the name itself or a parent, as the list says. */
const struct warninglist *warninglist_find(struct indicator_key key);

/* The list of that name; NULL: none. */
const struct warninglist *warninglist_named(struct hn_view name);

/*
 * Why ${key} can be no indicator at all: a public suffix, one label, a network of more than a /8 (IPv6: /19).  NULL: it can.
 * Source: publicsuffix.org by libpsl.
 */
const char *warninglist_too_general(struct indicator_key key);

#endif
