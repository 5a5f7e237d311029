#ifndef DETECT_MADE_UP_H
#define DETECT_MADE_UP_H

#include <stdint.h>

#include "base/view.h"

#define MADE_UP_SYMBOLS 29u	/* a..z, a digit, '-', beginning and end */
#define MADE_UP_UNLIKELY 2.0	/* from here on a program rather than a person made it */

/*
 * How much likelier it is that a program drew the letters of ${label} (one label, lower case) than that people named something
 * so: bits, by the square root of the length.  Above zero: rather drawn.  Labels of less than six letters and those of other
 * scripts (RFC 5890, "xn--") say nothing: MADE_UP_UNKNOWN.
 * A model of three letters in a row (data/names/model.txt) against letters, letters and digits, or hexadecimal digits drawn
 * evenly.  Source: the likelihood ratio of two models (J. Neyman, E. Pearson, 1933); on names see S. Schueppen et al., FANCI,
 * USENIX Security 2018.
 */
double made_up_score(struct hn_view label);

#define MADE_UP_UNKNOWN (-20.0)

/* Quarters of a bit: the third symbol after the first two.  Made from data/names/model.txt. */
extern const uint8_t made_up_model[MADE_UP_SYMBOLS * MADE_UP_SYMBOLS * MADE_UP_SYMBOLS];

#endif
