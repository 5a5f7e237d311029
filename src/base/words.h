#ifndef HN_BASE_WORDS_H
#define HN_BASE_WORDS_H

#include "base/buf.h"
#include "base/view.h"

/*
 * What a person reads, from the catalogues data/words/ja/ and data/words/en/ (one file a room, "key": "text with {name}"), which
 * are built into the program.  Japanese is the source language; the build fails where a key lacks one of the two or names
 * other places than its twin.
 */
enum hn_lang {
	HN_LANG_JA,
	HN_LANG_EN,
	HN_LANGS
};

/* "ja", "ja_JP.UTF-8", "en" ...; NULL: from LC_ALL, LC_MESSAGES, LANG.  What is not Japanese reads English. */
enum hn_lang hn_lang_of(const char *name);

/* The text of ${key}; a key that is not there gives the key itself, so that it is seen. */
struct hn_view hn_word(enum hn_lang lang, const char *key);

/* Whether the catalogue has ${key}. */
bool hn_word_has(const char *key);

struct hn_words_param {
	const char *name;
	struct hn_view value;
};

/* Append the text of ${key} with each {name} replaced by its value; a {name} that is not given stays as it is. */
void hn_words_put(struct hn_buf *b, enum hn_lang lang, const char *key, const struct hn_words_param *params, size_t n);

#endif
