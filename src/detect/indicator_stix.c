#include "detect/indicator_stix.h"

#include "base/clock.h"
#include "base/mem.h"
#include "detect/indicator_json.h"
#include "detect/stix_pattern.h"

#define ARENA_MAX (4u << 20)

/* The bundle's objects and what is worked out of one. */
struct stix {
	const json_t *objects;
	struct indicator_sink *sink;
	struct hn_arena arena;
	struct stix_terms terms;
};

/* The object of that id; NULL: not in the bundle. */
static const json_t *
object_find(const struct stix *x, struct hn_view id)
{
	const json_t *o;
	size_t i;

	json_array_foreach(x->objects, i, o)
		if (hn_view_eq(json_text(o, "id"), id))
			return o;
	return NULL;
}

static enum indicator_tlp
tlp_of_id(struct hn_view id)
{
	static const struct {
		struct hn_view id;
		enum indicator_tlp tlp;
	} rows[] = {
		{ HN_INIT("marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"), TLP_CLEAR },
		{ HN_INIT("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"), TLP_GREEN },
		{ HN_INIT("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"), TLP_AMBER },
		{ HN_INIT("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"), TLP_AMBER_STRICT },
		{ HN_INIT("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"), TLP_RED },
		{ HN_INIT("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"), TLP_CLEAR },
		{ HN_INIT("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"), TLP_GREEN },
		{ HN_INIT("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"), TLP_AMBER },
		{ HN_INIT("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"), TLP_RED },
	};

	for (size_t i = 0; i < HN_COUNT(rows); i++)
		if (hn_view_eq(rows[i].id, id))
			return rows[i].tlp;
	return TLP_UNKNOWN;
}

static enum indicator_tlp
tlp_of_marking(const struct stix *x, struct hn_view id)
{
	const enum indicator_tlp tlp = tlp_of_id(id);
	const json_t *o;

	if (tlp != TLP_UNKNOWN)
		return tlp;
	o = object_find(x, id);
	return o != NULL ? indicator_tlp_find(json_text(json_object_get(o, "definition"), "tlp")) : TLP_UNKNOWN;
}

/* The strictest of the object's markings; ${otherwise} where it has none. */
static enum indicator_tlp
tlp_of_object(const struct stix *x, const json_t *o, enum indicator_tlp otherwise)
{
	enum indicator_tlp tlp = TLP_UNKNOWN;
	const json_t *ref;
	size_t i;

	json_array_foreach(json_object_get(o, "object_marking_refs"), i, ref) {
		const enum indicator_tlp one = tlp_of_marking(x,
		    (struct hn_view){ json_is_string(ref) ? json_string_value(ref) : "", json_string_length(ref) });

		tlp = one > tlp ? one : tlp;
	}
	return tlp != TLP_UNKNOWN ? tlp : otherwise;
}

static struct indicator_about
about_of_object(const struct stix *x, const json_t *o)
{
	struct indicator_about about = x->sink->defaults;
	const json_t *confidence = json_object_get(o, "confidence");
	const json_t *maker = object_find(x, json_text(o, "created_by_ref"));
	const struct hn_view from = json_text(o, "valid_from"), until = json_text(o, "valid_until"), name = json_text(o, "name");

	about.tlp = tlp_of_object(x, o, about.tlp);
	if (json_is_integer(confidence) && json_integer_value(confidence) >= 0 && json_integer_value(confidence) <= 100)
		about.confidence = (uint8_t)json_integer_value(confidence);
	if (maker != NULL && json_text(maker, "name").n > 0)
		about.feed = json_text(maker, "name");
	if (name.n > 0)
		about.note = name;
	if (until.n > 0 && hn_time_parse(until, 0, &about.expires_ms) != HN_OK)
		about.expires_ms = x->sink->defaults.expires_ms;
	if (from.n > 0 && hn_time_parse(from, 0, &about.valid_from_ms) != HN_OK)
		about.valid_from_ms = 0;
	return about;
}

static void
take_terms(struct stix *x, const struct indicator_about *about, uint64_t number)
{
	for (size_t i = 0; i < x->terms.n; i++) {
		const struct stix_term *t = &x->terms.at[i];
		struct hn_buf text = HN_BUF(INDICATOR_KEY_MAX);

		if (t->port.n == 0) {
			indicator_sink_take(x->sink, t->value, HN_LIT(""), about, number);
			continue;
		}
		const bool brackets = hn_view_find(t->value, ':') < t->value.n && t->value.p[0] != '[';

		hn_buf_put(&text, brackets ? HN_LIT("[") : HN_LIT(""));
		hn_buf_put(&text, t->value);
		hn_buf_put(&text, brackets ? HN_LIT("]:") : HN_LIT(":"));
		hn_buf_put(&text, t->port);
		indicator_sink_take(x->sink, hn_buf_view(&text), HN_LIT(""), about, number);
		hn_buf_fini(&text);
	}
}

static void
take_indicator(struct stix *x, const json_t *o, uint64_t number)
{
	const struct hn_view type = json_text(o, "pattern_type"), pattern = json_text(o, "pattern");
	struct hn_err err = { .what = "" };
	enum hn_rc rc;

	x->sink->report.read++;
	if (json_is_true(json_object_get(o, "revoked"))) {
		x->sink->report.passed++;
		return;
	}
	if (type.n > 0 && !hn_view_eq(type, HN_LIT("stix"))) {
		indicator_sink_unread(x->sink, type, "a pattern of another language than STIX", number);
		return;
	}
	hn_arena_reset(&x->arena);
	rc = stix_pattern_terms(pattern, &x->arena, &x->terms, &err);
	if (rc != HN_OK) {
		indicator_sink_unread(x->sink, pattern, err.what, number);
		return;
	}
	const struct indicator_about about = about_of_object(x, o);

	take_terms(x, &about, number);
}

void
indicator_stix_take(const json_t *bundle, struct indicator_sink *s)
{
	struct stix *x = hn_alloc(1, sizeof(*x));
	const json_t *o;
	size_t i;

	if (x == NULL) {
		s->rc = HN_FAIL(&s->err, HN_E_NOMEM, 0, "STIX bundle");
		return;
	}
	x->objects = json_is_array(bundle) ? bundle : json_object_get(bundle, "objects");
	x->sink = s;
	x->arena = HN_ARENA(ARENA_MAX);
	json_array_foreach(x->objects, i, o)
		if (hn_view_eq(json_text(o, "type"), HN_LIT("indicator")))
			take_indicator(x, o, i + 1);
	hn_arena_fini(&x->arena);
	hn_free(x);
}
