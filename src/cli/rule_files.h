#ifndef CLI_RULE_FILES_H
#define CLI_RULE_FILES_H

#include "cli/command.h"
#include "detect/sigma/set.h"

#define RULE_FILES_BYTES (64u << 20)	/* of one file or archive */

/*
 * Read the Sigma rules of all ${paths} (files, folders, archives) into one set, sealed.  Files that are no rules are said on
 * a->say, at most RULE_FAULTS_SHOWN of them, and counted.  false: nothing can be used; why was said.
 */
bool rule_files_read(const struct arguments *a, const char *const *paths, size_t n, struct sigma_set **out, size_t *unread);

#endif
