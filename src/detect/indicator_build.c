#include "detect/indicator_build.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "detect/indicator_format.h"
#include "detect/warninglist.h"

#define TEXTS_MAX (64u << 20)
#define ABOUTS_MAX (96u << 20)

/* Byte strings kept once each: the same bytes have the same place. */
struct intern {
	struct hn_buf bytes;
	size_t n;
	size_t slots_n;		/* a power of two */
	uint32_t *slots;	/* place + 1; 0: empty */
	bool has_length;	/* two bytes of length stand before each; else all have ${unit} */
	size_t unit;
};

struct indicator_build {
	struct hn_buf pool;
	struct intern texts, abouts;
	uint64_t n_entries, n_muted;
	uint64_t of_kind[FORMAT_KINDS_MAX];
	uint32_t n_mutes;
	uint32_t mutes[FORMAT_MUTES_MAX];
	uint8_t cidr_v4[33], cidr_v6[129];
	uint8_t v4_parts[FORMAT_V4_PARTS / 8];
	struct indicator_about last;	/* most entries say the same as the one before */
	uint32_t last_row;
	bool has_last;
	struct hn_buf last_text;	/* where the texts of `last` are */
};

static bool
intern_grow(struct intern *in)
{
	const size_t slots_n = in->slots_n > 0 ? in->slots_n * 2 : 64;
	uint32_t *slots = hn_alloc(slots_n, sizeof(*slots));

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < in->slots_n; i++) {
		const uint32_t place = in->slots[i];
		uint16_t n = (uint16_t)in->unit;
		size_t k;

		if (place == 0)
			continue;
		if (in->has_length)
			memcpy(&n, in->bytes.p + place - 1, sizeof(n));
		k = hn_hash64((struct hn_view){ in->bytes.p + place - 1 + (in->has_length ? 2 : 0), n }, 0) & (slots_n - 1);
		while (slots[k] != 0)
			k = (k + 1) & (slots_n - 1);
		slots[k] = place;
	}
	hn_free(in->slots);
	in->slots = slots;
	in->slots_n = slots_n;
	return true;
}

/* Whether ${v} stands at ${place} - 1. */
static bool
intern_is(const struct intern *in, uint32_t place, struct hn_view v)
{
	const char *p = in->bytes.p + place - 1;
	uint16_t n = (uint16_t)in->unit;

	if (in->has_length) {
		memcpy(&n, p, sizeof(n));
		p += sizeof(n);
	}
	return hn_view_eq((struct hn_view){ p, n }, v);
}

/* Where ${v} stands; false: no room. */
static bool
intern_put(struct intern *in, struct hn_view v, uint32_t *at)
{
	const uint16_t n = (uint16_t)v.n;
	size_t k;

	if (in->n * 2 >= in->slots_n && !intern_grow(in))
		return false;
	for (k = hn_hash64(v, 0) & (in->slots_n - 1); in->slots[k] != 0; k = (k + 1) & (in->slots_n - 1)) {
		if (intern_is(in, in->slots[k], v)) {
			*at = in->slots[k] - 1;
			return true;
		}
	}
	*at = (uint32_t)in->bytes.n;
	if (hn_buf_room(&in->bytes, v.n + 2) == NULL)
		return false;
	if (in->has_length)
		hn_buf_put(&in->bytes, (struct hn_view){ (const char *)&n, sizeof(n) });
	hn_buf_put(&in->bytes, v);
	in->slots[k] = *at + 1;
	in->n++;
	return true;
}

static void
intern_fini(struct intern *in)
{
	hn_buf_fini(&in->bytes);
	hn_free(in->slots);
	in->slots = NULL;
	in->slots_n = in->n = 0;
}

struct indicator_build *
indicator_build_new(void)
{
	struct indicator_build *b = hn_alloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->pool = HN_BUF(FORMAT_POOL_MAX);
	b->texts = (struct intern){ .bytes = HN_BUF(TEXTS_MAX), .has_length = true };
	b->abouts = (struct intern){ .bytes = HN_BUF(ABOUTS_MAX), .unit = sizeof(struct format_about) };
	b->last_text = HN_BUF(4 * INDICATOR_NOTE_MAX);
	return b;
}

void
indicator_build_free(struct indicator_build *b)
{
	if (b == NULL)
		return;
	hn_buf_fini(&b->pool);
	intern_fini(&b->texts);
	intern_fini(&b->abouts);
	hn_buf_fini(&b->last_text);
	hn_free(b);
}

uint64_t
indicator_build_count(const struct indicator_build *b)
{
	return b->n_entries;
}

