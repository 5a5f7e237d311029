#include "detect/indicator_table.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"
#include "base/num.h"
#include "detect/indicator_format.h"

#define TABLE_BYTES_MAX (UINT64_C(1) << 30)

struct indicator_table {
	const char *p;			/* the whole file */
	void *map;			/* the same, where it is ours to unmap; else NULL */
	const uint8_t *tags;
	const uint32_t *slots;
	const char *pool;
	uint64_t pool_n;
	uint64_t n_groups, seed;
	unsigned n_v4, n_v6;		/* lengths of networks, longest first, as in struct hn_cidr */
	uint8_t v4[33], v6[129];
	struct format_head head;
};

static bool
span_is_inside(struct format_span s, uint64_t total, uint64_t unit)
{
	return s.at % 8 == 0 && s.at >= sizeof(struct format_head) && s.at <= total && s.n <= total - s.at && s.n % unit == 0;
}

static bool
spans_are_sound(const struct format_head *h)
{
	return span_is_inside(h->tags, h->total, FORMAT_GROUP) && span_is_inside(h->slots, h->total, 4) &&
	    span_is_inside(h->abouts, h->total, sizeof(struct format_about)) && span_is_inside(h->texts, h->total, 1) &&
	    span_is_inside(h->pool, h->total, FORMAT_UNIT) && h->n_groups > 0 && h->n_groups <= UINT32_MAX / 64 &&
	    h->tags.n == h->n_groups * FORMAT_GROUP && h->slots.n == h->tags.n * 4 && h->n_mutes <= FORMAT_MUTES_MAX &&
	    h->pool.n <= FORMAT_POOL_MAX;
}

static enum hn_rc
check_head(struct hn_view bytes, bool checked, struct format_head *h, struct hn_err *err)
{
	if (bytes.n < sizeof(*h))
		return HN_FAIL(err, HN_E_CORRUPT, bytes.n, "indicator table: cut off");
	memcpy(h, bytes.p, sizeof(*h));
	if (memcmp(h->magic, FORMAT_MAGIC, sizeof(h->magic)) != 0)
		return HN_FAIL(err, HN_E_CORRUPT, 0, "indicator table: another kind of file");
	if (h->version != FORMAT_VERSION)
		return HN_FAIL(err, HN_E_UNSUPPORTED, 8, "indicator table: another version; import the lists again");
	if (checked && hn_hash64((struct hn_view){ bytes.p, offsetof(struct format_head, head_sum) }, 0) != h->head_sum)
		return HN_FAIL(err, HN_E_CORRUPT, 0, "indicator table: check sum of the head");
	if (h->total != bytes.n || !spans_are_sound(h))
		return HN_FAIL(err, HN_E_CORRUPT, bytes.n, "indicator table: cut off");
	if (checked && hn_hash64(hn_view_skip(bytes, sizeof(*h)), 0) != h->body_sum)
		return HN_FAIL(err, HN_E_CORRUPT, sizeof(*h), "indicator table: check sum of the body");
	return HN_OK;
}

static void
list_lengths(struct indicator_table *t)
{
	for (unsigned i = 33; i-- > 0;)
		if (t->head.cidr_v4[i] != 0)
			t->v4[t->n_v4++] = (uint8_t)(96 + i);
	for (unsigned i = 129; i-- > 0;)
		if (t->head.cidr_v6[i] != 0)
			t->v6[t->n_v6++] = (uint8_t)i;
}

enum hn_rc
indicator_table_of(struct hn_view bytes, bool checked, struct indicator_table **out, struct hn_err *err)
{
	struct indicator_table *t = hn_alloc(1, sizeof(*t));
	enum hn_rc rc;

	if (t == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "indicator table");
	rc = check_head(bytes, checked, &t->head, err);
	if (rc != HN_OK) {
		hn_free(t);
		return rc;
	}
	t->p = bytes.p;
	t->tags = (const uint8_t *)(bytes.p + t->head.tags.at);
	t->slots = (const uint32_t *)(const void *)(bytes.p + t->head.slots.at);
	t->pool = bytes.p + t->head.pool.at;
	t->pool_n = t->head.pool.n;
	t->n_groups = t->head.n_groups;
	t->seed = t->head.seed;
	list_lengths(t);
	*out = t;
	return HN_OK;
}

