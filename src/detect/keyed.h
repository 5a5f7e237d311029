#ifndef DETECT_KEYED_H
#define DETECT_KEYED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"

/*
 * What a detector remembers of many things: a table of entries by key, never more than it was given room for.  When it is
 * full, the entry that was asked for longest ago (give or take an eighth of the entries) makes room.  Entries are of one size
 * and hold no pointers, so that the whole table can be written down and read back by another process: that is how a
 * detector's memory survives a restart.
 */
struct keyed;

/* ${entry_bytes}: of one entry, a multiple of 8; ${max}: entries.  Memory is taken as it fills.  NULL: out of memory. */
struct keyed *keyed_new(size_t entry_bytes, uint32_t max);
void keyed_free(struct keyed *t);

/*
 * The entry of ${key}, made of zero bytes if there was none (*is_new, which may be NULL).  Holds until the next keyed_get.
 * NULL: there was none and memory is out.
 */
void *keyed_get(struct keyed *t, uint64_t key, bool *is_new);

/* The entry of ${key} without touching its age; NULL: none. */
void *keyed_find(const struct keyed *t, uint64_t key);

/* Forget ${key}. */
void keyed_drop(struct keyed *t, uint64_t key);

/* Bytes that it takes when it is full. */
uint64_t keyed_bytes_max(const struct keyed *t);

uint32_t keyed_count(const struct keyed *t);
uint64_t keyed_evicted(const struct keyed *t);	/* entries that had to make room so far */

/* The next entry, the longest untouched first; start with *place 0.  NULL: no more.  Nothing may be added meanwhile. */
void *keyed_next(const struct keyed *t, uint32_t *place, uint64_t *key);

/* Append all entries to ${b}, and put what was so written into an empty table of the same entry size. */
void keyed_save(const struct keyed *t, struct hn_buf *b);
enum hn_rc keyed_load(struct keyed *t, struct hn_view saved) HN_MUST_CHECK;

#endif
