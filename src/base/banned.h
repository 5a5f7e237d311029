#ifndef HN_BASE_BANNED_H
#define HN_BASE_BANNED_H

/* Included before every source file: functions without a bound, with hidden state or with a locale are compile errors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets
#pragma GCC poison atoi atol atoll atof strtok strtok_r
#pragma GCC poison localtime localtime_r gmtime ctime ctime_r asctime asctime_r mktime
#pragma GCC poison rand srand random tmpnam tempnam mktemp system popen

#endif
