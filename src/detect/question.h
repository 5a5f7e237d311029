#ifndef DETECT_QUESTION_H
#define DETECT_QUESTION_H

#include "detect/contact.h"

#define QUESTION_NAME_MAX 255u

/*
 * A look-up of a name (RFC 1035), in the form in which detectors want it: which machine asked, for what below which registrable
 * domain, and what came back.
 */
struct question {
	struct hn_view who;		/* the machine that asked, maybe a resolver on behalf of others */
	struct hn_view name;		/* lower case, without a final dot */
	struct hn_view site;		/* its registrable domain (publicsuffix.org) */
	struct hn_view below;		/* what stands in front of the site, without the dot; may be empty */
	struct hn_view type;		/* "A", "TXT": as the source says, may be empty */
	struct hn_view answers;		/* may be empty */
	uint64_t who_key, site_key, name_key;
	bool is_missing;		/* NXDOMAIN (RFC 8020): the name does not exist */
};

/*
 * Read ${r}; false: no look-up, nobody asked, or the name can say nothing to the outside: one label, reverse look-ups, the
 * suffixes of houses (RFC 6762, RFC 8375), a public suffix.  ${text}: room for the name, which views point into.
 */
bool question_of(struct contacts *c, const struct record *r, char text[QUESTION_NAME_MAX + 1], struct question *out);

/* A type that carries bytes of its maker's choice and that programs of every day hardly ask for. */
bool question_is_unusual(const struct question *q);

#endif
