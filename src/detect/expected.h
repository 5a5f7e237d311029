#ifndef DETECT_EXPECTED_H
#define DETECT_EXPECTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/view.h"

/*
 * Peers outside that a hospital's machines are expected to speak to: updates, antivirus, time, the state's lines.  Dated data
 * with a source each, in data/expected, built in.  What nobody has confirmed is shown and used for nothing.  An expected peer
 * weighs against a finding of behaviour, never against an indicator: such services have been misused.
 */
struct expected_service {
	const char *name;		/* "windows-update" */
	const char *ja, *en;		/* what it is */
	const char *source, *date;	/* who says so, and when it was looked up */
	bool is_confirmed;
};

struct expected_peer {
	const char *name;
	size_t n;
	bool has_below;			/* and all names below it */
	unsigned service;		/* index into expected_services */
};

extern const struct expected_service expected_services[];
extern const size_t expected_services_n;
extern const struct expected_peer expected_peers[];
extern const size_t expected_peers_n;

/* The service that ${name} (lower case, without a final dot) belongs to; NULL: it is none's. */
const struct expected_service *expected_find(struct hn_view name);

#endif
