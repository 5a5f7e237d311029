#include "base/clock.h"
#include "base/hash.h"
#include "cli/indicators.h"
#include "cli/place.h"

#define ENTRY_BYTES_MAX 65536u

/* One run of `hinomi indicators export`. */
struct export {
	struct hn_buf out;
	struct hn_buf text;	/* the entry's value as people write it */
	struct hn_view made;	/* when the table was made, RFC 3339 */
	uint64_t n;
};

/* How to write one form: what stands before, between and behind the entries. */
struct export_form {
	const char *name;
	void (*begin)(struct export *x);
	void (*entry)(struct export *x, const struct indicator *i);
	const char *end;
};

/* A field of a CSV row (RFC 4180); what a spreadsheet would take for a formula gets a quote before it. */
static void
put_csv(struct hn_buf *b, struct hn_view v, char after)
{
	hn_buf_char(b, '"');
	if (v.n > 0 && (v.p[0] == '=' || v.p[0] == '+' || v.p[0] == '-' || v.p[0] == '@'))
		hn_buf_char(b, '\'');
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '"')
			hn_buf_char(b, '"');
		hn_buf_char(b, v.p[i] == '\n' || v.p[i] == '\r' ? ' ' : v.p[i]);
	}
	hn_buf_char(b, '"');
	hn_buf_char(b, after);
}

static void
csv_begin(struct export *x)
{
	hn_buf_put(&x->out, HN_LIT("value,type,source,tlp,valid_from,expires,confidence,note\n"));
}

static void
csv_entry(struct export *x, const struct indicator *i)
{
	const struct hn_view tlp = i->about.tlp == TLP_UNKNOWN ? HN_LIT("") : hn_view_of(indicator_tlp_name(i->about.tlp));

	put_csv(&x->out, hn_buf_view(&x->text), ',');
	put_csv(&x->out, hn_view_of(indicator_kind_name(i->key.kind)), ',');
	put_csv(&x->out, i->about.feed, ',');
	put_csv(&x->out, tlp, ',');
	if (i->about.valid_from_ms != 0)
		hn_time_put(&x->out, i->about.valid_from_ms);
	hn_buf_char(&x->out, ',');
	if (i->about.expires_ms != 0)
		hn_time_put(&x->out, i->about.expires_ms);
	hn_buf_printf(&x->out, ",%u,", i->about.confidence);
	put_csv(&x->out, i->about.note, '\n');
}

/* A UUID that is the same for the same entry every time (RFC 9562, version 8). */
static void
put_uuid(struct hn_buf *b, struct hn_view a, struct hn_view c)
{
	static const size_t groups[] = { 4, 2, 2, 2, 6 };
	uint8_t digest[HN_SHA256_BYTES];
	struct hn_buf both = HN_BUF(ENTRY_BYTES_MAX);
	size_t at = 0;

	hn_buf_put(&both, a);
	hn_buf_char(&both, '\0');
	hn_buf_put(&both, c);
	hn_sha256(hn_buf_view(&both), digest);
	hn_buf_fini(&both);
	digest[6] = (uint8_t)((digest[6] & 0x0f) | 0x80);
	digest[8] = (uint8_t)((digest[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < HN_COUNT(groups); at += groups[i++]) {
		if (i > 0)
			hn_buf_char(b, '-');
		hn_buf_hex(b, digest + at, groups[i]);
	}
}

/* A string of a pattern: quotes and backslashes escaped, then all of it once more for JSON. */
static void
put_quoted(struct hn_buf *b, struct hn_view v)
{
	hn_buf_char(b, '\'');
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '\'' || v.p[i] == '\\')
			hn_buf_char(b, '\\');
		hn_buf_char(b, v.p[i]);
	}
	hn_buf_char(b, '\'');
}

static const char *
stix_property(const struct indicator *i)
{
	static const char *const names[INDICATOR_KINDS] = {
		[INDICATOR_DOMAIN] = "domain-name:value", [INDICATOR_URL] = "url:value", [INDICATOR_EMAIL] = "email-addr:value",
	};
	const size_t n = i->key.bytes.n;

	if (i->key.kind == INDICATOR_HASH)
		return n == 16 ? "file:hashes.MD5" : n == 20 ? "file:hashes.'SHA-1'" : "file:hashes.'SHA-256'";
	if (i->key.kind == INDICATOR_ADDR || i->key.kind == INDICATOR_CIDR)
		return n < 16 ? "ipv4-addr:value" : "ipv6-addr:value";
	return names[i->key.kind];
}