enum hn_rc
indicator_table_open(int fd, struct indicator_table **out, struct hn_err *err)
{
	struct stat st;
	enum hn_rc rc;
	void *p;

	if (fstat(fd, &st) != 0)
		return HN_FAIL(err, HN_E_IO, 0, "indicator table");
	if (st.st_size < (off_t)sizeof(struct format_head) || (uint64_t)st.st_size > TABLE_BYTES_MAX)
		return HN_FAIL(err, HN_E_CORRUPT, 0, "indicator table: no table has this size");
	const size_t n = (size_t)st.st_size;

	p = mmap(NULL, n, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return HN_FAIL(err, errno == ENOMEM ? HN_E_NOMEM : HN_E_IO, 0, "indicator table");
	rc = indicator_table_of((struct hn_view){ p, n }, true, out, err);
	if (rc != HN_OK) {
		(void)munmap(p, n);
		return rc;
	}
	(*out)->map = p;
	return HN_OK;
}

enum hn_rc
indicator_table_open_path(const char *path, struct indicator_table **out, struct hn_err *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum hn_rc rc;

	if (fd < 0)
		return HN_FAIL(err, errno == ENOENT ? HN_E_NOTFOUND : HN_E_IO, 0, "indicator table");
	rc = indicator_table_open(fd, out, err);
	(void)close(fd);
	return rc;
}

void
indicator_table_close(struct indicator_table *t)
{
	if (t == NULL)
		return;
	if (t->map != NULL)
		(void)munmap(t->map, t->head.total);
	hn_free(t);
}

/* The text at ${at}; empty where it is not inside. */
static struct hn_view
text_at(const struct indicator_table *t, uint32_t at)
{
	const struct format_span s = t->head.texts;
	const char *p = t->p + s.at;
	uint16_t n;

	if (s.n < 2 || at > s.n - 2)
		return HN_LIT("");
	memcpy(&n, p + at, sizeof(n));
	return n <= s.n - 2 - at ? (struct hn_view){ p + at + 2, n } : HN_LIT("");
}

/* The entry at ${at} bytes of the pool; false: not inside. */
static bool
entry_at(const struct indicator_table *t, uint64_t at, struct format_entry *e, struct hn_view *bytes)
{
	if (at > t->pool_n || t->pool_n - at < sizeof(*e))
		return false;
	memcpy(e, t->pool + at, sizeof(*e));
	*bytes = (struct hn_view){ t->pool + at + sizeof(*e), e->n };
	return e->n <= t->pool_n - at - sizeof(*e) && e->kind < INDICATOR_KINDS;
}

static bool
about_of(const struct indicator_table *t, const struct format_entry *e, struct indicator_about *out)
{
	struct format_about a;

	if (e->about >= t->head.abouts.n / sizeof(a))
		return false;
	memcpy(&a, t->p + t->head.abouts.at + e->about * sizeof(a), sizeof(a));
	*out = (struct indicator_about){
		.feed = text_at(t, a.feed), .note = text_at(t, a.note), .expires_ms = a.expires_ms, .confidence = a.confidence,
		.valid_from_ms = format_from(&a),
		.tlp = a.tlp < TLP_COUNT ? (enum indicator_tlp)a.tlp : TLP_UNKNOWN, .mute = HN_LIT(""),
	};
	if (e->mute > 0 && e->mute <= t->head.n_mutes)
		out->mute = text_at(t, t->head.mutes[e->mute - 1]);
	return true;
}

/* A bit per place of the group that holds ${tag}. */
static inline unsigned
match_tags(const uint8_t *group, uint8_t tag)
{
#ifdef __SSE2__
	const __m128i g = _mm_loadu_si128((const __m128i *)(const void *)group);

	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(g, _mm_set1_epi8((char)tag)));
#else
	unsigned bits = 0;

	for (unsigned i = 0; i < FORMAT_GROUP; i++)
		bits |= (unsigned)(group[i] == tag) << i;
	return bits;
#endif
}

/* A walk over the entries of one key. */
struct probe {
	uint64_t hash;
	uint64_t group;
	uint64_t groups_left;
	unsigned places;	/* of the group, not looked at yet */
};

