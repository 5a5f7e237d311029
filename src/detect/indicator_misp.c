#include "detect/indicator_misp.h"

#include "detect/indicator_json.h"

/* Where a value stood and what is said about it. */
struct said {
	const struct indicator_about *about;
	uint64_t line;
};

/* Which part of a value is the indicator. */
enum part {
	PART_WHOLE,
	PART_LEFT,		/* of "a|b" */
	PART_RIGHT,
	PART_BOTH,
	PART_ADDR_PORT,		/* "192.0.2.1|443" */
};

static const struct type_row {
	struct hn_view type;
	enum part part;
} types[] = {
	{ HN_INIT("ip-dst"), PART_WHOLE }, { HN_INIT("ip-src"), PART_WHOLE }, { HN_INIT("domain"), PART_WHOLE },
	{ HN_INIT("hostname"), PART_WHOLE }, { HN_INIT("url"), PART_WHOLE }, { HN_INIT("uri"), PART_WHOLE },
	{ HN_INIT("md5"), PART_WHOLE }, { HN_INIT("sha1"), PART_WHOLE }, { HN_INIT("sha256"), PART_WHOLE },
	{ HN_INIT("ja3-fingerprint-md5"), PART_WHOLE }, { HN_INIT("ja4"), PART_WHOLE }, { HN_INIT("email"), PART_WHOLE },
	{ HN_INIT("email-src"), PART_WHOLE }, { HN_INIT("email-dst"), PART_WHOLE },
	{ HN_INIT("x509-fingerprint-md5"), PART_WHOLE }, { HN_INIT("x509-fingerprint-sha1"), PART_WHOLE },
	{ HN_INIT("x509-fingerprint-sha256"), PART_WHOLE }, { HN_INIT("domain|ip"), PART_BOTH },
	{ HN_INIT("ip-dst|port"), PART_ADDR_PORT }, { HN_INIT("ip-src|port"), PART_LEFT },
	{ HN_INIT("hostname|port"), PART_LEFT }, { HN_INIT("filename|md5"), PART_RIGHT },
	{ HN_INIT("filename|sha1"), PART_RIGHT }, { HN_INIT("filename|sha256"), PART_RIGHT },
	{ HN_INIT("malware-sample"), PART_RIGHT },
};

static enum indicator_tlp
tlp_of_tags(const json_t *holder, enum indicator_tlp otherwise)
{
	enum indicator_tlp tlp = TLP_UNKNOWN;
	const json_t *tag;
	size_t i;

	json_array_foreach(json_object_get(holder, "Tag"), i, tag) {
		const enum indicator_tlp one = indicator_tlp_find(json_text(tag, "name"));

		tlp = one > tlp ? one : tlp;
	}
	return tlp != TLP_UNKNOWN ? tlp : otherwise;
}

static void
take_addr_port(struct indicator_sink *s, struct hn_view left, struct hn_view right, struct said said)
{
	struct hn_buf text = HN_BUF(INDICATOR_KEY_MAX);
	const bool brackets = hn_view_find(left, ':') < left.n && left.p[0] != '[';

	hn_buf_put(&text, brackets ? HN_LIT("[") : HN_LIT(""));
	hn_buf_put(&text, left);
	hn_buf_put(&text, brackets ? HN_LIT("]:") : HN_LIT(":"));
	hn_buf_put(&text, right);
	indicator_sink_take(s, hn_buf_view(&text), HN_LIT(""), said.about, said.line);
	hn_buf_fini(&text);
}

static void
take_value(struct indicator_sink *s, const struct type_row *row, struct hn_view value, struct said said)
{
	struct hn_view right = value, left;
	const struct hn_view type = row->part == PART_WHOLE ? row->type : HN_LIT("");

	(void)hn_view_cut(&right, '|', &left);
	if (row->part == PART_ADDR_PORT) {
		take_addr_port(s, left, right, said);
		return;
	}
	if (row->part == PART_WHOLE)
		left = value;
	if (row->part != PART_RIGHT)
		indicator_sink_take(s, left, type, said.about, said.line);
	if (row->part == PART_RIGHT || row->part == PART_BOTH)
		indicator_sink_take(s, right, type, said.about, said.line);
}

bool
indicator_misp_take_pair(struct indicator_sink *s, struct hn_view type, struct hn_view value,
    const struct indicator_about *about, uint64_t line)
{
	if (hn_view_find(value, '|') == value.n)
		return false;
	for (size_t i = 0; i < HN_COUNT(types); i++)
		if (types[i].part != PART_WHOLE && hn_view_eq(types[i].type, type)) {
			take_value(s, &types[i], value, (struct said){ about, line });
			return true;
		}
	return false;
}

static void
take_attribute(struct indicator_sink *s, const json_t *a, const struct indicator_about *event)
{
	const struct hn_view type = json_text(a, "type"), comment = json_text(a, "comment");
	struct indicator_about about = *event;

	s->report.read++;
	if (!json_is_true(json_object_get(a, "to_ids")) || json_is_true(json_object_get(a, "deleted"))) {
		s->report.passed++;
		return;
	}
	about.tlp = tlp_of_tags(a, event->tlp);
	if (about.note.n == 0)
		about.note = comment;
	for (size_t i = 0; i < HN_COUNT(types); i++)
		if (hn_view_eq(types[i].type, type)) {
			take_value(s, &types[i], json_text(a, "value"), (struct said){ &about, s->report.read });
			return;
		}
	s->report.passed++;	/* a type that no log of ours can show: a mutex, a registry key, a YARA rule */
}

static void
take_attributes(struct indicator_sink *s, const json_t *holder, const struct indicator_about *about)
{
	const json_t *a;
	size_t i;

	json_array_foreach(json_object_get(holder, "Attribute"), i, a)
		take_attribute(s, a, about);
}

static void
take_event(struct indicator_sink *s, const json_t *event)
{
	struct indicator_about about = s->defaults;
	const struct hn_view maker = json_text(json_object_get(event, "Orgc"), "name"), info = json_text(event, "info");
	const json_t *o;
	size_t i;

	if (maker.n > 0)
		about.feed = maker;
	if (info.n > 0)
		about.note = info;
	about.tlp = tlp_of_tags(event, about.tlp);
	take_attributes(s, event, &about);
	json_array_foreach(json_object_get(event, "Object"), i, o)
		if (!json_is_true(json_object_get(o, "deleted")))
			take_attributes(s, o, &about);
}

void
indicator_misp_take(const json_t *document, struct indicator_sink *s)
{
	const json_t *one, *all = json_object_get(document, "response");
	size_t i;

	if (json_is_object(json_object_get(document, "Event")))
		take_event(s, json_object_get(document, "Event"));
	take_attributes(s, all, &s->defaults);
	json_array_foreach(all, i, one)
		take_event(s, json_object_get(one, "Event"));
}

bool
indicator_misp_is_manifest(const json_t *document)
{
	const char *key;
	json_t *one;

	json_object_foreach((json_t *)(uintptr_t)document, key, one)
		return json_object_get(one, "info") != NULL && json_object_get(one, "timestamp") != NULL;
	return false;
}