static struct hn_view
first_bytes(struct hn_view v)
{
	size_t n = v.n;

	if (n > INDICATOR_NOTE_MAX)
		for (n = INDICATOR_NOTE_MAX; n > 0 && ((uint8_t)v.p[n] & 0xc0) == 0x80; n--)
			;	/* not in the middle of a character */
	return (struct hn_view){ v.p, n };
}

static bool
about_is(const struct indicator_about *a, const struct indicator_about *b)
{
	return a->expires_ms == b->expires_ms && a->valid_from_ms == b->valid_from_ms && a->confidence == b->confidence &&
	    a->tlp == b->tlp && hn_view_eq(a->feed, b->feed) && hn_view_eq(a->note, b->note);
}

/* Remember what was said last, so that the next entry need not be looked up. */
static void
about_remember(struct indicator_build *b, const struct indicator_about *a, uint32_t row)
{
	hn_buf_reset(&b->last_text);
	hn_buf_put(&b->last_text, a->feed);
	hn_buf_put(&b->last_text, a->note);
	b->has_last = !b->last_text.failed && b->last_text.n > 0;
	b->last = *a;
	b->last.feed = (struct hn_view){ b->last_text.p, a->feed.n };
	b->last.note = (struct hn_view){ b->last_text.p + a->feed.n, a->note.n };
	b->last_row = row;
}

static bool
about_put(struct indicator_build *b, struct indicator_about a, uint32_t *row)
{
	struct format_about f = { .expires_ms = a.expires_ms, .tlp = (uint8_t)a.tlp, .confidence = a.confidence };
	uint32_t at;

	format_put_from(&f, a.valid_from_ms);
	a.feed = first_bytes(a.feed);
	a.note = first_bytes(a.note);
	if (b->has_last && about_is(&b->last, &a)) {
		*row = b->last_row;
		return true;
	}
	if (!intern_put(&b->texts, a.feed, &f.feed) || !intern_put(&b->texts, a.note, &f.note) ||
	    !intern_put(&b->abouts, (struct hn_view){ (const char *)&f, sizeof(f) }, &at))
		return false;
	*row = at / (uint32_t)sizeof(f);
	about_remember(b, &a, *row);
	return true;
}

/* Number of the warninglist among those of this table, from 1; 0: none, or no room for one more. */
static uint8_t
mute_put(struct indicator_build *b, const struct warninglist *w)
{
	uint32_t at;

	if (w == NULL || !intern_put(&b->texts, hn_view_of(w->name), &at))
		return 0;
	for (uint32_t i = 0; i < b->n_mutes; i++)
		if (b->mutes[i] == at)
			return (uint8_t)(i + 1);
	if (b->n_mutes == FORMAT_MUTES_MAX)
		return 0;
	b->mutes[b->n_mutes++] = at;
	return (uint8_t)b->n_mutes;
}

/* What a lookup asks before it tries a network of each length: is there any of that length, any near that address? */
static void
note_network(struct indicator_build *b, struct indicator_key key)
{
	const unsigned bits = (uint8_t)key.bytes.p[0];
	const unsigned first = (unsigned)(uint8_t)key.bytes.p[1] << 8 | (uint8_t)key.bytes.p[2];

	if (key.bytes.n != 5) {
		b->cidr_v6[bits] = 1;
		return;
	}
	b->cidr_v4[bits - 96] = 1;
	for (unsigned part = first; part < first + (bits < 112 ? 1u << (112 - bits) : 1); part++)
		b->v4_parts[part / 8] = (uint8_t)(b->v4_parts[part / 8] | 1u << part % 8);
}

static bool
pool_put(struct indicator_build *b, struct format_entry e, struct hn_view bytes)
{
	const size_t n = format_entry_bytes(bytes.n);
	char *to = hn_buf_room(&b->pool, n);

	if (to == NULL)
		return false;
	memcpy(to, &e, sizeof(e));
	memcpy(to + sizeof(e), bytes.p, bytes.n);
	memset(to + sizeof(e) + bytes.n, 0, n - sizeof(e) - bytes.n);
	b->pool.n += n;
	return true;
}

enum hn_rc
indicator_build_add(struct indicator_build *b, const struct indicator *i, struct hn_err *err)
{
	const char *general = warninglist_too_general(i->key);
	struct format_entry e = { .n = (uint16_t)i->key.bytes.n, .kind = (uint8_t)i->key.kind };

	if (general != NULL)
		return HN_FAIL(err, HN_E_DENIED, 0, general);
	if (i->key.bytes.n == 0 || i->key.bytes.n > INDICATOR_KEY_MAX)
		return HN_FAIL(err, HN_E_LIMIT, i->key.bytes.n, "a value too long");
	if (b->n_entries == INDICATORS_MAX)
		return HN_FAIL(err, HN_E_LIMIT, 0, "more indicators than a table holds");
	e.mute = mute_put(b, warninglist_find(i->key));
	if (!about_put(b, i->about, &e.about) || !pool_put(b, e, i->key.bytes))
		return HN_FAIL(err, HN_E_NOMEM, 0, "indicators");
	if (i->key.kind == INDICATOR_CIDR)
		note_network(b, i->key);
	b->of_kind[i->key.kind]++;
	b->n_entries++;
	b->n_muted += e.mute != 0;
	return HN_OK;
}

