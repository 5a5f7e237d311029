#include "unit/store/scratch.h"

#include "store/evidence.h"
#include "store/evidence_pieces.h"
#include "store/file.h"

/* Taken piece by piece into an empty folder while the writer goes on, a log is a log again. */

#define EACH 100u	/* records of one stretch */
#define SOURCES 5u

static void
append(struct hn_evidence *e, unsigned from, unsigned n)
{
	for (unsigned i = from; i < from + n; i++) {
		char text[64], mark[16];
		size_t done;
		const int k = snprintf(text, sizeof(text), "line %u", i), b = snprintf(mark, sizeof(mark), "at %u", i);
		const struct hn_evidence_record r = { .received_ms = 1000 + i, .source = i % SOURCES,
			.bookmark = { mark, (size_t)b }, .raw = { text, (size_t)k } };

		assert_int_equal(hn_evidence_append(e, &r, 1, &done, NULL), HN_OK);
		assert_int_equal(done, 1);
	}
}

/* What becomes of the log while it is taken. */
enum meanwhile { NOTHING, SEALS, GROWS };

struct copy {
	const char *to;
	struct hn_evidence *e;
	enum meanwhile meanwhile;
	unsigned pieces, sealed;
};

static enum hn_rc
take(void *ctx, const struct hn_evidence_piece *p, struct hn_err *err)
{
	static char bytes[1u << 20];
	struct copy *c = ctx;
	char name[HN_EVIDENCE_PIECE_NAME];
	int dir, fd;

	assert_true(p->size_bytes < sizeof(bytes));
	assert_int_equal(hn_file_read(p->fd, bytes, (size_t)p->size_bytes, 0), p->size_bytes);
	hn_evidence_piece_name(name, p->base, p->is_sealed);
	assert_int_equal(hn_dir_open(c->to, false, &dir, err), HN_OK);
	fd = hn_file_open(dir, name, O_WRONLY | O_CREAT | O_EXCL);
	assert_true(fd >= 0);
	assert_int_equal(hn_file_write_all(fd, (struct hn_view){ bytes, (size_t)p->size_bytes }, 0), 0);
	(void)close(fd);
	(void)close(dir);
	c->pieces++;
	c->sealed += p->is_sealed;
	if (c->meanwhile == SEALS)
		while (hn_evidence_seal(c->e, NULL) == HN_OK)
			;
	if (c->meanwhile == GROWS)
		append(c->e, 9000 + c->pieces * EACH, EACH);
	return HN_OK;
}

struct row {
	const char *name;
	unsigned stretches, sealed;	/* stretches cut, and how many of them are sealed */
	unsigned from;			/* the offset asked for is that where this stretch begins; beyond: the end */
	bool wants_all;
	enum meanwhile meanwhile;
	unsigned pieces;		/* wanted */
};

static const struct row rows[] = {
	{ "only a tail", 0, 0, 0, false, NOTHING, 1 },
	{ "everything", 4, 4, 0, true, NOTHING, 5 },
	{ "the last sealed one for its bookmarks", 4, 4, 4, false, NOTHING, 2 },
	{ "from the middle", 4, 4, 2, false, NOTHING, 3 },
	{ "from the start", 4, 4, 0, false, NOTHING, 5 },
	{ "tails that wait", 4, 2, 4, false, NOTHING, 4 },
	{ "none sealed", 3, 0, 3, false, NOTHING, 4 },
	{ "sealed meanwhile", 4, 1, 4, false, SEALS, 5 },
	{ "all, sealed meanwhile", 4, 2, 0, true, SEALS, 5 },
	{ "appended to meanwhile", 3, 3, 3, false, GROWS, 2 },
};

static void
fill(const struct row *r, struct hn_evidence *e, uint64_t begin[8])
{
	struct hn_evidence_state s;

	for (unsigned i = 0; i <= r->stretches; i++) {
		hn_evidence_state(e, &s);
		begin[i] = s.end;
		append(e, i * EACH, EACH);
		if (i == r->stretches)
			return;
		assert_int_equal(hn_evidence_cut(e, 0, true, NULL), HN_OK);
		if (i < r->sealed)
			assert_int_equal(hn_evidence_seal(e, NULL), HN_OK);
	}
}

