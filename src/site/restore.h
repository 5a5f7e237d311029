#ifndef SITE_RESTORE_H
#define SITE_RESTORE_H

#include "site/backup_form.h"

/*
 * Put a site back from a backup.  Where it goes is said by the configuration at ${config_path}; when there is none, the
 * saved one is put there and says it.  Everything is read into DATA_DIR.restoring and checked there - every hash, the
 * database, both chains - before the folder takes its place in one step; until then nothing of the site has changed.
 */

struct restore_job {
	const char *config_path;
	const char *backup;
	bool force;		/* a site that is there already is moved aside */
	void (*progress)(void *ctx, const char *what, uint64_t done, uint64_t of);	/* NULL: none */
	void *ctx;
};

struct restore_result {
	struct backup_manifest manifest;	/* given back with restore_result_fini, also after a failure */
	struct hn_buf bytes;			/* what its texts point into */
	char data_dir[SITE_PATH_MAX];
	char aside[SITE_PATH_MAX];		/* where the site before has gone; "": there was none */
	char config[SITE_PATH_MAX];		/* where the saved configuration was put; "": it is there already */
	char at[SITE_PATH_MAX];			/* on failure: the path or the member at fault */
	char fault[256];			/* what is wrong with the configuration; "": nothing */
};

void restore_result_fini(struct restore_result *r);

/*
 * Errors: HN_E_SYNTAX (no backup of ours; or, with ${fault}, the configuration), HN_E_CORRUPT (damaged: ${at}),
 * HN_E_UNSUPPORTED (made by a later program; or "mount point": data_dir is one), HN_E_AGAIN (a site runs there),
 * HN_E_CONFLICT (something is there already and ${force} is not given; or "left over": an earlier restore was cut off),
 * HN_E_NOTFOUND (the user of the site), HN_E_IO (errno), HN_E_LIMIT, HN_E_NOMEM.
 */
enum hn_rc restore_site(const struct restore_job *job, struct restore_result *out, struct hn_err *err) HN_MUST_CHECK;

#endif
