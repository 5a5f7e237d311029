#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>

#include "base/mem.h"

#define BLOCK_BYTES 65536u
#define ALIGN alignof(max_align_t)

struct hn_arena_block {
	struct hn_arena_block *before;
	size_t size;
	size_t n;
	alignas(max_align_t) char bytes[];
};

static struct hn_arena_block *
block_new(size_t n, struct hn_arena_block *before)
{
	const size_t size = n > BLOCK_BYTES ? n : BLOCK_BYTES;
	struct hn_arena_block *b = hn_alloc(1, sizeof(*b) + size);

	if (b == NULL)
		return NULL;
	b->before = before;
	b->size = size;
	return b;
}

void *
hn_arena_get(struct hn_arena *a, size_t n)
{
	char *p;

	if (n > a->max || a->used > a->max - n)
		return NULL;
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	if (a->last == NULL || a->last->size - a->last->n < n) {
		struct hn_arena_block *b = block_new(n, a->last);

		if (b == NULL)
			return NULL;
		a->last = b;
	}
	p = a->last->bytes + a->last->n;
	a->last->n += n;
	a->used += n;
	return p;
}

struct hn_view
hn_arena_copy(struct hn_arena *a, struct hn_view v)
{
	char *p = hn_arena_get(a, v.n + 1);

	if (p == NULL)
		return (struct hn_view){ NULL, 0 };
	if (v.n > 0)
		memcpy(p, v.p, v.n);
	p[v.n] = '\0';
	return (struct hn_view){ p, v.n };
}

static void
free_down_to(struct hn_arena *a, const struct hn_arena_block *keep_before)
{
	while (a->last != NULL && a->last->before != keep_before) {
		struct hn_arena_block *b = a->last;

		a->last = b->before;
		hn_free(b);
	}
}

void
hn_arena_reset(struct hn_arena *a)
{
	free_down_to(a, NULL);
	if (a->last != NULL)
		a->last->n = 0;
	a->used = 0;
}

void
hn_arena_fini(struct hn_arena *a)
{
	hn_arena_reset(a);
	hn_free(a->last);
	a->last = NULL;
}
