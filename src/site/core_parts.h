#ifndef SITE_CORE_PARTS_H
#define SITE_CORE_PARTS_H

/* The parts of the core role: only core*.c include this. */

#include "event/log.h"
#include "event/pool.h"
#include "site/batch.h"
#include "site/child.h"
#include "site/outbox.h"
#include "site/steady.h"
#include "store/db.h"

#define CORE_WRONG_MAX 64u
#define CORE_PENDING_MAX (512u << 20)	/* bytes of what sense found in one batch (a document may be one) */
#define CORE_TOKEN_GROUPS 6u
#define CORE_TOKEN_LIVES_MS INT64_C(86400000)
#define CORE_SESSION_LIVES_MS INT64_C(43200000)
#define CORE_LOGIN_WAIT_MAX_MS 60000u

/* What web tells the consoles about. */
enum site_change { SITE_CHANGE_FINDING, SITE_CHANGE_STATE, SITE_CHANGE_SOURCE };

/* The indicator table, or the compiled rules, as last seen on disk. */
struct core_table {
	char path[SITE_PATH_MAX];
	int64_t device, inode, changed_ns;
};

/* Wrong tokens from one network: an IPv4 address, an IPv6 /64. */
struct core_wrong {
	struct hn_addr from;
	unsigned n;			/* since the last right one; each doubles the wait; 0: free */
	int64_t free_at_ms;		/* monotonic */
};

/* What the detectors remember, on its way from sense to the disk: core_learnt.c. */
struct core_learnt {
	int folder;
	int memory;			/* the file that sense writes into; -1: none */
	bool has_sense, has_file;
	bool is_saved, is_keeping, is_kept;
	uint64_t offset;		/* of the file on disk */
	uint64_t saved;			/* of the memory file */
	bool has_told;			/* the sense at hand has told of a batch: it has got over what it was given */
	bool is_given_up;		/* senses died of it: they begin at the database's offset, and learn anew */
	unsigned deaths;		/* of senses that had been given something and told of nothing */
	uint64_t run, kept_run;		/* counts senses: what one was writing is not kept when another is there */
	int64_t next_ms;		/* monotonic */
	struct hn_job keep;
};

struct core {
	struct site_child *child;
	struct hn_db *db;
	uint64_t committed;		/* offset of the evidence log */
	struct hn_buf pending;		/* u32 type, u32 length, body: of the batch being told */
	uint64_t observed_left_out;	/* messages of a batch that is too large to be held */
	bool is_marked;			/* the file SITE_HELD_NAME is there */
	bool has_said_counts;		/* that they are not kept */
	bool lacks_token, lacks_sources;	/* the disk had no room for them when we began */
	struct site_counts counts[SITE_SOURCES_MAX];	/* what sources did and the database does not have yet */
	bool has_end;			/* the batch is whole, but could not be committed yet */
	struct site_outbox to_sense;
	struct hn_timer second, lists;
	struct core_table table, rules;
	struct core_wrong wrong[CORE_WRONG_MAX];	/* who gave wrong tokens; the one heard of longest ago gives way */
	char token_path[SITE_PATH_MAX];
	char wanted_path[SITE_PATH_MAX];
	uint8_t token_hash[32];
	struct hn_pool *pool;
	struct core_learnt learnt;
	struct core_memory *memory;	/* observables: core_memory.c */
	int64_t next_retain_ms, next_expire_ms;	/* monotonic */
	struct site_steady steady;	/* sessions, silence and what is deleted go by it */
};

/* ---- core_batch.c */

/* A message of sense about the batch it is reading; BATCH_END commits it. */
enum hn_rc core_batch_message(struct core *c, const struct hn_msg *m) HN_MUST_CHECK;

/* Tell intake where the database stands, and where a new sense begins. */
void core_tell_committed(struct core *c);

/* Try again to commit a whole batch that the disk had no room for. */
void core_batch_retry(struct core *c);

/* Tell a new sense what it must know, and a new intake where to begin. */
void core_batch_peer(struct core *c, enum hn_role_id peer, bool is_there);

/* Message SOURCE_COUNTS, BATCH_QUARANTINED of intake. */
enum hn_rc core_batch_counts(struct core *c, struct hn_view body) HN_MUST_CHECK;
enum hn_rc core_batch_quarantined(struct core *c, struct hn_view body) HN_MUST_CHECK;

/* ---- core_learnt.c */
enum hn_rc core_learnt_start(struct core *c, struct hn_err *err) HN_MUST_CHECK;
void core_learnt_stop(struct core *c);
void core_learnt_tick(struct core *c);
void core_learnt_peer(struct core *c, bool is_there);

/* Message ROLE_STATE of the parent: how a role ended. */
enum hn_rc core_learnt_role_state(struct core *c, struct hn_view body) HN_MUST_CHECK;
enum hn_rc core_learnt_saved(struct core *c, struct hn_view body) HN_MUST_CHECK;

/* Where a new sense begins to read: the offset of what was learnt, or of the database where nothing was. */
uint64_t core_learnt_offset(const struct core *c);

/* ---- core_retain.c: the database's budget */
enum hn_rc core_retain_start(struct core *c, struct hn_err *err) HN_MUST_CHECK;
void core_retain_tick(struct core *c);

/* Whether what just failed is worth another try in a second: the disk or the database's budget is full, or the disk is ill. */
bool core_lacks_room(enum hn_rc rc);

/* Read where the database stands and which sources there are. */
enum hn_rc core_batch_start(struct core *c, struct hn_err *err) HN_MUST_CHECK;

/* ---- core_indicators.c */

/* Hand sense the table and the rules on disk when they are others than before (or always). */
void core_indicators_check(struct core *c, bool always);
void core_indicators_init(struct core *c);

/* ---- core_login.c */

enum hn_rc core_login_start(struct core *c, struct hn_err *err) HN_MUST_CHECK;
enum hn_rc core_login_message(struct core *c, const struct hn_msg *m) HN_MUST_CHECK;

/* Message ACT of web (site/act.h): a person judges, allows, takes back. */
enum hn_rc core_act_message(struct core *c, struct hn_view body) HN_MUST_CHECK;

/* Once a second: a new token where one is asked for, sessions that are over. */
void core_login_tick(struct core *c);

/* ---- core.c */

/* Tell the consoles; ${id} empty but for SITE_CHANGE_FINDING.  What web has no room for is not repeated: pages ask anew. */
void core_tell(struct core *c, enum site_change what, struct hn_view id);

#endif
