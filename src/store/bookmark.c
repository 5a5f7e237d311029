#include <assert.h>

#include "base/mem.h"
#include "store/segment.h"

#define FIRST_ROWS 16u

/* Index of the first row whose source is ${source} or more. */
static size_t
place_of(const struct hn_bookmarks *b, uint32_t source)
{
	size_t low = 0, high = b->n;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (b->row[mid].source < source)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct hn_bookmark *
hn_bookmarks_get(const struct hn_bookmarks *b, uint32_t source)
{
	const size_t at = place_of(b, source);

	return at < b->n && b->row[at].source == source ? &b->row[at] : NULL;
}

static void
remove_row(struct hn_bookmarks *b, size_t at)
{
	b->n--;
	memmove(b->row + at, b->row + at + 1, (b->n - at) * sizeof(*b->row));
}

static void
forget_longest_silent(struct hn_bookmarks *b)
{
	size_t oldest = 0;

	for (size_t i = 1; i < b->n; i++)
		if (b->row[i].offset < b->row[oldest].offset)
			oldest = i;
	remove_row(b, oldest);
}

static enum hn_rc
make_room(struct hn_bookmarks *b, size_t rows)
{
	struct hn_bookmark *p;
	size_t size = b->size > 0 ? b->size : FIRST_ROWS;

	while (size < rows)
		size *= 2;
	if (size == b->size)
		return HN_OK;
	p = hn_realloc(b->row, size, sizeof(*p));
	if (p == NULL)
		return HN_E_NOMEM;
	b->row = p;
	b->size = size;
	return HN_OK;
}

enum hn_rc
hn_bookmarks_set(struct hn_bookmarks *b, const struct hn_evidence_record *r)
{
	size_t at = place_of(b, r->source);

	assert(r->bookmark.n <= HN_EVIDENCE_BOOKMARK_MAX);
	if (r->bookmark.n == 0)
		return HN_OK;
	if (at == b->n || b->row[at].source != r->source) {
		if (b->n == HN_EVIDENCE_SOURCES_MAX)
			forget_longest_silent(b);
		if (make_room(b, b->n + 1) != HN_OK)
			return HN_E_NOMEM;
		at = place_of(b, r->source);
		memmove(b->row + at + 1, b->row + at, (b->n - at) * sizeof(*b->row));
		b->n++;
	}
	b->row[at] = (struct hn_bookmark){ .source = r->source, .n = (uint8_t)r->bookmark.n, .offset = r->offset };
	memcpy(b->row[at].bytes, r->bookmark.p, r->bookmark.n);
	return HN_OK;
}

enum hn_rc
hn_bookmarks_copy(struct hn_bookmarks *to, const struct hn_bookmarks *from)
{
	if (make_room(to, from->n) != HN_OK)
		return HN_E_NOMEM;
	if (from->n > 0)
		memcpy(to->row, from->row, from->n * sizeof(*to->row));
	to->n = from->n;
	return HN_OK;
}

void
hn_bookmarks_fini(struct hn_bookmarks *b)
{
	hn_free(b->row);
	*b = (struct hn_bookmarks){ 0 };
}