static inline struct probe
probe_start(const struct indicator_table *t, uint64_t hash)
{
	const uint64_t group = format_group(hash, t->n_groups);

	return (struct probe){ hash, group, t->n_groups, match_tags(t->tags + group * FORMAT_GROUP, format_tag(hash)) };
}

/* Move to the next group; false: the one left had room, so there is no more. */
static inline bool
probe_group(const struct indicator_table *t, struct probe *p)
{
	if (match_tags(t->tags + p->group * FORMAT_GROUP, 0) != 0 || --p->groups_left == 0)
		return false;
	p->group = p->group + 1 < t->n_groups ? p->group + 1 : 0;
	p->places = match_tags(t->tags + p->group * FORMAT_GROUP, format_tag(p->hash));
	return true;
}

static bool
probe_next(const struct indicator_table *t, struct probe *p, struct indicator_key key, struct indicator *out)
{
	struct format_entry e;
	struct hn_view bytes;

	do {
		for (; p->places != 0;) {
			const uint64_t i = p->group * FORMAT_GROUP + (unsigned)__builtin_ctz(p->places);
			const uint32_t slot = t->slots[i];

			p->places &= p->places - 1;
			if (format_more(p->hash) == slot >> FORMAT_UNIT_BITS << FORMAT_UNIT_BITS &&
			    entry_at(t, (uint64_t)(slot & ((1u << FORMAT_UNIT_BITS) - 1)) * FORMAT_UNIT, &e, &bytes) &&
			    e.kind == key.kind && hn_view_eq(bytes, key.bytes) && about_of(t, &e, &out->about)) {
				out->key = (struct indicator_key){ key.kind, bytes };
				return true;
			}
		}
	} while (probe_group(t, p));
	return false;
}

/* What is to be asked for one observable after the other. */
struct search {
	const struct indicator_table *t;
	struct indicator_asks *asks;
	size_t of;		/* the observable */
};

/* Ask for a key: its tags are on their way into the cache while the next key is made. */
static void
ask(const struct search *s, enum indicator_kind kind, struct hn_view bytes)
{
	const struct indicator_key key = { kind, bytes };
	struct indicator_ask *a = &s->asks->at[s->asks->n];

	if (s->t->head.of_kind[kind] == 0 || s->asks->n == INDICATOR_ASKS_MAX)
		return;
	a->key = key;
	a->of = s->of;
	a->hash = format_hash(s->t->seed, key);
	__builtin_prefetch(s->t->tags + format_group(a->hash, s->t->n_groups) * FORMAT_GROUP);
	s->asks->n++;
}

/* ${n} bytes that live until the answers; NULL: no room. */
static char *
key_room(const struct search *s, size_t n)
{
	char *p = s->asks->bytes + s->asks->bytes_n;

	if (n > sizeof(s->asks->bytes) - s->asks->bytes_n)
		return NULL;
	s->asks->bytes_n += n;
	return p;
}

/* The best entry of a key that is in force; false: none. */
static bool
answer(const struct indicator_table *t, const struct indicator_ask *a, int64_t at_ms, struct indicator *out)
{
	struct probe p = probe_start(t, a->hash);
	bool found = false;

	if (p.places == 0 && match_tags(t->tags + p.group * FORMAT_GROUP, 0) != 0)
		return false;	/* nearly always */
	for (struct indicator one; probe_next(t, &p, a->key, &one);) {
		if (one.about.mute.n > 0 || (one.about.expires_ms != 0 && one.about.expires_ms < at_ms))
			continue;
		if (!found || one.about.confidence > out->about.confidence)
			*out = one;
		found = true;
	}
	return found;
}

/* Whether a network may be around ${a}: nearly always not, which saves a lookup per length. */
static bool
has_network_near(const struct indicator_table *t, struct hn_addr a, bool v4)
{
	const unsigned part = (unsigned)a.b[12] << 8 | a.b[13];

	return v4 ? (t->head.v4_parts[part / 8] >> part % 8 & 1) != 0 : t->n_v6 > 0;
}

static void
ask_networks(const struct search *s, struct hn_addr a, bool v4)
{
	const uint8_t *bits = v4 ? s->t->v4 : s->t->v6;
	const unsigned n_bits = v4 ? s->t->n_v4 : s->t->n_v6;

	for (unsigned i = 0; i < n_bits; i++) {
		char *key = key_room(s, 17);

		if (key != NULL)
			ask(s, INDICATOR_CIDR, (struct hn_view){ key, indicator_cidr_bytes(a, bits[i], key) });
	}
}

