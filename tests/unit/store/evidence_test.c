#include "unit/store/scratch.h"

#include "store/evidence.h"
#include "store/file.h"

/* Record number ${i} of every log here: its text, time, source and bookmark follow from ${i}. */
struct made {
	char text[96], mark[16];
	struct hn_evidence_record r;
};

/* Mostly a few sources, at times more than a frame's table holds. */
static uint32_t
source_of(unsigned i)
{
	return i % 1000 < 600 ? i % 3 : i * 2654435761u;
}

static void
make(struct made *m, unsigned i)
{
	const int n = snprintf(m->text, sizeof(m->text), "%u 192.168.%u.%u GET http://www%u.example.jp/%s%u", i,
	    i % 7, i % 251, i % 13, i % 50 == 0 ? "two\nlines" : "", i * 2654435761u);
	const int k = snprintf(m->mark, sizeof(m->mark), "at %u", i);

	m->r = (struct hn_evidence_record){ .received_ms = INT64_C(1700000000000) + i * 3, .source = source_of(i),
		.flags = (uint16_t)(i % 50 == 0 ? 8 : 0), .bookmark = { m->mark, (size_t)k }, .raw = { m->text, (size_t)n } };
	if (i % 97 == 0)
		m->r.raw.n = 0;
}

static void
append(struct hn_evidence *e, unsigned from, unsigned n)
{
	static struct made m[64];
	struct hn_evidence_record r[64];

	for (unsigned i = 0; i < n;) {
		const unsigned batch = n - i < 64 ? n - i : 64;
		size_t done = 0;

		for (unsigned k = 0; k < batch; k++) {
			make(&m[k], from + i + k);
			r[k] = m[k].r;
		}
		assert_int_equal(hn_evidence_append(e, r, batch, &done, NULL), HN_OK);
		i += (unsigned)done;
	}
}

/* The log at ${path} holds exactly the records from..from + n, in order, once. */
static void
holds(const char *path, unsigned from, unsigned n)
{
	struct hn_evidence_reader *reader;
	struct hn_evidence_record r = { 0 };
	struct made m;

	assert_int_equal(hn_evidence_reader_open(path, &reader, NULL), HN_OK);
	for (unsigned i = from; i < from + n; i++) {
		make(&m, i);
		assert_int_equal(hn_evidence_next(reader, r.next, &r, NULL), HN_OK);
		assert_true(hn_view_eq(r.raw, m.r.raw));
		assert_int_equal(r.received_ms, m.r.received_ms);
		assert_int_equal(r.source, m.r.source);
		assert_int_equal(r.flags, m.r.flags);
	}
	assert_int_equal(hn_evidence_next(reader, r.next, &r, NULL), HN_E_AGAIN);
	hn_evidence_reader_close(reader);
}

static void
cut_and_seal(struct hn_evidence *e)
{
	assert_int_equal(hn_evidence_cut(e, 0, true, NULL), HN_OK);
	assert_int_equal(hn_evidence_seal(e, NULL), HN_OK);
	assert_int_equal(hn_evidence_seal(e, NULL), HN_E_AGAIN);
}

static struct hn_evidence *
opened(const char *path)
{
	struct hn_evidence *e = NULL;

	assert_int_equal(hn_evidence_open(path, &e, NULL), HN_OK);
	return e;
}

static void
keeps_every_record_in_order_sealed_and_live(void **state)
{
	char path[SCRATCH_PATH];
	struct hn_evidence *e;
	struct hn_evidence_state s;
	struct hn_evidence_verdict v;

	(void)state;
	scratch_make(path);
	e = opened(path);
	append(e, 0, 1000);
	cut_and_seal(e);
	append(e, 1000, 500);
	cut_and_seal(e);
	append(e, 1500, 300);
	assert_int_equal(hn_evidence_cut(e, 0, true, NULL), HN_OK);	/* full, not sealed */
	append(e, 1800, 200);
	holds(path, 0, 2000);
	hn_evidence_state(e, &s);
	assert_int_equal(s.segments, 2);
	assert_int_equal(s.unsealed, 1);
	assert_int_equal(hn_evidence_sync(e, NULL), HN_OK);
	hn_evidence_close(e);
	e = opened(path);
	append(e, 2000, 10);
	holds(path, 0, 2010);
	assert_view_equal(hn_evidence_bookmark(e, source_of(2009)), "at 2009");
	assert_int_equal(hn_evidence_bookmark(e, 77).n, 0);
	assert_int_equal(hn_evidence_verify(path, &v, NULL), HN_OK);
	assert_true(v.is_whole);
	assert_int_equal(v.records, 2010);
	assert_int_equal(v.segments, 2);
	hn_evidence_close(e);
	scratch_remove(path);
}

