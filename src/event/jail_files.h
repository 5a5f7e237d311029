#ifndef HN_EVENT_JAIL_FILES_H
#define HN_EVENT_JAIL_FILES_H

#include "event/jail.h"

/* Version of the kernel's Landlock; 0: it has none. */
unsigned hn_jail_landlock_abi(void);

/* Leave this process only the files of ${paths}, and no TCP bind or connect where the kernel knows of it. */
enum hn_rc hn_jail_files(const struct hn_jail_path *paths, size_t n, unsigned abi, struct hn_err *err) HN_MUST_CHECK;

#endif
