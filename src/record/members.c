#include "record/members.h"

/* The item's name where it outlives the next one; false: no room. */
static bool
hold_name(struct members *m, struct hn_view line, struct hn_json_item *item)
{
	const struct hn_json_item *const before = m->n > 0 ? &m->at[m->n - 1] : NULL;

	if (item->key.n == 0 || (item->key.p >= line.p && item->key.p < line.p + line.n))
		return true;
	if (before != NULL && hn_view_eq(before->key, item->key)) {
		item->key = before->key;
		return true;
	}
	if (item->key.n > MEMBERS_TEXT - m->text_n)
		return false;
	memcpy(m->text + m->text_n, item->key.p, item->key.n);
	item->key.p = m->text + m->text_n;
	m->text_n += item->key.n;
	return true;
}

enum hn_rc
members_read(struct hn_view line, struct members *out, struct hn_err *err)
{
	struct hn_json_item item;
	struct hn_json j;
	enum hn_rc rc;

	out->n = 0;
	out->text_n = 0;
	hn_json_leaves(&j, line);
	while ((rc = hn_json_next(&j, &item, err)) == HN_OK)
		if (out->n < MEMBERS_MAX && hold_name(out, line, &item))
			out->at[out->n++] = item;
	return rc == HN_SKIP ? HN_OK : rc;
}

struct hn_view
members_get(const struct members *m, struct hn_view name)
{
	for (size_t i = 0; i < m->n; i++)
		if (hn_view_eq(m->at[i].key, name))
			return m->at[i].value;
	return (struct hn_view){ "", 0 };
}

static bool
continues(const struct members *m, size_t first, size_t i)
{
	return m->at[i].in_array && m->at[i].type != HN_JSON_NULL && hn_view_eq(m->at[i].key, m->at[first].key);
}

/*
 * The values that share the name of the array's element ${first}, between commas.  They are marked as done.
 */
static struct hn_view
joined(struct members *m, size_t first, struct hn_arena *a)
{
	struct hn_view list = { NULL, 0 };
	size_t room = 0, values = 0;
	char *p;

	for (size_t i = first; i < m->n; i++) {
		if (continues(m, first, i)) {
			room += m->at[i].value.n + 1;
			values++;
		}
	}
	if (values == 1)
		return a != NULL || !m->at[first].escaped ? hn_json_text(&m->at[first], a) : list;
	list.p = p = a != NULL ? hn_arena_get(a, room) : NULL;
	for (size_t i = first; i < m->n; i++) {
		if (!continues(m, first, i))
			continue;
		const struct hn_view v = p != NULL ? hn_json_text(&m->at[i], a) : (struct hn_view){ NULL, 0 };

		if (v.p != NULL) {
			memcpy(p + list.n, v.p, v.n);
			p[list.n + v.n] = ',';
			list.n += v.n + 1;
		}
		if (i > first)
			m->at[i].type = HN_JSON_NULL;
	}
	list.n -= list.n > 0 ? 1 : 0;
	return list;
}

static struct hn_view
plain_value(struct members *m, size_t i, struct hn_arena *a)
{
	if (m->at[i].in_array)
		return joined(m, i, a);
	if (m->at[i].escaped && a == NULL)
		return (struct hn_view){ NULL, 0 };
	return hn_json_text(&m->at[i], a);
}

static void
put(struct members *m, const struct table_row *row, size_t i, struct table_call *c)
{
	const struct hn_view v = plain_value(m, i, c->arena);
	struct hn_view name = m->at[i].key;

	if (v.p == NULL)
		return;
	if (row != NULL) {
		name = row->name;
	} else if (name.p >= m->text && name.p < m->text + MEMBERS_TEXT) {
		name = c->arena != NULL ? hn_arena_copy(c->arena, name) : (struct hn_view){ NULL, 0 };
		if (name.p == NULL)
			return;
	}
	table_put(c, row, name, v);
}

void
members_apply(struct members *m, const struct table *t, struct table_call *c)
{
	size_t next = 0;

	for (size_t i = 0; i < m->n; i++)
		if (m->at[i].type != HN_JSON_NULL)
			put(m, table_find(t, &next, m->at[i].key), i, c);
}
