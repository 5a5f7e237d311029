#ifndef HN_BASE_MEM_H
#define HN_BASE_MEM_H

#include <stddef.h>

/*
 * The one place that allocates from the heap.  Returns NULL when memory is out or when a test asks the Nth
 * allocation to fail.  Bytes are zero.  count * size is checked for overflow.
 */
void *hn_alloc(size_t count, size_t size);

/* Resize ${p} (NULL: new) to count * size bytes; on failure ${p} is still valid.  New bytes are not initialised. */
void *hn_realloc(void *p, size_t count, size_t size);

void hn_free(void *p);

/* Make the ${nth} allocation from now fail (1: the next); 0: none.  For fault tests only. */
void hn_mem_fail_at(size_t nth);

#endif
