#include "site/findings.h"

#include <assert.h>

#include "site/triage.h"

#define MERGE_ARENA_MAX (1u << 20)	/* bytes of one stored finding with its evidence */

/* The columns of finding_get and finding_page. */
enum column {
	ID, KIND, LEVEL, AT_LEAST, AT_MOST, SCORE, COUNT, FIRST, LAST, RULE, WORDS, SOURCE, DESTINATION, USER, NOTE, STATUS,
	CHANGED, SHIFT, VERDICT, ALLOW, CHAIN
};

/* What rows are read into. */
struct reading {
	struct hn_arena *arena;
	struct site_finding *one;
	struct site_findings_page *page;
	bool is_found;
	char *members;		/* of the chain that is read */
};

static enum hn_rc
keep_texts(struct reading *to, const struct hn_row *row, struct site_finding *s)
{
	const struct {
		enum column column;
		struct hn_view *text;
	} rows[] = {
		{ RULE, &s->f.rule }, { WORDS, &s->f.words }, { SOURCE, &s->f.source }, { DESTINATION, &s->f.destination },
		{ USER, &s->f.user }, { NOTE, &s->f.note }, { STATUS, &s->status },
		{ VERDICT, &s->verdict }, { CHAIN, &s->f.chain },
	};

	for (size_t i = 0; i < HN_COUNT(rows); i++) {
		*rows[i].text = hn_arena_copy(to->arena, hn_row_text(row, (int)rows[i].column));
		if (rows[i].text->p == NULL)
			return HN_E_NOMEM;
	}
	return HN_OK;
}

static enum hn_rc
read_finding(struct reading *to, const struct hn_row *row, struct site_finding *out)
{
	struct site_finding s = { 0 };
	const struct hn_view id = hn_row_text(row, ID);
	const enum hn_rc rc = keep_texts(to, row, &s);

	if (rc != HN_OK)
		return rc;
	if (id.n != FINDING_ID_BYTES || !finding_kind_find(hn_row_text(row, KIND), &s.f.kind))
		return HN_E_CORRUPT;
	memcpy(s.f.id, id.p, FINDING_ID_BYTES);
	s.f.level = (enum finding_level)hn_row_int(row, LEVEL);
	s.f.at_least = (enum finding_level)hn_row_int(row, AT_LEAST);
	s.f.at_most = (enum finding_level)hn_row_int(row, AT_MOST);
	s.f.score = hn_row_real(row, SCORE);
	s.f.count = (uint64_t)hn_row_int(row, COUNT);
	s.f.first_ms = hn_row_int(row, FIRST);
	s.f.last_ms = hn_row_int(row, LAST);
	s.changed_ms = hn_row_int(row, CHANGED);
	s.shift = hn_row_real(row, SHIFT);
	s.allow_id = hn_row_int(row, ALLOW);
	*out = s;
	return HN_OK;
}

static enum hn_rc
take_one(void *ctx, const struct hn_row *row)
{
	struct reading *to = ctx;

	to->is_found = true;
	return read_finding(to, row, to->one);
}

static enum hn_rc
take_technique(void *ctx, const struct hn_row *row)
{
	struct reading *to = ctx;
	struct finding *f = &to->one->f;
	const struct hn_view v = hn_arena_copy(to->arena, hn_row_text(row, 0));

	if (v.p == NULL)
		return HN_E_NOMEM;
	if (f->n_techniques < FINDING_TECHNIQUES_MAX)
		f->techniques[f->n_techniques++] = v;
	return HN_OK;
}

static enum hn_rc
take_part(void *ctx, const struct hn_row *row)
{
	struct reading *to = ctx;
	struct finding *f = &to->one->f;
	const struct finding_part part = { hn_arena_copy(to->arena, hn_row_text(row, 0)), hn_row_real(row, 1) };

	if (part.name.p == NULL)
		return HN_E_NOMEM;
	if (f->n_parts < FINDING_PARTS_MAX)
		f->parts[f->n_parts++] = part;
	return HN_OK;
}

static enum hn_rc
take_fact(void *ctx, const struct hn_row *row)
{
	struct reading *to = ctx;
	struct finding *f = &to->one->f;
	const struct finding_fact fact = { hn_arena_copy(to->arena, hn_row_text(row, 0)),
		hn_arena_copy(to->arena, hn_row_text(row, 1)) };

	if (fact.name.p == NULL || fact.value.p == NULL)
		return HN_E_NOMEM;
	if (f->n_facts < FINDING_FACTS_MAX)
		f->facts[f->n_facts++] = fact;
	return HN_OK;
}

