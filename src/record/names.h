#ifndef RECORD_NAMES_H
#define RECORD_NAMES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

#define NAMES_SLOTS 1024u		/* power of two; a table has at most half as many rows */
#define NAMES_NONE UINT32_MAX

/*
 * The rows of a static table, found by name; a row's first member is its name (struct hn_view).  Made once, when first
 * asked, then only read: safe in every thread.
 *     static struct names keys = NAMES(rows);
 */
struct names {
	const char *rows;		/* first row */
	size_t row_size;
	size_t n;
	_Atomic(bool) ready;
	pthread_mutex_t lock;
	uint16_t slots[NAMES_SLOTS];	/* row + 1; 0: free */
};

#define NAMES(table) { \
	.rows = (const char *)(table), .row_size = sizeof((table)[0]), .n = sizeof(table) / sizeof((table)[0]), \
	.lock = PTHREAD_MUTEX_INITIALIZER }

/* The row whose name is exactly ${name}; of two with one name the first; NAMES_NONE: there is none. */
uint32_t names_find(struct names *t, struct hn_view name);

#endif
