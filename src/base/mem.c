#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>

static _Thread_local size_t fail_at;

void
hn_mem_fail_at(size_t nth)
{
	fail_at = nth;
}

static int
is_told_to_fail(void)
{
	if (fail_at == 0)
		return 0;
	return --fail_at == 0;
}

void *
hn_alloc(size_t count, size_t size)
{
	return is_told_to_fail() ? NULL : calloc(count, size);
}

void *
hn_realloc(void *p, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		return NULL;
	return is_told_to_fail() ? NULL : realloc(p, count * size);
}

void
hn_free(void *p)
{
	free(p);
}
