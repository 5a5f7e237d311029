#include "detect/fact.h"

#include <math.h>
#include <stdlib.h>

#define TEXT_MAX 64u

struct unit {
	double size;		/* in the unit of the fact */
	const char *key;	/* of its word, with {n} */
};

/* The largest unit that is not zero, and the next smaller one behind it: "2 hours 30 minutes". */
static void
say_units(struct hn_buf *b, double value, const struct unit *u, size_t n, enum hn_lang lang)
{
	size_t i = 0;
	char text[TEXT_MAX];

	while (i + 1 < n && value < u[i].size)
		i++;
	for (size_t part = 0; part < 2 && i < n; part++, i++) {
		const double whole = part == 0 && i + 1 < n ? floor(value / u[i].size) : round(value / u[i].size);
		struct hn_words_param p = { "n", { text, 0 } };

		if (part > 0 && whole < 1)
			return;
		if (part > 0 && lang == HN_LANG_EN)
			hn_buf_char(b, ' ');
		p.value.n = (size_t)snprintf(text, sizeof(text), "%.0f", whole);
		hn_words_put(b, lang, u[i].key, &p, 1);
		value -= whole * u[i].size;
		if (whole >= 10)
			return;		/* "28 hours": the minutes behind it say nothing */
	}
}

static void
say_span(struct hn_buf *b, double ms, enum hn_lang lang)
{
	static const struct unit units[] = {
		{ 86400e3, "fact.days" }, { 3600e3, "fact.hours" }, { 60e3, "fact.minutes" }, { 1e3, "fact.seconds" },
	};

	if (ms < 1e3)
		hn_words_put(b, lang, "fact.moment", NULL, 0);
	else
		say_units(b, ms, units, HN_COUNT(units), lang);
}

static void
say_bytes(struct hn_buf *b, double bytes)
{
	static const char *const names[] = { "B", "KB", "MB", "GB", "TB" };
	size_t i = 0;

	while (bytes >= 1000 && i + 1 < HN_COUNT(names)) {
		bytes /= 1000;
		i++;
	}
	hn_buf_printf(b, bytes < 10 && i > 0 ? "%.1f %s" : "%.0f %s", bytes, names[i]);
}

/* "chain.entry,chain.lateral": the words of those parts, one after another. */
static void
say_parts(struct hn_buf *b, struct hn_view names, enum hn_lang lang)
{
	struct hn_view name;
	char key[2 * TEXT_MAX];
	bool more = true;

	while (more) {
		more = hn_view_cut(&names, ',', &name);
		(void)snprintf(key, sizeof(key), "part.%.*s", (int)name.n, name.p);
		hn_buf_put(b, hn_word_has(key) ? hn_word(lang, key) : name);
		if (more)
			hn_buf_put(b, HN_LIT(" → "));
	}
}

void
fact_say(struct hn_buf *b, const struct finding_fact *f, enum hn_lang lang)
{
	char text[TEXT_MAX];
	double value;

	if (hn_view_ends(f->name, HN_LIT("_words"))) {
		say_parts(b, f->value, lang);
		return;
	}
	if (f->value.n >= sizeof(text)) {
		hn_buf_put(b, f->value);
		return;
	}
	memcpy(text, f->value.p, f->value.n);
	text[f->value.n] = '\0';
	value = strtod(text, NULL);
	if (hn_view_ends(f->name, HN_LIT("_ms")))
		say_span(b, value, lang);
	else if (hn_view_ends(f->name, HN_LIT("_bytes")))
		say_bytes(b, value);
	else if (hn_view_ends(f->name, HN_LIT("_share")))
		hn_buf_printf(b, "%.0f %%", 100 * value);
	else
		hn_buf_put(b, f->value);
}
