#ifndef SITE_BACKUP_H
#define SITE_BACKUP_H

#include "site/backup_form.h"

/*
 * Save a site, running or stopped, in one file (site/backup_form.h) of mode 0600: it holds the site's private keys.
 * What is written is complete or not there: temporary file beside it, sync, rename.
 */

struct backup_job {
	const struct site_config *config;
	const char *config_path;
	const char *output;		/* replaced when it is a backup already; another file is not */
	bool with_evidence;		/* all raw lines and observables; otherwise the end of the log that a start needs */
	void (*progress)(void *ctx, const char *what, uint64_t bytes);	/* after each piece of at most 1 MiB; NULL: none */
	void *ctx;
};

struct backup_result {
	struct backup_manifest manifest;	/* texts of the job's; given back with backup_manifest_fini */
	uint64_t file_bytes;
	char at[SITE_PATH_MAX];			/* on failure: the path at fault */
};

/*
 * Errors: HN_E_NOTFOUND (there is no site: no database), HN_E_AGAIN (the database is of an earlier schema: the site must be
 * started once; or busy), HN_E_UNSUPPORTED (of a later program), HN_E_CONFLICT (${output} is something else), HN_E_CORRUPT,
 * HN_E_IO (errno), HN_E_LIMIT, HN_E_NOMEM.
 */
enum hn_rc backup_make(const struct backup_job *job, struct backup_result *out, struct hn_err *err) HN_MUST_CHECK;

/* Set while a backup is read or written: files are the owner's alone. */
#define BACKUP_UMASK 077

#endif
