#include "base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

#define OTHER_BYTES (256u << 20)	/* writable memory that is not the heap's: stacks of threads, data of libraries */

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

bool
hn_mem_cap(size_t more_bytes)
{
	const struct mallinfo2 heap = mallinfo2();
	struct rlimit r;

	if (SANITIZED)
		return true;
	if (getrlimit(RLIMIT_DATA, &r) != 0)
		return false;
	r.rlim_cur = heap.arena + heap.hblkhd + OTHER_BYTES + more_bytes;
	if (r.rlim_max != RLIM_INFINITY && r.rlim_cur > r.rlim_max)
		r.rlim_cur = r.rlim_max;
	return setrlimit(RLIMIT_DATA, &r) == 0;
}

void
hn_mem_uncap(void)
{
	struct rlimit r;

	if (!SANITIZED && getrlimit(RLIMIT_DATA, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		(void)setrlimit(RLIMIT_DATA, &r);
	}
}