/* Every private address stands on the warninglist "own", so no entry of one is ever reported. */
static void
ask_addr(const struct search *s, const struct observable *o)
{
	const bool v4 = hn_addr_is_v4(o->addr);
	char *key = key_room(s, 18);

	if (key == NULL || hn_addr_is_private(o->addr))
		return;
	const size_t n = indicator_addr_bytes(o->addr, key);

	if (o->port != 0) {
		key[n] = (char)(uint8_t)(o->port >> 8);
		key[n + 1] = (char)(uint8_t)o->port;
		ask(s, INDICATOR_ADDR_PORT, (struct hn_view){ key, n + 2 });
	}
	ask(s, INDICATOR_ADDR, (struct hn_view){ key, n });
	if (has_network_near(s->t, o->addr, v4))
		ask_networks(s, o->addr, v4);
}

/* The name, then its parents down to two labels: what is more general than that is never in a table. */
static void
ask_domain(const struct search *s, const struct observable *o)
{
	struct hn_view name = o->value;

	for (size_t dot = hn_view_find(name, '.'); dot < name.n; dot = hn_view_find(name, '.')) {
		ask(s, INDICATOR_DOMAIN, name);
		name = hn_view_skip(name, dot + 1);
	}
}

static struct hn_view
without_tail(struct hn_view v)
{
	while (v.n > 1 && (v.p[v.n - 1] == '/' || v.p[v.n - 1] == '?'))
		v.n--;
	return v;
}

/* "/a/b/gate.php?x": with its query, without, its folder, and "/gate.php". */
static void
ask_path(const struct search *s, struct hn_view path)
{
	const struct hn_view bare = without_tail((struct hn_view){ path.p, hn_view_find(path, '?') });
	size_t slash = bare.n;

	if (bare.n < path.n)
		ask(s, INDICATOR_PATH, without_tail(path));
	ask(s, INDICATOR_PATH, bare);
	while (slash > 0 && bare.p[slash - 1] != '/')
		slash--;
	if (slash < 2)
		return;
	ask(s, INDICATOR_PATH, (struct hn_view){ bare.p, slash - 1 });
	ask(s, INDICATOR_PATH, hn_view_skip(bare, slash - 1));
}

static void
ask_url(const struct search *s, const struct observable *o)
{
	const struct hn_view path = hn_view_skip(o->value, hn_view_find(o->value, '/'));
	const size_t query = hn_view_find(o->value, '?');

	if (path.n < 2)
		return;
	ask(s, INDICATOR_URL, without_tail(o->value));
	if (query < o->value.n)
		ask(s, INDICATOR_URL, without_tail((struct hn_view){ o->value.p, query }));
	if (s->t->head.of_kind[INDICATOR_PATH] > 0)
		ask_path(s, path);
}

static void
ask_hex(const struct search *s, enum indicator_kind kind, struct hn_view text)
{
	const size_t n = text.n / 2;
	char *bytes = key_room(s, n);

	if (bytes != NULL && hn_num_bytes(text, (uint8_t *)bytes, n) == HN_OK)
		ask(s, kind, (struct hn_view){ bytes, n });
}

static void
ask_hash(const struct search *s, const struct observable *o)
{
	ask_hex(s, INDICATOR_HASH, o->value);
}

static void
ask_ja3(const struct search *s, const struct observable *o)
{
	ask_hex(s, INDICATOR_JA3, o->value);
}

static void
ask_ja4(const struct search *s, const struct observable *o)
{
	ask(s, INDICATOR_JA4, o->value);
}

static void
ask_email(const struct search *s, const struct observable *o)
{
	ask(s, INDICATOR_EMAIL, o->value);
}

/* Answer what was asked, in its order; of each observable the first that is met counts. */
static size_t
answer_all(const struct indicator_table *t, struct indicator_asks *asks, int64_t at_ms, struct indicator_met *out, size_t max)
{
	size_t n = 0, done = SIZE_MAX;

	for (size_t i = 0; i < asks->n && n < max; i++) {
		if (asks->at[i].of == done || !answer(t, &asks->at[i], at_ms, &out[n].indicator))
			continue;
		done = asks->at[i].of;
		out[n++].of = done;
	}
	asks->n = asks->bytes_n = 0;
	return n;
}