/* The pattern; false: STIX has none for this kind. */
static bool
put_pattern(struct hn_buf *b, struct hn_view value, const struct indicator *i)
{
	const char *property = stix_property(i);
	struct hn_view text = value;

	if (i->key.kind == INDICATOR_ADDR_PORT) {
		size_t colon = value.n;

		while (colon > 0 && value.p[colon - 1] != ':')
			colon--;
		text = (struct hn_view){ value.p, colon > 0 ? colon - 1 : 0 };
		if (text.n > 1 && text.p[0] == '[')
			text = (struct hn_view){ text.p + 1, text.n - 2 };
		hn_buf_put(b, HN_LIT("[network-traffic:dst_ref.value = "));
		put_quoted(b, text);
		hn_buf_printf(b, " AND network-traffic:dst_port = %.*s]", (int)(value.n - colon), value.p + colon);
		return true;
	}
	if (property == NULL)
		return false;
	hn_buf_printf(b, "[%s = ", property);
	put_quoted(b, text);
	hn_buf_char(b, ']');
	return true;
}

static void
stix_begin(struct export *x)
{
	hn_buf_put(&x->out, HN_LIT("{\"type\":\"bundle\",\"id\":\"bundle--"));
	put_uuid(&x->out, HN_LIT("bundle"), x->made);
	hn_buf_put(&x->out, HN_LIT("\",\"objects\":["));
}

static void
stix_entry(struct export *x, const struct indicator *i)
{
	static const char *const markings[TLP_COUNT] = {
		[TLP_CLEAR] = "94868c89-83c2-464b-929b-a1a8aa3c8487", [TLP_GREEN] = "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
		[TLP_AMBER] = "55d920b0-5e8b-4f79-9ee9-91f868d9b421", [TLP_AMBER_STRICT] = "939a9414-2ddd-4d32-a0cd-375ea402b003",
		[TLP_RED] = "e828b379-4e03-4974-9ac4-e53a884c97c1",
	};
	struct hn_buf pattern = HN_BUF(ENTRY_BYTES_MAX);

	if (!put_pattern(&pattern, hn_buf_view(&x->text), i)) {
		hn_buf_fini(&pattern);
		return;
	}
	hn_buf_put(&x->out, x->n++ > 0 ? HN_LIT(",\n{\"type\":\"indicator\"") : HN_LIT("\n{\"type\":\"indicator\""));
	hn_buf_put(&x->out, HN_LIT(",\"spec_version\":\"2.1\",\"id\":\"indicator--"));
	put_uuid(&x->out, hn_buf_view(&x->text), i->about.feed);
	hn_buf_printf(&x->out, "\",\"created\":\"%.*s\",\"modified\":\"%.*s\",\"valid_from\":\"", (int)x->made.n, x->made.p,
	    (int)x->made.n, x->made.p);
	if (i->about.valid_from_ms != 0)
		hn_time_put(&x->out, i->about.valid_from_ms);
	else
		hn_buf_put(&x->out, x->made);
	hn_buf_char(&x->out, '"');
	hn_buf_put(&x->out, HN_LIT(",\"name\":"));
	hn_buf_json(&x->out, i->about.note.n > 0 ? i->about.note : hn_buf_view(&x->text));
	hn_buf_printf(&x->out, ",\"confidence\":%u,\"pattern_type\":\"stix\",\"pattern\":", i->about.confidence);
	hn_buf_json(&x->out, hn_buf_view(&pattern));
	if (i->about.expires_ms != 0) {
		hn_buf_put(&x->out, HN_LIT(",\"valid_until\":\""));
		hn_time_put(&x->out, i->about.expires_ms);
		hn_buf_char(&x->out, '"');
	}
	if (markings[i->about.tlp] != NULL)
		hn_buf_printf(&x->out, ",\"object_marking_refs\":[\"marking-definition--%s\"]", markings[i->about.tlp]);
	hn_buf_char(&x->out, '}');
	hn_buf_fini(&pattern);
}

static void
misp_begin(struct export *x)
{
	hn_buf_put(&x->out, HN_LIT("{\"Event\":{\"uuid\":\""));
	put_uuid(&x->out, HN_LIT("event"), x->made);
	hn_buf_printf(&x->out, "\",\"info\":\"hinomi\",\"date\":\"%.*s\",\"Attribute\":[", 10, x->made.p);
}

