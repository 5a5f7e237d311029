#include "site/table.h"

#include <stdio.h>
#include <sys/stat.h>

bool
site_table_path(const struct site_config *c, char out[SITE_PATH_MAX])
{
	const struct hn_view given = c->indicators;
	char folder[SITE_PATH_MAX];
	struct stat st;
	int n;

	if (given.n > 0 && stat(given.p, &st) == 0 && !S_ISDIR(st.st_mode))
		n = snprintf(out, SITE_PATH_MAX, "%s", given.p);
	else if (given.n > 0)
		n = snprintf(out, SITE_PATH_MAX, "%s/" SITE_TABLE_NAME, given.p);
	else if (site_place_path(c, SITE_PLACE_STATE, folder))
		n = snprintf(out, SITE_PATH_MAX, "%s/" SITE_TABLE_NAME, folder);
	else
		return false;
	return n > 0 && (unsigned)n < SITE_PATH_MAX;
}
