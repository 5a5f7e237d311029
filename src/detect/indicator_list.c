#include "detect/indicator_list.h"

#include "base/clock.h"
#include "base/num.h"

/* The field at the start of ${rest}; moves on past its comma.  false: no more. */
static bool
next_field(struct indicator_list *l, struct hn_view *rest, bool *more, struct hn_view *out)
{
	size_t i = 1;

	if (!*more)
		return false;
	while (rest->n > 0 && rest->p[0] == ' ')
		*rest = hn_view_skip(*rest, 1);
	if (rest->n == 0 || rest->p[0] != '"') {
		*more = hn_view_cut(rest, ',', out);
		*out = hn_view_trim(*out);
		return true;
	}
	char *to = l->unquoted + l->unquoted_n;
	size_t n = 0;

	for (; i < rest->n && !(rest->p[i] == '"' && (i + 1 == rest->n || rest->p[i + 1] != '"')); i++) {
		i += rest->p[i] == '"';
		if (l->unquoted_n + n < sizeof(l->unquoted))
			to[n++] = rest->p[i];
	}
	l->unquoted_n += n;
	*out = (struct hn_view){ to, n };
	*rest = hn_view_skip(*rest, i < rest->n ? i + 1 : i);
	struct hn_view between;

	*more = hn_view_cut(rest, ',', &between);
	return true;
}

/* What feeds call their columns. */
static const struct {
	struct hn_view name;
	enum indicator_column is;
} names[] = {
	{ HN_INIT("value"), COLUMN_VALUE }, { HN_INIT("indicator"), COLUMN_VALUE }, { HN_INIT("ioc"), COLUMN_VALUE },
	{ HN_INIT("ioc_value"), COLUMN_VALUE }, { HN_INIT("observable"), COLUMN_VALUE }, { HN_INIT("domain"), COLUMN_VALUE },
	{ HN_INIT("hostname"), COLUMN_VALUE }, { HN_INIT("url"), COLUMN_VALUE }, { HN_INIT("ip"), COLUMN_VALUE },
	{ HN_INIT("ip_address"), COLUMN_VALUE }, { HN_INIT("dst_ip"), COLUMN_VALUE }, { HN_INIT("dstip"), COLUMN_VALUE },
	{ HN_INIT("sha256_hash"), COLUMN_VALUE }, { HN_INIT("ja3_md5"), COLUMN_VALUE },
	{ HN_INIT("type"), COLUMN_TYPE }, { HN_INIT("ioc_type"), COLUMN_TYPE }, { HN_INIT("indicator_type"), COLUMN_TYPE },
	{ HN_INIT("source"), COLUMN_SOURCE }, { HN_INIT("feed"), COLUMN_SOURCE }, { HN_INIT("reporter"), COLUMN_SOURCE },
	{ HN_INIT("tlp"), COLUMN_TLP },
	{ HN_INIT("expires"), COLUMN_EXPIRES }, { HN_INIT("valid_until"), COLUMN_EXPIRES },
	{ HN_INIT("confidence"), COLUMN_CONFIDENCE }, { HN_INIT("confidence_level"), COLUMN_CONFIDENCE },
	{ HN_INIT("note"), COLUMN_NOTE }, { HN_INIT("comment"), COLUMN_NOTE }, { HN_INIT("description"), COLUMN_NOTE },
	{ HN_INIT("malware"), COLUMN_NOTE }, { HN_INIT("malware_printable"), COLUMN_NOTE }, { HN_INIT("threat"), COLUMN_NOTE },
};

static void
name_column(struct indicator_list *l, struct hn_view field, uint8_t number)
{
	for (size_t i = 0; i < HN_COUNT(names); i++)
		if (hn_view_eq_nocase(names[i].name, field) && l->column[names[i].is] == 0)
			l->column[names[i].is] = number;
}

/* Whether the line names columns, one of them the value's. */
static bool
take_header(struct indicator_list *l, struct hn_view line)
{
	struct hn_view field;
	bool more = true;
	uint8_t number = 0;

	while (number < INDICATOR_COLUMNS_MAX && next_field(l, &line, &more, &field))
		name_column(l, field, ++number);
	if (number > 1 && l->column[COLUMN_VALUE] != 0)
		return true;
	memset(l->column, 0, sizeof(l->column));
	return false;
}

/* What the row says besides the value; NULL: fine, else what is wrong. */
static const char *
about_of_row(struct indicator_about *about, const struct hn_view *fields)
{
	uint64_t n;

	if (fields[COLUMN_SOURCE].n > 0)
		about->feed = fields[COLUMN_SOURCE];
	if (fields[COLUMN_NOTE].n > 0)
		about->note = fields[COLUMN_NOTE];
	if (fields[COLUMN_TLP].n > 0)
		about->tlp = indicator_tlp_find(fields[COLUMN_TLP]);
	if (fields[COLUMN_TLP].n > 0 && about->tlp == TLP_UNKNOWN)
		return "tlp is none of clear, green, amber, amber+strict, red";
	if (fields[COLUMN_EXPIRES].n > 0 && hn_time_parse(fields[COLUMN_EXPIRES], 0, &about->expires_ms) != HN_OK)
		return "expires is no date";
	if (fields[COLUMN_CONFIDENCE].n > 0) {
		if (hn_num_u64(fields[COLUMN_CONFIDENCE], 100, &n) != HN_OK)
			return "confidence is not between 0 and 100";
		about->confidence = (uint8_t)n;
	}
	return NULL;
}

static void
take_row(struct indicator_list *l, struct indicator_sink *s, struct hn_view line)
{
	struct hn_view fields[COLUMN_KINDS] = { 0 }, rest = line, field;
	struct indicator_about about = s->defaults;
	const char *wrong;
	bool more = true;

	for (unsigned number = 1; number <= INDICATOR_COLUMNS_MAX && next_field(l, &rest, &more, &field); number++)
		for (unsigned k = 0; k < COLUMN_KINDS; k++)
			if (l->column[k] == number)
				fields[k] = field;
	wrong = fields[COLUMN_VALUE].n == 0 ? "no value" : about_of_row(&about, fields);
	if (wrong != NULL)
		indicator_sink_unread(s, line, wrong, l->line);
	else
		indicator_sink_take(s, fields[COLUMN_VALUE], fields[COLUMN_TYPE], &about, l->line);
}

static bool
is_remark(struct hn_view v)
{
	return v.n == 0 || v.p[0] == '#' || v.p[0] == ';' || hn_view_starts(v, HN_LIT("//"));
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
indicator_list_line(struct indicator_list *l, struct indicator_sink *s, struct hn_view line)
{
	static const struct hn_view mark = HN_INIT("\xef\xbb\xbf");
	struct hn_view v = line;

	l->line++;
	l->unquoted_n = 0;
	if (l->line == 1 && hn_view_starts(v, mark))
		v = hn_view_skip(v, mark.n);
	v = hn_view_trim(v);
	if (!l->has_header && v.n > 0 && v.p[0] == '#' && hn_view_find(v, ',') < v.n)
		l->has_header = take_header(l, hn_view_trim(hn_view_skip(v, 1)));
	if (is_remark(v))
		return;
	if (!l->has_header && s->report.read == 0 && hn_view_find(v, ',') < v.n && take_header(l, v)) {
		l->has_header = true;
		return;
	}
	s->report.read++;
	if (l->has_header)
		take_row(l, s, v);
	else
		indicator_sink_take(s, value_of(v), HN_LIT(""), &s->defaults, l->line);
}
