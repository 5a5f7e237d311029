#include "record/names.h"

#include <assert.h>
#include <stdatomic.h>

/* Up to 8 bytes at ${p}, read in a way that stays inside ${n}. */
static inline uint64_t
bytes_of(const char *p, size_t n)
{
	uint64_t wide = 0;
	uint32_t half[2] = { 0, 0 };

	if (n >= 8) {
		memcpy(&wide, p, 8);
		return wide;
	}
	if (n >= 4) {
		memcpy(&half[0], p, 4);
		memcpy(&half[1], p + n - 4, 4);
		return (uint64_t)half[0] << 32 | half[1];
	}
	return n == 0 ? 0 : (uint64_t)(uint8_t)p[0] << 16 | (uint64_t)(uint8_t)p[n / 2] << 8 | (uint8_t)p[n - 1];
}

/* Of the first and last bytes and the length: names of log fields differ there. */
static inline size_t
slot_of(struct hn_view name)
{
	uint64_t h = bytes_of(name.p, name.n) * UINT64_C(0x9e3779b97f4a7c15);

	if (name.n > 8)
		h ^= bytes_of(name.p + name.n - 8, 8) * UINT64_C(0xc2b2ae3d27d4eb4f);
	h ^= h >> 29;
	return (size_t)((h + name.n) * UINT64_C(0x165667b19e3779f9) >> 40) & (NAMES_SLOTS - 1);
}

static inline struct hn_view
name_of(const struct names *t, size_t row)
{
	struct hn_view name;

	memcpy(&name, t->rows + row * t->row_size, sizeof(name));
	return name;
}

/* The slot that holds ${name}, or the free one where it belongs. */
static inline size_t
seek(const struct names *t, struct hn_view name)
{
	size_t slot = slot_of(name);

	while (t->slots[slot] != 0 && !hn_view_eq(name_of(t, t->slots[slot] - 1u), name))
		slot = (slot + 1) & (NAMES_SLOTS - 1);
	return slot;
}

static void
make(struct names *t)
{
	assert(t->n <= NAMES_SLOTS / 2);
	(void)pthread_mutex_lock(&t->lock);
	for (size_t i = 0; !atomic_load(&t->ready) && i < t->n; i++) {
		const size_t slot = seek(t, name_of(t, i));

		if (t->slots[slot] == 0)
			t->slots[slot] = (uint16_t)(i + 1);
	}
	atomic_store_explicit(&t->ready, true, memory_order_release);
	(void)pthread_mutex_unlock(&t->lock);
}

uint32_t
names_find(struct names *t, struct hn_view name)
{
	if (!atomic_load_explicit(&t->ready, memory_order_acquire))
		make(t);
	const uint16_t row = t->slots[seek(t, name)];

	return row == 0 ? NAMES_NONE : row - 1u;
}
