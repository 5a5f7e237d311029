#ifndef HN_BASE_WORDS_TABLE_H
#define HN_BASE_WORDS_TABLE_H

#include <stddef.h>

/* The catalogues as one table, made at build time by tools/words.py; sorted by key. */
struct hn_words_row {
	const char *key;
	const char *text[2];	/* by enum hn_lang */
};

extern const struct hn_words_row hn_words_rows[];
extern const size_t hn_words_rows_n;

#endif