/* The copy verifies, ends where the log ended, knows every bookmark, and goes on with the chain. */
static void
is_a_log(const struct row *r, const struct hn_evidence_pieces *p, const char *path, uint64_t end)
{
	struct hn_evidence_verdict v;
	struct hn_evidence_state s;
	struct hn_evidence *e = NULL;
	int dir;

	if (p->anchor.base > 0) {
		assert_int_equal(hn_dir_open(path, false, &dir, NULL), HN_OK);
		assert_int_equal(hn_evidence_anchor_write(dir, &p->anchor, NULL), HN_OK);
		(void)close(dir);
	}
	assert_int_equal(hn_evidence_verify(path, &v, NULL), HN_OK);
	if (!v.is_whole)
		fail_msg("%s: %s", r->name, v.what);
	assert_memory_equal(v.head, p->head, sizeof(v.head));
	assert_int_equal(hn_evidence_open(path, &e, NULL), HN_OK);
	hn_evidence_state(e, &s);
	if (r->meanwhile != GROWS)
		assert_int_equal(s.end, end);
	for (unsigned i = 0; i < SOURCES; i++) {
		char mark[16];

		(void)snprintf(mark, sizeof(mark), "at %u", (r->stretches + 1) * EACH - SOURCES + i);
		if (r->meanwhile != GROWS)
			assert_view_equal(hn_evidence_bookmark(e, i), mark);
	}
	append(e, 5000, EACH);
	assert_int_equal(hn_evidence_cut(e, 0, true, NULL), HN_OK);
	while (hn_evidence_seal(e, NULL) == HN_OK)
		;
	hn_evidence_close(e);
	assert_int_equal(hn_evidence_verify(path, &v, NULL), HN_OK);
	assert_true(v.is_whole);
}

static void
pieces_are_a_log_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		char from[SCRATCH_PATH], to[SCRATCH_PATH];
		uint64_t begin[8] = { 0 };
		struct hn_evidence *e = NULL;
		struct hn_evidence_state s;

		scratch_make(from);
		scratch_make(to);
		assert_int_equal(hn_evidence_open(from, &e, NULL), HN_OK);
		fill(&rows[i], e, begin);
		hn_evidence_state(e, &s);

		struct copy c = { .to = to, .e = e, .meanwhile = rows[i].meanwhile };
		struct hn_evidence_pieces p = { .take = take, .ctx = &c, .from = begin[rows[i].from],
			.wants_all = rows[i].wants_all };

		assert_int_equal(hn_evidence_pieces_walk(from, &p, NULL), HN_OK);
		if (c.pieces != rows[i].pieces)
			fail_msg("%s: %u pieces, not %u", rows[i].name, c.pieces, rows[i].pieces);
		is_a_log(&rows[i], &p, to, s.end);
		hn_evidence_close(e);
		scratch_remove(from);
		scratch_remove(to);
	}
}

/* A copy of a copy, made after the oldest were deleted: the anchors go on counting. */
static void
a_retained_log_is_taken_with_its_anchor(void **state)
{
	char from[SCRATCH_PATH], to[SCRATCH_PATH];
	const struct row r = { "retained", 4, 4, 0, true, NOTHING, 3 };
	uint64_t begin[8];
	struct hn_evidence *e = NULL;
	struct hn_evidence_state s;
	uint32_t deleted;

	(void)state;
	scratch_make(from);
	scratch_make(to);
	assert_int_equal(hn_evidence_open(from, &e, NULL), HN_OK);
	fill(&r, e, begin);
	hn_evidence_state(e, &s);
	assert_int_equal(hn_evidence_retain(e, 1000 + 2 * EACH, 0, &deleted, NULL), HN_OK);
	assert_int_equal(deleted, 2);

	struct copy c = { .to = to, .e = e };
	struct hn_evidence_pieces p = { .take = take, .ctx = &c, .wants_all = true };

	assert_int_equal(hn_evidence_pieces_walk(from, &p, NULL), HN_OK);
	assert_int_equal(c.pieces, 3);
	assert_int_equal(p.anchor.base, begin[2]);
	assert_int_equal(p.anchor.deleted, 2);
	is_a_log(&r, &p, to, s.end);
	hn_evidence_close(e);
	scratch_remove(from);
	scratch_remove(to);
}

static void
a_folder_that_is_not_there_is_told(void **state)
{
	struct hn_evidence_pieces p = { .take = take };

	(void)state;
	assert_int_equal(hn_evidence_pieces_walk("/nonexistent/evidence", &p, NULL), HN_E_NOTFOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_a_log_again),
		cmocka_unit_test(a_retained_log_is_taken_with_its_anchor),
		cmocka_unit_test(a_folder_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
