#include "event/log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

#define TEXT_MAX 512u

static const char *role = "hinomi";

void
hn_log_init(const char *name)
{
	role = name;
}

void
hn_log(enum hn_log_level level, const char *event, const char *fmt, ...)
{
	static const char *const levels[] = { "info", "warning", "error" };
	struct hn_buf line = HN_BUF(HN_LOG_LINE_MAX);
	char text[TEXT_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	hn_buf_put(&line, HN_LIT("at="));
	hn_time_put(&line, hn_clock_ms());
	hn_buf_printf(&line, " level=%s role=%s event=%s%s%s", levels[level], role, event, n > 0 ? " " : "", n > 0 ? text : "");
	for (size_t i = 0; i < line.n; i++)
		if ((unsigned char)line.p[i] < ' ')
			line.p[i] = ' ';	/* one line stays one line */
	hn_buf_char(&line, '\n');
	(void)!write(STDERR_FILENO, line.p, line.n);
	hn_buf_fini(&line);
}
