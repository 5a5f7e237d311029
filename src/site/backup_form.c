#include "site/backup_form.h"

#include <assert.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/wire.h"
#include "site/identity.h"
#include "site/learnt.h"
#include "site/table.h"
#include "store/evidence_pieces.h"
#include "store/observable_day.h"

#define FORM 1u
#define SEAL_END HN_LIT("HNBKEND\n")
#define FIRST_MEMBERS 64u
#define NAME_BYTES 64u
#define DAY_MAX 2932896u	/* 31 December 9999 */

static_assert(HN_DAY_NAME <= NAME_BYTES && HN_EVIDENCE_PIECE_NAME <= NAME_BYTES, "a member's name fits");

const struct backup_kind_row backup_kinds[BACKUP_KINDS] = {
	[BACKUP_DATABASE] = { "database", true, false },
	[BACKUP_CONFIG] = { "configuration", true, false },
	[BACKUP_ALLOW] = { "warning list", false, false },
	[BACKUP_INDICATORS] = { "indicators", false, false },
	[BACKUP_AUTHORITY] = { "authority", false, false },
	[BACKUP_AUTHORITY_KEY] = { "authority's key", false, false },
	[BACKUP_CERTIFICATE] = { "certificate", false, false },
	[BACKUP_KEY] = { "key", false, false },
	[BACKUP_TOKEN] = { "token", false, false },
	[BACKUP_SECRET] = { "observables' secret", false, false },
	[BACKUP_JOURNAL] = { "observables' journal", false, true },
	[BACKUP_MERGING] = { "observables being merged", false, true },
	[BACKUP_DAY] = { "observables of a day", false, true },
	[BACKUP_SEGMENT] = { "evidence", false, true },
	[BACKUP_TAIL] = { "evidence being written", false, true },
	[BACKUP_RULES] = { "rules", false, false },
	[BACKUP_LEARNT] = { "detectors' memory", false, false },
};

static bool
comes_before(const struct backup_member *a, const struct backup_member *b)
{
	return a->kind != b->kind ? a->kind < b->kind : a->number < b->number;
}

enum hn_rc
backup_manifest_add(struct backup_manifest *m, const struct backup_member *member)
{
	assert(m->n == 0 || comes_before(&m->member[m->n - 1], member));
	if (m->n == BACKUP_MEMBERS_MAX)
		return HN_E_LIMIT;
	if (m->n == m->size) {
		const size_t size = m->size > 0 ? 2 * m->size : FIRST_MEMBERS;
		struct backup_member *p = hn_realloc(m->member, size, sizeof(*p));

		if (p == NULL)
			return HN_E_NOMEM;
		m->member = p;
		m->size = size;
	}
	m->member[m->n] = *member;
	m->member[m->n++].at = m->bytes;
	m->bytes += member->size_bytes;
	return HN_OK;
}

void
backup_manifest_fini(struct backup_manifest *m)
{
	hn_free(m->member);
	*m = (struct backup_manifest){ 0 };
}

static void
put_hash(struct hn_buf *b, const uint8_t *hash)
{
	const void *p = hash;

	hn_buf_put(b, (struct hn_view){ p, HN_SHA256_BYTES });
}

static void
get_hash(struct hn_get *g, uint8_t *hash)
{
	if (g->rest.n < HN_SHA256_BYTES) {
		g->failed = true;
		g->rest.n = 0;
		return;
	}
	memcpy(hash, g->rest.p, HN_SHA256_BYTES);
	g->rest = hn_view_skip(g->rest, HN_SHA256_BYTES);
}

