#include "detect/indicator_list.h"

#include "base/clock.h"
#include "base/text.h"
#include "detect/indicator_misp.h"

/* "2026-12-31", "2026-12-31 10:00", seconds since 1970; "never" and the like: 0.  false: none of these. */
static bool
time_of(struct hn_view v, int64_t *out)
{
	static const struct hn_view nevers[] = { HN_INIT("never"), HN_INIT("none"), HN_INIT("-"), HN_INIT("null") };

	for (size_t i = 0; i < HN_COUNT(nevers); i++)
		if (hn_view_eq_nocase(nevers[i], v)) {
			*out = 0;
			return true;
		}
	return hn_time_typed(v, 0, out) == HN_OK;
}

/* What the row says besides the value; NULL: fine, else what is wrong. */
static const char *
about_of_row(struct indicator_about *about, const struct hn_view *fields)
{
	if (fields[COLUMN_SOURCE].n > 0)
		about->feed = fields[COLUMN_SOURCE];
	if (fields[COLUMN_NOTE].n > 0)
		about->note = fields[COLUMN_NOTE];
	if (fields[COLUMN_TLP].n > 0)
		about->tlp = indicator_tlp_find(fields[COLUMN_TLP]);
	if (fields[COLUMN_TLP].n > 0 && about->tlp == TLP_UNKNOWN)
		return "tlp is none of clear, green, amber, amber+strict, red";
	if (fields[COLUMN_EXPIRES].n > 0 && !time_of(fields[COLUMN_EXPIRES], &about->expires_ms))
		return "expires is no date";
	if (fields[COLUMN_FROM].n > 0 && !time_of(fields[COLUMN_FROM], &about->valid_from_ms))
		return "valid_from is no date";
	if (fields[COLUMN_CONFIDENCE].n > 0 && !indicator_confidence_of(fields[COLUMN_CONFIDENCE], &about->confidence))
		return "confidence is not between 0 and 100";
	return NULL;
}

/* Whether the row's type is one that no log of ours can show, or the row says that it is not meant for detection. */
static bool
is_no_indicator(const struct hn_view *fields)
{
	static const struct hn_view elsewhere[] = {
		HN_INIT("cve"), HN_INIT("yara"), HN_INIT("mutex"), HN_INIT("filepath"), HN_INIT("filename"), HN_INIT("regkey"),
		HN_INIT("bitcoinaddress"), HN_INIT("btc"), HN_INIT("vulnerability"), HN_INIT("imphash"), HN_INIT("ssdeep"),
		HN_INIT("filehash-imphash"), HN_INIT("filehash-pehash"), HN_INIT("sha512"), HN_INIT("tlsh"), HN_INIT("comment"),
	};
	static const struct hn_view noes[] = { HN_INIT("0"), HN_INIT("false"), HN_INIT("no") };

	for (size_t i = 0; i < HN_COUNT(elsewhere); i++)
		if (hn_view_eq_nocase(elsewhere[i], fields[COLUMN_TYPE]))
			return true;
	for (size_t i = 0; i < HN_COUNT(noes); i++)
		if (hn_view_eq_nocase(noes[i], fields[COLUMN_MEANT]))
			return true;
	return false;
}

/* The fields of a row: what it says, and its values. */
struct row {
	struct hn_view about[COLUMN_KINDS], value[INDICATOR_VALUES_MAX];
};

static void
take_fields(struct indicator_list *l, struct hn_view line, struct row *out)
{
	const struct indicator_columns *c = &l->columns;
	struct indicator_fields f = { .rest = line, .between = c->between, .more = true, .room = l->unquoted,
		.room_max = sizeof(l->unquoted) };
	struct hn_view field;

	for (unsigned number = 1; number <= INDICATOR_COLUMNS_MAX && indicator_fields_next(&f, &field); number++) {
		for (unsigned k = 0; k < COLUMN_KINDS; k++)
			if (c->of[k] == number)
				out->about[k] = field;
		for (size_t i = 0; i < c->n_values; i++)
			if (c->value[i].number == number)
				out->value[i] = field;
	}
}

