#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/text.h"

#define FIRST_SIZE 256u

void
hn_buf_fini(struct hn_buf *b)
{
	hn_free(b->p);
	*b = HN_BUF(b->max);
}

char *
hn_buf_room(struct hn_buf *b, size_t n)
{
	size_t size = b->size > 0 ? b->size : FIRST_SIZE;
	char *p;

	assert(b->n <= b->size && b->max > 0);
	if (n <= b->size - b->n)
		return b->p + b->n;
	if (n > b->max || b->n > b->max - n) {
		b->failed = true;
		return NULL;
	}
	while (size < b->n + n)
		size *= 2;
	if (size > b->max)
		size = b->max;
	p = hn_realloc(b->p, size, 1);
	if (p == NULL) {
		b->failed = true;
		return NULL;
	}
	b->p = p;
	b->size = size;
	return p + b->n;
}

void
hn_buf_put(struct hn_buf *b, struct hn_view v)
{
	char *to;

	if (v.n == 0)
		return;
	to = v.n <= b->size - b->n ? b->p + b->n : hn_buf_room(b, v.n);
	if (to == NULL)
		return;
	memcpy(to, v.p, v.n);
	b->n += v.n;
}

void
hn_buf_char(struct hn_buf *b, char c)
{
	hn_buf_put(b, (struct hn_view){ &c, 1 });
}

void
hn_buf_u64(struct hn_buf *b, uint64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	hn_buf_put(b, (struct hn_view){ digits + at, sizeof(digits) - at });
}

void
hn_buf_i64(struct hn_buf *b, int64_t n)
{
	if (n < 0)
		hn_buf_char(b, '-');
	hn_buf_u64(b, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void
hn_buf_hex(struct hn_buf *b, const void *bytes, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	const unsigned char *from = bytes;

	for (size_t i = 0; i < n; i++) {
		hn_buf_char(b, digit[from[i] >> 4]);
		hn_buf_char(b, digit[from[i] & 15]);
	}
}

void
hn_buf_printf(struct hn_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;
	char *to;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	to = n >= 0 ? hn_buf_room(b, (size_t)n + 1) : NULL;
	if (to == NULL) {
		b->failed = true;
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(to, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

static void
put_escaped(struct hn_buf *b, unsigned char c)
{
	static const char *const named[128] = {
		['"'] = "\\\"", ['\\'] = "\\\\", ['\b'] = "\\b", ['\f'] = "\\f",
		['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t",
	};

	if (named[c] != NULL)
		hn_buf_put(b, hn_view_of(named[c]));
	else
		hn_buf_printf(b, "\\u%04x", c);
}

void
hn_buf_json(struct hn_buf *b, struct hn_view v)
{
	hn_buf_char(b, '"');
	while (v.n > 0) {
		size_t run = 0;

		while (run < v.n && (unsigned char)v.p[run] >= ' ' && v.p[run] != '"' && v.p[run] != '\\' &&
		    (unsigned char)v.p[run] < 127)
			run++;
		hn_buf_put(b, (struct hn_view){ v.p, run });
		v = hn_view_skip(v, run);
		if (v.n == 0)
			break;
		if ((unsigned char)v.p[0] < 128) {
			put_escaped(b, (unsigned char)v.p[0]);
			v = hn_view_skip(v, 1);
			continue;
		}
		const size_t len = hn_utf8_len(v);

		hn_buf_put(b, len > 0 ? (struct hn_view){ v.p, len } : HN_LIT("\xef\xbf\xbd"));
		v = hn_view_skip(v, len > 0 ? len : 1);
	}
	hn_buf_char(b, '"');
}

void
hn_buf_reset(struct hn_buf *b)
{
	b->n = 0;
	b->failed = false;
}

void
hn_buf_drop(struct hn_buf *b, size_t n)
{
	assert(n <= b->n);
	if (n == 0)
		return;
	b->n -= n;
	memmove(b->p, b->p + n, b->n);
}

const char *
hn_buf_cstr(struct hn_buf *b)
{
	char *end = hn_buf_room(b, 1);

	if (end == NULL)
		return NULL;
	*end = '\0';
	return b->p;
}