static enum hn_rc
take_evidence(void *ctx, const struct hn_row *row)
{
	struct reading *to = ctx;
	struct finding *f = &to->one->f;
	const struct finding_evidence e = { (uint32_t)hn_row_int(row, 0), (uint64_t)hn_row_int(row, 1), hn_row_int(row, 2),
		hn_arena_copy(to->arena, hn_row_text(row, 3)) };

	if (e.raw.p == NULL)
		return HN_E_NOMEM;
	if (f->n_evidence < FINDING_EVIDENCE_MAX)
		f->evidence[f->n_evidence++] = e;
	return HN_OK;
}

static enum hn_rc
take_member(void *ctx, const struct hn_row *row)
{
	struct reading *to = ctx;
	struct hn_view *all = &to->one->f.members;
	const struct hn_view id = hn_row_text(row, 0);

	if (id.n != FINDING_ID_BYTES || all->n >= (size_t)FINDING_MEMBERS_MAX * FINDING_ID_BYTES)
		return HN_OK;
	memcpy(to->members + all->n, id.p, id.n);
	*all = (struct hn_view){ to->members, all->n + id.n };
	return HN_OK;
}

/* The members of a chain. */
static enum hn_rc
load_members(struct hn_db *db, struct reading *to, struct hn_err *err)
{
	const struct hn_value key[] = { HN_SQL_BLOB(to->one->f.id, FINDING_ID_BYTES) };

	if (to->one->f.kind != FINDING_CHAIN)
		return HN_OK;
	to->members = hn_arena_get(to->arena, (size_t)FINDING_MEMBERS_MAX * FINDING_ID_BYTES);
	if (to->members == NULL)
		return HN_FAIL(err, HN_E_NOMEM, 0, "finding");
	return hn_db_ask(db, HN_SQL_MEMBER_ALL, key, HN_COUNT(key), (struct hn_rows){ take_member, to }, err);
}

enum hn_rc
site_finding_load(struct hn_db *db, const uint8_t id[FINDING_ID_BYTES], struct hn_arena *arena, struct site_finding *out,
    struct hn_err *err)
{
	static const struct {
		enum hn_sql sql;
		enum hn_rc (*row)(void *ctx, const struct hn_row *row);
	} steps[] = {
		{ HN_SQL_FINDING_GET, take_one }, { HN_SQL_FINDING_TECHNIQUES, take_technique },
		{ HN_SQL_FINDING_PARTS, take_part }, { HN_SQL_FINDING_FACTS, take_fact },
		{ HN_SQL_FINDING_EVIDENCE, take_evidence },
	};
	const struct hn_value key[] = { HN_SQL_BLOB(id, FINDING_ID_BYTES) };
	struct site_finding s = { 0 };
	struct reading to = { .arena = arena, .one = &s };

	for (size_t i = 0; i < HN_COUNT(steps); i++) {
		const enum hn_rc rc = hn_db_ask(db, steps[i].sql, key, 1, (struct hn_rows){ steps[i].row, &to }, err);

		if (rc != HN_OK)
			return HN_FAIL(err, rc, 0, "finding");
		if (!to.is_found)
			return HN_FAIL(err, HN_E_NOTFOUND, 0, "finding");
	}
	const enum hn_rc rc = load_members(db, &to, err);

	if (rc == HN_OK)
		*out = s;
	return rc;
}

static bool
has_technique(const struct finding *had, const struct finding *f, size_t i)
{
	return i < had->n_techniques && hn_view_eq(had->techniques[i], f->techniques[i]);
}

static bool
has_part(const struct finding *had, const struct finding *f, size_t i)
{
	return i < had->n_parts && hn_view_eq(had->parts[i].name, f->parts[i].name) &&
	    memcmp(&had->parts[i].weight, &f->parts[i].weight, sizeof(double)) == 0;
}

static bool
has_fact(const struct finding *had, const struct finding *f, size_t i)
{
	return i < had->n_facts && hn_view_eq(had->facts[i].name, f->facts[i].name) &&
	    hn_view_eq(had->facts[i].value, f->facts[i].value);
}