static void
take_row(struct indicator_list *l, struct indicator_sink *s, struct hn_view line)
{
	struct row row = { 0 };
	struct indicator_about about = s->defaults;
	const struct hn_view *type = &row.about[COLUMN_TYPE];
	const char *wrong;
	size_t taken = 0;

	take_fields(l, line, &row);
	wrong = about_of_row(&about, row.about);
	if (is_no_indicator(row.about)) {
		s->report.passed++;
		return;
	}
	for (size_t i = 0; wrong == NULL && i < l->columns.n_values; i++) {
		if (row.value[i].n == 0)
			continue;
		taken++;
		if (!indicator_misp_take_pair(s, *type, row.value[i], &about, l->line))
			indicator_sink_take(s, row.value[i],
			    l->columns.value[i].type.n > 0 ? l->columns.value[i].type : *type, &about, l->line);
	}
	if (taken == 0)
		indicator_sink_unread(s, line, wrong != NULL ? wrong : "no value", l->line);
}

static bool
is_remark(struct hn_view v)
{
	return v.n == 0 || v.p[0] == '#' || v.p[0] == ';' || hn_view_starts(v, HN_LIT("//"));
}

/* "*.evil.example", ".evil.example", a block list's "||evil.example^": a name and all below it, as every name means. */
static struct hn_view
without_wild(struct hn_view v)
{
	static const struct hn_view heads[] = { HN_INIT("||"), HN_INIT("*."), HN_INIT(".") };

	for (size_t i = 0; i < HN_COUNT(heads); i++)
		if (hn_view_starts(v, heads[i]) && v.n > heads[i].n) {
			v = hn_view_skip(v, heads[i].n);
			v.n -= v.p[v.n - 1] == '^';
			break;
		}
	return v;
}

/* The value on a line: what stands before a remark; of a hosts file the name; of an unnamed row the first field. */
static struct hn_view
value_of(struct hn_view v)
{
	static const struct hn_view nowhere[] = { HN_INIT("0.0.0.0"), HN_INIT("127.0.0.1"), HN_INIT("::") };
	struct hn_view head;
	size_t at = 0;

	while (at < v.n && v.p[at] != ' ' && v.p[at] != '\t' && v.p[at] != ',')
		at++;
	if (at == v.n)
		return v;
	head = (struct hn_view){ v.p, at };
	for (size_t i = 0; i < HN_COUNT(nowhere); i++)
		if (v.p[at] != ',' && hn_view_eq(head, nowhere[i])) {
			struct hn_view rest = hn_view_trim(hn_view_skip(v, at));

			while (head = rest, head.n > 0 && hn_view_find(head, ' ') < head.n)
				rest = (struct hn_view){ head.p, hn_view_find(head, ' ') };
			return head;
		}
	v = hn_view_trim(hn_view_skip(v, at));
	return is_remark(v) || v.p[0] == ',' ? head : (struct hn_view){ head.p, (size_t)(v.p + v.n - head.p) };
}

void
indicator_list_fini(struct indicator_list *l)
{
	hn_arena_fini(&l->text);
}

/* The line as UTF-8, without the mark that a file may begin with. */
static struct hn_view
text_of(struct indicator_list *l, struct hn_view line)
{
	static const struct hn_view mark = HN_INIT("\xef\xbb\xbf");
	struct hn_view v = l->line == 1 && hn_view_starts(line, mark) ? hn_view_skip(line, mark.n) : line;

	if (!hn_utf8_is_valid(v)) {
		l->text.max = INDICATOR_LIST_TEXT_BYTES;
		hn_arena_reset(&l->text);
		if (hn_text_utf8(&l->text, v, &v) != HN_OK)
			return HN_LIT("");
	}
	return hn_view_trim(v);
}

void
indicator_list_line(struct indicator_list *l, struct indicator_sink *s, struct hn_view line)
{
	l->line++;

	const struct hn_view v = text_of(l, line);

	if (!l->has_header && v.n > 0 && v.p[0] == '#' && hn_view_find(v, ',') < v.n)
		l->has_header = indicator_columns_of(hn_view_trim(hn_view_skip(v, 1)), &l->columns);
	if (is_remark(v))
		return;
	if (!l->has_header && s->report.read == 0 && indicator_columns_of(v, &l->columns)) {
		l->has_header = true;
		return;
	}
	s->report.read++;
	if (l->has_header)
		take_row(l, s, v);
	else
		indicator_sink_take(s, without_wild(value_of(v)), HN_LIT(""), &s->defaults, l->line);
}
