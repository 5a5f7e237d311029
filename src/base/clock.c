#include "base/clock.h"

#include <assert.h>
#ifdef __SANITIZE_ADDRESS__
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "base/num.h"

#define TYPED_MAX 48u
#define MINUTES_END 16u		/* bytes of "2026-11-23T06:30" */
#define SECONDS_DIGITS 9u

#define DAY_MS INT64_C(86400000)

/*
 * Days since 1970-01-01.  The year is counted from March, so that a leap day is its last day; an era is 400 years.
 */
static int64_t
days_of(int year, int month, int day)
{
	const int64_t y = year - (month <= 2 ? 1 : 0);
	const int64_t era = (y >= 0 ? y : y - 399) / 400;
	const int64_t in_era = y - era * 400;
	const int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

int64_t
hn_civil_ms(struct hn_civil c)
{
	const int64_t in_day = ((int64_t)c.hour * 60 + c.minute) * 60 + c.second;

	return days_of(c.year, c.month, c.day) * DAY_MS + in_day * 1000 + c.ms;
}

struct hn_civil
hn_civil_of(int64_t ms)
{
	const int64_t days = (ms >= 0 ? ms : ms - DAY_MS + 1) / DAY_MS;
	const int in_day = (int)(ms - days * DAY_MS);
	const int64_t shifted = days + 719468;
	const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	const int64_t day_of_era = shifted - era * 146097;
	const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	const int64_t month = (5 * day_of_year + 2) / 153;
	const int calendar_month = (int)(month < 10 ? month + 3 : month - 9);

	return (struct hn_civil){
		.year = (int)(year_of_era + era * 400 + (calendar_month <= 2 ? 1 : 0)),
		.month = calendar_month,
		.day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
		.hour = in_day / 3600000,
		.minute = in_day / 60000 % 60,
		.second = in_day / 1000 % 60,
		.ms = in_day % 1000,
	};
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (leap && month == 2 ? 1 : 0);
}

bool
hn_civil_is_valid(struct hn_civil c)
{
	const struct {
		int value, min, max;
	} rows[] = {
		{ c.year, 0, 9999 }, { c.month, 1, 12 }, { c.day, 1, 31 }, { c.hour, 0, 23 }, { c.minute, 0, 59 },
		{ c.second, 0, 60 }, { c.ms, 0, 999 },
	};

	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (rows[i].value < rows[i].min || rows[i].value > rows[i].max)
			return false;
	return c.day <= days_in_month(c.year, c.month);
}

/* Take exactly ${digits} digits off ${v}. */
static bool
take_digits(struct hn_view *v, size_t digits, int *out)
{
	uint64_t n;

	if (v->n < digits || hn_num_u64((struct hn_view){ v->p, digits }, 9999, &n) != HN_OK)
		return false;
	*v = hn_view_skip(*v, digits);
	*out = (int)n;
	return true;
}

static bool
take_char(struct hn_view *v, const char *any_of)
{
	if (v->n == 0 || v->p[0] == '\0' || strchr(any_of, v->p[0]) == NULL)
		return false;
	*v = hn_view_skip(*v, 1);
	return true;
}

static bool
take_date(struct hn_view *v, struct hn_civil *c)
{
	return take_digits(v, 4, &c->year) && take_char(v, "-/") && take_digits(v, 2, &c->month) &&
	    take_char(v, "-/") && take_digits(v, 2, &c->day);
}

static bool
take_time(struct hn_view *v, struct hn_civil *c)
{
	int unit = 100;

	if (!take_digits(v, 2, &c->hour) || !take_char(v, ":") || !take_digits(v, 2, &c->minute) ||
	    !take_char(v, ":") || !take_digits(v, 2, &c->second))
		return false;
	if (!take_char(v, ".,"))
		return true;
	if (v->n == 0 || v->p[0] < '0' || v->p[0] > '9')
		return false;
	while (v->n > 0 && v->p[0] >= '0' && v->p[0] <= '9') {
		c->ms += (v->p[0] - '0') * unit;
		unit /= 10;
		*v = hn_view_skip(*v, 1);
	}
	return true;
}

static bool
take_zone(struct hn_view *v, int *zone_s)
{
	int hours, minutes;

	if (v->n == 0)
		return true;
	if (take_char(v, "Zz")) {
		*zone_s = 0;
		return v->n == 0;
	}
	const int sign = v->p[0] == '-' ? -1 : 1;

	if (!take_char(v, "+-") || !take_digits(v, 2, &hours))
		return false;
	(void)take_char(v, ":");
	if (!take_digits(v, 2, &minutes) || hours > 23 || minutes > 59 || v->n > 0)
		return false;
	*zone_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

enum hn_rc
hn_time_parse(struct hn_view v, int zone_s, int64_t *out_ms)
{
	struct hn_civil c = { 0 };

	if (!take_date(&v, &c))
		return HN_E_SYNTAX;
	if (v.n > 0 && (!take_char(&v, "Tt ") || !take_time(&v, &c) || !take_zone(&v, &zone_s)))
		return HN_E_SYNTAX;
	if (!hn_civil_is_valid(c))
		return HN_E_SYNTAX;
	*out_ms = hn_civil_ms(c) - (int64_t)zone_s * 1000;
	return HN_OK;
}

enum hn_rc
hn_time_typed(struct hn_view v, int zone_s, int64_t *out_ms)
{
	static const struct hn_view seconds = HN_INIT(":00");
	char text[TYPED_MAX];

	if (hn_time_parse(v, zone_s, out_ms) == HN_OK)
		return HN_OK;
	if (v.n >= SECONDS_DIGITS && v.p[0] >= '1' && v.p[0] <= '9' && hn_num_seconds_ms(v, out_ms) == HN_OK)
		return HN_OK;
	if (v.n < MINUTES_END || v.n + seconds.n > sizeof(text) || v.p[MINUTES_END - 3] != ':')
		return HN_E_SYNTAX;
	memcpy(text, v.p, MINUTES_END);
	memcpy(text + MINUTES_END, seconds.p, seconds.n);
	memcpy(text + MINUTES_END + seconds.n, v.p + MINUTES_END, v.n - MINUTES_END);
	return hn_time_parse((struct hn_view){ text, v.n + seconds.n }, zone_s, out_ms);
}

void
hn_time_put(struct hn_buf *b, int64_t ms)
{
	const struct hn_civil c = hn_civil_of(ms);

	hn_buf_printf(b, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day, c.hour, c.minute, c.second, c.ms);
}

static int64_t
read_clock(clockid_t which)
{
	struct timespec t;
	const int rc = clock_gettime(which, &t);

	assert(rc == 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#ifdef __SANITIZE_ADDRESS__
/*
 * A test moves the wall clock of a running site: $HINOMI_TEST_CLOCK names a file of eight bytes, the ms to add.  It is
 * mapped before any jail is entered, so that each process sees it change.  Only in a build with sanitizers.
 */
static const volatile int64_t *moved_ms;

__attribute__((constructor)) static void
map_moved(void)
{
	const char *path = getenv("HINOMI_TEST_CLOCK");
	const int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *p = fd >= 0 ? mmap(NULL, sizeof(*moved_ms), PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (p != MAP_FAILED)
		moved_ms = p;
	if (fd >= 0)
		(void)close(fd);
}

int64_t
hn_clock_ms(void)
{
	return read_clock(CLOCK_REALTIME) + (moved_ms != NULL ? *moved_ms : 0);
}
#else
int64_t
hn_clock_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}
#endif

int64_t
hn_clock_monotonic_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}
