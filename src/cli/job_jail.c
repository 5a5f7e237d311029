#include "cli/job_jail.h"

#include <stdlib.h>

#define FILES_OPEN_MAX 1024u	/* more than any job has open at once */

bool
job_jail_enter(const struct arguments *a, const struct hn_jail_path *paths, size_t n, unsigned calls)
{
	const struct hn_jail jail = { .paths = paths, .n_paths = n, .calls = calls | HN_CALLS_JOB, .files_max = FILES_OPEN_MAX,
		.is_reduced = true };
	struct hn_jail_state state;
	struct hn_err err = { .what = "" };

	if (hn_jail_is_sanitized() && getenv("HINOMI_JAIL") == NULL)
		return true;
	if (hn_jail_enter(&jail, &state, &err) == HN_OK)
		return true;
	command_say(a, "watch.error.start", err.what, NULL, NULL);
	return false;
}