void
backup_manifest_put(struct hn_buf *b, const struct backup_manifest *m)
{
	hn_put_u32(b, FORM);
	hn_put_i64(b, m->schema);
	hn_put_i64(b, m->made_ms);
	hn_put_bytes(b, m->program);
	hn_put_bytes(b, m->site);
	hn_put_u8(b, m->has_evidence);
	hn_put_u64(b, m->offset);
	hn_put_u64(b, m->anchor.base);
	hn_put_u64(b, m->anchor.deleted);
	put_hash(b, m->anchor.prev);
	put_hash(b, m->evidence_head);
	hn_put_i64(b, m->audit.seq);
	put_hash(b, m->audit.hash);
	hn_put_u32(b, (uint32_t)m->n);
	for (size_t i = 0; i < m->n; i++) {
		hn_put_u8(b, (uint8_t)m->member[i].kind);
		hn_put_u64(b, m->member[i].number);
		hn_put_u64(b, m->member[i].size_bytes);
		put_hash(b, m->member[i].sha256);
	}
}

/* The next member is of a kind we know, behind the one before, and its bytes can be counted. */
static enum hn_rc
read_member(struct hn_get *g, struct backup_manifest *m)
{
	struct backup_member one = { 0 };
	const unsigned kind = hn_get_u8(g);

	one.number = hn_get_u64(g);
	one.size_bytes = hn_get_u64(g);
	get_hash(g, one.sha256);
	if (g->failed || kind >= BACKUP_KINDS || (!backup_kinds[kind].is_numbered && one.number != 0))
		return HN_E_SYNTAX;
	one.kind = (enum backup_kind)kind;
	if (kind >= BACKUP_JOURNAL && kind <= BACKUP_DAY && one.number > DAY_MAX)
		return HN_E_LIMIT;
	if (m->n > 0 && !comes_before(&m->member[m->n - 1], &one))
		return HN_E_SYNTAX;
	if (one.size_bytes > INT64_MAX - m->bytes)
		return HN_E_LIMIT;
	return backup_manifest_add(m, &one);
}

static bool
has_all_needed(const struct backup_manifest *m)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < m->n; i++)
		seen |= UINT64_C(1) << m->member[i].kind;
	for (size_t k = 0; k < BACKUP_KINDS; k++)
		if (backup_kinds[k].is_needed && (seen >> k & 1) == 0)
			return false;
	return true;
}

static void
read_head(struct hn_get *g, struct backup_manifest *m)
{
	m->schema = hn_get_i64(g);
	m->made_ms = hn_get_i64(g);
	m->program = hn_get_bytes(g, BACKUP_TEXT_MAX);
	m->site = hn_get_bytes(g, BACKUP_TEXT_MAX);

	const unsigned has_evidence = hn_get_u8(g);

	g->failed = g->failed || has_evidence > 1;
	m->has_evidence = has_evidence == 1;
	m->offset = hn_get_u64(g);
	m->anchor.base = hn_get_u64(g);
	m->anchor.deleted = hn_get_u64(g);
	get_hash(g, m->anchor.prev);
	get_hash(g, m->evidence_head);
	m->audit.seq = hn_get_i64(g);
	get_hash(g, m->audit.hash);
}

enum hn_rc
backup_manifest_read(struct hn_view v, struct backup_manifest *out, struct hn_err *err)
{
	struct backup_manifest m = { 0 };
	struct hn_get g = HN_GET(v);
	const uint32_t form = hn_get_u32(&g);
	enum hn_rc rc = HN_OK;

	if (form != FORM)
		return HN_FAIL(err, form > FORM ? HN_E_UNSUPPORTED : HN_E_SYNTAX, form, "form");
	read_head(&g, &m);

	const uint32_t n = hn_get_u32(&g);

	for (uint32_t i = 0; rc == HN_OK && i < n; i++)
		rc = read_member(&g, &m);
	if (rc == HN_OK && (!hn_get_done(&g) || m.schema < 1 || m.audit.seq < 0 || !has_all_needed(&m)))
		rc = HN_E_SYNTAX;
	if (rc == HN_OK)
		*out = m;
	else
		backup_manifest_fini(&m);
	return rc == HN_OK ? HN_OK : HN_FAIL(err, rc, 0, "manifest");
}

