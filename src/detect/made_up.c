#include "detect/made_up.h"

#include <math.h>

#define DIGIT 26u
#define DASH 27u
#define EDGE 28u
#define LENGTH_MIN 6u
#define HEX_MIN 8u
#define STEPS_PER_BIT 4

/* What a label is made of. */
struct shape {
	unsigned n, digits, hex, dashes;
	double named;		/* bits, as a name that people gave */
};

static unsigned
symbol_of(char c)
{
	return c >= 'a' && c <= 'z' ? (unsigned)(c - 'a') : c >= '0' && c <= '9' ? DIGIT : DASH;
}

static struct shape
shape_of(struct hn_view label)
{
	struct shape s = { 0 };
	unsigned before = EDGE, last = EDGE, steps = 0;

	for (size_t i = 0; i < label.n; i++) {
		const unsigned c = symbol_of(label.p[i]);

		steps += made_up_model[(before * MADE_UP_SYMBOLS + last) * MADE_UP_SYMBOLS + c];
		s.n++;
		s.digits += c == DIGIT;
		s.dashes += c == DASH;
		s.hex += c == DIGIT || c < 6;
		before = last;
		last = c;
	}
	steps += made_up_model[(before * MADE_UP_SYMBOLS + last) * MADE_UP_SYMBOLS + EDGE];
	s.named = (double)steps / STEPS_PER_BIT;
	return s;
}

/* Bits of ${s} where each character is drawn from ${letters}; which digit it is counts on neither side. */
static double
drawn_from(const struct shape *s, unsigned letters)
{
	return s->n * log2(letters) - s->digits * log2(10);
}

double
made_up_score(struct hn_view label)
{
	const struct shape s = shape_of(label);
	double drawn;

	if (label.n < LENGTH_MIN || hn_view_starts(label, HN_LIT("xn--")))
		return MADE_UP_UNKNOWN;
	drawn = drawn_from(&s, 36) + 5;
	if (s.digits == 0 && s.dashes == 0)
		drawn = fmin(drawn, drawn_from(&s, 26) + 4);
	if (s.hex == s.n && s.n >= HEX_MIN)
		drawn = fmin(drawn, drawn_from(&s, 16) + 5);
	drawn += log2(20);	/* lengths are drawn too */
	return (s.named - drawn) / sqrt(s.n);
}
