#include "store/observable_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/wire.h"
#include "store/file.h"

#define FIRST_DAYS 64u
#define SECRET_BYTES 16u	/* secret and its check */

static enum hn_rc
add(struct hn_days *d, int32_t day)
{
	if (d->n == d->size) {
		const size_t size = d->size > 0 ? 2 * d->size : FIRST_DAYS;
		int32_t *p = hn_realloc(d->day, size, sizeof(*p));

		if (p == NULL)
			return HN_E_NOMEM;
		d->day = p;
		d->size = size;
	}
	d->day[d->n++] = day;
	return HN_OK;
}

static int
compare(const void *a, const void *b)
{
	const int32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
settle(struct hn_days *d)
{
	size_t to = 0;

	if (d->n == 0)
		return;
	qsort(d->day, d->n, sizeof(*d->day), compare);
	for (size_t i = 1; i < d->n; i++)
		if (d->day[i] != d->day[to])
			d->day[++to] = d->day[i];
	d->n = to + 1;
}

static bool
is_ours(const char *suffix)
{
	static const struct hn_view ours[] = { HN_INIT(".obs"), HN_INIT(".jnl"), HN_INIT(".run") };

	for (size_t i = 0; i < HN_COUNT(ours); i++)
		if (hn_view_eq(hn_view_of(suffix), ours[i]))
			return true;
	return false;
}

enum hn_rc
hn_days_list(int dir, struct hn_days *out, struct hn_err *err)
{
	struct hn_days d = { 0 };
	const int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = again >= 0 ? fdopendir(again) : NULL;
	struct dirent *e;
	enum hn_rc rc = HN_OK;

	if (stream == NULL) {
		if (again >= 0)
			(void)close(again);
		return HN_FAIL(err, HN_E_IO, 0, "folder");
	}
	while (rc == HN_OK && (e = readdir(stream)) != NULL) {
		const char *suffix;
		int32_t day;

		if (hn_day_name_read(e->d_name, &day, &suffix) && is_ours(suffix))
			rc = add(&d, day);
	}
	(void)closedir(stream);
	if (rc != HN_OK) {
		hn_days_fini(&d);
		return HN_FAIL(err, rc, 0, "folder");
	}
	settle(&d);
	*out = d;
	return HN_OK;
}

void
hn_days_fini(struct hn_days *d)
{
	hn_free(d->day);
	*d = (struct hn_days){ 0 };
}

enum hn_rc
hn_observable_secret(int dir, uint64_t *out)
{
	char bytes[SECRET_BYTES];
	struct hn_get g = HN_GET(((struct hn_view){ bytes, sizeof(bytes) }));
	const int fd = hn_file_open(dir, "secret", O_RDONLY);
	ssize_t n;
	uint64_t secret;

	if (fd < 0)
		return errno == ENOENT ? HN_E_NOTFOUND : HN_E_IO;
	n = hn_file_read(fd, bytes, sizeof(bytes), 0);
	(void)close(fd);
	if (n != (ssize_t)sizeof(bytes))
		return n < 0 ? HN_E_IO : HN_E_CORRUPT;
	secret = hn_get_u64(&g);
	if (hn_get_u64(&g) != hn_hash64((struct hn_view){ bytes, 8 }, 0))
		return HN_E_CORRUPT;
	*out = secret;
	return HN_OK;
}

uint64_t
hn_observable_key(uint8_t kind, struct hn_view value, uint64_t secret)
{
	return hn_hash64(value, secret + kind * UINT64_C(0x9e3779b97f4a7c15));
}