static void
reads_any_record_by_its_offset(void **state)
{
	static uint64_t offset[900];
	char path[SCRATCH_PATH];
	struct hn_evidence *e;
	struct hn_evidence_reader *reader;
	struct hn_evidence_record r = { 0 };

	(void)state;
	scratch_make(path);
	e = opened(path);
	append(e, 0, 600);
	cut_and_seal(e);
	append(e, 600, 300);
	assert_int_equal(hn_evidence_reader_open(path, &reader, NULL), HN_OK);
	for (unsigned i = 0; i < 900; i++) {
		assert_int_equal(hn_evidence_next(reader, r.next, &r, NULL), HN_OK);
		offset[i] = r.offset;
	}
	for (unsigned k = 0; k < 900; k++) {
		const unsigned i = k * 577 % 900;
		struct made m;

		make(&m, i);
		assert_int_equal(hn_evidence_read(reader, offset[i], &r, NULL), HN_OK);
		assert_true(hn_view_eq(r.raw, m.r.raw));
		assert_int_equal(hn_evidence_read(reader, offset[i] + 1, &r, NULL), HN_E_NOTFOUND);
		/* From inside a record, iteration goes on with the next. */
		assert_int_equal(hn_evidence_next(reader, offset[i] + 1, &r, NULL), i < 899 ? HN_OK : HN_E_AGAIN);
		if (i < 899)
			assert_int_equal(r.offset, offset[i + 1]);
	}
	hn_evidence_reader_close(reader);
	hn_evidence_close(e);
	scratch_remove(path);
}

static void
a_reader_follows_the_writer(void **state)
{
	char path[SCRATCH_PATH];
	struct hn_evidence *e;
	struct hn_evidence_reader *reader;
	struct hn_evidence_record r = { 0 };
	unsigned seen = 0;

	(void)state;
	scratch_make(path);
	e = opened(path);
	assert_int_equal(hn_evidence_reader_open(path, &reader, NULL), HN_OK);
	for (unsigned round = 0; round < 20; round++) {
		append(e, round * 30, 30);
		if (round % 3 == 1)
			assert_int_equal(hn_evidence_cut(e, 0, true, NULL), HN_OK);
		if (round % 6 == 5)
			while (hn_evidence_seal(e, NULL) == HN_OK)
				continue;
		while (hn_evidence_next(reader, r.next, &r, NULL) == HN_OK)
			seen++;
		assert_int_equal(seen, (round + 1) * 30);
	}
	hn_evidence_reader_close(reader);
	hn_evidence_close(e);
	scratch_remove(path);
}

static void
old_segments_go_and_the_rest_is_still_proven(void **state)
{
	char path[SCRATCH_PATH];
	struct hn_evidence *e;
	struct hn_evidence_state s;
	struct hn_evidence_verdict v;
	struct hn_evidence_reader *reader;
	struct hn_evidence_record r;
	uint32_t deleted = 99;

	(void)state;
	scratch_make(path);
	e = opened(path);
	for (unsigned i = 0; i < 5; i++) {
		append(e, i * 100, 100);
		cut_and_seal(e);
	}
	assert_int_equal(hn_evidence_reader_open(path, &reader, NULL), HN_OK);
	/* Record 199 is the last of the second segment. */
	assert_int_equal(hn_evidence_retain(e, INT64_C(1700000000000) + 199 * 3 + 1, 0, &deleted, NULL), HN_OK);
	assert_int_equal(deleted, 2);
	holds(path, 200, 300);
	assert_int_equal(hn_evidence_read(reader, 0, &r, NULL), HN_E_NOTFOUND);
	assert_int_equal(hn_evidence_next(reader, 0, &r, NULL), HN_OK);
	hn_evidence_state(e, &s);
	assert_int_equal(r.offset, s.start);
	assert_int_equal(hn_evidence_retain(e, 0, s.disk_bytes - 1, &deleted, NULL), HN_OK);
	assert_int_equal(deleted, 1);
	assert_int_equal(hn_evidence_retain(e, 0, s.disk_bytes, &deleted, NULL), HN_OK);
	assert_int_equal(deleted, 0);
	hn_evidence_close(e);
	e = opened(path);
	holds(path, 300, 200);
	assert_int_equal(hn_evidence_verify(path, &v, NULL), HN_OK);
	assert_true(v.is_whole);
	assert_int_equal(v.segments, 2);
	/* All of it may go; offsets go on. */
	assert_int_equal(hn_evidence_retain(e, INT64_MAX, 0, &deleted, NULL), HN_OK);
	assert_int_equal(deleted, 2);
	hn_evidence_close(e);
	e = opened(path);
	append(e, 500, 100);
	cut_and_seal(e);
	holds(path, 500, 100);
	assert_int_equal(hn_evidence_verify(path, &v, NULL), HN_OK);
	assert_true(v.is_whole);
	hn_evidence_reader_close(reader);
	hn_evidence_close(e);
	scratch_remove(path);
}

