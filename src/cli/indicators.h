#ifndef CLI_INDICATORS_H
#define CLI_INDICATORS_H

#include "cli/command.h"
#include "detect/indicator_table.h"

#define INDICATORS_STORE "/var/lib/hinomi/indicators"	/* where a site keeps its table unless told otherwise */

/* `hinomi indicators import|list|check|export` */
extern const struct command indicators_import_command;
extern const struct command indicators_list_command;
extern const struct command indicators_check_command;
extern const struct command indicators_export_command;

/* The table of the command's --store; NULL: what is wrong was said. */
struct indicator_table *indicators_open(const struct arguments *a);

/* DIR/indicators.table of --store DIR; NULL: too long, which was said. */
const char *indicators_path(const struct arguments *a, char *to, size_t size);

/* One entry as one JSON object, its members in a fixed order. */
void indicators_put_json(struct hn_buf *b, const struct indicator *i);

#endif
