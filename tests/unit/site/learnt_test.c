#include "site/learnt.h"

#include <sys/mman.h>
#include <unistd.h>

#include "unit/test.h"

static int
file_of(struct hn_view v)
{
	const int fd = memfd_create("learnt", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, v.p, v.n), (ssize_t)v.n);
	return fd;
}

static void
what_is_written_is_read(void **state)
{
	struct hn_buf b = HN_BUF(4096);
	struct site_learnt l;
	const int fd = memfd_create("learnt", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(site_learnt_write(fd, 123456789012, HN_LIT("what detectors remember")), HN_OK);
	assert_int_equal(site_learnt_read(fd, &b, &l), HN_OK);
	assert_int_equal(l.offset, 123456789012);
	assert_view_equal(hn_view_skip(hn_buf_view(&b), SITE_LEARNT_HEADER), "what detectors remember");
	hn_buf_fini(&b);
	close(fd);
}

/* A byte changed, a piece missing, another file: refused as what it is. */
static void
anything_else_is_refused(void **state)
{
	static const struct {
		const char *what;
		size_t cut;		/* bytes left of it; 0: all */
		size_t flip;		/* this byte is another; SIZE_MAX: none */
		enum hn_rc rc;
	} rows[] = {
		{ "as it was", 0, SIZE_MAX, HN_OK },
		{ "empty", SIZE_MAX, SIZE_MAX, HN_E_SYNTAX },
		{ "half a header", SITE_LEARNT_HEADER / 2, SIZE_MAX, HN_E_SYNTAX },
		{ "another magic", 0, 0, HN_E_SYNTAX },
		{ "longer than it may be", 0, 8 + 8 + 5, HN_E_LIMIT },
		{ "longer than it is", 0, 8 + 8 + 1, HN_E_NOMEM },
		{ "another hash", 0, 8 + 8 + 8 + 3, HN_E_CORRUPT },
		{ "another byte", 0, SITE_LEARNT_HEADER + 2, HN_E_CORRUPT },
		{ "cut off", SITE_LEARNT_HEADER + 4, SIZE_MAX, HN_E_CORRUPT },
	};

	(void)state;
	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		char whole[512];
		ssize_t n;
		struct hn_buf b = HN_BUF(4096);
		struct site_learnt l;
		int fd = memfd_create("learnt", MFD_CLOEXEC);

		assert_int_equal(site_learnt_write(fd, 7, HN_LIT("what detectors remember")), HN_OK);
		n = pread(fd, whole, sizeof(whole), 0);
		close(fd);
		if (rows[i].flip != SIZE_MAX)
			whole[rows[i].flip] ^= 0x55;
		if (rows[i].cut != 0)
			n = rows[i].cut == SIZE_MAX ? 0 : (ssize_t)rows[i].cut;
		fd = file_of((struct hn_view){ whole, (size_t)n });
		if (site_learnt_read(fd, &b, &l) != rows[i].rc)
			fail_msg("%s: not refused as such", rows[i].what);
		hn_buf_fini(&b);
		close(fd);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(anything_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
