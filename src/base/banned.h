#ifndef HN_BASE_BANNED_H
#define HN_BASE_BANNED_H

/* Included before every source file: functions without a bound, with hidden state or with a locale are compile errors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef sprintf	/* a macro where clang meets the fortified library */
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets
#pragma GCC poison atoi atol atoll atof strtok strtok_r
#pragma GCC poison localtime localtime_r ctime ctime_r asctime asctime_r
#pragma GCC poison tmpnam tempnam mktemp

/* clang takes `error` on a first declaration only. */
#ifdef __clang__
#define HN_BANNED(why) __attribute__((unavailable(why)))
#else
#define HN_BANNED(why) __attribute__((error(why)))
#endif

/* These are also common names of parameters in libraries' headers, so only a call is refused. */
HN_BANNED("no seed, no quality: use libsodium's randombytes") int rand(void);
HN_BANNED("hidden state") void srand(unsigned seed);
HN_BANNED("no seed, no quality: use libsodium's randombytes") long random(void);
HN_BANNED("depends on the zone of the process: use base/clock.h") time_t mktime(struct tm *tm);
HN_BANNED("depends on a shared buffer: use base/clock.h") struct tm *gmtime(const time_t *t);
HN_BANNED("runs a shell: use fork and exec") int system(const char *command);
HN_BANNED("runs a shell: use fork and exec") FILE *popen(const char *command, const char *mode);

#endif
