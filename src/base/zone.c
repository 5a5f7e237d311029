#include "base/zone.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"

#define DAY_S INT64_C(86400)
#define NAME_MAX_BYTES 64u
#define OFFSET_MAX_S (26 * 3600)	/* RFC 8536, section 3.2: -25 to +26 hours exclusive */

void
hn_zone_fixed(struct hn_zone *z, int32_t offset_s)
{
	z->n = 0;
	z->first_s = offset_s;
	z->has_rule = false;
}

/* Big-endian integers out of the file; the caller knows that they are there. */
static int64_t
take_int(struct hn_view *v, size_t bytes)
{
	uint64_t n = (v->p[0] & 0x80) != 0 ? UINT64_MAX : 0;

	assert(v->n >= bytes);
	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | (uint8_t)v->p[i];
	*v = hn_view_skip(*v, bytes);
	return (int64_t)n;
}

struct tzif_header {
	char version;
	size_t isut, isstd, leap, time, type, chars;
};

static enum hn_rc
take_header(struct hn_view *v, struct tzif_header *h, struct hn_err *err)
{
	size_t *const counts[] = { &h->isut, &h->isstd, &h->leap, &h->time, &h->type, &h->chars };

	if (v->n < 44 || !hn_view_starts(*v, HN_LIT("TZif")))
		return HN_FAIL(err, HN_E_SYNTAX, 0, "TZif header");
	h->version = v->p[4];
	*v = hn_view_skip(*v, 20);
	for (size_t i = 0; i < HN_COUNT(counts); i++) {
		const int64_t n = take_int(v, 4);

		if (n < 0 || n > (int64_t)HN_ZONE_FILE_MAX)
			return HN_FAIL(err, HN_E_LIMIT, 0, "TZif counts");
		*counts[i] = (size_t)n;
	}
	return HN_OK;
}

/* Bytes of the data block whose times have ${time_bytes} bytes. */
static size_t
block_bytes(const struct tzif_header *h, size_t time_bytes)
{
	return h->time * (time_bytes + 1) + h->type * 6 + h->chars + h->leap * (time_bytes + 4) + h->isstd + h->isut;
}

/* Offset of local time type ${i}; false: there is no such type, or no zone is that far from UTC. */
static bool
type_offset(struct hn_view types, size_t i, int32_t *out)
{
	if (i * 6 + 6 > types.n)
		return false;
	types = hn_view_skip(types, i * 6);
	*out = (int32_t)take_int(&types, 4);
	return *out > -OFFSET_MAX_S && *out < OFFSET_MAX_S;
}

static enum hn_rc
read_block(struct hn_view block, const struct tzif_header *h, size_t time_bytes, struct hn_zone *z, struct hn_err *err)
{
	struct hn_view times = { block.p, h->time * time_bytes };
	const struct hn_view indices = { block.p + times.n, h->time };
	const struct hn_view types = { indices.p + indices.n, h->type * 6 };

	if (h->time > HN_ZONE_CHANGES_MAX)
		return HN_FAIL(err, HN_E_LIMIT, 0, "time zone changes");
	if (!type_offset(types, 0, &z->first_s))
		return HN_FAIL(err, HN_E_SYNTAX, 0, "time type");
	for (size_t i = 0; i < h->time; i++) {
		z->at_s[i] = take_int(&times, time_bytes);
		if (i > 0 && z->at_s[i] <= z->at_s[i - 1])
			return HN_FAIL(err, HN_E_SYNTAX, i, "transition time");
		if (!type_offset(types, (uint8_t)indices.p[i], &z->offset_s[i]))
			return HN_FAIL(err, HN_E_SYNTAX, i, "transition type");
	}
	z->n = h->time;
	return HN_OK;
}

static bool
take_char(struct hn_view *v, char c)
{
	if (v->n == 0 || v->p[0] != c)
		return false;
	*v = hn_view_skip(*v, 1);
	return true;
}

static bool
take_number(struct hn_view *v, int *out)
{
	size_t n = 0;
	uint64_t value;

	while (n < v->n && n < 4 && v->p[n] >= '0' && v->p[n] <= '9')
		n++;
	if (hn_num_u64((struct hn_view){ v->p, n }, 9999, &value) != HN_OK)
		return false;
	*v = hn_view_skip(*v, n);
	*out = (int)value;
	return true;
}

/* "JST", "<+0330>" */
static bool
take_name(struct hn_view *v)
{
	size_t n = 0;

	if (take_char(v, '<')) {
		struct hn_view name;

		return hn_view_cut(v, '>', &name);
	}
	while (n < v->n && ((v->p[n] >= 'A' && v->p[n] <= 'Z') || (v->p[n] >= 'a' && v->p[n] <= 'z')))
		n++;
	*v = hn_view_skip(*v, n);
	return n >= 3;
}