static void
misp_entry(struct export *x, const struct indicator *i)
{
	static const char *const types[INDICATOR_KINDS] = {
		[INDICATOR_ADDR] = "ip-dst", [INDICATOR_ADDR_PORT] = "ip-dst|port", [INDICATOR_CIDR] = "ip-dst",
		[INDICATOR_DOMAIN] = "domain", [INDICATOR_URL] = "url", [INDICATOR_PATH] = "uri",
		[INDICATOR_JA3] = "ja3-fingerprint-md5", [INDICATOR_JA4] = "ja4", [INDICATOR_EMAIL] = "email-src",
	};
	const size_t n = i->key.bytes.n;
	const char *type = i->key.kind != INDICATOR_HASH ? types[i->key.kind] : n == 16 ? "md5" : n == 20 ? "sha1" : "sha256";
	size_t colon = x->text.n;

	if (i->key.kind == INDICATOR_ADDR_PORT) {
		while (colon > 0 && x->text.p[colon - 1] != ':')
			colon--;
		if (colon > 0)
			x->text.p[colon - 1] = '|';
	}
	hn_buf_put(&x->out, x->n++ > 0 ? HN_LIT(",\n{\"uuid\":\"") : HN_LIT("\n{\"uuid\":\""));
	put_uuid(&x->out, hn_buf_view(&x->text), i->about.feed);
	hn_buf_printf(&x->out, "\",\"type\":\"%s\",\"to_ids\":%s,\"value\":", type, i->about.mute.n > 0 ? "false" : "true");
	hn_buf_json(&x->out, hn_buf_view(&x->text));
	hn_buf_put(&x->out, HN_LIT(",\"comment\":"));
	hn_buf_json(&x->out, i->about.note);
	if (i->about.tlp != TLP_UNKNOWN)
		hn_buf_printf(&x->out, ",\"Tag\":[{\"name\":\"tlp:%s\"}]", indicator_tlp_name(i->about.tlp));
	hn_buf_char(&x->out, '}');
}

static const struct export_form forms[] = {
	{ "csv", csv_begin, csv_entry, "" },
	{ "stix", stix_begin, stix_entry, "\n]}\n" },
	{ "misp", misp_begin, misp_entry, "\n]}}\n" },
};

static void
flush(struct export *x, FILE *to)
{
	(void)fwrite(x->out.p, 1, x->out.n, to);
	hn_buf_reset(&x->out);
}

static void
export_table(const struct arguments *a, const struct indicator_table *t, const struct export_form *form)
{
	struct export x = { .out = HN_BUF(ENTRY_BYTES_MAX * 4), .text = HN_BUF(2 * INDICATOR_KEY_MAX) };
	const struct hn_view source = hn_view_of(arguments_value(a, "source", ""));
	struct hn_buf made = HN_BUF(64);
	struct indicator i;
	uint64_t at = 0;

	hn_time_put(&made, indicator_table_facts(t).made_ms);
	x.made = hn_buf_view(&made);
	form->begin(&x);
	while (indicator_table_next(t, &at, &i)) {
		hn_buf_reset(&x.text);
		if ((source.n > 0 && !hn_view_eq(source, i.about.feed)) || indicator_key_text(i.key, &x.text) != HN_OK)
			continue;
		form->entry(&x, &i);
		flush(&x, a->out);
	}
	hn_buf_put(&x.out, hn_view_of(form->end));
	flush(&x, a->out);
	hn_buf_fini(&x.out);
	hn_buf_fini(&x.text);
	hn_buf_fini(&made);
}

static enum exit_code
export(const struct arguments *a)
{
	const struct hn_view name = hn_view_of(arguments_value(a, "format", "csv"));
	struct indicator_table *t = indicators_open(a);

	if (t == NULL)
		return EXIT_NOT_DONE;
	for (size_t i = 0; i < HN_COUNT(forms); i++)
		if (hn_view_eq(name, hn_view_of(forms[i].name)))
			export_table(a, t, &forms[i]);
	indicator_table_close(t);
	return EXIT_DONE;
}

const struct command indicators_export_command = {
	.name = "indicators export",
	.operands = "",
	.options = {
		PLACE_TABLE_OPTIONS,
		{ OPTION_VALUE, "format", "csv|stix|misp" },
		{ OPTION_VALUE, "source", "NAME" },
	},
	.run = export,
};
