#ifndef DETECT_WARNINGLIST_TABLE_H
#define DETECT_WARNINGLIST_TABLE_H

#include "base/addr.h"
#include "detect/warninglist.h"

/* data/warninglists as tables, made at build time by tools/warninglists.py; `list` is a row of warninglists. */
struct warning_name {
	const char *name;
	uint8_t n;
	uint8_t exact;		/* 1: this name alone; 0: and all below it */
	uint8_t list;
};

struct warning_net {
	struct hn_addr addr;
	uint8_t bits;		/* as in struct hn_cidr */
	uint8_t list;
};

struct warning_hash {
	uint8_t bytes[32];
	uint8_t n;
	uint8_t list;
};

extern const struct warninglist warninglists[];
extern const size_t warninglists_n;
extern const struct warning_name warning_names[];	/* sorted by name */
extern const size_t warning_names_n;
extern const struct warning_net warning_nets[];
extern const size_t warning_nets_n;
extern const struct warning_hash warning_hashes[];
extern const size_t warning_hashes_n;

#endif
