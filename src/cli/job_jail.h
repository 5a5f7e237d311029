#ifndef CLI_JOB_JAIL_H
#define CLI_JOB_JAIL_H

#include "cli/command.h"
#include "event/jail.h"

/*
 * The jail of a job that a person starts: it stays that person, and from here on opens only what ${paths} name, never the
 * network, never another program.  To be called before the first byte of a file is read.  What this kernel lacks is done
 * without (`hinomi doctor` tells it).  false: it could not be entered, which has been said.
 * In a sanitizer build only with HINOMI_JAIL set: the leak checker traces the process at its end, which no jail allows.
 */
bool job_jail_enter(const struct arguments *a, const struct hn_jail_path *paths, size_t n, unsigned calls);

#endif