/* [+-]hh[:mm[:ss]]; hours up to 167 (RFC 8536, section 3.3.1). */
static bool
take_hms(struct hn_view *v, int32_t *out_s)
{
	const bool negative = take_char(v, '-');
	int h, m = 0, s = 0;

	if (!negative)
		(void)take_char(v, '+');
	if (!take_number(v, &h) || h > 167)
		return false;
	if (take_char(v, ':') && (!take_number(v, &m) || (take_char(v, ':') && !take_number(v, &s))))
		return false;
	if (m > 59 || s > 59)
		return false;
	*out_s = (negative ? -1 : 1) * (h * 3600 + m * 60 + s);
	return true;
}

/* "3.5.0" behind the M: month, week, weekday. */
static bool
take_weekday(struct hn_view *v, struct hn_zone_day *d)
{
	d->kind = 'M';
	if (!take_number(v, &d->month) || !take_char(v, '.') || !take_number(v, &d->week) || !take_char(v, '.') ||
	    !take_number(v, &d->day))
		return false;
	return d->month >= 1 && d->month <= 12 && d->week >= 1 && d->week <= 5 && d->day <= 6;
}

static bool
take_yearday(struct hn_view *v, struct hn_zone_day *d)
{
	d->kind = take_char(v, 'J') ? 'J' : 'N';
	return take_number(v, &d->day) && d->day <= 365 && (d->kind == 'N' || d->day > 0);
}

static bool
take_day(struct hn_view *v, struct hn_zone_day *d)
{
	d->second = 2 * 3600;
	if (!(take_char(v, 'M') ? take_weekday(v, d) : take_yearday(v, d)))
		return false;
	return !take_char(v, '/') || take_hms(v, &d->second);
}

/* The footer: a POSIX TZ string.  What it says counts hours west of UTC. */
static bool
read_footer(struct hn_view v, struct hn_zone *z)
{
	if (!take_name(&v) || !take_hms(&v, &z->standard_s))
		return false;
	z->standard_s = -z->standard_s;
	z->has_rule = true;
	if (v.n == 0)
		return true;
	z->has_summer = true;
	z->summer_s = z->standard_s + 3600;
	if (!take_name(&v))
		return false;
	if (v.n > 0 && v.p[0] != ',') {
		if (!take_hms(&v, &z->summer_s))
			return false;
		z->summer_s = -z->summer_s;
	}
	return take_char(&v, ',') && take_day(&v, &z->from) && take_char(&v, ',') && take_day(&v, &z->to) && v.n == 0;
}

enum hn_rc
hn_zone_parse(struct hn_view file, struct hn_zone *out, struct hn_err *err)
{
	struct hn_zone z = { 0 };
	struct hn_view rest = file;
	struct tzif_header h;
	size_t time_bytes = 4;
	enum hn_rc rc = take_header(&rest, &h, err);

	if (rc == HN_OK && h.version >= '2') {	/* the first block is for readers of version 1: skip it */
		if (rest.n < block_bytes(&h, 4))
			return HN_FAIL(err, HN_E_SYNTAX, rest.n, "TZif block");
		rest = hn_view_skip(rest, block_bytes(&h, 4));
		rc = take_header(&rest, &h, err);
		time_bytes = 8;
	}
	if (rc != HN_OK)
		return rc;
	if (rest.n < block_bytes(&h, time_bytes))
		return HN_FAIL(err, HN_E_SYNTAX, rest.n, "TZif block");
	rc = read_block(rest, &h, time_bytes, &z, err);
	if (rc != HN_OK)
		return rc;
	rest = hn_view_trim(hn_view_skip(rest, block_bytes(&h, time_bytes)));
	if (time_bytes == 8 && rest.n > 0 && !read_footer(rest, &z))
		return HN_FAIL(err, HN_E_SYNTAX, (size_t)(rest.p - file.p), "TZ string");
	*out = z;
	return HN_OK;
}

/* Only what can be a file under zoneinfo: no dots, so no way out of it. */
static bool
is_name(struct hn_view name)
{
	static const char others[] = "/_+-";

	if (name.n == 0 || name.n > NAME_MAX_BYTES || name.p[0] == '/')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		const char c = hn_lower(name.p[i]);

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && memchr(others, c, sizeof(others) - 1) == NULL)
			return false;
	}
	return true;
}

static enum hn_rc
read_all(const char *path, char *to, size_t *n, struct hn_err *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 1;

	if (fd < 0)
		return HN_FAIL(err, errno == ENOENT || errno == ENOTDIR ? HN_E_NOTFOUND : HN_E_IO, 0, "time zone");
	*n = 0;
	while (got > 0 && *n < HN_ZONE_FILE_MAX) {
		got = read(fd, to + *n, HN_ZONE_FILE_MAX - *n);
		if (got > 0)
			*n += (size_t)got;
	}
	(void)close(fd);
	return got == 0 ? HN_OK : HN_FAIL(err, got < 0 ? HN_E_IO : HN_E_LIMIT, *n, "time zone file");
}

