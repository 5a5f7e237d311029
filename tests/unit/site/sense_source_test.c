#include "site/sense_source.h"

#include "base/text.h"
#include "site/config.h"
#include "unit/test.h"

enum { PIECE = SITE_LINE_DOCUMENT | HN_EVIDENCE_CUT, LAST = SITE_LINE_DOCUMENT };

/* What comes, piece after piece; whether a document is open behind it, and how many faults were told in all. */
static const struct {
	struct hn_view raw;
	uint16_t flags;
	bool is_open;
	uint64_t unread;
} steps[] = {
	{ HN_INIT(""), LAST, false, 0 },		/* nothing was open: nothing is amiss */
	{ HN_INIT("ElfFile\0"), PIECE, true, 0 },
	{ HN_INIT(""), LAST, false, 1 },		/* its end was lost, or its file */
	{ HN_INIT("ElfFile\0"), PIECE, true, 1 },
	{ HN_INIT(""), PIECE, false, 2 },		/* a piece in its middle was lost */
	{ HN_INIT("ElfFile\0"), PIECE, false, 2 },	/* ... what follows is passed over */
	{ HN_INIT("ElfFile\0"), LAST, false, 2 },
	{ HN_INIT(""), PIECE, false, 3 },		/* its first piece was lost */
	{ HN_INIT("ElfFile\0"), LAST, false, 3 },
	{ HN_INIT("ElfFile\0"), PIECE, true, 3 },	/* the next document is read again */
	{ HN_INIT(""), LAST, false, 4 },
};

static void
a_document_ends_when_a_piece_is_missing(void **state)
{
	static struct sense_source source;
	static const struct site_source config = { .name = HN_INIT("spool"), .id = 7, .format = HN_INIT("auto"),
		.time_zone = HN_INIT("Asia/Tokyo") };
	struct hn_arena arena = HN_ARENA(SENSE_LINE_ARENA_BYTES);

	(void)state;
	assert_true(hn_text_init());
	assert_int_equal(sense_source_init(&source, &config, &arena, NULL), HN_OK);
	for (size_t i = 0; i < HN_COUNT(steps); i++) {
		const struct site_line line = { .offset = i, .source = 7, .flags = steps[i].flags, .raw = steps[i].raw };

		sense_source_line(&source, &line);
		if ((source.document != NULL) != steps[i].is_open || stream_counts(source.stream)->unread != steps[i].unread)
			fail_msg("step %zu: open=%d unread=%d", i, source.document != NULL,
			    (int)stream_counts(source.stream)->unread);
	}
	sense_source_fini(&source);
	hn_arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_document_ends_when_a_piece_is_missing) };

	return cmocka_run_group_tests_name("site/sense_source", tests, NULL, NULL);
}
