#include "detect/indicator_columns.h"

#include <string.h>

#include "base/err.h"
#include "base/num.h"

#define NAME_MAX_BYTES 64u

/* What feeds call their columns, without blanks, '-' and '_'. */
static const struct {
	struct hn_view name;
	enum indicator_column is;
} names[] = {
	{ HN_INIT("type"), COLUMN_TYPE }, { HN_INIT("ioctype"), COLUMN_TYPE }, { HN_INIT("indicatortype"), COLUMN_TYPE },
	{ HN_INIT("observabletype"), COLUMN_TYPE },
	{ HN_INIT("source"), COLUMN_SOURCE }, { HN_INIT("feed"), COLUMN_SOURCE }, { HN_INIT("reporter"), COLUMN_SOURCE },
	{ HN_INIT("provider"), COLUMN_SOURCE },
	{ HN_INIT("tlp"), COLUMN_TLP }, { HN_INIT("tlplevel"), COLUMN_TLP },
	{ HN_INIT("expires"), COLUMN_EXPIRES }, { HN_INIT("validuntil"), COLUMN_EXPIRES },
	{ HN_INIT("expiration"), COLUMN_EXPIRES }, { HN_INIT("expirationtime"), COLUMN_EXPIRES },
	{ HN_INIT("expirationdatetime"), COLUMN_EXPIRES }, { HN_INIT("expirydate"), COLUMN_EXPIRES },
	{ HN_INIT("validfrom"), COLUMN_FROM },
	{ HN_INIT("confidence"), COLUMN_CONFIDENCE }, { HN_INIT("confidencelevel"), COLUMN_CONFIDENCE },
	{ HN_INIT("confidencescore"), COLUMN_CONFIDENCE }, { HN_INIT("maliciousconfidence"), COLUMN_CONFIDENCE },
	{ HN_INIT("note"), COLUMN_NOTE }, { HN_INIT("comment"), COLUMN_NOTE }, { HN_INIT("description"), COLUMN_NOTE },
	{ HN_INIT("malware"), COLUMN_NOTE }, { HN_INIT("malwareprintable"), COLUMN_NOTE }, { HN_INIT("threat"), COLUMN_NOTE },
	{ HN_INIT("listingreason"), COLUMN_NOTE }, { HN_INIT("title"), COLUMN_NOTE },
	{ HN_INIT("toids"), COLUMN_MEANT },
};

/* Columns that hold a value whatever it is: where there is one, it alone counts. */
static const struct hn_view any_values[] = {
	HN_INIT("value"), HN_INIT("indicator"), HN_INIT("ioc"), HN_INIT("iocvalue"), HN_INIT("observable"),
	HN_INIT("indicatorvalue"), HN_INIT("observablevalue"),
};

static const struct {
	struct hn_view name, type;
} values[] = {
	{ HN_INIT("domain"), HN_INIT("") }, { HN_INIT("domainname"), HN_INIT("") }, { HN_INIT("hostname"), HN_INIT("") },
	{ HN_INIT("fqdn"), HN_INIT("") }, { HN_INIT("host"), HN_INIT("") }, { HN_INIT("url"), HN_INIT("") },
	{ HN_INIT("ip"), HN_INIT("") }, { HN_INIT("ipaddress"), HN_INIT("") }, { HN_INIT("ipv4"), HN_INIT("") },
	{ HN_INIT("ipv6"), HN_INIT("") }, { HN_INIT("dstip"), HN_INIT("") }, { HN_INIT("cidr"), HN_INIT("") },
	{ HN_INIT("network"), HN_INIT("") }, { HN_INIT("hash"), HN_INIT("") }, { HN_INIT("filehash"), HN_INIT("") },
	{ HN_INIT("md5"), HN_INIT("") }, { HN_INIT("sha1"), HN_INIT("") }, { HN_INIT("sha256"), HN_INIT("") },
	{ HN_INIT("md5hash"), HN_INIT("") }, { HN_INIT("sha1hash"), HN_INIT("") }, { HN_INIT("sha256hash"), HN_INIT("") },
	{ HN_INIT("email"), HN_INIT("") }, { HN_INIT("emailaddress"), HN_INIT("") },
	{ HN_INIT("ja3"), HN_INIT("ja3") }, { HN_INIT("ja3md5"), HN_INIT("ja3") }, { HN_INIT("ja3hash"), HN_INIT("ja3") },
	{ HN_INIT("ja3fingerprint"), HN_INIT("ja3") }, { HN_INIT("ja4"), HN_INIT("") },
};