enum hn_rc
hn_zone_load(struct hn_view name, struct hn_zone *out, struct hn_err *err)
{
	static const struct {
		struct hn_view name;
		int32_t offset_s;
	} built_in[] = { { HN_INIT("Asia/Tokyo"), 9 * 3600 }, { HN_INIT("UTC"), 0 } };
	char path[NAME_MAX_BYTES + 32];
	size_t n;

	for (size_t i = 0; i < HN_COUNT(built_in); i++)
		if (hn_view_eq(built_in[i].name, name)) {
			hn_zone_fixed(out, built_in[i].offset_s);
			return HN_OK;
		}
	if (!is_name(name))
		return HN_FAIL(err, HN_E_SYNTAX, 0, "time zone name");
	(void)snprintf(path, sizeof(path), "/usr/share/zoneinfo/%.*s", (int)name.n, name.p);
	char *const file = hn_alloc(1, HN_ZONE_FILE_MAX);

	if (file == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "time zone");
	enum hn_rc rc = read_all(path, file, &n, err);

	if (rc == HN_OK)
		rc = hn_zone_parse((struct hn_view){ file, n }, out, err);
	hn_free(file);
	return rc;
}

/* Days since 1970 of ${d} in ${year}. */
static int64_t
day_of_rule(const struct hn_zone_day *d, int year)
{
	const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	const int64_t new_year = hn_civil_ms((struct hn_civil){ .year = year, .month = 1, .day = 1 }) / (DAY_S * 1000);

	if (d->kind == 'N')
		return new_year + d->day;
	if (d->kind == 'J')
		return new_year + d->day - 1 + (leap && d->day >= 60 ? 1 : 0);
	const struct hn_civil first = { .year = year, .month = d->month, .day = 1 };
	const struct hn_civil next = { .year = year + d->month / 12, .month = d->month % 12 + 1, .day = 1 };
	const int64_t begin = hn_civil_ms(first) / (DAY_S * 1000);
	const int64_t end = hn_civil_ms(next) / (DAY_S * 1000);
	const int64_t weekday = ((begin + 4) % 7 + 7) % 7;	/* 1970-01-01 was a Thursday */
	int64_t day = begin + (d->day - weekday + 7) % 7 + 7 * (d->week - 1);

	while (day >= end)	/* week 5 is the last one */
		day -= 7;
	return day;
}

static int32_t
offset_by_rule(const struct hn_zone *z, int64_t at_s)
{
	if (!z->has_summer)
		return z->standard_s;
	const int year = hn_civil_of((at_s + z->standard_s) * 1000).year;
	const int64_t from = day_of_rule(&z->from, year) * DAY_S + z->from.second - z->standard_s;
	const int64_t to = day_of_rule(&z->to, year) * DAY_S + z->to.second - z->summer_s;
	const bool summer = from < to ? at_s >= from && at_s < to : at_s >= from || at_s < to;

	return summer ? z->summer_s : z->standard_s;
}

static int32_t
offset_at(const struct hn_zone *z, int64_t at_s)
{
	size_t low = 0, high = z->n;

	while (low < high) {	/* low becomes the number of changes up to at_s */
		const size_t middle = low + (high - low) / 2;

		if (z->at_s[middle] <= at_s)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == z->n && z->has_rule)
		return offset_by_rule(z, at_s);
	return low > 0 ? z->offset_s[low - 1] : z->first_s;
}

static int64_t
floor_s(int64_t ms)
{
	return ms >= 0 ? ms / 1000 : -((999 - ms) / 1000);
}

int32_t
hn_zone_offset(const struct hn_zone *z, int64_t at_ms)
{
	assert(z != NULL && z->n <= HN_ZONE_CHANGES_MAX);
	return offset_at(z, floor_s(at_ms));
}

int64_t
hn_zone_instant(const struct hn_zone *z, int64_t local_ms)
{
	assert(z != NULL && z->n <= HN_ZONE_CHANGES_MAX);
	if (z->n == 0 && !z->has_rule)
		return local_ms - (int64_t)z->first_s * 1000;
	const int64_t local_s = floor_s(local_ms);
	/* No zone changes twice within two days: the offsets a day before and after are the only two in question. */
	const int32_t before = offset_at(z, local_s - DAY_S);
	const int32_t after = offset_at(z, local_s + DAY_S);
	const bool is_after = before != after && offset_at(z, local_s - before) != before &&
	    offset_at(z, local_s - after) == after;

	return local_ms - (int64_t)(is_after ? after : before) * 1000;
}
