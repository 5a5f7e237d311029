#include "record/zeek.h"

#include "record/zeek_table.h"

#define LOOK_BYTES 400u		/* of a line's start, where its first names stand */

static bool
has(struct hn_view v, const char *what)
{
	return hn_view_search(v, hn_view_of(what)) < v.n;
}

/* How sure the first names of a line that has a time make us. */
static unsigned
sure_by_names(struct hn_view head)
{
	static const struct {
		const char *name;
		unsigned sure;
	} names[] = {
		{ "\"id.orig_h\"", 90 }, { "\"orig_h\"", 90 }, { "\"uid\"", 80 }, { "\"uids\"", 80 }, { "\"fuid\"", 80 },
	};

	for (size_t i = 0; i < HN_COUNT(names); i++)
		if (has(head, names[i].name))
			return names[i].sure;
	return 45;
}

static unsigned
zeek_json_recognise(struct hn_view line)
{
	const struct hn_view head = { line.p, line.n < LOOK_BYTES ? line.n : LOOK_BYTES };
	const struct hn_view tail = hn_view_skip(line, line.n < LOOK_BYTES ? 0 : line.n - LOOK_BYTES);

	if (line.n < 2 || line.p[0] != '{' || has(head, "\"event_type\""))
		return 0;
	if (hn_view_starts(line, HN_LIT("{\"name\":\"/")) && has(line, ".zeek\"}"))
		return 70;
	if (!has(head, "\"ts\""))
		return has(head, "\"_path\"") && has(head, "\"_write_ts\"") ? 95 : 0;
	return has(head, "\"_path\"") || has(tail, "\"_path\"") ? 95 : sure_by_names(head);
}

/* Zeek writes which scripts it loaded into a log too: no observation, and no time. */
static bool
is_timeless(const struct members *m, struct hn_view path)
{
	return path.n > 0 || (m->n == 1 && hn_view_eq(m->at[0].key, HN_LIT("name")));
}

static enum hn_rc
zeek_json_read(void *state, const struct reader_conf *conf, struct hn_view line, struct record *r, struct hn_err *err)
{
	struct members m __attribute__((uninitialized));
	struct table_call c = { .r = r, .arena = conf->arena };
	const enum hn_rc rc = members_read(line, &m, err);

	(void)state;
	if (rc != HN_OK)
		return rc;
	const struct hn_view path = members_get(&m, HN_LIT("_path"));
	const struct table *const t = path.n > 0 ? zeek_table(path) : zeek_table_of(&m);

	if (members_get(&m, HN_LIT("ts")).n == 0)
		return is_timeless(&m, path) ? HN_SKIP : HN_FAIL(err, HN_E_SYNTAX, 0, "ts");
	members_apply(&m, t, &c);
	if (c.bad)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "ts");
	table_finish(t, &c);
	if (t->name.n == 0)
		record_keep(r, HN_LIT("_path"), path);
	return HN_OK;
}

const struct reader zeek_json_reader = {
	.name = "zeek-json",
	.frame = READER_OBJECT,
	.recognise = zeek_json_recognise,
	.read = zeek_json_read,
};
