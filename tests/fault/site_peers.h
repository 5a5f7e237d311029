#ifndef TESTS_FAULT_SITE_PEERS_H
#define TESTS_FAULT_SITE_PEERS_H

/*
 * The real intake process with the test as its parent, sense and core: it is started from build/hinomi ($HINOMI) as a site
 * starts it, in its jail, and can be killed at any moment.
 */
#include "unit/test.h"

#include <sys/types.h>

#include "site/batch.h"
#include "site/config.h"
#include "site/messages.h"

#define PEERS_LINES_MAX 65536u

struct peers_line {
	uint64_t offset;
	uint32_t source;
	uint16_t flags;
	size_t n;
	char *raw;		/* NUL behind it */
};

struct peers {
	char root[64];		/* folder of the test: root/data is data_dir */
	pid_t pid;
	int control, sense, core;
	uint64_t committed;	/* told to intake when it starts */
	uint64_t done;		/* next of the last batch acknowledged */
	size_t batches;
	struct site_counts total;	/* sum of SOURCE_COUNTS */
	struct site_quarantined quarantined;
	size_t n_quarantined;
	struct peers_line *line;
	size_t n;
};

void peers_init(struct peers *p);
void peers_fini(struct peers *p);

/* Start intake; %s in ${sources} is root.  Sockets of listening sources: port of row i, or 0. */
void peers_start(struct peers *p, const char *sources);
void peers_listener(struct peers *p, uint32_t source, int fd);

/* Receive until ${n} lines are there (or fail after 20 s), acknowledging batches. */
void peers_wait_lines(struct peers *p, size_t n);

/* Receive for ${ms}, acknowledging: for "nothing more comes". */
void peers_drain(struct peers *p, int ms);

/* One message from sense's end without acknowledging: next of the batch; 0: none came in ${ms}. */
uint64_t peers_take_batch(struct peers *p, int ms);

void peers_kill(struct peers *p);	/* kill -9 */
void peers_stop(struct peers *p);	/* SIGTERM; must end with 0 */
void peers_join(struct peers *p, enum hn_role_id peer);		/* hand it a fresh channel */
void peers_sense_dies(struct peers *p, int wait_status);	/* close its end and tell as the parent does */
void peers_commit(struct peers *p, uint64_t offset);
void peers_forget_lines(struct peers *p);

/* Files in root. */
void peers_write(struct peers *p, const char *name, const char *text, bool appends);
void peers_rename(struct peers *p, const char *from, const char *to);
void peers_path(const struct peers *p, const char *name, char out[256]);

/* UDP or TCP on a free port of 127.0.0.1. */
int peers_bind(int type, uint16_t *port);
int peers_connect(int type, uint16_t port);

#endif