/* Whatever byte of a sealed segment is changed, the check finds it and names that segment; the reader never crashes. */
static void
every_flipped_byte_is_found_and_named(void **state)
{
	char path[SCRATCH_PATH], file[2 * SCRATCH_PATH];
	struct hn_evidence *e;
	struct hn_evidence_state s;
	struct hn_evidence_verdict v;

	(void)state;
	scratch_make(path);
	e = opened(path);
	append(e, 0, 40);
	cut_and_seal(e);
	hn_evidence_state(e, &s);

	const uint64_t second = s.end;

	append(e, 40, 40);
	cut_and_seal(e);
	append(e, 80, 40);
	cut_and_seal(e);
	hn_evidence_close(e);
	(void)snprintf(file, sizeof(file), "%s/%016lx.seg", path, (unsigned long)second);

	const size_t size = scratch_size(file);

	for (size_t at = 0; at < size; at++) {
		struct hn_evidence_reader *reader;
		struct hn_evidence_record r = { 0 };
		enum hn_rc rc;
		unsigned seen = 0;

		scratch_flip(file, at);
		assert_int_equal(hn_evidence_verify(path, &v, NULL), HN_OK);
		assert_false(v.is_whole);
		assert_int_equal(v.segment, second);
		assert_int_equal(v.segments, 1);
		assert_non_null(v.what);
		assert_int_equal(hn_evidence_reader_open(path, &reader, NULL), HN_OK);
		for (uint64_t from = 0; (rc = hn_evidence_next(reader, from, &r, NULL)) != HN_E_AGAIN; seen++)
			from = rc == HN_OK ? r.next : hn_evidence_skip(reader, from);
		assert_true(seen >= 80);	/* the two whole ones, and at most one count for the damage */
		hn_evidence_reader_close(reader);
		scratch_flip(file, at);
	}
	/* The log itself starts in spite of the damage and goes on. */
	scratch_flip(file, size / 2);
	e = opened(path);
	append(e, 120, 10);
	hn_evidence_close(e);
	scratch_remove(path);
}

static void
a_segment_removed_or_exchanged_is_named(void **state)
{
	char path[SCRATCH_PATH], file[2 * SCRATCH_PATH];
	struct hn_evidence *e;
	struct hn_evidence_state s[3];
	struct hn_evidence_verdict v;

	(void)state;
	scratch_make(path);
	e = opened(path);
	for (unsigned i = 0; i < 3; i++) {
		hn_evidence_state(e, &s[i]);
		append(e, i * 40, 40);
		cut_and_seal(e);
	}
	hn_evidence_close(e);
	(void)snprintf(file, sizeof(file), "%s/%016lx.seg", path, (unsigned long)s[1].end);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(hn_evidence_verify(path, &v, NULL), HN_OK);
	assert_false(v.is_whole);
	assert_string_equal(v.what, "prev_hash");
	assert_int_equal(v.segment, s[2].end);
	assert_memory_equal(v.head, s[1].head, HN_EVIDENCE_HASH);
	scratch_remove(path);
}