enum hn_rc
indicator_build_add_table(struct indicator_build *b, const struct indicator_table *t, int64_t now_ms, struct hn_view but,
    struct hn_err *err)
{
	struct indicator i;
	uint64_t at = 0;

	while (indicator_table_next(t, &at, &i)) {
		if ((i.about.expires_ms != 0 && i.about.expires_ms < now_ms) || (but.n > 0 && hn_view_eq(i.about.feed, but)))
			continue;
		const enum hn_rc rc = indicator_build_add(b, &i, err);

		if (rc != HN_OK && rc != HN_E_DENIED)
			return rc;
	}
	return HN_OK;
}

/* The file being filled. */
struct image {
	char *p;
	struct format_head *head;
};

static uint64_t
round_up(uint64_t n)
{
	return (n + 7) / 8 * 8;
}

static void
lay_out(const struct indicator_build *b, struct format_head *h)
{
	struct {
		struct format_span *span;
		uint64_t n;
	} rows[] = {
		{ &h->tags, 0 }, { &h->slots, 0 }, { &h->abouts, b->abouts.bytes.n }, { &h->texts, b->texts.bytes.n },
		{ &h->pool, b->pool.n },
	};
	uint64_t at = sizeof(*h);

	h->n_groups = b->n_entries / FORMAT_GROUP_FILL + 1;
	rows[0].n = h->n_groups * FORMAT_GROUP;
	rows[1].n = rows[0].n * sizeof(uint32_t);
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		*rows[i].span = (struct format_span){ at, rows[i].n };
		at = round_up(at + rows[i].n);
	}
	h->total = at;
}

static void
fill_head(const struct indicator_build *b, struct format_head *h, int64_t now_ms, uint64_t seed)
{
	memcpy(h->magic, FORMAT_MAGIC, sizeof(h->magic));
	h->version = FORMAT_VERSION;
	h->seed = seed;
	h->made_ms = now_ms;
	h->n_entries = b->n_entries;
	h->n_muted = b->n_muted;
	h->n_mutes = b->n_mutes;
	memcpy(h->of_kind, b->of_kind, sizeof(h->of_kind));
	memcpy(h->mutes, b->mutes, sizeof(h->mutes));
	memcpy(h->cidr_v4, b->cidr_v4, sizeof(h->cidr_v4));
	memcpy(h->cidr_v6, b->cidr_v6, sizeof(h->cidr_v6));
	memcpy(h->v4_parts, b->v4_parts, sizeof(h->v4_parts));
}

static void
copy_span(const struct image *im, struct format_span to, struct hn_view from)
{
	if (from.n > 0)
		memcpy(im->p + to.at, from.p, from.n);
}

/* Whether the entry in slot place ${i} has the same key; the same row of about too: *same. */
static bool
is_twin(const struct image *im, uint64_t i, const char *entry, uint32_t more, bool *same)
{
	const uint32_t slot = ((const uint32_t *)(const void *)(im->p + im->head->slots.at))[i];
	const char *other = im->p + im->head->pool.at + (uint64_t)(slot & ((1u << FORMAT_UNIT_BITS) - 1)) * FORMAT_UNIT;
	struct format_entry a, b;

	if (slot >> FORMAT_UNIT_BITS << FORMAT_UNIT_BITS != more)
		return false;
	memcpy(&a, entry, sizeof(a));
	memcpy(&b, other, sizeof(b));
	*same = a.about == b.about;
	return a.n == b.n && a.kind == b.kind && memcmp(entry + sizeof(a), other + sizeof(b), a.n) == 0;
}

/* Find a place for the entry; false: it stands there already, or too often. */
static bool
place_entry(const struct image *im, const char *entry, uint64_t hash, uint64_t *place)
{
	const uint8_t *tags = (const uint8_t *)im->p + im->head->tags.at;
	const uint64_t places = im->head->n_groups * FORMAT_GROUP;
	unsigned twins = 0;

	for (uint64_t i = format_group(hash, im->head->n_groups) * FORMAT_GROUP;; i = i + 1 < places ? i + 1 : 0) {
		bool same = false;

		if (tags[i] == 0) {
			*place = i;
			return true;
		}
		if (tags[i] == format_tag(hash) && is_twin(im, i, entry, format_more(hash), &same) &&
		    (same || ++twins == FORMAT_SAME_MAX))
			return false;
	}
}

