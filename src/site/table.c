#include "site/table.h"

#include <stdio.h>
#include <sys/stat.h>

/* ${given} when it is a file, else ${name} in that folder or, where none is given, in the site's own. */
static bool
place(const struct site_config *c, struct hn_view given, const char *name, char out[SITE_PATH_MAX])
{
	char folder[SITE_PATH_MAX];
	struct stat st;
	int n;

	if (given.n > 0 && stat(given.p, &st) == 0 && !S_ISDIR(st.st_mode))
		n = snprintf(out, SITE_PATH_MAX, "%s", given.p);
	else if (given.n > 0)
		n = snprintf(out, SITE_PATH_MAX, "%s/%s", given.p, name);
	else if (site_place_path(c, SITE_PLACE_STATE, folder))
		n = snprintf(out, SITE_PATH_MAX, "%s/%s", folder, name);
	else
		return false;
	return n > 0 && (unsigned)n < SITE_PATH_MAX;
}

bool
site_table_path(const struct site_config *c, char out[SITE_PATH_MAX])
{
	return place(c, c->indicators, SITE_TABLE_NAME, out);
}

bool
site_rules_path(const struct site_config *c, char out[SITE_PATH_MAX])
{
	return place(c, c->rules, SITE_RULES_NAME, out);
}