/* Where the first ${n} records end. */
static uint64_t
end_of(unsigned n)
{
	uint64_t at = 0;

	for (unsigned i = 0; i < n; i++) {
		struct made m;

		make(&m, i);
		at += HN_EVIDENCE_FRAME + m.r.bookmark.n + m.r.raw.n;
	}
	return at;
}

/* Cut the live tail at every length: what is whole is kept, nothing else, and writing goes on. */
static void
a_torn_record_is_cut_off(void **state)
{
	char path[SCRATCH_PATH], other[SCRATCH_PATH], file[2 * SCRATCH_PATH];
	struct hn_evidence *e;
	unsigned whole = 5;

	(void)state;
	scratch_make(path);
	scratch_make(other);
	e = opened(path);
	append(e, 0, whole);
	hn_evidence_close(e);
	assert_int_equal(scratch_count(path, ".open", file, sizeof(file)), 1);
	for (uint64_t size = end_of(whole); size > 0; size--) {
		struct hn_evidence_state s;

		scratch_copy(path, other);
		assert_int_equal(scratch_count(other, ".open", file, sizeof(file)), 1);
		assert_int_equal(truncate(file, (off_t)(size - 1)), 0);
		if (size - 1 < end_of(whole))
			whole--;
		e = opened(other);
		hn_evidence_state(e, &s);
		assert_int_equal(s.end, end_of(whole));
		append(e, whole, 2);
		hn_evidence_close(e);
		holds(other, 0, whole + 2);
	}
	assert_int_equal(whole, 0);
	scratch_remove(path);
	scratch_remove(other);
}

static void
refuses_what_is_no_record_and_a_second_writer(void **state)
{
	static char big[HN_EVIDENCE_RAW_MAX + 1];
	char path[SCRATCH_PATH];
	struct hn_evidence *e, *second;
	size_t done = 7;

	(void)state;
	scratch_make(path);
	e = opened(path);
	assert_int_equal(hn_evidence_open(path, &second, NULL), HN_E_CONFLICT);
	const struct hn_evidence_record rows[] = {
		{ .raw = { big, HN_EVIDENCE_RAW_MAX + 1 } },
		{ .raw = { big, 1 }, .bookmark = { big, HN_EVIDENCE_BOOKMARK_MAX + 1 } },
	};

	for (size_t i = 0; i < HN_COUNT(rows); i++)
		assert_int_equal(hn_evidence_append(e, &rows[i], 1, &done, NULL), HN_E_LIMIT);
	assert_int_equal(done, 7);
	const struct hn_evidence_record whole[6] = {
		{ .raw = { big, HN_EVIDENCE_RAW_MAX } }, { .raw = { big, HN_EVIDENCE_RAW_MAX } },
		{ .raw = { big, HN_EVIDENCE_RAW_MAX } }, { .raw = { big, HN_EVIDENCE_RAW_MAX } },
		{ .raw = { big, HN_EVIDENCE_RAW_MAX } }, { .raw = { big, HN_EVIDENCE_RAW_MAX } },
	};

	assert_int_equal(hn_evidence_append(e, whole, 6, &done, NULL), HN_OK);
	assert_int_equal(done, 3);	/* a batch has a cap */
	assert_int_equal(hn_evidence_append(e, whole, 6, &done, NULL), HN_OK);
	assert_int_equal(hn_evidence_append(e, whole, 6, &done, NULL), HN_OK);
	assert_int_equal(hn_evidence_append(e, whole, 1, &done, NULL), HN_OK);	/* cuts the tail */
	assert_int_equal(hn_evidence_seal(e, NULL), HN_OK);
	assert_int_equal(hn_evidence_seal(e, NULL), HN_E_AGAIN);
	hn_evidence_close(e);
	scratch_remove(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_every_record_in_order_sealed_and_live),
		cmocka_unit_test(reads_any_record_by_its_offset),
		cmocka_unit_test(a_reader_follows_the_writer),
		cmocka_unit_test(old_segments_go_and_the_rest_is_still_proven),
		cmocka_unit_test(every_flipped_byte_is_found_and_named),
		cmocka_unit_test(a_segment_removed_or_exchanged_is_named),
		cmocka_unit_test(a_torn_record_is_cut_off),
		cmocka_unit_test(refuses_what_is_no_record_and_a_second_writer),
	};

	return cmocka_run_group_tests_name("store/evidence", tests, NULL, NULL);
}
