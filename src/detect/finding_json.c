#include "base/clock.h"
#include "base/words.h"
#include "detect/fact.h"
#include "detect/finding.h"

#define FACT_NAME_MAX 32u
#define TITLE_MAX 8192u		/* bytes of one title or advice in one language */

static void
put_name(struct hn_buf *b, const char *name)
{
	hn_buf_printf(b, ",\"%s\":", name);
}

static void
put_text(struct hn_buf *b, const char *name, struct hn_view v)
{
	put_name(b, name);
	hn_buf_json(b, v);
}

static void
put_time(struct hn_buf *b, const char *name, int64_t ms)
{
	put_name(b, name);
	hn_buf_char(b, '"');
	hn_time_put(b, ms);
	hn_buf_char(b, '"');
}

void
finding_say(struct hn_buf *b, const struct finding *f, const char *which, enum hn_lang lang)
{
	struct hn_buf key = HN_BUF(FINDING_TEXT_MAX * 2);
	struct hn_words_param params[5 + FINDING_FACTS_MAX] = {
		{ "source", f->source }, { "destination", f->destination }, { "user", f->user }, { "rule", f->rule },
		{ "note", f->note },
	};
	char facts[FINDING_FACTS_MAX * FINDING_TEXT_MAX], names[FINDING_FACTS_MAX][FACT_NAME_MAX];
	struct hn_buf said = { .p = facts, .size = sizeof(facts), .max = sizeof(facts) };

	for (size_t i = 0; i < f->n_facts; i++) {
		const size_t before = said.n;

		fact_say(&said, &f->facts[i], lang);
		(void)snprintf(names[i], FACT_NAME_MAX, "%.*s", (int)f->facts[i].name.n, f->facts[i].name.p);
		params[5 + i] = (struct hn_words_param){ names[i], { facts + before, said.n - before } };
	}

	hn_buf_printf(&key, "finding.%.*s.%s", (int)f->words.n, f->words.p, which);
	hn_words_put(b, lang, hn_buf_cstr(&key), params, 5 + f->n_facts);
	hn_buf_fini(&key);
}

static void
put_words(struct hn_buf *b, const struct finding *f, const char *which, enum hn_lang lang)
{
	struct hn_buf text = HN_BUF(TITLE_MAX);

	finding_say(&text, f, which, lang);
	hn_buf_json(b, hn_buf_view(&text));
	hn_buf_fini(&text);
}

static void
put_both(struct hn_buf *b, const struct finding *f, const char *which)
{
	hn_buf_printf(b, ",\"%s\":{\"ja\":", which);
	put_words(b, f, which, HN_LANG_JA);
	hn_buf_put(b, HN_LIT(",\"en\":"));
	put_words(b, f, which, HN_LANG_EN);
	hn_buf_char(b, '}');
}

static void
put_evidence(struct hn_buf *b, const struct finding *f, const struct finding_sources *sources)
{
	hn_buf_put(b, HN_LIT(",\"evidence\":["));
	for (size_t i = 0; i < f->n_evidence; i++) {
		hn_buf_put(b, i > 0 ? HN_LIT(",{\"file\":") : HN_LIT("{\"file\":"));
		hn_buf_json(b, sources->name(sources->ctx, f->evidence[i].source));
		hn_buf_printf(b, ",\"line\":%llu", (unsigned long long)f->evidence[i].line);
		put_time(b, "at", f->evidence[i].at_ms);
		put_text(b, "raw", f->evidence[i].raw);
		hn_buf_char(b, '}');
	}
	hn_buf_char(b, ']');
}

/* What a part means, for people; a part without words stands for itself. */
static void
put_part_words(struct hn_buf *b, struct hn_view name, enum hn_lang lang)
{
	char key[FINDING_TEXT_MAX + 8];

	(void)snprintf(key, sizeof(key), "part.%.*s", (int)name.n, name.p);
	hn_buf_json(b, hn_word_has(key) ? hn_word(lang, key) : name);
}

static void
put_parts(struct hn_buf *b, const struct finding *f)
{
	hn_buf_put(b, HN_LIT(",\"parts\":["));
	for (size_t i = 0; i < f->n_parts; i++) {
		hn_buf_put(b, i > 0 ? HN_LIT(",{\"name\":") : HN_LIT("{\"name\":"));
		hn_buf_json(b, f->parts[i].name);
		hn_buf_printf(b, ",\"weight\":%.2f,\"words\":{\"ja\":", f->parts[i].weight);
		put_part_words(b, f->parts[i].name, HN_LANG_JA);
		hn_buf_put(b, HN_LIT(",\"en\":"));
		put_part_words(b, f->parts[i].name, HN_LANG_EN);
		hn_buf_put(b, HN_LIT("}}"));
	}
	hn_buf_char(b, ']');
}

static void
put_facts(struct hn_buf *b, const struct finding *f)
{
	hn_buf_put(b, HN_LIT(",\"facts\":{"));
	for (size_t i = 0; i < f->n_facts; i++) {
		if (i > 0)
			hn_buf_char(b, ',');
		hn_buf_json(b, f->facts[i].name);
		hn_buf_char(b, ':');
		hn_buf_json(b, f->facts[i].value);
	}
	hn_buf_char(b, '}');
}

static void
put_id(struct hn_buf *b, const char *p)
{
	hn_buf_char(b, '"');
	hn_buf_hex(b, (const uint8_t *)p, FINDING_ID_BYTES);
	hn_buf_char(b, '"');
}

/* A chain names its members, a member its chain. */
static void
put_kin(struct hn_buf *b, const struct finding *f)
{
	if (f->chain.n == FINDING_ID_BYTES) {
		put_name(b, "chain");
		put_id(b, f->chain.p);
	}
	if (f->members.n == 0)
		return;
	put_name(b, "members");
	for (size_t i = 0; i + FINDING_ID_BYTES <= f->members.n; i += FINDING_ID_BYTES) {
		hn_buf_char(b, i > 0 ? ',' : '[');
		put_id(b, f->members.p + i);
	}
	hn_buf_char(b, ']');
}

void
finding_json(struct hn_buf *b, const struct finding *f, const struct finding_sources *sources)
{
	hn_buf_put(b, HN_LIT("{\"id\":\""));
	hn_buf_hex(b, f->id, FINDING_ID_BYTES);
	hn_buf_char(b, '"');
	put_text(b, "kind", hn_view_of(finding_kind_name(f->kind)));
	put_text(b, "rule", f->rule);
	put_both(b, f, "title");
	put_both(b, f, "advice");
	put_text(b, "level", hn_view_of(finding_level_name(f->level)));
	hn_buf_printf(b, ",\"score\":%.3f,\"techniques\":[", f->score);
	for (size_t i = 0; i < f->n_techniques; i++) {
		if (i > 0)
			hn_buf_char(b, ',');
		hn_buf_json(b, f->techniques[i]);
	}
	hn_buf_char(b, ']');
	put_text(b, "source", f->source);
	put_text(b, "destination", f->destination);
	put_text(b, "user", f->user);
	put_text(b, "note", f->note);
	hn_buf_printf(b, ",\"count\":%llu", (unsigned long long)f->count);
	put_time(b, "first_at", f->first_ms);
	put_time(b, "last_at", f->last_ms);
	put_evidence(b, f, sources);
	put_parts(b, f);
	put_facts(b, f);
	put_kin(b, f);
	hn_buf_char(b, '}');
}
