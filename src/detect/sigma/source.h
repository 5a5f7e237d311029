#ifndef DETECT_SIGMA_SOURCE_H
#define DETECT_SIGMA_SOURCE_H

#include "record/record.h"

#define SIGMA_SOURCE_ROWS_MAX 256u

/* A Sigma field and where our records have it: "@ECS name", or the source's own name. */
struct sigma_alias {
	struct hn_view name, to;
};

/* Records that are of a log source: all that is given must hold. */
struct sigma_when {
	struct hn_view dataset;		/* how it begins */
	struct hn_view program;		/* event.provider */
	struct hn_view channel;
	enum record_kind kind;		/* RECORD_KINDS: any */
	const uint32_t *events;		/* one of these event ids */
	size_t n_events;
	const struct sigma_alias *fields;
	size_t n_fields;
};

/* A Sigma log source: records of which any row of `when` holds. */
struct sigma_source {
	struct hn_view product, category, service;
	const struct sigma_when *when;
	size_t n_when;
};

struct sigma_placeholder {
	struct hn_view name;
	const char *const *values;	/* a NULL behind them */
};

/* From data/sigma/logsources.json.  Source of names: Sigma's taxonomy appendix 2.0. */
extern const struct sigma_source sigma_sources[];
extern const size_t sigma_sources_n;
extern const struct sigma_placeholder sigma_placeholders[];
extern const size_t sigma_placeholders_n;

/* What decides of which log sources a record is. */
struct sigma_kin {
	const char *dataset;		/* static text */
	enum record_kind kind;
	struct hn_view program, channel, event;
};

struct sigma_kin sigma_kin_of(const struct record *r);

/* The row of ${s} that holds for ${k}; NULL: none. */
const struct sigma_when *sigma_source_when(const struct sigma_source *s, const struct sigma_kin *k);

/* The row of exactly these; sigma_sources_n: none. */
size_t sigma_source_find(struct hn_view product, struct hn_view category, struct hn_view service);

#endif
