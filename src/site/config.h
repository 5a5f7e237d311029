#ifndef SITE_CONFIG_H
#define SITE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"

#define SITE_CONFIG_MAX (128u * 1024u)	/* bytes of the file: it goes to the roles in one message */
#define SITE_SOURCES_MAX 256u
#define SITE_CIDRS_MAX 64u
#define SITE_MAINTENANCES_MAX 64u
#define SITE_SERVERS_MAX 256u
#define SITE_EXPECTED_MAX 64u
#define SITE_PATH_MAX 1024u		/* bytes of any path we build or are given */
#define SITE_LINE_MAX (1024u * 1024u)	/* bytes of one log line, unless the source says less */

enum site_source_kind {
	SITE_TAIL, SITE_DROP, SITE_SYSLOG_UDP, SITE_SYSLOG_TCP, SITE_SYSLOG_TLS, SITE_TLS_LINES, SITE_ELASTIC_BULK,
	SITE_SOURCE_KINDS,
};

/* What a kind of source is: a row per kind. */
struct site_kind {
	const char *name;
	bool has_path, has_listen, has_tls, is_datagram;
};

extern const struct site_kind site_kinds[SITE_SOURCE_KINDS];

struct site_listen {
	struct hn_addr addr;	/* all zero: every address */
	uint16_t port;		/* 0: not set */
};

/* All text views have a NUL behind them and live in the config's arena. */
struct site_source {
	struct hn_view name;		/* from "[source NAME]" */
	uint32_t id;			/* site_source_id(name): in the evidence log and in messages */
	uint64_t kind;			/* enum site_source_kind */
	struct hn_view path;
	struct site_listen listen;
	struct hn_view format;		/* "auto", "squid", ... */
	struct hn_view logformat;	/* Squid's own notation; empty: none */
	struct hn_view time_zone;	/* for times written without one (site_zone_of) */
	uint64_t silent_after_s;	/* 0: never missed */
	uint64_t max_line_bytes;
};

enum site_jail { SITE_JAIL_FULL, SITE_JAIL_REDUCED };
enum site_language { SITE_JA, SITE_EN };

struct site_cidrs {
	struct hn_cidr net[SITE_CIDRS_MAX];
	size_t n;			/* 0: private addresses are the site's own */
};

struct site_hours {
	uint16_t from_min, to_min;	/* of the day; to before from: over midnight; equal: all day */
};

/* A vendor's remote maintenance, as agreed: "[maintenance NAME]". */
struct site_maintenance {
	struct hn_view name;
	uint32_t id;
	struct hn_view account;		/* empty: everything from there is maintenance */
	struct site_cidrs from;		/* none: from anywhere */
	uint64_t days;			/* a bit each, Monday first */
	struct site_hours hours;
};

/* A server: "[server NAME]". */
struct site_server {
	struct hn_view name;
	uint32_t id;
	struct site_cidrs address;
	uint64_t internet;		/* enum site_internet */
};

/* Peers outside that are expected: "[expected NAME]". */
struct site_expected {
	struct hn_view name;
	uint32_t id;
	struct hn_view peers;		/* names between blanks; ".name": it and all below */
};

enum site_internet { SITE_INTERNET_NO, SITE_INTERNET_YES };

struct site_config {
	struct hn_arena arena;
	struct hn_view name;
	struct hn_view data_dir;
	struct site_listen listen;
	struct hn_view user;
	uint64_t language;		/* enum site_language */
	uint64_t jail;			/* enum site_jail */
	struct site_cidrs internal;
	struct hn_view time_zone;	/* of hours in this file (site_zone_of) */
	struct hn_view certificate, key;	/* PEM; empty: DATA_DIR/tls/{certificate,key}.pem */
	uint64_t evidence_keep_days, evidence_budget_mb;
	uint64_t observables_keep_days, observables_budget_mb;
	uint64_t database_keep_days, database_budget_mb;
	struct hn_view indicators, allow;
	struct hn_view rules;
	uint64_t reserve_mb;
	uint64_t learnt_every_s;
	struct site_source source[SITE_SOURCES_MAX];
	size_t n_sources;
	struct site_maintenance maintenance[SITE_MAINTENANCES_MAX];
	size_t n_maintenances;
	struct site_server server[SITE_SERVERS_MAX];
	size_t n_servers;
	struct site_expected expected[SITE_EXPECTED_MAX];
	size_t n_expected;
};

/* The first thing that is wrong: its line (from 1; 0: none) and, in words, the key and how to mend it. */
struct site_fault {
	size_t line;
	char text[256];
};

/*
 * site_config_parse(text, out, fault): read a whole file.  ${out} is zeroed storage (large: from hn_alloc or static) and
 * holds nothing on failure; give back with site_config_fini.
 * Form: "[section]" or, of what there may be several, "[source NAME]", "[maintenance NAME]", "[server NAME]",
 * "[expected NAME]"; "key = value", "#" begins a comment line, UTF-8.  A key that is not in the
 * table, comes twice or is out of its limits is an error.
 * Errors: HN_E_SYNTAX, HN_E_LIMIT, HN_E_NOMEM.
 */
enum hn_rc site_config_parse(struct hn_view text, struct site_config *out, struct site_fault *fault) HN_MUST_CHECK;
void site_config_fini(struct site_config *c);

/* The number of a source: of its name alone (FNV-1a), so that it outlives every change of the configuration. */
uint32_t site_source_id(struct hn_view name);

/* An example with every key, its meaning in English and Japanese and its default, from the table that parses. */
void site_config_example(struct hn_buf *b);

/* One key: for the parser, the example and the manual page. */
enum site_value { SITE_TEXT, SITE_PATH, SITE_NUMBER, SITE_CHOICE, SITE_CIDRS, SITE_LISTEN, SITE_ZONE, SITE_DAYS, SITE_HOURS };

struct site_key {
	const char *section;	/* site_section_is_repeated: "[source NAME]" */
	const char *key;
	enum site_value type;
	size_t at;		/* offset in site_config, or in the section's own struct */
	const char *fallback;	/* as it would be written; "": not set */
	uint64_t min, max;	/* SITE_NUMBER: value; SITE_TEXT, SITE_PATH: bytes */
	const char *const *choices;	/* SITE_CHOICE: NULL behind the last */
	const char *doc_en, *doc_ja;
};

bool site_section_is_repeated(struct hn_view section);

extern const struct site_key site_keys[];
extern const size_t site_keys_n;

/* Where things are below data_dir.  A set of places is a bit each (1u << place). */
enum site_place {
	SITE_PLACE_EVIDENCE, SITE_PLACE_DB, SITE_PLACE_OBSERVABLES, SITE_PLACE_QUARANTINE, SITE_PLACE_TLS,
	SITE_PLACE_STATE,	/* what a role keeps besides: checkpoints, tables */
	SITE_PLACES_OWN,	/* those above are made by the parent, 0700, owned by the user */
	SITE_PLACE_SOURCES = SITE_PLACES_OWN,	/* folders of tailed files */
	SITE_PLACE_DROPS,			/* folders of dropped files */
	SITE_PLACE_INDICATORS,			/* the indicator lists' folder */
	SITE_PLACE_RULES,
	SITE_PLACES,
};

/* The path of one of our own places, "DATA_DIR/evidence"; false: over SITE_PATH_MAX. */
bool site_place_path(const struct site_config *c, enum site_place place, char out[SITE_PATH_MAX]);

#endif
