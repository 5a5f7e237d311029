#ifndef CLI_SITE_SAVED_H
#define CLI_SITE_SAVED_H

#include "cli/command.h"
#include "site/backup_form.h"

/* What `site backup` and `site restore` have in common: how far they are, what they did, why they did not. */

/* Show on a terminal how far it is, ten times a second at most; ${of} 0: the end is not known.  ${what} NULL: wipe it away. */
void saved_progress(const struct arguments *a, const char *what, uint64_t done, uint64_t of);

/* The manifest as fields of a JSON object, without its braces. */
void saved_json(struct hn_buf *b, const struct backup_manifest *m);

/* Say why it failed: the row of ${rows} with this rc (and ${what}, unless NULL there), {0} the path, {1} the reason. */
struct saved_reason {
	enum hn_rc rc;
	const char *what;
	const char *key;	/* the last row, for all others, has rc HN_OK */
};
void saved_say(const struct arguments *a, const struct saved_reason *rows, const struct hn_err *err, const char *at);

#endif