/* Only what ${had}, the finding as it is stored, does not have: most findings that come again bring no new reason. */
static enum hn_rc
put_lists(struct hn_db *db, const struct finding *f, const struct finding *had, struct hn_err *err)
{
	enum hn_rc rc = HN_OK;

	for (size_t i = 0; rc == HN_OK && i < f->n_techniques; i++) {
		const struct hn_value v[] = { HN_SQL_BLOB(f->id, FINDING_ID_BYTES), HN_SQL_INT(i),
			HN_SQL_TEXT(f->techniques[i]) };

		if (!has_technique(had, f, i))
			rc = hn_db_run(db, HN_SQL_FINDING_TECHNIQUE_PUT, v, HN_COUNT(v), err);
	}
	for (size_t i = 0; rc == HN_OK && i < f->n_parts; i++) {
		const struct hn_value v[] = { HN_SQL_BLOB(f->id, FINDING_ID_BYTES), HN_SQL_INT(i), HN_SQL_TEXT(f->parts[i].name),
			HN_SQL_REAL(f->parts[i].weight) };

		if (!has_part(had, f, i))
			rc = hn_db_run(db, HN_SQL_FINDING_PART_PUT, v, HN_COUNT(v), err);
	}
	for (size_t i = 0; rc == HN_OK && i < f->n_facts; i++) {
		const struct hn_value v[] = { HN_SQL_BLOB(f->id, FINDING_ID_BYTES), HN_SQL_INT(i), HN_SQL_TEXT(f->facts[i].name),
			HN_SQL_TEXT(f->facts[i].value) };

		if (!has_fact(had, f, i))
			rc = hn_db_run(db, HN_SQL_FINDING_FACT_PUT, v, HN_COUNT(v), err);
	}
	return rc;
}

/* Take away parts and facts that it had and has no more. */
static enum hn_rc
cut_lists(struct hn_db *db, const struct finding *f, const struct finding *had, struct hn_err *err)
{
	const struct hn_value parts[] = { HN_SQL_BLOB(f->id, FINDING_ID_BYTES), HN_SQL_INT(f->n_parts) };
	const struct hn_value facts[] = { HN_SQL_BLOB(f->id, FINDING_ID_BYTES), HN_SQL_INT(f->n_facts) };
	enum hn_rc rc = HN_OK;

	if (had->n_parts > f->n_parts)
		rc = hn_db_run(db, HN_SQL_FINDING_PARTS_CUT, parts, HN_COUNT(parts), err);
	if (rc == HN_OK && had->n_facts > f->n_facts)
		rc = hn_db_run(db, HN_SQL_FINDING_FACTS_CUT, facts, HN_COUNT(facts), err);
	return rc;
}

/* Evidence is first come, first kept: only what is beyond ${had} is new. */
static enum hn_rc
put_evidence(struct hn_db *db, const struct finding *f, size_t had, struct hn_err *err)
{
	enum hn_rc rc = HN_OK;

	for (size_t i = had; rc == HN_OK && i < f->n_evidence; i++) {
		const struct finding_evidence *e = &f->evidence[i];
		const struct hn_value v[] = { HN_SQL_BLOB(f->id, FINDING_ID_BYTES), HN_SQL_INT(i), HN_SQL_INT(e->source),
			HN_SQL_INT(e->line), HN_SQL_INT(e->at_ms), HN_SQL_BLOB(e->raw.p, e->raw.n) };

		rc = hn_db_run(db, HN_SQL_FINDING_EVIDENCE_PUT, v, HN_COUNT(v), err);
	}
	return rc;
}

/* Which findings a chain is made of now; one that has joined another has none any more. */
static enum hn_rc
put_members(struct hn_db *db, const struct finding *f, const struct finding *had, struct hn_err *err)
{
	const struct hn_value chain[] = { HN_SQL_BLOB(f->id, FINDING_ID_BYTES) };
	enum hn_rc rc = HN_OK;

	if (f->kind != FINDING_CHAIN || (had->members.n == f->members.n && f->at_most > LEVEL_INFO))
		return HN_OK;
	rc = hn_db_run(db, HN_SQL_MEMBERS_DROP, chain, HN_COUNT(chain), err);
	for (size_t i = 0; rc == HN_OK && f->at_most > LEVEL_INFO && i < f->members.n; i += FINDING_ID_BYTES) {
		const struct hn_value v[] = { HN_SQL_BLOB(f->members.p + i, FINDING_ID_BYTES),
			HN_SQL_BLOB(f->id, FINDING_ID_BYTES), HN_SQL_INT(i / FINDING_ID_BYTES) };

		rc = hn_db_run(db, HN_SQL_MEMBER_PUT, v, HN_COUNT(v), err);
	}
	return rc;
}

