#include "site/frame.h"

#include <assert.h>

#include "base/num.h"

#define LENGTH_DIGITS_MAX 9u

/* Drop what is left of a message that was cut. */
static struct site_frame
skip(struct site_framer *f, struct hn_view in)
{
	size_t used = in.n;

	if (f->skip_bytes > 0) {
		if (f->skip_bytes < used)
			used = (size_t)f->skip_bytes;
		f->skip_bytes -= used;
		return (struct site_frame){ .used = used, .dropped = used };
	}
	used = hn_view_find(in, '\n');
	if (used < in.n) {
		f->skips_line = false;
		return (struct site_frame){ .used = used + 1, .dropped = used };
	}
	return (struct site_frame){ .used = used, .dropped = used };
}

static struct site_frame
take_line(struct site_framer *f, struct hn_view in)
{
	const size_t seen = in.n < f->max + 1 ? in.n : f->max + 1;
	const size_t end = hn_view_find((struct hn_view){ in.p, seen }, '\n');

	if (end < seen)
		return (struct site_frame){ .raw = { in.p, end }, .used = end + 1, .is_message = end > 0 };
	if (seen <= f->max)
		return (struct site_frame){ 0 };
	f->skips_line = true;
	return (struct site_frame){ .raw = { in.p, f->max }, .used = f->max, .is_message = true, .is_cut = true };
}

/* Digits of a length with a blank behind; 0: this is not a counted message.  *is_short: it may become one. */
static size_t
length_digits(struct hn_view in, bool *is_short)
{
	size_t n = 0;

	while (n < in.n && n <= LENGTH_DIGITS_MAX && in.p[n] >= '0' && in.p[n] <= '9')
		n++;
	*is_short = n == in.n && n <= LENGTH_DIGITS_MAX;
	return n > 0 && n <= LENGTH_DIGITS_MAX && n < in.n && in.p[n] == ' ' && in.p[0] != '0' ? n : 0;
}

static struct site_frame
take_syslog(struct site_framer *f, struct hn_view in)
{
	bool is_short;
	const size_t digits = length_digits(in, &is_short);
	uint64_t length;
	size_t kept;

	if (digits == 0 || hn_num_u64((struct hn_view){ in.p, digits }, UINT32_MAX, &length) != HN_OK)
		return is_short ? (struct site_frame){ 0 } : take_line(f, in);
	kept = length < f->max ? (size_t)length : f->max;
	if (in.n - digits - 1 < kept)
		return (struct site_frame){ 0 };
	f->skip_bytes = length - kept;
	return (struct site_frame){ .raw = { in.p + digits + 1, kept }, .used = digits + 1 + kept, .is_message = true,
		.is_cut = length > kept };
}

struct site_frame
site_frame_next(struct site_framer *f, struct hn_view in)
{
	assert(f->max > 0);
	if (in.n == 0)
		return (struct site_frame){ 0 };
	if (f->skip_bytes > 0 || f->skips_line)
		return skip(f, in);
	return f->kind == SITE_FRAME_SYSLOG ? take_syslog(f, in) : take_line(f, in);
}
