#include "record/record.h"

#include "base/num.h"

static const struct {
	struct hn_view ecs;
	enum field_type type;
} fields[FIELD_COUNT] = {
#define FIELD(name, ecs_name, field_type) [FIELD_##name] = { HN_INIT(ecs_name), FIELD_TYPE_##field_type },
#include "record/fields.def"
#undef FIELD
};

void
record_set_addr(struct record *r, enum field f, struct hn_view v, struct hn_addr addr)
{
	assert(f == FIELD_SOURCE_IP || f == FIELD_DESTINATION_IP);
	record_set(r, f, v);
	*(f == FIELD_SOURCE_IP ? &r->known.source_text : &r->known.destination_text) = v;
	*(f == FIELD_SOURCE_IP ? &r->known.source : &r->known.destination) = addr;
}

void
record_set_url(struct record *r, struct hn_view v, const struct url *u)
{
	record_set(r, FIELD_URL_ORIGINAL, v);
	r->known.url_text = v;
	r->known.url = *u;
}

/* The very same bytes: another row may have set the field since. */
static bool
is_same_place(struct hn_view a, struct hn_view b)
{
	return a.n > 0 && a.n == b.n && a.p == b.p;
}

bool
record_addr(const struct record *r, enum field f, struct hn_addr *out)
{
	const struct hn_view text = record_get(r, f);

	if (f == FIELD_SOURCE_IP && is_same_place(r->known.source_text, text)) {
		*out = r->known.source;
		return true;
	}
	if (f == FIELD_DESTINATION_IP && is_same_place(r->known.destination_text, text)) {
		*out = r->known.destination;
		return true;
	}
	return hn_addr_parse(text, out) == HN_OK;
}

bool
record_url(const struct record *r, enum field f, struct url *out)
{
	const struct hn_view text = record_get(r, f);

	if (f != FIELD_URL_ORIGINAL || !is_same_place(r->known.url_text, text))
		return url_split(text, out);
	*out = r->known.url;
	return true;
}

uint64_t
record_number(const struct record *r, enum field f, uint64_t otherwise)
{
	uint64_t n;

	return hn_num_u64(record_get(r, f), UINT64_MAX, &n) == HN_OK ? n : otherwise;
}

struct hn_view
record_extra(const struct record *r, struct hn_view name)
{
	for (size_t i = 0; i < r->n_extra; i++)
		if (hn_view_eq(r->extra[i].name, name))
			return r->extra[i].value;
	return (struct hn_view){ "", 0 };
}

bool
record_list_next(struct hn_view *rest, struct hn_view *value)
{
	while (rest->n > 0) {
		(void)hn_view_cut(rest, ',', value);
		*value = hn_view_trim(*value);
		if (value->n > 0)
			return true;
	}
	return false;
}

struct hn_view
field_ecs(enum field f)
{
	assert(f < FIELD_COUNT);
	return fields[f].ecs;
}

enum field_type
field_type(enum field f)
{
	assert(f < FIELD_COUNT);
	return fields[f].type;
}

enum field
field_find(struct hn_view ecs)
{
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (hn_view_eq(fields[f].ecs, ecs))
			return (enum field)f;
	return FIELD_COUNT;
}

const char *
record_kind_name(enum record_kind k)
{
	static const char *const names[RECORD_KINDS] = {
		[RECORD_OTHER] = "other", [RECORD_FLOW] = "flow", [RECORD_WEB] = "web", [RECORD_DNS] = "dns",
		[RECORD_TLS] = "tls", [RECORD_FILE] = "file", [RECORD_LOGON] = "logon", [RECORD_PROCESS] = "process",
		[RECORD_REGISTRY] = "registry", [RECORD_SERVICE] = "service", [RECORD_ADMIN] = "admin",
		[RECORD_ALERT] = "alert", [RECORD_MAIL] = "mail",
	};

	assert(k < RECORD_KINDS);
	return names[k];
}

struct hn_view
record_machine(const struct record *r)
{
	static const enum field order[] = { FIELD_CLIENT_IP, FIELD_SOURCE_IP, FIELD_HOST_NAME, FIELD_SOURCE_DOMAIN };

	for (size_t i = 0; i < HN_COUNT(order); i++)
		if (record_has(r, order[i]))
			return r->value[order[i]];
	return (struct hn_view){ "", 0 };
}
