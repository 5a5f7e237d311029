#include "base/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/words_table.h"

static int
compare_key(const void *key, const void *row)
{
	return strcmp(key, ((const struct hn_words_row *)row)->key);
}

static const struct hn_words_row *
find(const char *key)
{
	return bsearch(key, hn_words_rows, hn_words_rows_n, sizeof(hn_words_rows[0]), compare_key);
}

enum hn_lang
hn_lang_of(const char *name)
{
	static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; name == NULL && i < HN_COUNT(variables); i++) {
		name = getenv(variables[i]);
		if (name != NULL && name[0] == '\0')
			name = NULL;
	}
	return name != NULL && strncmp(name, "ja", 2) == 0 ? HN_LANG_JA : HN_LANG_EN;
}

bool
hn_word_has(const char *key)
{
	return find(key) != NULL;
}

struct hn_view
hn_word(enum hn_lang lang, const char *key)
{
	const struct hn_words_row *row = find(key);

	return hn_view_of(row != NULL ? row->text[lang] : key);
}

static const struct hn_words_param *
param_of(struct hn_view name, const struct hn_words_param *params, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (hn_view_eq(hn_view_of(params[i].name), name))
			return &params[i];
	return NULL;
}

void
hn_words_put(struct hn_buf *b, enum hn_lang lang, const char *key, const struct hn_words_param *params, size_t n)
{
	struct hn_view rest = hn_word(lang, key);

	while (rest.n > 0) {
		const size_t open = hn_view_find(rest, '{');
		const size_t close = open + hn_view_find(hn_view_skip(rest, open), '}');

		hn_buf_put(b, (struct hn_view){ rest.p, open });
		if (close >= rest.n) {
			hn_buf_put(b, hn_view_skip(rest, open));
			return;
		}
		const struct hn_words_param *p = param_of((struct hn_view){ rest.p + open + 1, close - open - 1 }, params, n);

		hn_buf_put(b, p != NULL ? p->value : (struct hn_view){ rest.p + open, close - open + 1 });
		rest = hn_view_skip(rest, close + 1);
	}
}