/* The log-odds of its parts alone. */
static double
sum_of(const struct finding *f)
{
	double sum = 0;

	for (size_t i = 0; i < f->n_parts; i++)
		sum += f->parts[i].weight;
	return sum;
}

static enum hn_rc
put(struct hn_db *db, const struct finding *f, const struct finding *had, int64_t now_ms, struct hn_err *err)
{
	const struct hn_value v[] = {
		HN_SQL_BLOB(f->id, FINDING_ID_BYTES), HN_SQL_TEXT(hn_view_of(finding_kind_name(f->kind))), HN_SQL_INT(f->level),
		HN_SQL_INT(f->at_least), HN_SQL_INT(f->at_most), HN_SQL_REAL(f->score), HN_SQL_INT(f->count),
		HN_SQL_INT(f->first_ms), HN_SQL_INT(f->last_ms), HN_SQL_TEXT(f->rule), HN_SQL_TEXT(f->words),
		HN_SQL_TEXT(f->source), HN_SQL_TEXT(f->destination), HN_SQL_TEXT(f->user), HN_SQL_TEXT(f->note),
		HN_SQL_INT(now_ms), HN_SQL_REAL(sum_of(f)),
	};
	enum hn_rc rc = hn_db_run(db, HN_SQL_FINDING_PUT, v, HN_COUNT(v), err);

	if (rc == HN_OK)
		rc = put_lists(db, f, had, err);
	if (rc == HN_OK)
		rc = cut_lists(db, f, had, err);
	if (rc == HN_OK)
		rc = put_evidence(db, f, had->n_evidence, err);
	if (rc == HN_OK)
		rc = put_members(db, f, had, err);
	return rc == HN_OK ? site_triage_settle(db, f->id, err) : rc;
}

enum hn_rc
site_finding_merge(struct hn_db *db, const struct finding *f, int64_t now_ms, struct hn_arena *arena, struct hn_err *err)
{
	static const struct finding nothing;
	struct site_finding now = { 0 };
	struct finding had;
	enum hn_rc rc;

	assert(hn_db_in_transaction(db));
	rc = site_finding_load(db, f->id, arena, &now, err);
	if (rc == HN_E_NOTFOUND)
		return put(db, f, &nothing, now_ms, err);
	if (rc != HN_OK)
		return rc;
	had = now.f;
	rc = finding_merge(&now.f, f, arena);
	if (rc != HN_OK)
		return HN_FAIL(err, rc, 0, "finding");
	return put(db, &now.f, &had, now_ms, err);
}

static enum hn_rc
take_number(void *ctx, const struct hn_row *row)
{
	*(uint64_t *)ctx = (uint64_t)hn_row_int(row, 0);
	return HN_OK;
}

enum hn_rc
site_progress_get(struct hn_db *db, uint64_t *out, struct hn_err *err)
{
	uint64_t offset = 0;
	const enum hn_rc rc = hn_db_ask(db, HN_SQL_PROGRESS_GET, NULL, 0, (struct hn_rows){ take_number, &offset }, err);

	if (rc == HN_OK)
		*out = offset;
	return rc;
}

enum hn_rc
site_progress_set(struct hn_db *db, uint64_t offset, int64_t now_ms, struct hn_err *err)
{
	const struct hn_value v[] = { HN_SQL_INT(offset), HN_SQL_INT(now_ms) };

	assert(hn_db_in_transaction(db) && offset <= INT64_MAX);
	return hn_db_run(db, HN_SQL_PROGRESS_SET, v, HN_COUNT(v), err);
}

static enum hn_rc
commit_all(struct hn_db *db, const struct finding *f, size_t n, int64_t now_ms, struct hn_err *err)
{
	struct hn_arena arena = HN_ARENA(MERGE_ARENA_MAX);
	enum hn_rc rc = HN_OK;

	for (size_t i = 0; rc == HN_OK && i < n; i++) {
		rc = site_finding_merge(db, &f[i], now_ms, &arena, err);
		hn_arena_reset(&arena);
	}
	hn_arena_fini(&arena);
	return rc;
}

enum hn_rc
site_findings_commit(struct hn_db *db, const struct finding *f, size_t n, uint64_t offset, int64_t now_ms,
    struct hn_err *err)
{
	uint64_t stored = 0;
	enum hn_rc rc = hn_db_begin(db, err);

