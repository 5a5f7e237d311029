#ifndef SITE_BACKUP_FORM_H
#define SITE_BACKUP_FORM_H

#include "base/buf.h"
#include "base/hash.h"
#include "site/config.h"
#include "store/audit.h"
#include "store/evidence_dir.h"

/*
 * A backup of a site is one file:
 *   "HINOMI BACKUP 1\n"
 *   the members' bytes, one behind the other, in the manifest's order
 *   the manifest (base/wire.h): who, when, which schema, the heads of both chains, size and SHA-256 of each member
 *   the seal: length of the manifest u64, its SHA-256, "HNBKEND\n"
 * So the hash of the manifest fixes every byte.  The file names no paths: what a member is stands in a table of ours, and
 * where it goes is said by the configuration.
 */

#define BACKUP_MAGIC HN_LIT("HINOMI BACKUP 1\n")
#define BACKUP_MAGIC_BYTES 16u
#define BACKUP_SEAL_BYTES (8u + HN_SHA256_BYTES + 8u)
#define BACKUP_MEMBERS_MAX (1u << 20)
#define BACKUP_MANIFEST_MAX (64u << 20)	/* bytes */
#define BACKUP_TEXT_MAX 512u		/* bytes of each text in the manifest */

/* What can be in a backup, in the order in which it is taken: the database first, what it refers to behind it. */
enum backup_kind {
	BACKUP_DATABASE, BACKUP_CONFIG, BACKUP_ALLOW, BACKUP_INDICATORS,
	BACKUP_AUTHORITY, BACKUP_AUTHORITY_KEY, BACKUP_CERTIFICATE, BACKUP_KEY, BACKUP_TOKEN,
	BACKUP_SECRET, BACKUP_JOURNAL, BACKUP_MERGING, BACKUP_DAY,	/* observables: a merge only moves towards DAY */
	BACKUP_SEGMENT, BACKUP_TAIL,
	BACKUP_RULES, BACKUP_LEARNT,	/* what came later stands last: the numbers are in files */
	BACKUP_KINDS,
};

struct backup_kind_row {
	const char *name;	/* for people */
	bool is_needed;		/* without it there is no site */
	bool is_numbered;	/* any number of them, each with its number */
};

extern const struct backup_kind_row backup_kinds[BACKUP_KINDS];

struct backup_member {
	enum backup_kind kind;
	uint64_t number;	/* a segment's offset, a day as int32; 0 where there is one only */
	uint64_t size_bytes;
	uint64_t at;		/* where it begins behind the magic: set when it is added */
	uint8_t sha256[HN_SHA256_BYTES];
};

struct backup_manifest {
	int64_t schema;			/* of the database */
	int64_t made_ms;
	struct hn_view program, site;	/* version of the program; name of the site */
	bool has_evidence;		/* all of it, and the observables; otherwise what the site needs to go on */
	uint64_t offset;		/* of the evidence log: what is before it is in the database */
	struct hn_evidence_anchor anchor;
	uint8_t evidence_head[HN_EVIDENCE_HASH];
	struct hn_audit_head audit;
	struct backup_member *member;	/* ascending by kind and number */
	size_t n, size;
	uint64_t bytes;			/* of all members */
};

/* Note one more member, behind all others.  HN_E_LIMIT, HN_E_NOMEM. */
enum hn_rc backup_manifest_add(struct backup_manifest *m, const struct backup_member *member) HN_MUST_CHECK;
void backup_manifest_put(struct hn_buf *b, const struct backup_manifest *m);

/*
 * Read a manifest; its texts point into ${v}, the members are given back with backup_manifest_fini.  Errors: HN_E_SYNTAX,
 * HN_E_LIMIT, HN_E_UNSUPPORTED (of a later form), HN_E_NOMEM.
 */
enum hn_rc backup_manifest_read(struct hn_view v, struct backup_manifest *out, struct hn_err *err) HN_MUST_CHECK;
void backup_manifest_fini(struct backup_manifest *m);

/* The seal of the manifest ${v}. */
void backup_seal_put(struct hn_buf *b, struct hn_view v);

/* The manifest's length and hash as the last bytes of a file say.  HN_E_SYNTAX: no seal. */
struct backup_seal {
	uint64_t manifest_bytes;
	struct hn_view sha256;
};
enum hn_rc backup_seal_read(struct hn_view v, struct backup_seal *out) HN_MUST_CHECK;

/* ${ms} as it stands in names of files: "20261123T113000Z". */
#define BACKUP_STAMP 24u
void backup_stamp(char out[BACKUP_STAMP], int64_t ms);

/*
 * Where a member belongs on a site with this configuration: below data_dir, or where the configuration says.  false: nowhere
 * (it names no such file), or the path is too long.
 */
bool backup_path(const struct site_config *c, const struct backup_member *m, char out[SITE_PATH_MAX]);

#endif
