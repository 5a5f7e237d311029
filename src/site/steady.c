#include "site/steady.h"

#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/clock.h"
#include "event/log.h"
#include "store/file.h"

#define SAVE_MS 60000
#define NAME "clock"

static bool
load(const struct site_steady *s, struct hn_steady *out)
{
	char text[HN_STEADY_TEXT_MAX];
	const int fd = s->dir >= 0 ? hn_file_open(s->dir, NAME, O_RDONLY) : -1;
	ssize_t n;

	if (fd < 0)
		return false;
	n = hn_file_read(fd, text, sizeof(text), 0);
	(void)close(fd);
	return n > 0 && hn_steady_get((struct hn_view){ text, (size_t)n }, out);
}

static void
save(struct site_steady *s)
{
	struct hn_buf b = HN_BUF(HN_STEADY_TEXT_MAX);

	s->saved_ms = s->clock.mono_ms;
	hn_steady_put(&b, &s->clock);
	if (s->dir >= 0 && !b.failed && hn_file_replace(s->dir, NAME, hn_buf_view(&b), NULL) != HN_OK)
		hn_log(HN_LOG_WARNING, "clock-not-kept", "the disk takes no more");
	hn_buf_fini(&b);
}

static void
tell(const struct site_steady *s)
{
	if (s->clock.doubt_ms > 0)
		hn_log(HN_LOG_WARNING, "clock-jumped", "by_s=%" PRId64 " nothing is deleted for it; set the clock right, "
		    "or it is believed after %" PRId64 " days", s->clock.apart_ms / 1000, HN_STEADY_DOUBT_MS / 86400000);
	else
		hn_log(HN_LOG_INFO, "clock-believed", "the wall clock is believed again");
}

void
site_steady_open(struct site_steady *s, const char *folder)
{
	struct hn_steady saved;

	*s = (struct site_steady){ .dir = -1 };
	if (hn_dir_open(folder, false, &s->dir, NULL) != HN_OK)
		s->dir = -1;
	hn_steady_start(&s->clock, load(s, &saved) ? &saved : NULL, hn_clock_ms(), hn_clock_monotonic_ms());
	s->was_doubted = s->clock.doubt_ms > 0;
	if (s->was_doubted)
		tell(s);
	save(s);
}

void
site_steady_close(struct site_steady *s)
{
	if (s->dir >= 0)
		(void)close(s->dir);
	s->dir = -1;
}

int64_t
site_steady_now(struct site_steady *s)
{
	const int64_t now_ms = hn_steady_step(&s->clock, hn_clock_ms(), hn_clock_monotonic_ms());
	const bool is_doubted = s->clock.doubt_ms > 0;

	if (is_doubted != s->was_doubted) {
		s->was_doubted = is_doubted;
		tell(s);
		save(s);
	} else if (s->clock.mono_ms - s->saved_ms >= SAVE_MS) {
		save(s);
	}
	return now_ms;
}

int64_t
site_steady_least(struct site_steady *s)
{
	const int64_t now_ms = site_steady_now(s), wall_ms = hn_clock_ms();

	return wall_ms < now_ms ? wall_ms : now_ms;
}
