#ifndef CLI_WATCH_LISTS_H
#define CLI_WATCH_LISTS_H

#include "cli/watch_run.h"

/* The lists that a run of `hinomi watch` is given: indicators and what is expected. */
struct watch_lists;

/* Read them; what is wrong with one has been said when this is false.  ${out} is closed with watch_lists_close either way. */
bool watch_lists_open(struct watch *w, struct watch_lists **out);
void watch_lists_close(struct watch_lists *l);

/* The table in force, for struct detect_conf. */
const struct indicator_table *const *watch_lists_indicators(const struct watch_lists *l);

/* The Sigma rules of --rules; NULL in it: none. */
const struct sigma_set *const *watch_lists_rules(const struct watch_lists *l);

#endif
