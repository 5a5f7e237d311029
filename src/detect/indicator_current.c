#include "detect/indicator_current.h"

#include <assert.h>
#include <pthread.h>

#include "base/mem.h"

#define TABLES_MAX 4u	/* the one in force and old ones that are still held */

struct held {
	struct indicator_table *table;	/* NULL: the place is free */
	uint64_t readers;
};

struct indicator_current {
	pthread_mutex_t lock;		/* held for a few instructions, once a batch */
	struct held all[TABLES_MAX];
	size_t now;			/* the one in force */
};

struct indicator_current *
indicator_current_new(void)
{
	struct indicator_current *c = hn_alloc(1, sizeof(*c));

	if (c != NULL && pthread_mutex_init(&c->lock, NULL) != 0) {
		hn_free(c);
		return NULL;
	}
	return c;
}

void
indicator_current_free(struct indicator_current *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < TABLES_MAX; i++) {
		assert(c->all[i].readers == 0);
		indicator_table_close(c->all[i].table);
	}
	(void)pthread_mutex_destroy(&c->lock);
	hn_free(c);
}

const struct indicator_table *
indicator_current_get(struct indicator_current *c)
{
	const struct indicator_table *t;

	(void)pthread_mutex_lock(&c->lock);
	t = c->all[c->now].table;
	if (t != NULL)
		c->all[c->now].readers++;
	(void)pthread_mutex_unlock(&c->lock);
	return t;
}

void
indicator_current_put(struct indicator_current *c, const struct indicator_table *t)
{
	struct indicator_table *last = NULL;

	if (t == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < TABLES_MAX; i++) {
		if (c->all[i].table != t)
			continue;
		assert(c->all[i].readers > 0);
		if (--c->all[i].readers == 0 && i != c->now) {
			last = c->all[i].table;
			c->all[i].table = NULL;
		}
	}
	(void)pthread_mutex_unlock(&c->lock);
	indicator_table_close(last);
}

enum hn_rc
indicator_current_set(struct indicator_current *c, struct indicator_table *t)
{
	struct indicator_table *last = NULL;
	size_t i = 0;

	(void)pthread_mutex_lock(&c->lock);
	while (i < TABLES_MAX && c->all[i].table != NULL)
		i++;
	if (i < TABLES_MAX) {
		struct held *old = &c->all[c->now];

		c->all[i] = (struct held){ t, 0 };
		if (i != c->now && old->readers == 0) {
			last = old->table;
			old->table = NULL;
		}
		c->now = i;
	}
	(void)pthread_mutex_unlock(&c->lock);
	indicator_table_close(last);
	return i < TABLES_MAX ? HN_OK : HN_E_AGAIN;
}