	if (rc != HN_OK)
		return rc;
	rc = site_progress_get(db, &stored, err);
	if (rc == HN_OK && offset <= stored && stored > 0) {
		hn_db_rollback(db);
		return HN_OK;
	}
	if (rc == HN_OK)
		rc = commit_all(db, f, n, now_ms, err);
	if (rc == HN_OK)
		rc = site_progress_set(db, offset, now_ms, err);
	if (rc == HN_OK)
		return hn_db_commit(db, err);
	hn_db_rollback(db);
	return rc;
}

static enum hn_rc
take_page_row(void *ctx, const struct hn_row *row)
{
	struct reading *to = ctx;
	const enum hn_rc rc = read_finding(to, row, &to->page->rows[to->page->n]);

	if (rc == HN_OK)
		to->page->n++;
	return rc;
}

enum hn_rc
site_findings_page(struct hn_db *db, const struct site_findings_filter *filter, struct hn_arena *arena,
    struct site_findings_page *page, struct hn_err *err)
{
	const struct site_finding *behind = filter->behind;
	struct reading to = { .arena = arena, .page = page };
	const struct hn_value v[] = {
		HN_SQL_INT(filter->level), HN_SQL_TEXT(filter->kind), HN_SQL_TEXT(filter->status), HN_SQL_TEXT(filter->text),
		HN_SQL_INT(filter->since_ms), HN_SQL_INT(behind != NULL ? (int)behind->f.level : (int)LEVEL_COUNT),
		HN_SQL_REAL(behind != NULL ? behind->f.score : 0), HN_SQL_INT(behind != NULL ? behind->f.last_ms : 0),
		HN_SQL_BLOB(behind != NULL ? behind->f.id : (const uint8_t *)"", behind != NULL ? FINDING_ID_BYTES : 0),
		HN_SQL_INT(page->max), HN_SQL_TEXT(filter->verdict), HN_SQL_TEXT(filter->machine),
	};
	enum hn_rc rc;

	assert(page->max <= SITE_FINDINGS_PAGE_MAX);
	page->n = 0;
	rc = hn_db_ask(db, HN_SQL_FINDING_PAGE, v, HN_COUNT(v), (struct hn_rows){ take_page_row, &to }, err);
	return rc == HN_OK ? HN_OK : HN_FAIL(err, rc, page->n, "finding_page");
}

enum hn_rc
site_findings_count(struct hn_db *db, const struct site_findings_filter *filter, uint64_t *out, struct hn_err *err)
{
	const struct hn_value v[] = {
		HN_SQL_INT(filter->level), HN_SQL_TEXT(filter->kind), HN_SQL_TEXT(filter->status), HN_SQL_TEXT(filter->text),
		HN_SQL_INT(filter->since_ms), HN_SQL_TEXT(filter->verdict), HN_SQL_TEXT(filter->machine),
	};
	uint64_t n = 0;
	const enum hn_rc rc = hn_db_ask(db, HN_SQL_FINDING_COUNT, v, HN_COUNT(v), (struct hn_rows){ take_number, &n }, err);

	if (rc == HN_OK)
		*out = n;
	return rc;
}

static enum hn_rc
take_level(void *ctx, const struct hn_row *row)
{
	uint64_t *levels = ctx;
	const int64_t level = hn_row_int(row, 0);

	if (level < 0 || level >= LEVEL_COUNT)
		return HN_E_CORRUPT;
	levels[level] = (uint64_t)hn_row_int(row, 1);
	return HN_OK;
}

enum hn_rc
site_findings_levels(struct hn_db *db, uint64_t out[LEVEL_COUNT], struct hn_err *err)
{
	uint64_t levels[LEVEL_COUNT] = { 0 };
	const enum hn_rc rc = hn_db_ask(db, HN_SQL_FINDING_COUNT_BY_LEVEL, NULL, 0, (struct hn_rows){ take_level, levels },
	    err);

	if (rc == HN_OK)
		memcpy(out, levels, sizeof(levels));
	return rc;
}

enum hn_rc
site_finding_status_set(struct hn_db *db, const uint8_t id[FINDING_ID_BYTES], struct hn_view status, int64_t now_ms,
    struct hn_err *err)
{
	const struct hn_value v[] = { HN_SQL_BLOB(id, FINDING_ID_BYTES), HN_SQL_TEXT(status), HN_SQL_INT(now_ms) };
	enum hn_rc rc;

	assert(hn_db_in_transaction(db));
	rc = hn_db_run(db, HN_SQL_FINDING_STATUS, v, HN_COUNT(v), err);
	if (rc == HN_OK && hn_db_changes(db) == 0)
		rc = HN_FAIL(err, HN_E_NOTFOUND, 0, "finding");
	return rc;
}