/* A field in quotes; "" in it is one. */
static struct hn_view
quoted_field(struct indicator_fields *f)
{
	const struct hn_view v = f->rest;
	char *to = f->room + f->room_n;
	struct hn_view between;
	size_t i = 1, n = 0;

	for (; i < v.n && !(v.p[i] == '"' && (i + 1 == v.n || v.p[i + 1] != '"')); i++) {
		i += v.p[i] == '"';
		if (f->room_n + n < f->room_max)
			to[n++] = v.p[i];
	}
	f->room_n += n;
	f->rest = hn_view_skip(v, i < v.n ? i + 1 : i);
	f->more = hn_view_cut(&f->rest, f->between, &between);
	return (struct hn_view){ to, n };
}

bool
indicator_fields_next(struct indicator_fields *f, struct hn_view *out)
{
	if (!f->more)
		return false;
	while (f->rest.n > 0 && f->rest.p[0] == ' ')
		f->rest = hn_view_skip(f->rest, 1);
	if (f->rest.n > 0 && f->rest.p[0] == '"') {
		*out = quoted_field(f);
		return true;
	}
	f->more = hn_view_cut(&f->rest, f->between, out);
	*out = hn_view_trim(*out);
	return true;
}

/* The name as the tables have it; empty: it is none. */
static struct hn_view
name_of(struct hn_view field, char room[NAME_MAX_BYTES])
{
	size_t n = 0;

	for (size_t i = 0; i < field.n && n < NAME_MAX_BYTES; i++)
		if (field.p[i] != ' ' && field.p[i] != '_' && field.p[i] != '-')
			room[n++] = hn_lower(field.p[i]);
	return (struct hn_view){ room, n < NAME_MAX_BYTES ? n : 0 };
}

static void
add_value(struct indicator_columns *c, uint8_t number, struct hn_view type)
{
	if (c->n_values < INDICATOR_VALUES_MAX) {
		c->value[c->n_values].number = number;
		c->value[c->n_values++].type = type;
	}
}

/* What column ${number} is; true: it holds any kind of value. */
static bool
name_column(struct indicator_columns *c, struct hn_view field, uint8_t number)
{
	char room[NAME_MAX_BYTES];
	const struct hn_view name = name_of(field, room);

	for (size_t i = 0; i < HN_COUNT(any_values); i++)
		if (hn_view_eq(any_values[i], name))
			return true;
	for (size_t i = 0; i < HN_COUNT(values); i++)
		if (hn_view_eq(values[i].name, name))
			add_value(c, number, values[i].type);
	for (size_t i = 0; i < HN_COUNT(names); i++)
		if (hn_view_eq(names[i].name, name) && c->of[names[i].is] == 0)
			c->of[names[i].is] = number;
	return false;
}

static bool
columns_between(struct hn_view line, char between, struct indicator_columns *out)
{
	char room[1024];
	struct indicator_columns c = { .between = between };
	struct indicator_fields f = { .rest = line, .between = between, .more = true, .room = room,
		.room_max = sizeof(room) };
	struct hn_view field;
	uint8_t number = 0, any = 0;

	while (number < INDICATOR_COLUMNS_MAX && indicator_fields_next(&f, &field))
		if (name_column(&c, field, ++number) && any == 0)
			any = number;
	if (any != 0) {
		c.n_values = 0;
		add_value(&c, any, HN_LIT(""));
	}
	if (c.n_values == 0 || (number > 1) != (between != '\0'))
		return false;
	*out = c;
	return true;
}

bool
indicator_columns_of(struct hn_view line, struct indicator_columns *out)
{
	static const char between[] = { ',', ';', '\t', '\0' };

	for (size_t i = 0; i < sizeof(between); i++)
		if (columns_between(line, between[i], out))
			return true;
	return false;
}

bool
indicator_confidence_of(struct hn_view v, uint8_t *out)
{
	static const struct {
		struct hn_view word;
		uint8_t is;
	} words[] = {
		{ HN_INIT("none"), 0 }, { HN_INIT("low"), 15 }, { HN_INIT("medium"), 50 }, { HN_INIT("med"), 50 },
		{ HN_INIT("moderate"), 50 }, { HN_INIT("high"), 85 }, { HN_INIT("unverified"), 15 },
		{ HN_INIT("confirmed"), 100 },
	};
	uint64_t n;
	int64_t thousandths;

	for (size_t i = 0; i < HN_COUNT(words); i++)
		if (hn_view_eq_nocase(words[i].word, v)) {
			*out = words[i].is;
			return true;
		}
	if (v.n > 1 && v.p[v.n - 1] == '%')
		v.n--;
	if (hn_num_u64(v, 100, &n) == HN_OK) {
		*out = (uint8_t)n;
		return true;
	}
	if (hn_view_find(v, '.') == v.n || hn_num_seconds_ms(v, &thousandths) != HN_OK || thousandths < 0 ||
	    thousandths > 100000)
		return false;
	*out = (uint8_t)(thousandths <= 1000 ? thousandths / 10 : thousandths / 1000);	/* a part of one, or a percentage */
	return true;
}
