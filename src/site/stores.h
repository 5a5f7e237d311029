#ifndef SITE_STORES_H
#define SITE_STORES_H

#include "site/config.h"

/* What a site keeps on disk, each with its budget. */
enum site_store {
	SITE_STORE_EVIDENCE,	/* raw lines, sealed */
	SITE_STORE_OBSERVABLES,	/* who met what, for hunting */
	SITE_STORE_DATABASE,	/* findings and the audit chain */
	SITE_STORES
};

struct site_store_use {
	const char *name;	/* "evidence": in JSON, and its words are under "store.NAME" */
	uint64_t used_bytes;
	uint64_t budget_bytes;
	uint64_t keep_days;
	int64_t oldest_ms;	/* of its oldest file; 0: it has none */
};

/* Look through the folders; a store whose folder is not there uses nothing. */
void site_stores_measure(const struct site_config *config, struct site_store_use out[SITE_STORES]);

#endif
