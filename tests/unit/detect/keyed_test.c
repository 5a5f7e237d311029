#include "detect/keyed.h"

#include "unit/test.h"

#define MODEL 400u

struct entry {
	uint64_t value;
};

/* A slow table that is obviously right: keys in the order of their age; a young one is not made younger. */
struct model {
	size_t n, max;
	uint64_t asked;
	uint64_t key[MODEL], value[MODEL], moved[MODEL];
};

static size_t
model_place(const struct model *m, uint64_t key)
{
	size_t i = 0;

	while (i < m->n && m->key[i] != key)
		i++;
	return i;
}

static void
model_drop(struct model *m, uint64_t key)
{
	const size_t i = model_place(m, key);

	if (i == m->n)
		return;
	memmove(&m->key[i], &m->key[i + 1], (m->n - i - 1) * sizeof(m->key[0]));
	memmove(&m->moved[i], &m->moved[i + 1], (m->n - i - 1) * sizeof(m->moved[0]));
	memmove(&m->value[i], &m->value[i + 1], (m->n - i - 1) * sizeof(m->value[0]));
	m->n--;
}

static uint64_t *
model_get(struct model *m, uint64_t key)
{
	const size_t i = model_place(m, key);
	const uint64_t value = i < m->n ? m->value[i] : 0;

	m->asked++;
	if (i < m->n && (i + 1 == m->n || m->asked - m->moved[i] <= m->n / 8))
		return &m->value[i];
	model_drop(m, key);
	if (m->n == m->max)
		model_drop(m, m->key[0]);
	m->key[m->n] = key;
	m->moved[m->n] = m->asked;
	m->value[m->n] = value;
	return &m->value[m->n++];
}

static void
assert_same(const struct keyed *t, const struct model *m)
{
	uint32_t place = 0;
	uint64_t key;
	const struct entry *e;
	size_t i = 0;

	assert_int_equal(keyed_count(t), m->n);
	while ((e = keyed_next(t, &place, &key)) != NULL) {
		assert_true(i < m->n);
		assert_int_equal(key, m->key[i]);
		assert_int_equal(e->value, m->value[i]);
		i++;
	}
	assert_int_equal(i, m->n);
}

static uint64_t
next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void
it_does_what_the_slow_one_does(void **state)
{
	static const struct {
		uint32_t max;
		uint64_t keys;
	} rows[] = { { 1, 3 }, { 5, 8 }, { 64, 100 }, { 100, 90 }, { 300, 900 } };

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		struct keyed *t = keyed_new(sizeof(struct entry), rows[i].max);
		struct model m = { .max = rows[i].max };
		uint64_t x = 88172645463325252u + i;

		assert_non_null(t);
		for (unsigned step = 0; step < 4000; step++) {
			const uint64_t key = next_random(&x) % rows[i].keys;
			bool is_new;

			if (next_random(&x) % 5 == 0) {
				keyed_drop(t, key);
				model_drop(&m, key);
			} else {
				const bool had = model_place(&m, key) < m.n;
				struct entry *e = keyed_get(t, key, &is_new);

				assert_int_equal(is_new, !had);
				assert_int_equal(e->value++, (*model_get(&m, key))++);
			}
			assert_int_equal(keyed_find(t, key) != NULL, model_place(&m, key) < m.n);
			if (step % 97 == 0)
				assert_same(t, &m);
		}
		assert_same(t, &m);
		keyed_free(t);
	}
}

static void
what_is_saved_is_read_back(void **state)
{
	struct keyed *t = keyed_new(sizeof(struct entry), 50), *u = keyed_new(sizeof(struct entry), 50);
	struct keyed *other = keyed_new(2 * sizeof(struct entry), 50);
	struct hn_buf b = HN_BUF(1u << 20), again = HN_BUF(1u << 20);

	(void)state;
	for (uint64_t i = 0; i < 80; i++)
		((struct entry *)keyed_get(t, i * i, NULL))->value = i;
	keyed_save(t, &b);
	assert_int_equal(keyed_load(u, hn_buf_view(&b)), HN_OK);
	keyed_save(u, &again);
	assert_true(hn_view_eq(hn_buf_view(&b), hn_buf_view(&again)));
	assert_int_equal(keyed_load(other, hn_buf_view(&b)), HN_E_SYNTAX);
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(keyed_load(other, (struct hn_view){ b.p, n }), HN_E_SYNTAX);
	keyed_free(t);
	keyed_free(u);
	keyed_free(other);
	hn_buf_fini(&b);
	hn_buf_fini(&again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_does_what_the_slow_one_does),
		cmocka_unit_test(what_is_saved_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
