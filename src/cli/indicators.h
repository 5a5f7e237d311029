#ifndef CLI_INDICATORS_H
#define CLI_INDICATORS_H

#include "cli/command.h"
#include "detect/indicator_table.h"

/* `hinomi indicators import|list|check|export` */
extern const struct command indicators_import_command;
extern const struct command indicators_list_command;
extern const struct command indicators_check_command;
extern const struct command indicators_export_command;

/* The table in use (place_table); NULL: what is wrong was said. */
struct indicator_table *indicators_open(const struct arguments *a);

/* One entry as one JSON object, its members in a fixed order. */
void indicators_put_json(struct hn_buf *b, const struct indicator *i);

#endif