void
backup_seal_put(struct hn_buf *b, struct hn_view v)
{
	uint8_t hash[HN_SHA256_BYTES];

	hn_sha256(v, hash);
	hn_put_u64(b, v.n);
	put_hash(b, hash);
	hn_buf_put(b, SEAL_END);
}

enum hn_rc
backup_seal_read(struct hn_view v, struct backup_seal *out)
{
	struct hn_get g = HN_GET(v);

	if (v.n != BACKUP_SEAL_BYTES || !hn_view_ends(v, SEAL_END))
		return HN_E_SYNTAX;
	out->manifest_bytes = hn_get_u64(&g);
	out->sha256 = (struct hn_view){ g.rest.p, HN_SHA256_BYTES };
	return HN_OK;
}

void
backup_stamp(char out[BACKUP_STAMP], int64_t ms)
{
	const struct hn_civil c = hn_civil_of(ms);

	(void)snprintf(out, BACKUP_STAMP, "%04d%02d%02dT%02d%02d%02dZ", c.year % 10000, c.month % 100, c.day % 100, c.hour % 100,
	    c.minute % 100, c.second % 100);
}

/* Below data_dir: which folder, and the name in it; numbered ones have only what follows the number. */
static const struct {
	enum site_place place;
	const char *file;
} inside[BACKUP_KINDS] = {
	[BACKUP_DATABASE] = { SITE_PLACE_DB, "site.db" },
	[BACKUP_AUTHORITY] = { SITE_PLACE_TLS, "ca.pem" },
	[BACKUP_AUTHORITY_KEY] = { SITE_PLACE_TLS, "ca.key" },
	[BACKUP_TOKEN] = { SITE_PLACE_STATE, "token" },
	[BACKUP_SECRET] = { SITE_PLACE_OBSERVABLES, "secret" },
	[BACKUP_JOURNAL] = { SITE_PLACE_OBSERVABLES, ".jnl" },
	[BACKUP_MERGING] = { SITE_PLACE_OBSERVABLES, ".run" },
	[BACKUP_DAY] = { SITE_PLACE_OBSERVABLES, ".obs" },
	[BACKUP_SEGMENT] = { SITE_PLACE_EVIDENCE, "" },
	[BACKUP_TAIL] = { SITE_PLACE_EVIDENCE, "" },
	[BACKUP_LEARNT] = { SITE_PLACE_STATE, SITE_LEARNT_NAME },
};

static bool
path_inside(const struct site_config *c, const struct backup_member *m, char out[SITE_PATH_MAX])
{
	char folder[SITE_PATH_MAX], name[NAME_BYTES];
	int n;

	if (m->kind == BACKUP_SEGMENT || m->kind == BACKUP_TAIL)
		hn_evidence_piece_name(name, m->number, m->kind == BACKUP_SEGMENT);
	else if (backup_kinds[m->kind].is_numbered)
		hn_day_name(name, (int32_t)(uint32_t)m->number, inside[m->kind].file);
	else
		(void)snprintf(name, sizeof(name), "%s", inside[m->kind].file);
	if (!site_place_path(c, inside[m->kind].place, folder))
		return false;
	n = snprintf(out, SITE_PATH_MAX, "%s/%s", folder, name);
	return n > 0 && (unsigned)n < SITE_PATH_MAX;
}

bool
backup_path(const struct site_config *c, const struct backup_member *m, char out[SITE_PATH_MAX])
{
	switch (m->kind) {
	case BACKUP_CONFIG:
		return false;	/* where it is is said on the command line */
	case BACKUP_ALLOW:
		return c->allow.n > 0 && snprintf(out, SITE_PATH_MAX, "%s", c->allow.p) < (int)SITE_PATH_MAX;
	case BACKUP_INDICATORS:
		return site_table_path(c, out);
	case BACKUP_RULES:
		return site_rules_path(c, out);
	case BACKUP_CERTIFICATE:
		return site_identity_certificate(c, out);
	case BACKUP_KEY:
		return site_identity_key(c, out);
	default:
		return path_inside(c, m, out);
	}
}
