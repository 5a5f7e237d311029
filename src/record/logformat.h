#ifndef RECORD_LOGFORMAT_H
#define RECORD_LOGFORMAT_H

#include "record/reader.h"
#include "record/table.h"

#define LOGFORMAT_STEPS_MAX 64u
#define LOGFORMAT_TEXT_MAX 2048u	/* bytes of the directive */

/* One value of a line and the text behind it, by which it ends. */
struct logformat_step {
	const struct table_row *row;	/* NULL: kept as a pair */
	struct hn_view name;		/* of the code or of the header */
	struct hn_view until;		/* empty: the rest of the line */
};

/* A directive made into what to do with a line.  Views point into its own text or are static. */
struct logformat {
	struct hn_view before;		/* what stands before the first value */
	size_t n;
	struct logformat_step steps[LOGFORMAT_STEPS_MAX];
	size_t text_n;
	char text[2 * LOGFORMAT_TEXT_MAX];
};

/*
 * Make ${directive} into ${out}: Squid's logformat with or without "logformat NAME" before it.  A code that is not known
 * is kept under its own name.  Errors: HN_E_SYNTAX (no code, two codes with nothing between them, a lone "%"), HN_E_LIMIT.
 * Source: squid.conf.documented of Squid 6, "logformat".
 */
enum hn_rc logformat_compile(struct hn_view directive, struct logformat *out, struct hn_err *err) HN_MUST_CHECK;

/* Read ${line} by the steps.  Errors: HN_E_SYNTAX: the named value does not end, or the line has no time that can be read. */
enum hn_rc logformat_apply(const struct logformat *f, const struct reader_conf *conf, struct hn_view line, struct record *r,
    struct hn_err *err) HN_MUST_CHECK;

/* Lines as the configuration's directive says; never recognised by itself. */
extern const struct reader logformat_reader;

/*
 * Common and combined log format: Apache, nginx, Squid; further values behind the usual ones are kept.
 * Source: Apache mod_log_config, "Common Log Format".
 */
extern const struct reader combined_reader;

#endif
