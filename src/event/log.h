#ifndef HN_EVENT_LOG_H
#define HN_EVENT_LOG_H

#include "base/view.h"

/*
 * A process's own log, at its edge: one line on standard error, key=value, at most HN_LOG_LINE_MAX bytes.
 * Libraries never call this.  Control characters become blanks: one call, one line.
 */
#define HN_LOG_LINE_MAX 1024u

enum hn_log_level { HN_LOG_INFO, HN_LOG_WARNING, HN_LOG_ERROR };

/* Name of the process in every line. */
void hn_log_init(const char *role);

/* hn_log(HN_LOG_ERROR, "child-died", "role=%s signal=%d", name, 9) */
void hn_log(enum hn_log_level level, const char *event, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
