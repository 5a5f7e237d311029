#ifndef HN_BASE_MEM_H
#define HN_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The one place that allocates from the heap.  Returns NULL when memory is out or when a test asks the Nth
 * allocation to fail.  Bytes are zero.  count * size is checked for overflow.
 */
void *hn_alloc(size_t count, size_t size);

/* Resize ${p} (NULL: new) to count * size bytes; on failure ${p} is still valid.  New bytes are not initialised. */
void *hn_realloc(void *p, size_t count, size_t size);

void hn_free(void *p);

/*
 * From here to hn_mem_uncap this process gets at most about ${more_bytes} more of writable memory (RLIMIT_DATA), so that a
 * library fails where an input would have it take gigabytes.  All threads are meant; a sanitizer has limits of its own, under it
 * nothing happens.  false: the system refused.
 */
bool hn_mem_cap(size_t more_bytes);
void hn_mem_uncap(void);

/* Make the ${nth} allocation from now fail (1: the next); 0: none.  For fault tests only. */
void hn_mem_fail_at(size_t nth);

#endif
