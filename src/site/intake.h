#ifndef SITE_INTAKE_H
#define SITE_INTAKE_H

/* The parts of the intake role: only intake*.c include this. */

#include "event/pool.h"
#include "site/batch.h"
#include "site/child.h"
#include "site/steady.h"
#include "store/evidence.h"

#define INTAKE_RECORDS_MAX 512u			/* appended at once */
#define INTAKE_READ_BYTES (256u * 1024u)	/* read from a file or connection at once */
#define INTAKE_BACKLOG_MAX (256u << 20)		/* bytes of the log that sense has not done: then files and connections wait */
#define INTAKE_WINDOW 16u			/* batches on their way */
#define INTAKE_SUSPECTS_MAX 64u

struct intake;

/* ---- intake.c: the log */

/* A folder, whatever it is called. */
struct intake_folder {
	uint64_t dev, ino;
};

struct intake_source {
	const struct site_source *config;
	struct site_counts counts;	/* since they were last told */
	struct intake_tail *tail;	/* SITE_TAIL */
	struct intake_net *net;		/* sources that listen */
	struct intake_drop *drop;	/* SITE_DROP */
	struct intake_bulk *bulk;	/* SITE_ELASTIC_BULK */
	struct intake_folder folder;	/* of its files, when the jail was entered (intake_folder.h) */
};

/*
 * Append records of source ${index} (their source and received_ms are filled in); ${done} of them are acknowledged, the
 * caller keeps the others and tries again later.  Says why in the source's state when not all were taken.
 */
void intake_append(struct intake *in, uint32_t index, struct hn_evidence_record *r, size_t n, size_t *done);

/* Whether sources that can wait should: the backlog or the disk is full. */
bool intake_is_held(const struct intake *in);

/* Whether the disk is too full for anything more. */
bool intake_is_disk_full(const struct intake *in);

/* ---- intake_send.c: the log to sense */

struct intake_batch {
	uint64_t begin, next;
	uint32_t lines;
};

struct intake_suspect {
	uint64_t begin, next;
	uint32_t lines;
	uint32_t deaths;
};

struct intake_send {
	struct hn_evidence_reader *reader;
	struct hn_buf body;
	struct intake_batch window[INTAKE_WINDOW];
	size_t n_window;
	uint64_t sent;		/* the log up to here is on its way or done */
	uint64_t done;		/* sense has done all before */
	uint64_t committed;
	uint64_t again;		/* where a new sense begins: it remembers what was before, and reads quietly up to `quiet` */
	uint64_t quiet;		/* where the database stood when this sense began */
	bool knows_committed, has_sense, is_full;
	bool is_core_held;	/* core waits for room: sense, which waits for core, is not to blame */
	bool is_alone;		/* a suspect is on its way: nothing else until it is done */
	bool has_victim;	/* sense is gone with a batch it had not done */
	bool has_status;	/* the parent has said how sense ended */
	bool is_killer;		/* we asked for its end: it made no progress */
	int status;
	struct intake_batch victim;
	struct intake_suspect suspect[INTAKE_SUSPECTS_MAX];
	size_t n_suspects;
	struct hn_timer watchdog;
};

enum hn_rc intake_send_start(struct intake *in, struct hn_err *err) HN_MUST_CHECK;

/* Send what the window and the channel take. */
void intake_send_more(struct intake *in);
void intake_send_peer(struct intake *in, enum hn_role_id peer, bool is_there);
enum hn_rc intake_send_done(struct intake *in, struct hn_view body) HN_MUST_CHECK;
enum hn_rc intake_send_committed(struct intake *in, struct hn_view body) HN_MUST_CHECK;
enum hn_rc intake_send_condition(struct intake *in, struct hn_view body) HN_MUST_CHECK;
enum hn_rc intake_send_role_state(struct intake *in, struct hn_view body) HN_MUST_CHECK;

/* Bytes of the log that sense has not done. */
uint64_t intake_send_backlog(const struct intake *in);

/* ---- intake_tail.c: files that grow */

enum hn_rc intake_tail_open(struct intake *in, uint32_t index, struct hn_err *err) HN_MUST_CHECK;

/* Read what has come, everywhere; called by a timer. */
bool intake_tail_poll(struct intake *in, struct intake_tail *t);

/* ---- intake_net.c: syslog by UDP and TCP */

enum hn_rc intake_net_open(struct intake *in, uint32_t index, int fd, struct hn_err *err) HN_MUST_CHECK;

/* Connections that waited go on. */
void intake_net_resume(struct intake *in, struct intake_net *n);

/* ---- the role */

struct intake {
	struct site_child *child;
	struct hn_evidence *log;
	uint64_t log_end;
	bool needs_sync, is_disk_full, is_sealing;
	struct hn_pool *pool;
	struct hn_job seal;
	enum hn_rc seal_rc, seal_said;
	struct hn_timer sync, poll, second, upkeep, gather;
	bool is_gathering;
	int evidence_fd;	/* of the folder, for statfs */
	struct intake_source source[SITE_SOURCES_MAX];
	struct intake_send send;
	int64_t next_retain_ms;
	struct site_steady steady;
	struct hn_buf certificate, key;		/* PEM; of sources with TLS */
	struct intake_tls_identity *tls;
};

#endif
