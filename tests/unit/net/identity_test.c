#include "unit/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "net/identity.h"

#define NOW INT64_C(1795410000000)	/* 2026-11-23 */
#define DAY INT64_C(86400000)

static char folder[] = "/tmp/hn-identity-XXXXXX";

static struct hn_buf
read_pem(const char *name)
{
	struct hn_buf b = HN_BUF(65536);
	char path[256];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	b.n = (size_t)read(fd, hn_buf_room(&b, 32768), 32768);
	(void)close(fd);
	return b;
}

static void
fingerprint_of(const char *name, uint8_t out[32])
{
	struct hn_buf b = read_pem(name);

	assert_int_equal(hn_identity_fingerprint(hn_buf_view(&b), out, NULL), HN_OK);
	hn_buf_fini(&b);
}

/* Made once, kept while it serves, renewed under the same authority when it ends soon or lacks a name. */
static void
is_made_kept_and_renewed(void **state)
{
	struct hn_identity i = { .folder = folder, .names = { "site.example", "192.0.2.7", "::1" }, .now_ms = NOW };
	uint8_t ca[32], first[32], now[32];
	struct stat st;
	char path[256];
	int64_t ends_ms;
	struct hn_buf b;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(hn_identity_ensure(&i, NULL), HN_OK);
	fingerprint_of("ca.pem", ca);
	fingerprint_of("certificate.pem", first);
	b = read_pem("certificate.pem");
	assert_int_equal(hn_identity_ends(hn_buf_view(&b), &ends_ms, NULL), HN_OK);
	hn_buf_fini(&b);
	assert_true(ends_ms == NOW + 397 * DAY);
	(void)snprintf(path, sizeof(path), "%s/key.pem", folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	i.now_ms = NOW + 300 * DAY;
	assert_int_equal(hn_identity_ensure(&i, NULL), HN_OK);
	fingerprint_of("certificate.pem", now);
	assert_memory_equal(first, now, 32);

	i.now_ms = NOW + 368 * DAY;
	assert_int_equal(hn_identity_ensure(&i, NULL), HN_OK);
	fingerprint_of("certificate.pem", now);
	assert_memory_not_equal(first, now, 32);
	memcpy(first, now, 32);

	i.names[3] = "other.example";
	assert_int_equal(hn_identity_ensure(&i, NULL), HN_OK);
	fingerprint_of("certificate.pem", now);
	assert_memory_not_equal(first, now, 32);
	fingerprint_of("ca.pem", now);
	assert_memory_equal(ca, now, 32);
}

static void
refuses_what_is_no_certificate(void **state)
{
	struct hn_identity i = { .folder = folder, .names = { "a b" }, .now_ms = NOW };
	struct hn_err err;
	uint8_t out[32];
	int64_t ms;

	(void)state;
	assert_int_equal(hn_identity_fingerprint(HN_LIT("hello"), out, &err), HN_E_SYNTAX);
	assert_int_equal(hn_identity_ends(HN_LIT(""), &ms, &err), HN_E_SYNTAX);
	assert_int_equal(hn_identity_ensure(&i, &err), HN_E_SYNTAX);
	i.folder = "/nonexistent";
	assert_int_equal(hn_identity_ensure(&i, &err), HN_E_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_made_kept_and_renewed),
		cmocka_unit_test(refuses_what_is_no_certificate),
	};

	return cmocka_run_group_tests_name("net/identity", tests, NULL, NULL);
}