/* Give every entry of the pool its place; one listed twice loses its second place and is not counted. */
static void
place_all(const struct image *im)
{
	struct format_head *h = im->head;
	char *pool = im->p + h->pool.at;
	struct format_entry e;

	for (uint64_t at = 0; at < h->pool.n; at += format_entry_bytes(e.n)) {
		uint64_t hash, place;

		memcpy(&e, pool + at, sizeof(e));

		const struct indicator_key key = { (enum indicator_kind)e.kind, { pool + at + sizeof(e), e.n } };

		hash = format_hash(h->seed, key);
		if (!place_entry(im, pool + at, hash, &place)) {
			h->n_entries--;
			h->of_kind[e.kind]--;
			h->n_muted -= e.mute != 0;
			e.mute = FORMAT_TWIN;
			memcpy(pool + at, &e, sizeof(e));
			continue;
		}
		((uint8_t *)im->p + h->tags.at)[place] = format_tag(hash);
		((uint32_t *)(void *)(im->p + h->slots.at))[place] = format_more(hash) | (uint32_t)(at / FORMAT_UNIT);
	}
}

enum hn_rc
indicator_build_write(struct indicator_build *b, int fd, int64_t now_ms, uint64_t seed, struct hn_err *err)
{
	struct format_head head = { 0 };
	struct image im;

	lay_out(b, &head);
	if (posix_fallocate(fd, 0, (off_t)head.total) != 0)
		return HN_FAIL(err, HN_E_IO, 0, "indicator table: no room on the disk");
	void *p = mmap(NULL, head.total, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return HN_FAIL(err, errno == ENOMEM ? HN_E_NOMEM : HN_E_IO, 0, "indicator table");
	im = (struct image){ p, &head };
	fill_head(b, &head, now_ms, seed);
	copy_span(&im, head.abouts, hn_buf_view(&b->abouts.bytes));
	copy_span(&im, head.texts, hn_buf_view(&b->texts.bytes));
	copy_span(&im, head.pool, hn_buf_view(&b->pool));
	hn_buf_fini(&b->pool);
	place_all(&im);
	head.body_sum = hn_hash64((struct hn_view){ im.p + sizeof(head), head.total - sizeof(head) }, 0);
	head.head_sum = hn_hash64((struct hn_view){ (const char *)&head, offsetof(struct format_head, head_sum) }, 0);
	memcpy(im.p, &head, sizeof(head));
	(void)munmap(p, head.total);
	return HN_OK;
}

static enum hn_rc
write_beside(struct indicator_build *b, const char *beside, int64_t now_ms, uint64_t seed, struct hn_err *err)
{
	const int fd = open(beside, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	enum hn_rc rc;

	if (fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "indicator table: cannot make the new file");
	rc = indicator_build_write(b, fd, now_ms, seed, err);
	if (rc == HN_OK && fsync(fd) != 0)
		rc = HN_FAIL(err, HN_E_IO, 0, "indicator table: cannot write to the disk");
	(void)close(fd);
	return rc;
}

enum hn_rc
indicator_build_publish(struct indicator_build *b, const char *path, int64_t now_ms, uint64_t seed, struct hn_err *err)
{
	char beside[PATH_MAX];
	const int n = snprintf(beside, sizeof(beside), "%s.new", path);
	enum hn_rc rc;

	if (n < 0 || (size_t)n >= sizeof(beside))
		return HN_FAIL(err, HN_E_LIMIT, 0, "path too long");
	rc = write_beside(b, beside, now_ms, seed, err);
	if (rc == HN_OK && rename(beside, path) != 0)
		rc = HN_FAIL(err, HN_E_IO, 0, "indicator table: cannot put the new file in place");
	if (rc != HN_OK)
		(void)unlink(beside);
	return rc;
}

enum hn_rc
indicator_build_open(struct indicator_build *b, int64_t now_ms, uint64_t seed, struct indicator_table **out,
    struct hn_err *err)
{
	const int fd = memfd_create("indicators", MFD_CLOEXEC);
	enum hn_rc rc;

	if (fd < 0)
		return HN_FAIL(err, HN_E_IO, 0, "indicator table");
	rc = indicator_build_write(b, fd, now_ms, seed, err);
	if (rc == HN_OK)
		rc = indicator_table_open(fd, out, err);
	(void)close(fd);
	return rc;
}
