#ifndef DETECT_INDICATOR_TABLE_H
#define DETECT_INDICATOR_TABLE_H

#include "base/err.h"
#include "detect/indicator_key.h"
#include "record/observable.h"

/*
 * An immutable table of indicators in one file that is mapped, never copied: a miss costs one cache line of one-byte tags
 * (3 MB for two million), a hit compares all bytes of the value.  Made by indicator_build, swapped whole by rename.  Any
 * number of threads may look things up.  About 35 bytes an entry.
 */
struct indicator_table;

/* Who may be told; Traffic Light Protocol 2.0 (FIRST). */
enum indicator_tlp {
	TLP_UNKNOWN,
	TLP_CLEAR,
	TLP_GREEN,
	TLP_AMBER,
	TLP_AMBER_STRICT,
	TLP_RED,
	TLP_COUNT
};

/* What is known about an indicator besides its value. */
struct indicator_about {
	struct hn_view feed;	/* where it comes from */
	struct hn_view note;
	struct hn_view mute;	/* the warninglist that it stands on: it is kept but never reported; empty: none */
	int64_t expires_ms;	/* 0: never */
	int64_t valid_from_ms;	/* 0: not said.  Told only: most lists mean the day of publication, and the past counts too */
	uint8_t confidence;	/* 0..100 */
	enum indicator_tlp tlp;
};

/* One entry; views point into the table. */
struct indicator {
	struct indicator_key key;
	struct indicator_about about;
};

/*
 * Map the table in ${fd} (which may be closed afterwards).  Errors: HN_E_IO, HN_E_NOMEM; HN_E_CORRUPT: not a table, cut off, or
 * a check sum is wrong; HN_E_UNSUPPORTED: written by a later version.
 */
enum hn_rc indicator_table_open(int fd, struct indicator_table **out, struct hn_err *err) HN_MUST_CHECK;

/* The same for the file at ${path}; HN_E_NOTFOUND: there is none. */
enum hn_rc indicator_table_open_path(const char *path, struct indicator_table **out, struct hn_err *err) HN_MUST_CHECK;

/*
 * A table over bytes that the caller keeps alive (8-byte aligned).  Without ${checked} the check sums are not looked at:
 * whatever the bytes are, no function reads outside them.
 */
enum hn_rc indicator_table_of(struct hn_view bytes, bool checked, struct indicator_table **out, struct hn_err *err)
    HN_MUST_CHECK;

void indicator_table_close(struct indicator_table *t);

/*
 * The entry that ${o} meets: the value itself, a network around an address, a parent of a name, a URL without its query, or a
 * path.  Entries that had expired at ${at_ms} or are muted do not count; of several the surest is taken, of parents and
 * networks the nearest.  false: none.
 */
bool indicator_table_find(const struct indicator_table *t, const struct observable *o, int64_t at_ms,
    struct indicator *out);

#define INDICATOR_ASKS_OF_ONE 136u	/* keys that one observable is looked up by, at most */
#define INDICATOR_ASKS_MAX 320u

/* What is being looked up, for the caller to keep: its bytes need no first value. */
struct indicator_asks {
	size_t n, bytes_n;
	struct indicator_ask {
		struct indicator_key key;
		uint64_t hash;
		size_t of;
	} at[INDICATOR_ASKS_MAX];
	char bytes[8192];
};

struct indicator_query {
	const struct observable *observables;
	size_t n;
	int64_t at_ms;
};

struct indicator_met {
	size_t of;		/* index of the observable */
	struct indicator indicator;
};

/*
 * indicator_table_find for all of a record's observables at once, in their order: the cache lines of all keys are asked for
 * before the first is looked at.  Returns how many were met, at most ${max}.
 */
size_t indicator_table_find_all(const struct indicator_table *t, struct indicator_query q, struct indicator_asks *asks,
    struct indicator_met *out, size_t max);

/* Every entry with exactly that key, muted and expired ones too; ${at} starts at 0.  false: no more. */
bool indicator_table_each_of(const struct indicator_table *t, struct indicator_key key, uint64_t *at,
    struct indicator *out);

/* Every entry in the order in which it was added; ${at} starts at 0. */
bool indicator_table_next(const struct indicator_table *t, uint64_t *at, struct indicator *out);

struct indicator_table_facts {
	uint64_t entries, muted, bytes;
	uint64_t of_kind[INDICATOR_KINDS];
	int64_t made_ms;
};

/* What the table holds and when it was made. */
/* When it was made: tells one table from the next. */
int64_t indicator_table_made_ms(const struct indicator_table *t);

struct indicator_table_facts indicator_table_facts(const struct indicator_table *t);

/* "clear", "amber+strict", ...; and back, also from "TLP:AMBER", "tlp:white": TLP_UNKNOWN where there is no such word. */
const char *indicator_tlp_name(enum indicator_tlp tlp);
enum indicator_tlp indicator_tlp_find(struct hn_view word);

#endif