size_t
indicator_table_find_all(const struct indicator_table *t, struct indicator_query q, struct indicator_asks *asks,
    struct indicator_met *out, size_t max)
{
	static void (*const ways[OBSERVABLE_KINDS])(const struct search *s, const struct observable *o) = {
		[OBSERVABLE_ADDR] = ask_addr, [OBSERVABLE_DOMAIN] = ask_domain, [OBSERVABLE_URL] = ask_url,
		[OBSERVABLE_HASH] = ask_hash, [OBSERVABLE_JA3] = ask_ja3, [OBSERVABLE_JA4] = ask_ja4,
		[OBSERVABLE_EMAIL] = ask_email,
	};
	struct search s = { .t = t, .asks = asks };
	size_t n = 0;

	asks->n = asks->bytes_n = 0;
	for (; s.of < q.n; s.of++) {
		if (asks->n > INDICATOR_ASKS_MAX - INDICATOR_ASKS_OF_ONE)
			n += answer_all(t, asks, q.at_ms, out + n, max - n);
		if (ways[q.observables[s.of].kind] != NULL)
			ways[q.observables[s.of].kind](&s, &q.observables[s.of]);
	}
	return n + answer_all(t, asks, q.at_ms, out + n, max - n);
}

bool
indicator_table_find(const struct indicator_table *t, const struct observable *o, int64_t at_ms, struct indicator *out)
{
	struct indicator_asks asks;
	struct indicator_met met;
	const struct indicator_query q = { o, 1, at_ms };

	if (indicator_table_find_all(t, q, &asks, &met, 1) == 0)
		return false;
	*out = met.indicator;
	return true;
}

bool
indicator_table_each_of(const struct indicator_table *t, struct indicator_key key, uint64_t *at, struct indicator *out)
{
	struct probe p = probe_start(t, format_hash(t->seed, key));

	for (uint64_t i = 0; probe_next(t, &p, key, out); i++) {
		if (i < *at)
			continue;
		*at = i + 1;
		return true;
	}
	return false;
}

bool
indicator_table_next(const struct indicator_table *t, uint64_t *at, struct indicator *out)
{
	struct format_entry e;
	struct hn_view bytes;

	while (entry_at(t, *at, &e, &bytes)) {
		*at += format_entry_bytes(e.n);
		if (e.mute == FORMAT_TWIN || !about_of(t, &e, &out->about))
			continue;
		out->key = (struct indicator_key){ (enum indicator_kind)e.kind, bytes };
		return true;
	}
	return false;
}

int64_t
indicator_table_made_ms(const struct indicator_table *t)
{
	return t->head.made_ms;
}

struct indicator_table_facts
indicator_table_facts(const struct indicator_table *t)
{
	struct indicator_table_facts f = { .entries = t->head.n_entries, .muted = t->head.n_muted, .bytes = t->head.total,
		.made_ms = t->head.made_ms };

	memcpy(f.of_kind, t->head.of_kind, sizeof(f.of_kind));
	return f;
}

static const struct hn_view tlp_names[TLP_COUNT] = {
	[TLP_UNKNOWN] = HN_INIT("unknown"), [TLP_CLEAR] = HN_INIT("clear"), [TLP_GREEN] = HN_INIT("green"),
	[TLP_AMBER] = HN_INIT("amber"), [TLP_AMBER_STRICT] = HN_INIT("amber+strict"), [TLP_RED] = HN_INIT("red"),
};

const char *
indicator_tlp_name(enum indicator_tlp tlp)
{
	assert(tlp < TLP_COUNT);
	return tlp_names[tlp].p;
}

enum indicator_tlp
indicator_tlp_find(struct hn_view word)
{
	if (word.n > 4 && hn_view_eq_nocase((struct hn_view){ word.p, 4 }, HN_LIT("tlp:")))
		word = hn_view_skip(word, 4);
	if (hn_view_eq_nocase(word, HN_LIT("white")))
		return TLP_CLEAR;
	for (unsigned i = 0; i < TLP_COUNT; i++)
		if (hn_view_eq_nocase(word, tlp_names[i]))
			return (enum indicator_tlp)i;
	return TLP_UNKNOWN;
}
