#include "base/hash.h"
#include "base/mem.h"
#include "store/observable_day.h"

#define FIRST_SLOTS 1024u
#define FIRST_ROWS 4096u

static struct hn_view
text_at(const struct hn_texts *t, size_t number)
{
	return (struct hn_view){ t->bytes.p + t->start[number], t->start[number + 1] - t->start[number] };
}

struct hn_view
hn_texts_get(const struct hn_texts *t, uint32_t number)
{
	return number < t->n ? text_at(t, number) : (struct hn_view){ "", 0 };
}

enum hn_rc
hn_texts_init(struct hn_texts *t)
{
	uint32_t zero;

	*t = (struct hn_texts){ .bytes = HN_BUF(HN_DAY_TEXT_BYTES_MAX) };
	t->start = hn_alloc(FIRST_SLOTS + 1, sizeof(*t->start));
	t->slot = hn_alloc(2 * FIRST_SLOTS, sizeof(*t->slot));
	t->size = FIRST_SLOTS;
	t->slots = 2 * FIRST_SLOTS;
	if (t->start == NULL || t->slot == NULL || hn_buf_room(&t->bytes, 1) == NULL)
		return HN_E_NOMEM;
	return hn_texts_number(t, HN_LIT(""), &zero);
}

void
hn_texts_fini(struct hn_texts *t)
{
	hn_buf_fini(&t->bytes);
	hn_free(t->start);
	hn_free(t->slot);
	*t = (struct hn_texts){ 0 };
}

static size_t
slot_of(const struct hn_texts *t, struct hn_view text)
{
	size_t i = hn_hash64(text, 0) & (t->slots - 1);

	while (t->slot[i] != 0 && !hn_view_eq(text_at(t, t->slot[i] - 1), text))
		i = (i + 1) & (t->slots - 1);
	return i;
}

static enum hn_rc
grow(struct hn_texts *t)
{
	uint32_t *start = hn_realloc(t->start, 2 * t->size + 1, sizeof(*start));
	uint32_t *slot;

	if (start == NULL)
		return HN_E_NOMEM;
	t->start = start;
	slot = hn_alloc(4 * t->size, sizeof(*slot));
	if (slot == NULL)
		return HN_E_NOMEM;
	hn_free(t->slot);
	t->slot = slot;
	t->size *= 2;
	t->slots = 2 * t->size;
	for (size_t i = 0; i < t->n; i++)
		t->slot[slot_of(t, text_at(t, i))] = (uint32_t)i + 1;
	return HN_OK;
}

enum hn_rc
hn_texts_number(struct hn_texts *t, struct hn_view text, uint32_t *out)
{
	size_t i = slot_of(t, text);

	if (t->slot[i] == 0) {
		if (t->n == HN_DAY_TEXTS_MAX || (t->n == t->size && grow(t) != HN_OK))
			return HN_E_NOMEM;
		i = slot_of(t, text);
		hn_buf_put(&t->bytes, text);
		if (t->bytes.failed)
			return HN_E_NOMEM;
		t->slot[i] = (uint32_t)++t->n;
		t->start[t->n] = (uint32_t)t->bytes.n;
	}
	*out = t->slot[i] - 1;
	return HN_OK;
}

enum hn_rc
hn_day_rows_init(struct hn_day_rows *r)
{
	*r = (struct hn_day_rows){ 0 };
	return hn_texts_init(&r->texts);
}

void
hn_day_rows_fini(struct hn_day_rows *r)
{
	hn_texts_fini(&r->texts);
	hn_free(r->at);
	*r = (struct hn_day_rows){ 0 };
}

static int
compare(const void *a, const void *b)
{
	const struct hn_day_row *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->host != y->host)
		return x->host < y->host ? -1 : 1;
	return x->user < y->user ? -1 : x->user > y->user;
}

void
hn_day_rows_settle(struct hn_day_rows *r)
{
	size_t to = 0;

	if (r->n == 0)
		return;
	qsort(r->at, r->n, sizeof(*r->at), compare);
	for (size_t i = 1; i < r->n; i++) {
		struct hn_day_row *kept = &r->at[to];
		const struct hn_day_row *row = &r->at[i];

		if (compare(kept, row) != 0) {
			r->at[++to] = *row;
			continue;
		}
		if (row->first_s < kept->first_s)
			kept->first_s = row->first_s;
		if (row->last_s > kept->last_s)
			kept->last_s = row->last_s;
		kept->count = kept->count > UINT32_MAX - row->count ? UINT32_MAX : kept->count + row->count;
	}
	r->n = to + 1;
}

enum hn_rc
hn_day_rows_add(struct hn_day_rows *r, const struct hn_day_row *row)
{
	if (r->n == HN_OBSERVABLE_DAY_ROWS_MAX)
		hn_day_rows_settle(r);
	if (r->n == HN_OBSERVABLE_DAY_ROWS_MAX) {
		r->left_out++;
		return HN_OK;
	}
	if (r->n == r->size) {
		const size_t size = r->size > 0 ? 2 * r->size : FIRST_ROWS;
		struct hn_day_row *p = hn_realloc(r->at, size, sizeof(*p));

		if (p == NULL)
			return HN_E_NOMEM;
		r->at = p;
		r->size = size;
	}
	r->at[r->n++] = *row;
	return HN_OK;
}
